"""Who somebody is stands nowhere in clear: not in any column, log line, title, address or header."""

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from repatriation.records.columns import Row
from repatriation.web.access_log import JsonLines
from repatriation.work.newcase import NewCase
from tests.web.casework.conftest import World, send_on
from tests.web.conftest import read_page

SECRETS = {
    "khmr_family": "សម្ងាត់មួយ",
    "latn_family": "Secretfamily",
    "latn_given": "Secretgiven",
    "place": "Secretplace",
    "telephone": "+85512secret",
    "province": "Secretprovince",
    "note": "Secretnote",
    "interpreter": "Secretinterpreter",
    "guardian": "Secretguardian",
}
BIRTH = ("1987-06-05", "5 June 1987", "05/06/1987")
ASK = "/cases/open/tha-khm/requested"


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line logged meanwhile, as it would be written."""
    written: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(JsonLines().format(record) + str(record.exc_info or "") + record.getMessage())

    listener, logger = Listener(), logging.getLogger("repatriation")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    for each in (logger, logging.getLogger()):
        each.addHandler(listener)
    yield written
    logger.setLevel(before)
    for each in (logger, logging.getLogger()):
        each.removeHandler(listener)


def everything_kept(world: World) -> str:
    """Every value of every table as text."""
    with world.house.doors.read() as session:
        tables = Row.metadata.tables
        rows = [session.connection().execute(text(f'SELECT * FROM "{name}"')).all() for name in tables]
    return "\n".join(
        (bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value))
        for table in rows
        for row in table
        for value in row
    )


def around(page: TestResponse) -> str:
    """What of an answer is seen by others than its reader: title, headers, comments."""
    soup = read_page(page)
    head = soup.head.decode() if soup.head else ""
    comments = [str(each) for each in soup.find_all(string=lambda s: type(s).__name__ == "Comment")]
    flashed = [each.decode() for each in soup.select(".notice")]
    return "\n".join([head, str(page.headers), *comments, *flashed])


def test_what_is_typed_about_a_person_stands_nowhere_in_clear(world: World, lines: list[str]) -> None:
    visitor = world.browser("embassy")
    pages = [visitor.open(ASK)]
    birth = {"birthdate__day": "5", "birthdate__month": "6", "birthdate__year": "1987"}
    names = {name: word for name, word in SECRETS.items() if "_" in name}
    where = {name: SECRETS[name] for name in ("place", "telephone", "province", "note")}
    consent = {"agrees": "yes", "language": "km", "how": "spoken", "interpreter": SECRETS["interpreter"]}
    for entered in (
        names,
        birth,
        {**where, "place": "x" * 300},
        where,
        {"agrees": ""},
        consent,
        {"sure": "yes"},
    ):
        pages.append(send_on(visitor, ASK, pages[-1], **entered))
    assert pages[-1].status_code == 303, pages[-1].text
    reference = pages[-1].location.rpartition("/")[2]
    child = world.open_case(new=NewCase(route="tha-khm", stage="reported", age_group="child"))
    said: dict[str, object] = {
        "language": "km",
        "how": "spoken",
        "own_view": "y",
        "version": "0",
        "sure": "yes",
    }
    said |= {"guardian": SECRETS["guardian"], "interpreter": SECRETS["interpreter"], "note": SECRETS["note"]}
    said |= world.paper_boxes("consent_to_protection")
    told = world.browser("datip").send(f"/cases/{child}/do/consent_to_protection", said)
    assert told.status_code == 303
    pages.append(told)
    for part in ("", "/file", "/history", "/person", "/do/stay"):
        pages.append(visitor.open(f"/cases/{reference}{part}"))
        unseen = {**SECRETS, "note": "Secretfamily"}.values()  # the note is for all who have a part
        assert not any(word in pages[-1].text for word in (*unseen, *BIRTH)), part
    pages.append(visitor.send(f"/cases/{reference}/person", {"reason": "nonsense"}))
    pages.append(visitor.send("/cases/by-name", {"name": SECRETS["latn_family"]}))
    assert reference in pages[-1].text
    pages.append(visitor.send("/cases/by-name", {"name": "no such " + SECRETS["latn_given"]}))
    kept, logged, seen = everything_kept(world), "\n".join(lines), "\n".join(map(around, pages))
    assert reference in kept
    for word in (*SECRETS.values(), *BIRTH):
        assert word.lower() not in kept.lower(), "in the database"
        assert word not in logged, "in the log"
        assert word not in seen, "around a page"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_failure_of_ours_says_nothing_of_what_was_typed(
    world: World, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError(f"cannot keep {SECRETS['latn_family']}")

    world.app.testing = False
    visitor = world.browser("embassy")
    monkeypatch.setattr("repatriation.web.search.by_name", fails)
    page = visitor.send("/cases/by-name", {"name": SECRETS["latn_family"]})
    assert page.status_code == 500
    assert SECRETS["latn_family"] not in page.text + "".join(lines)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["stranger", "auditor", "ngo", "poipet", "thai-police", "khm-police"])
def test_a_case_of_others_answers_as_one_that_is_not_there(world: World, who: str) -> None:
    foreign = world.open_case()
    absent = "TK-2222-2222"
    visitor = world.browser(who)
    if who == "thai-police":
        foreign = world.open_case("embassy", NewCase(route="tha-khm", stage="requested", age_group="adult"))
    answers = []
    for reference in (foreign, absent):
        told = []
        for part in (
            "",
            "/file",
            "/history",
            "/person",
            "/do/presume",
            "/do/nonsense",
            "/visit",
            "/visit-notes",
        ):
            path = f"/cases/{reference}{part}"
            sent: dict[str, object] = {
                "sure": "yes",
                "version": "1",
                "key": "k",
                "reason": "audit",
                "here": reference,
            }
            for answer in (visitor.open(path), visitor.send(path, sent), visitor.client.head(path)):
                told.append(_without_numbers(answer, reference))
        for path in (f"/cases?after=never~{reference}", f"/arrivals/gate/roll?after={reference}"):
            told.append(_without_numbers(visitor.open(path), reference))
        ticked: dict[str, object] = {
            "tick": "yes",
            "here": reference,
            f"version-{reference}": "1",
            "act": "check_roll",
        }
        told.append(_without_numbers(visitor.send("/arrivals/gate/roll", ticked), reference))
        answers.append(told)
    assert answers[0] == answers[1]
    assert all(foreign not in body for _, _, body in answers[0])


def _without_numbers(answer: TestResponse, reference: str) -> tuple[int, str, str]:
    soup = read_page(answer)
    for each in soup.select("input[name=csrf_token], code, input[name=key]"):
        each.decompose()
    location = answer.headers.get("Location", "").replace(reference, "REFERENCE")
    return (
        answer.status_code,
        location,
        str(soup).replace(reference, "REFERENCE").replace(f"/{reference}", ""),
    )
