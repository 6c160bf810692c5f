"""Every code has words, and none of them is made up of pieces."""

import re
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from markupsafe import Markup

from repatriation.web import glossary, services_glossary
from repatriation.web.words import Wording, either, run, text
from repatriation.work.handoffs.composing import OPENED_FOR
from repatriation.work.identity import REASONS
from repatriation.work.line import ahead
from sop.engine import Reason
from sop.safeguards import SAFEGUARDS
from sop.shelf import Shelf
from sop.view import Fact

CODES = (
    *("stage", "hold", "lapsed", "present", "date_needed", "end_needed", "end_past"),
    *("consent_missing", "consent_refused", "consent_withdrawn", "consent_expired"),
    *("consent_guardian", "consent_own_view", "nothing_to_withdraw", "withdraw_instead"),
)


def test_safeguards_are_translated_word_for_word(app: Flask) -> None:
    with app.test_request_context():
        ours = {name: str(words) for name, words in glossary.SAFEGUARDS.items()}
    assert ours == {name: safeguard.sentence for name, safeguard in SAFEGUARDS.items()}


def test_every_stage_and_fact_of_every_route_has_a_short_name(procedures: Shelf) -> None:
    stages = {name for procedure in procedures for name in procedure.stages}
    facts = {fact for p in procedures for action in p.actions.values() for fact in action.records}
    assert stages <= set(glossary.STAGES)
    assert facts <= set(glossary.FACTS)


def test_every_reason_for_opening_an_identity_has_words() -> None:
    assert {*REASONS, OPENED_FOR} == set(glossary.REASONS)


def test_every_reason_code_is_a_sentence(app: Flask, procedures: Shelf) -> None:
    procedure = procedures.procedures[0]
    consent = next(iter(procedure.consents))
    day = datetime(2026, 11, 21, tzinfo=UTC).date()
    with app.test_request_context():
        words = Wording(procedure, day)
        for code in CODES:
            what = consent if "consent" in code or "withdraw" in code else "hold_legal"
            sentence = words.reason(Reason(code, what), "reported")
            assert sentence.strip().endswith((".", "។")), code


def test_every_missing_fact_names_who_can_record_it(app: Flask, procedures: Shelf) -> None:
    day = datetime(2026, 11, 21, tzinfo=UTC).date()
    with app.test_request_context():
        for procedure in procedures:
            words = Wording(procedure, day)
            for action in procedure.actions.values():
                for fact in action.records:
                    assert words.reason(Reason("missing", fact), "reported").startswith("First: ")


def test_every_role_that_acts_has_a_name(app: Flask, procedures: Shelf) -> None:
    day = datetime(2026, 11, 21, tzinfo=UTC).date()
    with app.test_request_context():
        for procedure in procedures:
            words = Wording(procedure, day)
            for action in procedure.actions.values():
                for role in action.by:
                    assert "." not in str(words.role(role)) or " " in str(words.role(role)), role


def test_what_a_route_file_lacks_in_a_language_is_read_in_english_and_marked(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "vi"}):
        assert text({"en": "Decide", "km": "សម្រេច"}) == '<span lang="en">Decide</span>'
        assert run("<b>", "vi") == Markup("&lt;b&gt;")


def test_a_list_of_bodies_is_joined_as_the_reader_joins_it(app: Flask) -> None:
    with app.test_request_context():
        assert either(["A", "B & C"]) == "A or B &amp; C"


def test_the_way_ahead_goes_through_screening_only_for_those_not_identified(procedures: Shelf) -> None:
    route = procedures.in_force("tha-khm", datetime(2026, 11, 21, tzinfo=UTC).date())
    identified = {"formally_identified": Fact(datetime(2026, 11, 21, tzinfo=UTC))}
    assert "reception_screening" in [stage.name for stage in ahead(route, "received", {})]
    assert "reception_screening" not in [stage.name for stage in ahead(route, "received", identified)]
    assert [stage.name for stage in ahead(route, "reported", {})][-1] == "closed"
    assert ahead(route, "closed", {}) == ()


def test_every_tone_of_a_tag_has_its_look() -> None:
    web = Path(glossary.__file__).parent
    looks = set(re.findall(r"\.tag-([a-z]+)\b", (web / "static" / "style.css").read_text()))
    pages = "".join(page.read_text() for page in (web / "templates").rglob("*.html"))
    tones = set(re.findall(r"show\.tag\([^%]*?, \"([a-z]+)\"\)", pages))
    tones |= {*glossary.STANDING_TONES.values(), *services_glossary.REFERRAL_TONES.values()}
    assert len(tones) > 5
    assert tones <= looks
