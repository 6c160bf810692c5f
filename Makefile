# The one door for people who work on this program. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.txt
LANGUAGE :=
PORT ?= 8000
APT_QUIET := DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0

.PHONY: help install run test lint types check lock messages doctor clean

help: ## What can be asked for
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk 'BEGIN {FS = ":.*## "} {printf "  make %-10s %s\n", $$1, $$2}'

install: ## Put everything into .venv, exactly as locked (quick when nothing changed)
	@bash .ci/install

run: install ## Demonstration: prepare an embedded database with made-up cases and serve it on this machine
	@mkdir -p var && chmod 700 var
	@set -a; REPATRIATION_DEMONSTRATION=true; REPATRIATION_FOLDER=$${REPATRIATION_FOLDER:-var}; \
	REPATRIATION_ISSUER=$${REPATRIATION_ISSUER:-http://127.0.0.1:$(PORT)}; set +a; \
	$(BIN)/repatriation db prepare && \
	$(BIN)/repatriation demo && \
	$(BIN)/repatriation demo accounts && \
	exec $(BIN)/repatriation serve --clock --port $(PORT)

test: install test-tools ## Every test: units, both databases, the browser, the journeys
	@$(BIN)/pytest -n 2 $(ARGS)

.PHONY: test-tools
test-tools:
	@bash .ci/test-tools

lint: install ## Style, imports and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: install ## Types, strictly
	@$(BIN)/mypy

check: lint types test ## What is run before anything is merged

lock: ## Choose versions anew and write them, with their hashes, into requirements.txt
	@[ -x $(BIN)/uv ] || $(MAKE) install
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-emit-index-url --no-emit-find-links --extra dev pyproject.toml -o $(LOCK)
	@! grep -nE '(https?|file)://' $(LOCK) || { echo "The lock names an address; take it out."; exit 1; }

messages: install ## Bring every catalogue up to date with the program; LANGUAGE=km begins a new one
	@$(BIN)/pybabel -q extract -F locales/babel.cfg --no-location --sort-output --omit-header -k _l \
	  --ignore-dirs ".* ._ telling" -o locales/messages.pot repatriation
	@$(BIN)/pybabel -q extract -F locales/babel.cfg --no-location --sort-output --omit-header -c NOTE: \
	  -k bi -k bip:1c,2 -k NC_:1c,2 -o locales/documents.pot documents locales
	@$(BIN)/pybabel -q extract -F locales/mails.cfg --no-location --sort-output --omit-header \
	  -o locales/mails.pot repatriation
	@for domain in messages documents mails; do \
	  if [ -n "$(LANGUAGE)" ] && [ ! -e "locales/$(LANGUAGE)/LC_MESSAGES/$$domain.po" ]; then \
	    $(BIN)/pybabel -q init -D $$domain -i locales/$$domain.pot -d locales -l $(LANGUAGE); fi; \
	  for catalogue in locales/*/LC_MESSAGES/$$domain.po; do \
	    [ -e "$$catalogue" ] || continue; \
	    $(BIN)/pybabel -q update -D $$domain --no-fuzzy-matching --ignore-pot-creation-date --ignore-obsolete \
	      -i locales/$$domain.pot -o $$catalogue -l $$(basename $$(dirname $$(dirname $$catalogue))); done; done
	@bash .ci/install

doctor: ## What this machine still lacks, by the name of its Debian package
	@bash .ci/test-tools --only-say

clean: ## Remove what was built here (not ./var, which may hold cases)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	@find locales -name '*.mo' -delete
