"""Trouble with the clock is told to whoever may mend it, in the inbox alone."""

from datetime import timedelta

from sqlmodel import select

from repatriation.records.notices import Telling
from repatriation.records.outbox import Beat, Outbox
from repatriation.records.sealing import instance_key
from repatriation.work.telling.hours import MAIL, mail_row
from repatriation.work.telling.trouble import OFF_BY, tell_trouble
from tests.telling.conftest import Office


def _give_up(office: Office, name: str) -> None:
    row = mail_row(office.officers[name], office.now, f"given up: {office.now}")
    with office.house.doors.act() as session:
        session.add(Outbox(**row | {"state": "dead", "last_error": "unreachable"}))


def test_mails_that_were_given_up_are_told_once_a_day_to_the_coordinators_of_their_officers(
    office: Office,
) -> None:
    _give_up(office, "sina")
    for _ in range(3):
        tell_trouble(office.house, office.now)
        office.now += timedelta(minutes=20)
    assert office.told("clock:trouble") == [("kanha", "mail")]
    office.now += timedelta(days=1)
    tell_trouble(office.house, office.now)
    office.now += timedelta(days=7)
    tell_trouble(office.house, office.now)
    assert len(office.told("clock:trouble")) == 2


def test_no_mail_goes_out_to_say_that_mails_do_not(office: Office) -> None:
    officer_id = office.officers["kanha"]
    mail = instance_key(office.house.keyring).seal("telling", "mail", officer_id, "x@example.org")
    with office.house.doors.act() as session:
        session.add(Telling(officer_id=officer_id, mail=mail, rhythm="at_once", changed_at=office.now))
    _give_up(office, "sina")
    tell_trouble(office.house, office.now)
    with office.house.doors.read() as session:
        states = session.exec(select(Outbox.state).where(Outbox.kind == MAIL)).all()
    assert states == ["dead"]


def test_a_machine_whose_time_is_off_is_told_to_every_coordinator_once(office: Office) -> None:
    for process, skew in (("right", OFF_BY), ("wrong", -OFF_BY - 1)):
        with office.house.doors.act() as session:
            session.add(
                Beat(process=process, host="here", started_at=office.now, ticked_at=office.now, skew_ms=skew)
            )
    for _ in range(2):
        tell_trouble(office.house, office.now)
    assert sorted(office.told("clock:trouble")) == [
        (name, "off") for name in sorted(("dara", "kanha", "somsak", "vuthy"))
    ]
