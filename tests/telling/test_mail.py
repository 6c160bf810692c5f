"""Mails to officers: over a real mail server, which may refuse, hang, or be away."""

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import select

from repatriation.records.outbox import Outbox
from repatriation.work.refusals import Invalid, NotFound, ReadOnly
from repatriation.work.telling.chores import plan_digests
from repatriation.work.telling.hours import is_quiet, when_to_send
from repatriation.work.telling.posting import PATIENCE, Posted, post_due, wait
from repatriation.work.telling.smtp import Smtp
from repatriation.work.telling.undelivered import try_again, undelivered
from repatriation.work.telling.wishes import Wishes, keep_wishes, wishes_of
from tests.telling.conftest import Office

DAY = date(2026, 3, 20)
PHNOM_PENH = ZoneInfo("Asia/Phnom_Penh")


class Server:
    """A mail server that keeps what it takes, and may be told to answer otherwise."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.to: list[str] = []
        self.encrypted: list[bool] = []
        self.answers: dict[str, str] = {}
        self.at_data = "250 OK"
        self.hangs_up_after: int | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.hangs_up_after is not None and len(self.taken) >= self.hangs_up_after:
            server.transport.abort()
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.at_data.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
            self.to += envelope.rcpt_tos
            self.encrypted.append(session.ssl is not None)
        return self.at_data


@pytest.fixture
def server() -> Iterator[tuple[Server, int]]:
    """A mail server on a port of its own."""
    kept = Server()
    controller = Controller(kept, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield kept, controller.port
    controller.stop()


@pytest.fixture
def post(office: Office, server: tuple[Server, int]) -> Server:
    """The office sends its mails by this server."""
    office.house = replace(office.house, relay=_to(server[1]))
    return server[0]


def _free_port() -> int:
    """A port that nobody listens on: the controller does not say which one it was given."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _to(port: int, **values: Any) -> Smtp:
    return Smtp("127.0.0.1", port, "robot@returns.example.org", tls=values.pop("tls", "none"), **values)


def _wish(office: Office, name: str = "sina", **values: Any) -> None:
    wishes = {"mail": f"{name}@ngo.example.org", "rhythm": "at_once", "quiet_from": None, "quiet_until": None}
    keep_wishes(office.house, office.actor(name), office.now, Wishes(**{**wishes, **values}))


def _post(office: Office, **later: float) -> Posted:
    office.now += timedelta(**later)
    return post_due(office.house, lambda: office.now, chance=lambda: 0.5)


def _rows(office: Office) -> list[Outbox]:
    with office.house.doors.read() as session:
        return list(session.exec(select(Outbox).where(Outbox.kind == "mail:notices")).all())


def test_a_mail_says_how_much_is_due_and_nothing_about_anybody(office: Office, post: Server) -> None:
    _wish(office, language="km")
    case = office.case()
    for days in range(3):
        office.visit(case, DAY - timedelta(days=days))
    office.tick(days=10)
    assert _post(office, minutes=10) == Posted(sent=1)
    (mail,) = post.taken
    assert post.to == ["sina@ngo.example.org"]
    assert mail["Subject"] == "ការជូនដំណឹងថ្មី៖ 3"
    assert mail["Content-Language"] == "km"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{_rows(office)[0].id}@127.0.0.1>"
    body = mail.get_content()
    assert "http://127.0.0.1:8000/inbox" in body
    assert "ការចុះជួបរបស់អ្នកដែលដល់ថ្ងៃកំណត់៖ 1" in body
    assert case.reference not in str(mail) + body
    assert mail.defects == []


@pytest.mark.parametrize("language", ["en", "km", "th", "vi"])
def test_each_language_has_every_word_of_a_mail(office: Office, post: Server, language: str) -> None:
    _wish(office, language=language)
    office.visit(office.case(), DAY)
    office.tick(days=10)
    _post(office, minutes=10)
    (mail,) = post.taken
    assert mail["Content-Language"] == language
    english = "Sign in to read more" in mail.get_content()
    assert english == (language == "en")


def test_what_happens_within_ten_minutes_goes_out_in_one_mail(office: Office, post: Server) -> None:
    _wish(office)
    for _ in range(5):
        office.visit(office.case(), DAY)
        office.tick(days=0)
    office.tick(days=10)
    for _ in range(4):
        office.tick(minutes=1)
        _post(office)
    _post(office, minutes=6)
    assert len(post.taken) == 1


def test_whoever_has_read_everything_gets_no_mail(office: Office, post: Server) -> None:
    from repatriation.work.telling.inbox import read_all

    _wish(office)
    office.visit(office.case(), DAY)
    office.tick(days=10)
    read_all(office.house, office.actor("sina"), office.now)
    assert _post(office, minutes=10) == Posted(sent=1)
    assert post.taken == []


def test_a_daily_mail_goes_once_a_day_in_the_morning(office: Office, post: Server) -> None:
    _wish(office, rhythm="digest")
    office.visit(office.case(), DAY)
    office.now = datetime(2026, 3, 20, 0, 30, tzinfo=UTC)  # half past seven in Phnom Penh
    office.tick()
    for _ in range(30):
        plan_digests(office.house, office.now)
        _post(office, hours=1)
    assert [mail["Date"].datetime for mail in post.taken] == [
        datetime(2026, 3, 20, 2, 30, tzinfo=UTC),
        datetime(2026, 3, 21, 2, 30, tzinfo=UTC),
    ]


def test_no_mail_goes_in_quiet_hours(office: Office, post: Server) -> None:
    _wish(office, quiet_from=20, quiet_until=7)
    office.visit(office.case(), DAY)
    office.now = datetime(2026, 3, 20, 14, 0, tzinfo=UTC)  # nine in the evening
    office.tick()
    _post(office, hours=9)
    assert post.taken == []
    assert _post(office, hours=1) == Posted(sent=1)


def test_quiet_hours_are_those_of_the_officers_zone() -> None:
    evening = datetime(2026, 3, 20, 14, 0, tzinfo=UTC)
    assert when_to_send(evening, PHNOM_PENH, 20, 7) == datetime(2026, 3, 21, 0, 0, tzinfo=UTC)
    assert when_to_send(evening, ZoneInfo("Europe/Lisbon"), 20, 7) == datetime(
        2026, 3, 20, 14, 10, tzinfo=UTC
    )
    assert [hour for hour in range(24) if is_quiet(datetime(2026, 3, 20, hour, tzinfo=UTC), 22, 5)] == [
        *range(5),
        22,
        23,
    ]


def test_a_mail_that_is_refused_for_good_is_laid_before_a_person_and_the_others_go(
    office: Office, post: Server
) -> None:
    post.answers["sina@ngo.example.org"] = "550 no such box"
    for name in ("sina", "bopha"):
        _wish(office, name)
    office.visit(office.case(), DAY, officer=None)
    office.tick(days=10)
    assert _post(office, minutes=10) == Posted(sent=1, dead=1)
    kanha = office.actor("kanha")
    (dead,) = undelivered(office.house, kanha)
    assert (dead.officer, dead.because) == ("sina", "status_550")
    assert undelivered(office.house, office.actor("vuthy")) == ()
    post.answers.clear()
    try_again(office.house, kanha, office.now, dead.id)
    assert _post(office) == Posted(sent=1)
    assert undelivered(office.house, kanha) == ()


def test_only_the_own_organisation_may_have_a_mail_tried_again(office: Office, post: Server) -> None:
    post.answers["sina@ngo.example.org"] = "550 no such box"
    _wish(office)
    office.visit(office.case("audit"), DAY)
    office.tick(days=10)
    _post(office, minutes=10)
    (row,) = _rows(office)
    with pytest.raises(NotFound):
        try_again(office.house, office.actor("vuthy"), office.now, row.id)
    with pytest.raises(ReadOnly):
        try_again(office.house, office.actor("vanna"), office.now, row.id)


def test_a_server_that_is_busy_is_tried_again_later_and_longer_each_time(
    office: Office, post: Server
) -> None:
    post.at_data = "451 try again"
    _wish(office)
    office.visit(office.case(), DAY)
    office.tick(days=10)
    assert _post(office, minutes=10) == Posted(put_off=1)
    assert _post(office, seconds=29) == Posted()
    assert _post(office, seconds=1) == Posted(put_off=1)
    assert _post(office, seconds=59) == Posted()
    post.at_data = "250 OK"
    assert _post(office, seconds=1) == Posted(sent=1)


def test_a_mail_that_never_goes_is_given_up_after_its_tries_and_not_before(office: Office) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        office.house = replace(office.house, relay=_to(nobody.getsockname()[1]))
        _wish(office)
        office.visit(office.case(), DAY)
        office.tick(days=10)
        tried = [_post(office, hours=6) for _ in range(PATIENCE)]
    assert tried == [Posted(put_off=1)] * (PATIENCE - 1) + [Posted(dead=1)]
    assert _rows(office)[0].last_error == "unreachable"


def test_a_server_that_hangs_holds_nobody_up_for_long(office: Office) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        office.house = replace(office.house, relay=_to(silent.getsockname()[1], patience=0.2))
        for name in ("sina", "bopha", "kanha"):
            _wish(office, name)
        office.visit(office.case(), DAY, officer=None)
        office.tick(days=11)
        began = datetime.now(UTC)
        assert _post(office, minutes=10) == Posted(put_off=3)
        assert datetime.now(UTC) - began < timedelta(seconds=2)
    assert {row.last_error for row in _rows(office)} == {"too_slow"}


def test_a_server_that_hangs_up_in_the_middle_loses_and_doubles_nothing(office: Office, post: Server) -> None:
    post.hangs_up_after = 1
    for name in ("sina", "bopha"):
        _wish(office, name)
    office.visit(office.case(), DAY, officer=None)
    office.tick(days=10)
    assert _post(office, minutes=10) == Posted(sent=1, put_off=1)
    post.hangs_up_after = None
    assert _post(office, minutes=1) == Posted(sent=1)
    assert sorted(post.to) == ["bopha@ngo.example.org", "sina@ngo.example.org"]


def test_a_line_is_encrypted_and_the_server_must_be_who_it_says(office: Office, tmp_path: Path) -> None:
    key_file, certificate = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key_file)
    kept = Server()
    controller = Controller(
        kept, hostname="127.0.0.1", port=_free_port(), tls_context=context, require_starttls=True
    )
    controller.start()
    port = controller.port
    _wish(office)
    office.visit(office.case(), DAY)
    office.tick(days=10)
    try:
        office.house = replace(office.house, relay=_to(port, tls="starttls"))
        assert _post(office, minutes=10) == Posted(put_off=1)
        assert _rows(office)[0].last_error == "not_trusted"
        office.house = replace(office.house, relay=_to(port, tls="starttls", ca=certificate))
        assert _post(office, minutes=1) == Posted(sent=1)
    finally:
        controller.stop()
    assert kept.encrypted == [True]


def test_a_claim_whose_lease_ran_out_is_settled_by_nobody_but_its_new_owner(
    office: Office, post: Server
) -> None:
    from repatriation.records.leases import claim, settle

    _wish(office)
    office.visit(office.case(), DAY)
    office.tick(days=10)
    office.now += timedelta(minutes=10)
    with office.house.doors.act() as session:
        (first,) = claim(session.connection(), "mail:notices", office.now, "slow", 10)
    assert _post(office, minutes=5) == Posted()
    assert _post(office, minutes=2) == Posted(sent=1)
    with office.house.doors.act() as session:
        assert settle(session.connection(), "slow", [first.id], []) == 0
    assert [row.state for row in _rows(office)] == ["sent"]


def test_tries_are_spread_so_that_many_do_not_come_back_at_once() -> None:
    assert wait(1, lambda: 0.0) == timedelta(seconds=24)
    assert wait(1, lambda: 1.0) == timedelta(seconds=36)
    assert wait(40, lambda: 0.5) == timedelta(hours=6)


def test_an_address_is_sealed_and_one_that_is_none_is_refused(office: Office) -> None:
    for bad in (
        "sina",
        "sina@ngo\r\nBcc: all@example.org",
        "a b@ngo.example.org",
        "x" * 250 + "@example.org",
    ):
        with pytest.raises(Invalid):
            _wish(office, mail=bad)
    _wish(office)
    assert wishes_of(office.house, office.actor("sina")).mail == "sina@ngo.example.org"
    assert wishes_of(office.house, office.actor("bopha")) == Wishes()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    import ipaddress

    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate = folder / "mail.key", folder / "mail.crt"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate
