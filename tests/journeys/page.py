"""A page as a person sees it, and its form as a browser fills and sends it: only what is on the page."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from werkzeug.test import TestResponse

Pairs = list[tuple[str, str]]


class Page:
    """One answer of the service, at the address that it was asked from."""

    def __init__(self, address: str, response: TestResponse) -> None:
        self.address, self.response = address, response
        self.status, self.html = response.status_code, response.text
        self.soup = BeautifulSoup(self.html, "html.parser")

    @property
    def main(self) -> Tag:
        """What the page is about, without its head and foot."""
        main = self.soup.find("main")
        assert isinstance(main, Tag), f"{self.address} answered {self.status}: {self.html[:300]}"
        return main

    @property
    def text(self) -> str:
        """The words of the page."""
        return words_of(self.main)

    @property
    def heading(self) -> str:
        """Its one chief heading."""
        heading = self.main.find("h1")
        return words_of(heading) if isinstance(heading, Tag) else ""

    @property
    def stage(self) -> str:
        """The name of the stage, on the page of a case."""
        stage = self.main.select_one(".case-stage")
        return words_of(stage) if stage is not None else ""

    def says(self, *sentences: str) -> None:
        """Fails unless each sentence stands on the page."""
        for sentence in sentences:
            assert sentence in self.text, f"{self.address} does not say {sentence!r}, but:\n{self.text}"

    def does_not_say(self, *sentences: str) -> None:
        """Fails when a sentence stands on the page."""
        for sentence in sentences:
            assert sentence not in self.text, f"{self.address} says {sentence!r}"

    def part(self, heading: str) -> str:
        """The words of the section under a heading."""
        for section in self.main.find_all("section"):
            title = section.find(["h2", "h3"])
            if title is not None and words_of(title) == heading:
                return words_of(section)
        raise AssertionError(f"{self.address} has no part {heading!r}")

    def part_of(self, heading: str) -> str:
        """The words from a second heading, given by how it begins, up to the next one."""
        for title in self.main.find_all("h2"):
            if words_of(title).startswith(heading):
                after = title.find_next_siblings()
                names = [each.name for each in after]
                until = names.index("h2") if "h2" in names else len(after)
                return " ".join(words_of(each) for each in after[:until])
        raise AssertionError(f"{self.address} has no heading {heading!r}")

    def entry(self, *words: str) -> str:
        """The words of the smallest line of a list in which all of these stand."""
        found = [words_of(line) for line in self.main.select("li, dl > div, tr")]
        fitting = [line for line in found if all(each in line for each in words)]
        assert fitting, f"{self.address} has no line with {words}, but:\n{self.text}"
        return min(fitting, key=len)

    def links(self) -> dict[str, str]:
        """The links of the page's own part: address without question mark -> address."""
        return {urlsplit(str(a["href"])).path: str(a["href"]) for a in self.main.select("a[href]")}

    def link_of(self, words: str) -> str:
        """The address of the link that reads so, or begins so."""
        for link in self.soup.select("a[href]"):
            if words_of(link).startswith(words):
                return str(link["href"])
        raise AssertionError(f"{self.address} has no link {words!r}")

    def form(self, button: str) -> "Form":
        """The form that has this button."""
        for form in self.main.select("form[method=post]"):
            if any(words_of(each).startswith(button) for each in form.find_all("button")):
                return Form(self, form)
        raise AssertionError(f"{self.address} has no button {button!r}, but says:\n{self.text}")


class Form:
    """A form of a page, with what its boxes hold."""

    def __init__(self, page: Page, form: Tag) -> None:
        self.page, self.form = page, form
        self.pairs: Pairs = [pair for box in form.select("input, select, textarea") for pair in _held(box)]

    @property
    def asks(self) -> set[str]:
        """The names of what is to be filled in; the three boxes of a date are one."""
        boxes = self.form.select("input:not([type=hidden]), select, textarea")
        return {re.sub(r"-(day|month|year)$", "", str(box["name"])) for box in boxes}

    def fill(self, name: str, value: Any) -> None:
        """Puts a value into a box, ticks it, or chooses it by its value, as the kind of box wants."""
        assert name in self.asks, (
            f"{self.page.address} does not ask for {name!r}, but for {sorted(self.asks)}"
        )
        if isinstance(value, date) or self.form.select_one(f'[name="{name}-year"]') is not None:
            whole = (value.day, value.month, value.year) if isinstance(value, date) else ("", "", value)
            for box, part in zip(("day", "month", "year"), whole, strict=True):
                self._put(f"{name}-{box}", str(part))
            return
        choices = self.form.select(f'input[type=radio][name="{name}"], select[name="{name}"] option')
        offered = {str(choice.get("value", "")) for choice in choices}
        assert not choices or value in offered, f"{name} offers {sorted(offered)}, not {value!r}"
        ticked = self.form.select_one(f'input[type=checkbox][name="{name}"]')
        if ticked is not None:
            self._put(name, str(ticked.get("value", "on")) if value else None)
        else:
            self._put(name, str(value))

    def pressed(self, button: str) -> Pairs:
        """What a browser sends when this button is pressed."""
        for press in self.form.find_all("button"):
            if words_of(press).startswith(button):
                own = [(str(press["name"]), str(press.get("value", "")))] if press.get("name") else []
                return [*self.pairs, *own]
        raise AssertionError(f"{self.page.address} has no button {button!r} in this form")

    @property
    def target(self) -> str:
        """Where it is sent."""
        return str(self.form.get("action") or self.page.address)

    def _put(self, name: str, value: str | None) -> None:
        self.pairs = [pair for pair in self.pairs if pair[0] != name]
        if value is not None:
            self.pairs.append((name, value))


def words_of(element: Tag) -> str:
    """The words of an element, with single spaces."""
    return " ".join(element.get_text(" ").split())


def _held(box: Tag) -> Pairs:
    """What one box would send as the page stands."""
    name, kind = box.get("name"), box.get("type", "text")
    if not name:
        return []
    if box.name == "select":
        chosen = box.select_one("option[selected]") or box.select_one("option")
        return [(str(name), str(chosen.get("value", "")))] if chosen is not None else []
    if box.name == "textarea":
        return [(str(name), box.get_text())]
    if kind in ("radio", "checkbox") and not box.has_attr("checked"):
        return []
    return [(str(name), str(box.get("value", "")))]
