"""The pages of the inbox, the wishes, the calendar feed, the clock and its days, as officers use them."""

import logging
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import vobject
from icalendar import Calendar
from sqlmodel import select

from repatriation.app import create_app
from repatriation.records.cases import CaseFile, Party
from repatriation.records.feeds import Feed
from repatriation.records.organisations import Officer
from repatriation.records.outbox import Outbox
from repatriation.records.visits import Visit
from repatriation.settings import Settings
from repatriation.work import accounts
from repatriation.work.telling.beats import beat, new_process
from repatriation.work.telling.hours import mail_row
from repatriation.work.telling.trouble import tell_trouble
from repatriation.work.telling.wishes import wishes_of
from tests.records import made
from tests.telling.conftest import Office
from tests.web.conftest import PASSWORD, Visitor, quick_passwords, read_page

__all__ = ["quick_passwords"]

DAY = date(2026, 3, 20)
NEVER = "/calendar/" + "x" * 43 + ".ics"
Browse = Callable[[str], Visitor]


@pytest.fixture
def kind() -> str:
    """What is seen does not differ between databases."""
    return "sqlite"


@pytest.fixture
def browse(office: Office) -> Browse:
    """The browsers of officers, signed in."""
    hashed = accounts.hash_password(PASSWORD)
    with office.house.doors.act() as session:
        for officer in session.exec(select(Officer)).all():
            officer.password_hash = hashed
    app = create_app(Settings(demonstration=True), office.house, lambda: office.now)
    app.testing = True

    def browser(name: str) -> Visitor:
        visitor = Visitor(app.test_client())
        assert visitor.sign_in(name).status_code == 303
        return visitor

    return browser


def _menu(visitor: Visitor) -> str:
    (link,) = [each for each in read_page(visitor.open("/inbox")).select("nav a") if "Inbox" in each.text]
    return " ".join(link.text.split())


def test_the_menu_says_how_much_is_unread_and_the_inbox_leads_to_the_case(
    office: Office, browse: Browse
) -> None:
    case = office.case()
    office.visit(case, DAY)
    office.tick(days=11)
    sina = browse("sina")
    assert _menu(sina) == "Inbox 1 not read"
    (link,) = read_page(sina.open("/inbox")).select("main .task-list a")
    assert link.text == f"{case.reference} · A visit is overdue"
    assert "Told 1 hour late" in sina.open("/inbox").text
    answer = sina.open(str(link["href"]))
    assert answer.location == f"/cases/{case.reference}"
    assert _menu(sina) == "Inbox"


def test_everything_can_be_marked_as_read_at_once(office: Office, browse: Browse) -> None:
    for _ in range(120):
        office.visit(office.case(), DAY)
    office.tick(days=10)
    sina = browse("sina")
    assert _menu(sina) == "Inbox 99+ not read"
    first = read_page(sina.open("/inbox"))
    assert len(first.select("main .task-list a")) == 50
    older = first.select_one("nav.pages a")
    assert older is not None
    assert len(read_page(sina.open(str(older["href"]))).select("main .task-list a")) == 50
    sina.send("/inbox/read")
    assert _menu(sina) == "Inbox"


def _stepped(office: Office) -> CaseFile:
    """A case in which somebody took steps after which it is the ministry's turn."""
    procedure = office.house.shelf.in_force("tha-khm", office.now.date())
    case = office.case(
        digest=procedure.digest, stage="placement_pending", state={"facts": {}, "consents": {}}
    )
    for number, action in enumerate(("begin_screening", "find_trafficked")):
        with office.house.doors.act() as session:
            if not number:
                made.part(session, case, office.organisations["mosvy"], "home.coordination")
            detail = {"reference": case.reference, "version": number, "by": "others", "action": action}
            session.add(Outbox(case_id=case.id, kind="case:moved", run_at=office.now, detail=detail))
        office.tick(hours=1)
    return case


def test_a_step_is_named_in_the_readers_language_and_stands_with_those_before_it(
    office: Office, browse: Browse
) -> None:
    case = _stepped(office)
    procedure = office.house.shelf.pinned(case.digest)
    vuthy = browse("vuthy")
    page = read_page(vuthy.open("/inbox"))
    (entry,) = page.select("main .task-list > li")
    link, folded = entry.select_one("a"), entry.select_one("details li")
    assert link is not None
    assert folded is not None
    said = procedure.actions["find_trafficked"].text
    assert " ".join(link.text.split()) == f"{case.reference} · Step taken: {said['en']}"
    assert procedure.actions["begin_screening"].text["en"] in folded.text
    with office.house.doors.act() as session:
        session.get_one(Officer, office.officers["vuthy"]).language = "km"
    assert said["km"] in browse("vuthy").open("/inbox").text


def test_an_inbox_is_narrowed_down_and_what_is_shown_is_marked_as_read(
    office: Office, browse: Browse
) -> None:
    office.visit(office.case("mosvy"), DAY)
    office.tick(days=24)
    _stepped(office)
    vuthy = browse("vuthy")
    assert _menu(vuthy) == "Inbox 2 not read"
    for address, number in (
        ("/inbox", 2),
        ("/inbox?about=visits", 1),
        ("/inbox?about=steps", 1),
        ("/inbox?about=clock", 0),
        ("/inbox?which=needs&about=visits", 0),
        ("/inbox?which=news&about=visits", 1),
        ("/inbox?which=nonsense&about=nonsense", 2),
    ):
        assert len(read_page(vuthy.open(address)).select("main .task-list > li")) == number, address
    vuthy.send("/inbox/read", {"about": "visits"})
    assert _menu(vuthy) == "Inbox 1 not read"
    vuthy.send("/inbox/read", {"about": "nonsense"})
    assert _menu(vuthy) == "Inbox"


def test_trouble_with_the_clock_leads_to_its_page(office: Office, browse: Browse) -> None:
    row = mail_row(office.officers["sina"], office.now) | {"state": "dead", "attempts": 14}
    with office.house.doors.act() as session:
        session.add(Outbox(**row))
    tell_trouble(office.house, office.now)
    kanha = browse("kanha")
    (link,) = read_page(kanha.open("/inbox")).select("main .task-list a")
    assert link.text == "Mails to your officers could not be delivered"
    assert kanha.open(str(link["href"])).location == "/clock"


def test_the_notice_of_another_is_not_there(office: Office, browse: Browse) -> None:
    office.visit(office.case(), DAY)
    office.tick(days=10)
    (notice,) = office.notices()
    bopha = browse("bopha")
    assert bopha.open(f"/inbox/{notice.id}").status_code == 404
    assert bopha.open("/inbox/nothing").status_code == 404


def test_a_notice_is_not_there_any_more_when_the_case_is_out_of_sight(office: Office, browse: Browse) -> None:
    case = office.case()
    office.visit(case, DAY)
    office.tick(days=10)
    (notice,) = office.notices()
    with office.house.doors.act() as session:
        part = session.exec(select(Party).where(Party.case_id == case.id)).one()
        part.until, part.stage = office.now, None
    sina = browse("sina")
    assert _menu(sina) == "Inbox"
    assert case.reference not in sina.open("/inbox").text
    assert sina.open(f"/inbox/{notice.id}").status_code == 404


def test_an_officer_says_how_they_wish_to_be_told(office: Office, browse: Browse) -> None:
    sina = browse("sina")
    assert "no mail server yet" in sina.open("/inbox/wishes").text
    entered: dict[str, object] = {
        "mail": "sina@ngo.example.org",
        "rhythm": "at_once",
        "quiet_from": "21",
        "quiet_until": "6",
        "language": "km",
    }
    assert sina.send("/inbox/wishes", entered).status_code == 303
    kept = wishes_of(office.house, office.actor("sina"))
    assert (kept.mail, kept.quiet_from, kept.quiet_until, kept.language) == (
        "sina@ngo.example.org",
        21,
        6,
        "km",
    )
    answer = sina.send("/inbox/wishes", {**entered, "mail": "sina", "quiet_from": ""})
    assert answer.status_code == 400
    assert "Enter an address such as name@example.org" in answer.text
    assert "Choose both hours, or neither" in answer.text


def _feed(visitor: Visitor) -> str:
    page = read_page(visitor.send("/visits/calendar"))
    (address,) = page.select(".told")
    return address.text.removeprefix("http://127.0.0.1:8000")


def test_visits_come_into_a_calendar_that_others_can_read(office: Office, browse: Browse) -> None:
    case = office.case()
    visit = office.visit(case, DAY)
    office.visit(office.case(), DAY + timedelta(days=1), officer=None)
    office.visit(office.case(), DAY, officer="bopha")
    path = _feed(browse("sina"))
    answer = Visitor(browse("bopha").client).open(path)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = list(vobject.readOne(answer.text).vevent_list)
    assert len(events) == 2
    first = events[0]
    assert first.uid.value == f"{visit}@127.0.0.1"
    assert first.dtstart.value == DAY
    assert first.dtend.value == DAY + timedelta(days=1)
    assert first.summary.value == f"Visit, {case.reference}"
    assert first.status.value == "CONFIRMED"
    assert first.sequence.value == "0"
    assert Calendar.from_ical(answer.data).walk("VEVENT")[0].errors == []


def test_a_visit_that_was_moved_is_taken_out_and_stands_on_its_new_day(
    office: Office, browse: Browse
) -> None:
    case = office.case("mosvy")
    visit, off = office.visit(case, DAY), office.visit(case, DAY + timedelta(days=40))
    sina = browse("sina")
    path = _feed(sina)
    with office.house.doors.act() as session:
        for row_id, state in ((visit, "moved"), (off, "cancelled")):
            row = session.get_one(Visit, row_id)
            row.state, row.next_at = state, None
    moved = office.visit(case, DAY + timedelta(days=3))
    events = {
        str(event.uid.value).partition("@")[0]: event
        for event in vobject.readOne(sina.open(path).text).vevent_list
    }
    said = {uid: (event.status.value, event.sequence.value) for uid, event in events.items()}
    assert said == {
        visit: ("CANCELLED", "1"),
        off: ("CANCELLED", "1"),
        moved: ("CONFIRMED", "0"),
    }
    assert events[moved].dtstart.value == DAY + timedelta(days=3)


def test_a_feed_is_in_the_language_of_its_officer_and_its_lines_are_short(
    office: Office, browse: Browse
) -> None:
    with office.house.doors.act() as session:
        session.get_one(Officer, office.officers["sina"]).language = "km"
    office.visit(office.case(), DAY)
    data = browse("sina").open(_feed(browse("sina"))).data
    assert "ការចុះជួប" in vobject.readOne(data.decode()).vevent.summary.value
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_an_address_that_was_revoked_cannot_be_told_from_one_that_never_was(
    office: Office, browse: Browse
) -> None:
    sina, stranger = browse("sina"), browse("dara")
    path = _feed(sina)
    assert stranger.open(path).status_code == 200
    (form,) = [
        form for form in read_page(sina.open("/visits/calendar")).select("form") if "revoke" in str(form)
    ]
    sina.send(str(form["action"]))
    revoked, never = stranger.open(path), stranger.open(NEVER)
    assert (revoked.status_code, never.status_code) == (404, 404)
    said = {
        str(read_page(answer).main).replace(answer.headers["X-Request-Id"], "") for answer in (revoked, never)
    }
    assert len(said) == 1
    assert stranger.send(str(form["action"])).status_code == 404


def test_a_feed_ends_with_its_officers_work_and_with_the_sight_of_the_case(
    office: Office, browse: Browse
) -> None:
    case = office.case()
    office.visit(case, DAY)
    sina = browse("sina")
    path = _feed(sina)
    with office.house.doors.act() as session:
        part = session.exec(select(Party).where(Party.case_id == case.id)).one()
        part.until, part.stage = office.now, None
    assert "VEVENT" not in sina.open(path).text
    with office.house.doors.act() as session:
        session.get_one(Officer, office.officers["sina"]).active = False
    assert browse("bopha").open(path).status_code == 404


def test_whoever_guesses_addresses_is_slowed_down(office: Office, browse: Browse) -> None:
    stranger = browse("dara")
    statuses = [stranger.open(f"/calendar/{number}.ics").status_code for number in range(40)]
    assert statuses[:30] == [404] * 30
    assert set(statuses[30:]) == {429}


def test_the_secret_of_a_feed_is_kept_nowhere_and_stands_in_no_log(
    office: Office, browse: Browse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sina = browse("sina")
    path = _feed(sina)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    sina.open(path)
    sina.open(path + "x")
    said = "".join(str(record.__dict__) for record in caplog.records)
    assert token not in said
    with office.house.doors.read() as session:
        rows = session.exec(select(Feed)).all()
    assert token not in str([row.model_dump() for row in rows])
    assert token not in sina.open("/visits/calendar").text


def test_the_board_says_whether_a_clock_runs_and_what_was_never_delivered(
    office: Office, browse: Browse
) -> None:
    row = mail_row(office.officers["sina"], office.now) | {
        "state": "dead",
        "attempts": 14,
        "last_error": "unreachable",
    }
    with office.house.doors.act() as session:
        session.add(Outbox(**row))
    kanha = browse("kanha")
    assert "No clock runs." in kanha.open("/clock").text
    process = new_process()
    beat(office.house, process, office.now)
    page = kanha.open("/clock").text
    assert process in page
    assert "No clock runs." not in page
    assert "The mail server could not be reached" in page
    assert kanha.send(f"/clock/mails/{row['id']}/try").status_code == 303
    assert "None in your organisation." in kanha.open("/clock").text


def test_an_auditor_sees_the_board_and_changes_nothing(office: Office, browse: Browse) -> None:
    vanna = browse("vanna")
    assert vanna.open("/clock").status_code == 200
    assert vanna.open("/clock/days").status_code == 200
    assert vanna.open("/clock/days/enter").status_code == 404
    assert vanna.send("/clock/mails/any/try").status_code == 404
    assert browse("sina").open("/clock").status_code == 404


def _day(day: int, works: str = "no", source: str = "Sub-decree 12") -> dict[str, object]:
    return {"day-day": str(day), "day-month": "3", "day-year": "2026", "works": works, "source": source}


def test_a_coordinator_enters_a_day_of_their_own_country_and_takes_it_back(
    office: Office, browse: Browse
) -> None:
    dara = browse("dara")
    answer = dara.send("/clock/days/enter", _day(16), follow_redirects=True)
    assert "Kept. 0 time limits moved." in answer.text
    assert "Sub-decree 12" in answer.text
    assert "Take back" in dara.open("/clock/days").text
    kanha = browse("kanha")
    assert "Sub-decree 12" in kanha.open("/clock/days").text
    assert "Take back" not in kanha.open("/clock/days").text
    assert kanha.send("/clock/days/THA/2026-03-16/take-back").status_code == 404
    assert dara.send("/clock/days/THA/2026-03-16/take-back").status_code == 303
    assert "Sub-decree 12" not in dara.open("/clock/days").text
    assert dara.send("/clock/days/THA/nonsense/take-back").status_code == 404


def test_a_day_without_a_source_or_beyond_the_calendars_is_refused(office: Office, browse: Browse) -> None:
    dara = browse("dara")
    assert "Say on whose word" in dara.send("/clock/days/enter", _day(16, source=" ")).text
    far = {**_day(16), "day-year": "2399"}
    assert dara.send("/clock/days/enter", far).status_code == 400
