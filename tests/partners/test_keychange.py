"""How a program's keys change: by a card that a known key signed, and by two officers where none did."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from partners import cards, jose
from repatriation.records.partners import Partner, PartnerCard
from repatriation.records.verify import verify
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import approval, listing, registering
from repatriation.work.refusals import Invalid, NotFound
from tests.partners.programs import Program, jwks
from tests.web.conftest import Clock, Visitor

ENVELOPES = "https://embassy.example.org"


def card(program: Program, *keys: jose.SigningKey, by: jose.SigningKey | None = None, **further: Any) -> str:
    """A card of a program with these keys, signed by the key it has, or another."""
    issued = int(program.clock().timestamp())
    claims = {
        "iss": program.client_id,
        "iat": issued,
        "exp": issued + 30 * 86400,
        "version": 1,
        "jwks": jwks(*keys),
        **further,
    }
    return jose.sign(claims, cards.TYPE, by or program.key)


def kept(house: House) -> Partner:
    """The partner as it is kept."""
    with house.doors.read() as session:
        return session.exec(select(Partner)).one()


def outcomes(house: House) -> list[str]:
    """What came of each card, first to last."""
    with house.doors.read() as session:
        rows = session.exec(select(PartnerCard).order_by(PartnerCard.at, PartnerCard.id)).all()  # type: ignore[arg-type]
    return [row.outcome for row in rows]


@pytest.fixture
def officer(app: Flask) -> Visitor:
    """A browser in which a coordinator is signed in."""
    visitor = Visitor(app.test_client())
    visitor.sign_in("dara")
    return visitor


def test_a_program_changes_its_keys_by_a_card_that_the_old_one_signed(
    program: Program, house: House, clock: Clock
) -> None:
    old, new = program.key, jose.new_signing_key("Ed25519")
    assert registering.import_card(house, None, clock(), card(program, old, new)) == "keys_changed"
    assert program.ask().status_code == 200
    program.key = new
    assert program.ask().status_code == 200
    clock.pass_by(minutes=1)
    assert registering.import_card(house, None, clock(), card(program, new)) == "keys_changed"
    program.nonce = None
    assert program.ask().status_code == 200
    program.key = old
    assert program.ask().json["error"] == "invalid_client"  # type: ignore[index]
    assert kept(house).state == "active"


def test_a_program_with_envelope_keys_changes_them_by_a_card_that_one_of_them_signed(
    app: Flask, house: House, clock: Clock, admit: Callable[..., str]
) -> None:
    program, signing = Program(app.test_client(), clock), jose.new_signing_key()
    admit(program.registration(envelope_jwks=jwks(signing), envelope_issuer=ENVELOPES))
    new, new_signing = jose.new_signing_key(), jose.new_signing_key()
    both: dict[str, Any] = {"envelope_jwks": jwks(signing, new_signing)}
    # The key that says who it is vouches for no envelope key.
    with pytest.raises(cards.BadCard):
        registering.import_card(house, None, clock(), card(program, program.key, new, **both))
    assert registering.import_card(house, None, clock(), card(program, program.key, new)) == "quarantined"
    told = card(program, program.key, new, by=signing, **both)
    assert registering.import_card(house, None, clock(), told) == "keys_changed"
    program.key = new
    assert program.ask().status_code == 200
    assert (kept(house).envelope_keys, kept(house).envelope_issuer) == (both["envelope_jwks"], ENVELOPES)


def test_no_card_makes_of_a_program_what_two_officers_did_not_let_in(
    program: Program, house: House, clock: Clock
) -> None:
    old, new = program.key, jose.new_signing_key()
    before = kept(house)
    assert before.envelope_keys is None
    assert registering.import_card(house, None, clock(), card(program, new, by=new)) == "quarantined"
    for refused in (
        card(program, new),  # its signer is not among its keys
        card(program, old, envelope_jwks=jwks(old)),
        card(program, old, admin=True),
        card(program, old, iss="another-system", by=new),
        card(program, old, exp=int(clock().timestamp()) - 1),
    ):
        with pytest.raises((cards.BadCard, Invalid)):
            registering.import_card(house, None, clock(), refused)
    gaining = card(program, old, envelope_jwks=jwks(new), by=new)
    assert registering.import_card(house, None, clock(), gaining) == "quarantined"
    assert approval.put_aside(house, clock(), program.client_id) is None, "it sends no envelopes"
    more = card(program, old, new, scope="cases:act", name="Ministry", contacts=["1"], scopes_offered=[])
    assert registering.import_card(house, None, clock(), more) == "keys_changed"
    after = kept(house)
    assert (after.scopes, after.described, after.name) == (before.scopes, before.described, before.name)


def test_a_plain_program_is_not_registered_by_a_card(program: Program, house: House, clock: Clock) -> None:
    other = Program(program.client, clock, "another-system")
    with pytest.raises(Invalid, match="malformed"):
        registering.import_card(
            house, None, clock(), card(other, other.key, scope="cases:read"), "KHM-EMB-THA"
        )
    assert outcomes(house) == []


def test_keys_that_nobody_vouches_for_count_when_two_officers_have_compared_them(
    program: Program, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    token, new = program.token(), jose.new_signing_key()
    registering.import_card(house, None, clock(), card(program, new, by=new))
    aside = approval.put_aside(house, clock(), program.client_id)
    assert aside is not None
    dara, bopha, client_id = officers["dara"], officers["bopha"], program.client_id
    with pytest.raises(NotFound):
        approval.take_up(house, officers["sokha"], clock(), client_id, aside.digits)
    with pytest.raises(Invalid, match="changed"):
        approval.take_up(house, dara, clock(), client_id, listing.partners(house)[0].fingerprint.digits)
    with pytest.raises(Invalid, match="second_officer_needed"):
        approval.take_up_together(house, clock(), client_id, dara, dara, aside.digits)
    assert program.call("/api/echo", token).status_code == 200
    author = kept(house).officer_id
    approval.take_up(house, dara, clock(), client_id, aside.digits)
    assert approval.put_aside(house, clock(), client_id) is None
    assert program.call("/api/echo", token).status_code == 401
    program.key = new
    assert program.ask().json["error"] == "invalid_client"  # type: ignore[index]
    assert approval.approve(house, clock(), client_id, dara, compared=aside.digits) == "pending"
    with pytest.raises(Invalid, match="second_officer_needed"):
        approval.approve(house, clock(), client_id, dara, compared=aside.digits)
    assert approval.approve(house, clock(), client_id, bopha, compared=aside.digits) == "active"
    assert program.ask().status_code == 200
    assert program.call("/api/echo", token).status_code == 401, "what the old key got has ended"
    assert kept(house).officer_id == author, "what it wrote before stays its own"
    with house.doors.read() as session:
        assert not verify(session, house.keyring).problems


def test_while_a_partner_is_suspended_its_old_key_vouches_for_nothing(
    program: Program, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    approval.suspend(house, None, clock(), program.client_id)
    thiefs = jose.new_signing_key()
    assert registering.import_card(house, None, clock(), card(program, program.key, thiefs)) == "quarantined"
    approval.resume(house, None, clock(), program.client_id)
    program.key = thiefs
    assert program.ask().json["error"] == "invalid_client"  # type: ignore[index]


def test_an_older_card_that_was_put_aside_is_not_offered_after_a_newer_one_counted(
    program: Program, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    strange, new = jose.new_signing_key(), jose.new_signing_key()
    registering.import_card(house, None, clock(), card(program, strange, by=strange))
    aside = approval.put_aside(house, clock(), program.client_id)
    assert aside is not None
    clock.pass_by(minutes=1)
    registering.import_card(house, None, clock(), card(program, program.key, new))
    assert approval.put_aside(house, clock(), program.client_id) is None
    with pytest.raises(NotFound):
        approval.take_up(house, officers["dara"], clock(), program.client_id, aside.digits)
    clock.pass_by(minutes=1)
    later = card(program, strange, by=strange)
    registering.import_card(house, None, clock(), later)
    assert approval.put_aside(house, clock() + timedelta(days=29), program.client_id) is not None
    assert approval.put_aside(house, clock() + timedelta(days=31), program.client_id) is None


def test_officers_change_keys_on_screen(
    app: Flask, program: Program, house: House, clock: Clock, officer: Visitor
) -> None:
    path = f"/partners/{kept(house).id}"
    old, new = program.key, jose.new_signing_key()
    for text, said in (
        ("", "Paste the card"),
        ("x", "The card cannot be taken"),
        (card(program, old, iss="another-system"), "another partner"),
        (card(program, old, exp=1), "is over"),
    ):
        answer = officer.send(f"{path}/card", {"card": text})
        assert (answer.status_code, said in answer.text) == (400, True), said
    assert officer.send(f"{path}/card", {"card": card(program, old, new)}).status_code == 303
    assert f"The keys of {program.client_id} are changed" in officer.open(path).text
    assert "is older" in officer.send(f"{path}/card", {"card": card(program, new, by=new)}).text
    program.key = new
    assert program.ask().status_code == 200
    clock.pass_by(minutes=1)
    strange = jose.new_signing_key()
    assert officer.send(f"{path}/card", {"card": card(program, strange, by=strange)}).status_code == 303
    aside = approval.put_aside(house, clock(), program.client_id)
    assert aside is not None
    assert aside.words in officer.open(path).text
    assert officer.send(f"{path}/take-up", {"fingerprint": aside.digits}).status_code == 400
    wrong = officer.send(f"{path}/take-up", {"theirs": "y", "fingerprint": "0"})
    assert "compare the fingerprint again" in wrong.text
    assert officer.send(f"{path}/take-up", {"theirs": "y", "fingerprint": aside.digits}).status_code == 303
    assert kept(house).state == "pending"
    second = Visitor(app.test_client())
    second.sign_in("bopha")
    scopes = list(kept(house).scopes)
    compared: dict[str, object] = {"compared": "y", "fingerprint": aside.digits, "scopes": scopes}
    assert officer.send(f"{path}/approve", compared).status_code == 303
    assert kept(house).state == "pending"
    assert second.send(f"{path}/approve", compared).status_code == 303
    assert kept(house).state == "active"
    program.key, program.nonce = strange, None
    assert program.ask().status_code == 200


def test_a_card_is_taken_on_screen_by_nobody_else_and_after_a_while_by_nobody_unasked(
    app: Flask, program: Program, house: House, clock: Clock, officer: Visitor
) -> None:
    path = f"/partners/{kept(house).id}"
    other = Visitor(app.test_client())
    other.sign_in("sokha")
    for act in ("card", "take-up"):
        assert other.send(f"{path}/{act}", {"card": "x"}).status_code == 404
    clock.pass_by(minutes=11)
    for act in ("card", "take-up"):
        asked = officer.send(f"{path}/{act}", {"card": card(program, program.key), "theirs": "y"})
        assert asked.location == "/confirm?next=/partners", act
    assert outcomes(house) == []


def test_an_installation_is_no_partner_of_its_own(
    app: Flask, house: House, clock: Clock, admit: Callable[..., str]
) -> None:
    own = cards.write(house.issuer, "Ourselves", house.keyring.instance_keys(), clock())
    with pytest.raises(Invalid, match="ourselves"):
        registering.import_card(house, None, clock(), own, "KHM-EMB-THA")
    program = Program(app.test_client(), clock)
    envelopes = jwks(jose.new_signing_key())
    with pytest.raises(Invalid, match="ourselves"):
        admit(program.registration(envelope_jwks=envelopes, envelope_issuer=house.issuer))
    assert listing.partners(house) == []
