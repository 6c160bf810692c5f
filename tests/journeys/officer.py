"""An officer before a browser of their own, in a story that several of them live together."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from flask import Flask

from tests.journeys.browser import Browser
from tests.journeys.page import Form, Page
from tests.web.conftest import Clock

HABITS: Final[Mapping[str, Any]] = {
    "language": "km",
    "how": "signed",
    "interpreter": "An interpreter of the shelter",
    "authority": "The body whose decision it is",
    "note": "Written down in the story.",
    "custody": "court",
    "reason": "full",
}
"""What an officer enters where a form asks for it and the story says nothing else."""

PAPER_HABITS: Final[Mapping[str, str]] = {
    "paper-to": "The body that is asked",
    "paper-matter": "verification",
    "paper-care-may_be_told": "looked_for",
    "paper-finding-found": "true",
    "paper-recommended-advice": "care",
    "paper-closing-reason": "goals_reached",
    "paper-entry-gate": "The gate of the story",
    "paper-place-gate": "The gate of the story",
}
"""What a paper must say where the case does not say it."""

PAPER_COUNTS: Final = timedelta(days=200)


@dataclass
class Story:
    """One person's way: the case at hand, the clock of all offices, and what nobody may come to read."""

    app: Flask
    clock: Clock
    reference: str = ""
    secrets: tuple[str, ...] = ()
    habits: Mapping[str, Any] = field(default_factory=dict)
    officers: dict[str, "Officer"] = field(default_factory=dict)

    def officer(self, username: str) -> "Officer":
        """The officer of this name, at a browser that has not been here before."""
        if username not in self.officers:
            self.officers[username] = Officer(self, username)
        return self.officers[username]

    def cast(self, *usernames: str) -> tuple["Officer", ...]:
        """Several officers."""
        return tuple(self.officer(username) for username in usernames)

    def pass_by(self, **amount: float) -> None:
        """Lets time go by."""
        self.clock.pass_by(**amount)

    def day(self, days: int = 0) -> date:
        """The day it is, or so many days on, where all these offices work."""
        return (self.clock.time + timedelta(hours=7, days=days)).date()


class Officer(Browser):
    """Somebody of the demonstration, who reaches everything by links and forms."""

    def __init__(self, story: Story, username: str) -> None:
        super().__init__(story.app, username, lambda: story.secrets)
        self.story = story
        self.knows: set[str] = set()

    # -- the case at hand

    def case(self, part: str = "") -> Page:
        """The page of the case at hand; the first time it is found in the officer's own list."""
        reference = self.story.reference
        if reference not in self.knows:
            self.finds(reference)
        page = self.open(f"/cases/{reference}")
        if not part:
            return page
        return self.open(page.link_of(part))

    def finds(self, reference: str) -> Page:
        """The page of a case, by way of the lists of cases."""
        board = self.open("/cases")
        for view in ("All that are open", "Closed and ended"):
            board = self.open(board.link_of(view))
            if f"/cases/{reference}" in board.links():
                self.knows.add(reference)
                return self.open(board.link_of(reference))
        raise AssertionError(f"{self.username} has no case {reference} in any list")

    def finds_nothing(self) -> None:
        """Fails when the case at hand is in a list of this officer, or when its page can be opened."""
        reference = self.story.reference
        for view in ("Your move", "All that are open", "Overdue", "No step for 30 days", "Closed and ended"):
            board = self.open(self.open("/cases").link_of(view))
            assert reference not in board.html, f"{self.username} has {reference} under {view!r}"
        for part in ("", "/file", "/history", "/person"):
            self.open(f"/cases/{reference}{part}", 404)

    def takes(self, action: str, **entered: Any) -> Page:
        """Takes a step from the page of the case, and gives the page that follows."""
        asked = self.asks_for(action)
        form = self.filled(asked, **entered)
        button = "Do this now"
        if "sure" not in dict(form.pairs):
            checked = self.send(form, "Continue", 200, may_name=True)
            if checked.heading == "Write the paper":
                checked, button = self.writes_the_paper(checked), "Issue it"
            else:
                assert checked.heading == "Check before you do this", checked.text
            form = checked.form(button)
        done = self.send(form, button)
        self.story.pass_by(minutes=3)
        page = self.open(done.response.location)
        page.says("Done, and written down.")
        return page

    def writes_the_paper(self, page: Page) -> Page:
        """Fills in what the paper of an act cannot do without, and goes on to look at it."""
        form = page.form("Continue")
        for name in form.asks & PAPER_HABITS.keys():
            if not dict(form.pairs).get(name):
                form.fill(name, PAPER_HABITS[name])
        seen = self.send(form, "Continue", 200, may_name=True)
        assert seen.heading == "Look at the paper", seen.text
        assert seen.main.select_one("img.paper-page[alt]"), "the paper is not to be seen"
        return seen

    def takes_all(self, *actions: str) -> Page:
        """Several steps, one after the other, that ask for nothing unusual."""
        for action in actions:
            page = self.takes(action)
        return page

    def asks_for(self, action: str) -> Page:
        """The page of an action, by its link on the page of the case."""
        page = self.case()
        links = page.links()
        address = links.get(f"/cases/{self.story.reference}/do/{action}")
        assert address, f"{self.username} is not offered {action} at {page.stage!r}, but:\n{page.text}"
        return self.open(address)

    def filled(self, page: Page, **entered: Any) -> Form:
        """The form of an action, with just what it asks for filled in."""
        form = page.form("Continue" if "Continue" in page.text else "Do this now")
        usual = {**HABITS, "until": self.story.day() + PAPER_COUNTS, **self.story.habits}
        said = self._is_consent(page)
        for name in form.asks & usual.keys() - entered.keys():
            if not (name == "until" and said):  # an agreement holds until it is taken back
                form.fill(name, usual[name])
        for name, value in entered.items():
            ahead = name in ("on", "until") and isinstance(value, int)
            form.fill(name, self.story.day(value) if ahead else value)
        return form

    def offered(self) -> set[str]:
        """The actions to which the page of the case has a link."""
        return {link.rpartition("/do/")[2] for link in self.case().links() if "/do/" in link}

    def is_offered(self, action: str) -> bool:
        """Whether the page of the case has a link to an action."""
        return action in self.offered()

    def is_told_why_not(self, action: str, *reasons: str) -> Page:
        """The page of an action that is closed to the officer; it says why, and has no button."""
        assert not self.is_offered(action), f"{self.username} is offered {action}"
        page = self.open(f"/cases/{self.story.reference}/do/{action}")
        page.says("Not yet possible, because…", *reasons)
        assert page.main.find("button") is None
        return page

    @staticmethod
    def _is_consent(page: Page) -> bool:
        return page.heading == "What the person says"

    # -- who the person is, the gate, and visits

    def opens_the_identity(self, reason: str) -> Page:
        """Opens who the person is, from what is on file, for a reason."""
        asked = self.open(self.case("On file").link_of("Open who this is"))
        form = asked.form("Open")
        form.fill("reason", reason)
        return self.send(form, "Open", 200, may_name=True)

    def takes_the_roll(self, where: str, references: Iterable[str], *actions: str) -> Page:
        """Opens the names of all who are expected or at the centre, ticks some, and acts for them."""
        day = self.open("/arrivals")
        asked = self.open(day.link_of(where))
        opened = self.send(asked.form("Open the names"), "Open the names", 200, may_name=True)
        form = opened.form("Do this for all who are ticked")
        form.pairs += [("here", reference) for reference in references]
        form.pairs += [("act", action) for action in actions]
        for name, value in form.pairs:
            if name in ("here", "act"):
                assert opened.main.select_one(f'input[name="{name}"][value="{value}"]'), f"no box {value}"
        done = self.send(form, "Do this for all who are ticked", 200, may_name=True)
        if done.heading == "Write the paper":
            done = self.send(self.writes_the_paper(done).form("Issue it"), "Issue it", 200)
        assert done.heading == "What was done"
        self.story.pass_by(minutes=3)
        return done

    def records_an_arrival(self, **entered: Any) -> str:
        """Enters somebody who came unannounced; gives the reference."""
        page = self.open(self.open("/arrivals").link_of("Record somebody who came unannounced"))
        if page.heading == "Where does the person come from?":
            page = self.open(page.link_of(entered["route"]))
        form = page.form("Save, and the next person")
        for name in form.asks & entered.keys():
            form.fill(name, entered[name])
        saved = self.send(form, "Save, and the next person", may_name=True)
        self.story.secrets += tuple(entered[n] for n in entered if n.endswith(("_family", "_given")))
        page = self.open(saved.response.location)
        found = re.search(r"Saved as ([A-Z0-9-]+)\.", page.text)
        assert found, page.text
        self.story.pass_by(minutes=3)
        return found.group(1)

    def visits(self, **entered: Any) -> Page:
        """Writes down a visit, from the page of the case."""
        page = self.open(self.case().links()[f"/cases/{self.story.reference}/visit"])
        form = page.form("Write it down")
        for name, value in entered.items():
            form.fill(name, self.story.day(value) if name == "next_on" else value)
        if "notes" in entered:
            self.story.secrets += (entered["notes"],)
        status = 200 if entered.get("outcome") == "seen" else 303
        done = self.send(form, "Write it down", status, may_name=True)
        if status == 200:
            done = self.send(self.writes_the_paper(done).form("Issue it"), "Issue it")
        self.story.pass_by(minutes=3)
        page = self.open(done.response.location)
        page.says("The visit is written down.")
        return page

    # -- opening a case

    def opens_a_case(self, route: str, beginning: str, presses: int = 1, **entered: Any) -> Page:
        """Opens a case page by page, from the list of cases on; it is the case at hand from then on.

        What was entered of the person's name is from then on to be seen nowhere. An impatient officer
        `presses` the last button more than once.
        """
        page = self.open(self.open("/cases").link_of("Open a case"))
        if page.heading == "Open a case":
            page = self.open(page.link_of(f"{beginning} : {route}"), may_name=True)
        names = [value for name, value in entered.items() if name.endswith(("_family", "_given"))]
        left = dict(entered)
        while page.heading != "Check your answers":
            form = page.form("Continue")
            for name in form.asks & left.keys():
                form.fill(name, left.pop(name))
            page = self.send(form, "Continue", 200, may_name=True)
        assert not left, f"nobody asked for {sorted(left)}"
        page.says(*names)
        form = page.form("Open the case")
        for _ in range(presses):
            opened = self.send(form, "Open the case", may_name=True)
        self.story.secrets += tuple(names)
        self.story.reference = opened.response.location.rpartition("/")[2]
        page = self.open(opened.response.location)
        page.says("The case is open.", self.story.reference)
        self.story.pass_by(minutes=3)
        return page


def never_said(secrets: Iterable[str], lines: Iterable[str]) -> None:
    """Fails when a log line gives somebody away."""
    for line in lines:
        for secret in secrets:
            assert secret not in line, f"the log gives away {secret}: {line}"
