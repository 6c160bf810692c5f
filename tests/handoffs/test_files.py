"""Files that travel apart: what a sender that lies about them, or withholds them, brings about."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlmodel import select

from partners import files, jose
from partners.calls import Http, Reply, Wire
from partners.reach import Failed, Reach
from repatriation.records.handoffs import HandoffFile
from repatriation.work.handoffs import composing, fetching, withdrawing
from repatriation.work.handoffs.drafts import File
from repatriation.work.refusals import Invalid, NotFound
from tests.handoffs.test_api import PDF, claims, deliver, program, sealed, signed
from tests.handoffs.two import Two
from tests.partners.programs import Program

__all__ = ["program"]

LOCKED = files.lock(PDF)
PROGRAM = files.lock(b"MZ a program")
PAGE = files.lock(b"<html>")

Bend = Callable[[Reply], Reply]


class Liar:
    """A wire to a sender that answers otherwise when a file is fetched, and keeps what it was asked."""

    def __init__(self, issuer: str, reach: Reach, bend: Bend, asked: list[str]) -> None:
        self.http, self.bend, self.asked = Http(issuer, reach), bend, asked

    def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Reply:
        """One request."""
        if "/files/" not in url:
            return self.http.call(method, url, headers, body, most)
        self.asked.append(url)
        reply = self.bend(Reply(200, {}, LOCKED.content))
        if len(reply.body) > most:
            raise Failed("too_large")  # as Http says when it has read so much
        return reply

    def close(self) -> None:
        """Hang up."""
        self.http.close()


def liar(bend: Bend, asked: list[str] | None = None) -> Callable[[str, Reach], Wire]:
    """A dial to such a sender."""
    kept = [] if asked is None else asked
    return lambda issuer, reach: Liar(issuer, reach, bend, kept)


def named(two: Two, locked: files.Locked = LOCKED, **other: Any) -> dict[str, Any]:
    """A file as its sender names it in an envelope."""
    return {
        "name": "A paper.pdf",
        "media_type": "application/pdf",
        "size": locked.size,
        "sha256": locked.sha256,
        "key": locked.key,
        "href": f"{two.chiang_mai.house.issuer}/api/handoffs/x/files/1",
        **other,
    }


def arrive(two: Two, program: Program, *attachments: dict[str, Any]) -> str:
    """A referral with these files comes to Bangkok; gives its id there."""
    told = claims(two, attachments=list(attachments))
    told["case"]["organisation"] = "bangkok"
    answer = deliver(program, sealed(two, signed(two, told)))
    assert answer.status_code == 200, answer.text
    return two.bangkok.row(jti=told["jti"]).id


def fetch(two: Two, handoff_id: str, bend: Bend, officer: str = "bangkok", **how: Any) -> tuple[str, bytes]:
    """An officer in Bangkok opens the first file."""
    place = two.bangkok
    dial = liar(bend, how.get("asked"))
    return fetching.fetch(
        place.house, place.officers[officer], place.clock(), handoff_id, how.get("number", 1), dial=dial
    )


def kept(two: Two) -> list[bytes | None]:
    """What Bangkok keeps of files."""
    with two.bangkok.house.doors.read() as session:
        return list(session.exec(select(HandoffFile.content)).all())


def truth(reply: Reply) -> Reply:
    """The sender says what it said before."""
    return reply


def test_a_file_that_is_what_was_said_is_opened_and_kept_as_it_travelled(two: Two, program: Program) -> None:
    handoff_id = arrive(two, program, named(two))
    assert fetch(two, handoff_id, truth) == ("application/pdf", PDF)
    assert kept(two) == [LOCKED.content]
    asked: list[str] = []
    assert fetch(two, handoff_id, truth, asked=asked)[1] == PDF
    assert asked == [], "it is fetched once"


@pytest.mark.parametrize(
    ("other", "answer", "why"),
    [
        ({}, Reply(200, {}, files.lock(PDF).content), "other_file"),
        ({}, Reply(200, {}, LOCKED.content[:-1] + b"x"), "other_file"),
        ({}, Reply(200, {}, LOCKED.content[:-1]), "other_file"),
        ({}, Reply(200, {}, b""), "other_file"),
        ({}, Reply(200, {}, LOCKED.content + b"x" * 100), "too_large"),
        ({}, Reply(404, {}, b"{}"), "status_404"),
        ({}, Reply(500, {}, b""), "status_500"),
        ({}, Reply(302, {"location": "http://169.254.169.254/"}, b""), "redirect"),
        ({"size": LOCKED.size + 1}, Reply(200, {}, LOCKED.content), "other_file"),
        ({"size": 1}, Reply(200, {}, LOCKED.content), "too_large"),
        ({"size": 20_000_000}, Reply(200, {}, b"x" * 6_000_000), "too_large"),
        ({"sha256": jose.digest("another")}, Reply(200, {}, LOCKED.content), "other_file"),
        ({"key": files.lock(PDF).key}, Reply(200, {}, LOCKED.content), "sealed"),
        ({"href": "https://evil.example.org/file"}, Reply(200, {}, LOCKED.content), "other_host"),
        ({"href": "file:///etc/passwd"}, Reply(200, {}, LOCKED.content), "other_host"),
        ({"media_type": "image/png"}, Reply(200, {}, LOCKED.content), "kind"),
        (
            {"size": PROGRAM.size, "sha256": PROGRAM.sha256, "key": PROGRAM.key},
            Reply(200, {}, PROGRAM.content),
            "kind",
        ),
        (
            {"size": PAGE.size, "sha256": PAGE.sha256, "key": PAGE.key, "media_type": "text/html"},
            Reply(200, {}, PAGE.content),
            "kind",
        ),
    ],
)
def test_a_file_that_is_not_what_was_said_is_not_opened_and_not_kept(
    two: Two, program: Program, other: dict[str, Any], answer: Reply, why: str
) -> None:
    handoff_id = arrive(two, program, named(two, **other))
    with pytest.raises(Invalid) as refused:
        fetch(two, handoff_id, lambda _: answer)
    assert refused.value.problems == {"file": why}
    assert kept(two) == [None]


def test_a_host_that_begins_like_the_senders_is_not_called(two: Two, program: Program) -> None:
    issuer, asked = two.chiang_mai.house.issuer, list[str]()
    for href in (f"{issuer}.evil.example.org/f", f"{issuer}@evil.example.org/f", f"{issuer}0/f"):
        with pytest.raises(Invalid, match="other_host"):
            fetch(two, arrive(two, program, named(two, href=href)), truth, asked=asked)
    assert asked == []


def test_a_file_of_anothers_handoff_is_not_there(two: Two, program: Program) -> None:
    handoff_id = arrive(two, program, named(two))
    for officer, number in (("embassy", 1), ("bangkok", 2), ("bangkok", 0), ("bangkok", 10**6)):
        with pytest.raises(NotFound):
            fetch(two, handoff_id, truth, officer, number=number)
    # Nor is what we received there for whoever sent it, nor what was sent to somebody else.
    jti = two.bangkok.row(id=handoff_id).jti
    assert program.call(f"/api/handoffs/{jti}/files/1", program.token("handoff:receive")).status_code == 404
    assert kept(two) == [None]


def test_a_file_that_was_taken_back_while_it_was_fetched_is_not_kept(two: Two) -> None:
    here, there = two.bangkok, two.chiang_mai
    drafted = two.draft(two.open_case(), files=(File("A paper.pdf", PDF),))
    composing.send(here.house, here.officers["bangkok"], here.clock(), drafted)
    here.deliver()

    def take_back(method: str, url: str) -> None:
        withdrawing.withdraw(here.house, here.officers["bangkok"], here.clock(), drafted, "sent_in_error")
        here.deliver()

    class Slow(Http):
        def call(
            self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int
        ) -> Reply:
            reply = super().call(method, url, headers, body, most)
            if "/files/" in url:
                take_back(method, url)
            return reply

    (came,) = there.rows(kind="transfer")
    with pytest.raises(NotFound):
        fetching.fetch(
            there.house, there.officers["chiang-mai"], there.clock(), came.id, 1, dial=lambda *to: Slow(*to)
        )
    with there.house.doors.read() as session:
        assert session.exec(select(HandoffFile.content)).all() == [None]
