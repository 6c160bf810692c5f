"""How a partner is let in, how its keys change, and how it is shut out again."""

import copy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import Tag
from flask import Flask
from sqlmodel import select

from partners import cards, jose, registration
from partners.keys import InstanceKeys
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import SYSTEM, Officer
from repatriation.records.partners import Partner, PartnerCard
from repatriation.records.verify import verify
from repatriation.work.accounts import sign_in
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import approval, ledger, listing, registering
from repatriation.work.refusals import Invalid, NotFound
from repatriation.work.sessions import begin
from tests.partners.programs import Program, jwks
from tests.web.conftest import Clock, Visitor, read_page

BANGKOK = "https://returns.bangkok.example.org"


@pytest.fixture
def theirs(tmp_path: Path, clock: Clock) -> Keyring:
    """The keyring of an installation in Bangkok."""
    keyring = Keyring.create(tmp_path / "theirs")
    keyring.ensure_partner_keys(clock())
    return keyring


def their_card(keyring: Keyring, clock: Clock, **further: Any) -> str:
    """Its card."""
    return cards.write(BANGKOK, "Embassy in Bangkok", keyring.instance_keys(), clock(), **further)


def test_two_different_officers_must_approve(
    app: Flask, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    program = Program(app.test_client(), clock)
    registering.register(house, None, clock(), registration.of(program.registration()))
    with pytest.raises(NotFound):
        approval.approve(house, clock(), program.client_id, officers["sokha"])
    assert approval.approve(house, clock(), program.client_id, officers["dara"]) == "pending"
    with pytest.raises(Invalid, match="second_officer_needed"):
        approval.approve(house, clock(), program.client_id, officers["dara"])
    dara = officers["dara"]
    with pytest.raises(Invalid, match="second_officer_needed"):
        approval.approve_together(house, clock(), program.client_id, dara, dara)
    assert approval.approve(house, clock(), program.client_id, officers["bopha"]) == "active"
    with pytest.raises(NotFound):
        approval.approve(house, clock(), program.client_id, officers["bopha"])


def test_both_officers_must_agree_to_the_same_calls(
    app: Flask, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    program = Program(app.test_client(), clock)
    registering.register(
        house, None, clock(), registration.of(program.registration(scope="cases:read cases:act"))
    )
    dara, bopha = officers["dara"], officers["bopha"]
    less = frozenset({"cases:read"})
    assert approval.approve(house, clock(), program.client_id, dara) == "pending"
    assert approval.approve(house, clock(), program.client_id, bopha, less) == "pending"
    with pytest.raises(Invalid, match="second_officer_needed"):
        approval.approve(house, clock(), program.client_id, bopha)
    (listed,) = listing.partners(house)
    assert (listed.asked, listed.scopes) == (("cases:act", "cases:read"), ("cases:read",))
    for scopes, code in ((frozenset({"visits:read"}), "not_asked_for"), (frozenset[str](), "needed")):
        with pytest.raises(Invalid, match=code):
            approval.approve(house, clock(), program.client_id, dara, scopes)
    assert approval.approve(house, clock(), program.client_id, dara, less) == "active"
    assert program.ask("cases:act").json["error"] == "invalid_scope"  # type: ignore[index]
    assert program.ask("cases:read").status_code == 200


def test_one_officer_takes_calls_away_at_once_and_two_give_them_back(
    app: Flask, house: House, officers: dict[str, Actor], clock: Clock, admit: Callable[..., str]
) -> None:
    program = Program(app.test_client(), clock)
    admit(program.registration(scope="documents:read cases:read cases:act"))
    token = program.token("documents:read cases:read cases:act")
    assert program.call("/api/echo", token).status_code == 200
    less, more = frozenset({"documents:read"}), frozenset({"documents:read", "cases:read", "cases:act"})
    dara, bopha = officers["dara"], officers["bopha"]
    with pytest.raises(NotFound):
        approval.narrow(house, officers["sokha"], clock(), program.client_id, less)
    for scopes, code in ((more, "not_fewer"), (frozenset[str](), "needed"), ({"visits:read"}, "not_fewer")):
        with pytest.raises(Invalid, match=code):
            approval.narrow(house, dara, clock(), program.client_id, frozenset(scopes))
    approval.narrow(house, dara, clock(), program.client_id, less)
    assert program.call("/api/echo", token).status_code == 403  # with the token it had before
    assert program.call("/api/papers", token).status_code == 200
    with pytest.raises(Invalid, match="second_officer_needed"):
        approval.agree_together(house, clock(), program.client_id, dara, dara, more)
    with pytest.raises(Invalid, match="not_asked_for"):
        approval.agree_together(house, clock(), program.client_id, dara, bopha, frozenset({"visits:read"}))
    approval.agree_together(house, clock(), program.client_id, dara, bopha, more)
    assert program.call("/api/echo", token).status_code == 200


def test_officers_see_side_by_side_what_is_asked_and_agreed_and_agree_to_less(
    app: Flask, house: House, clock: Clock
) -> None:
    program = Program(app.test_client(), clock)
    asked = registration.of(program.registration(scope="cases:read cases:act visits:read"))
    registering.register(house, None, clock(), asked)
    first, second = Visitor(app.test_client()), Visitor(app.test_client())
    first.sign_in("dara")
    second.sign_in("bopha")
    path = f"/partners/{listing.partners(house)[0].id}"

    def agreed(visitor: Visitor) -> dict[str, str]:
        rows = read_page(visitor.open(path)).select("table tbody tr")
        return {row.th.get_text(): row.td.get_text() for row in rows if row.th and row.td}

    assert set(agreed(first).values()) == {"Not approved yet"}
    digits = listing.partners(house)[0].fingerprint.digits
    said: dict[str, object] = {
        "compared": "y",
        "fingerprint": digits,
        "scopes": ["cases:read", "visits:read"],
    }
    assert first.send(f"{path}/approve", {"compared": "y"}).status_code == 400
    assert first.send(f"{path}/approve", said).status_code == 303
    assert agreed(second)["Take steps in cases"] == "Left out"
    assert agreed(second)["Read the visits planned and made"] == "Approved by one officer"
    assert second.send(f"{path}/approve", {**said, "scopes": ["identity:read"]}).status_code == 400
    assert second.send(f"{path}/approve", said).status_code == 303
    assert listing.partners(house)[0].state == "active"
    assert agreed(first)["Take steps in cases"] == "Not agreed"
    answer = first.send(f"{path}/narrow", {"scopes": ["cases:read", "visits:read"]})
    assert "Take at least one call away" in answer.text
    assert first.send(f"{path}/narrow", {"scopes": ["cases:read"]}).status_code == 303
    assert agreed(second)["Read the visits planned and made"] == "Not agreed"
    assert listing.partners(house)[0].scopes == ("cases:read",)


def test_a_program_has_an_authors_place_as_which_nobody_signs_in(
    program: Program, house: House, clock: Clock
) -> None:
    with house.doors.read() as session:
        officer = session.exec(select(Officer).where(Officer.duty == SYSTEM)).one()
        partner = session.exec(select(Partner)).one()
    assert partner.officer_id == officer.id
    assert sign_in(house, officer.username, "!", clock()) is None
    with pytest.raises(LookupError):
        begin(house, officer.id, clock())


def test_the_fingerprint_is_the_same_on_both_sides_and_another_for_any_other_key(
    theirs: Keyring, house: House, clock: Clock
) -> None:
    text = their_card(theirs, clock)
    registering.import_card(house, None, clock(), text, "KHM-EMB-THA")
    listed = listing.partners(house)[0]
    assert listed.fingerprint == cards.read(text, clock()).fingerprint()
    assert len(listed.fingerprint.words.split()) == 8
    assert len(listed.fingerprint.digits.replace(" ", "")) == 30
    theirs.add_partner_key("encryption", clock())
    assert cards.read(their_card(theirs, clock), clock()).fingerprint() != listed.fingerprint


def test_keys_change_by_a_card_that_a_known_key_signed(
    theirs: Keyring, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    assert (
        registering.import_card(house, None, clock(), their_card(theirs, clock), "KHM-EMB-THA")
        == "registered"
    )
    approval.approve_together(house, clock(), BANGKOK, officers["dara"], officers["bopha"])
    clock.pass_by(days=1)
    added = theirs.add_partner_key("envelope", clock())
    # The new key is in the card, which the old one still signs.
    assert registering.import_card(house, None, clock(), their_card(theirs, clock)) == "keys_changed"
    with house.doors.read() as session:
        kept = session.exec(select(Partner)).one()
    assert added.kid in {key["kid"] for key in (kept.envelope_keys or {})["keys"]}
    assert kept.state == "active"
    clock.pass_by(days=8)
    by_the_new = their_card(theirs, clock)
    assert jose.signer_of(by_the_new)[0] == added.kid
    assert registering.import_card(house, None, clock(), by_the_new) == "keys_changed"


def test_other_keys_begin_the_approval_anew(
    theirs: Keyring, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    registering.import_card(house, None, clock(), their_card(theirs, clock), "KHM-EMB-THA")
    approval.approve(house, clock(), BANGKOK, officers["dara"])
    clock.pass_by(days=1)
    theirs.add_partner_key("envelope", clock())
    assert registering.import_card(house, None, clock(), their_card(theirs, clock)) == "keys_changed"
    # What dara compared by telephone was another fingerprint.
    assert approval.approve(house, clock(), BANGKOK, officers["bopha"]) == "pending"
    assert approval.approve(house, clock(), BANGKOK, officers["dara"]) == "active"


def test_a_card_signed_by_a_key_that_is_not_known_is_put_aside(
    theirs: Keyring, house: House, tmp_path: Path, clock: Clock
) -> None:
    registering.import_card(house, None, clock(), their_card(theirs, clock), "KHM-EMB-THA")
    liar = Keyring.create(tmp_path / "liar")
    liar.ensure_partner_keys(clock())
    clock.pass_by(days=1)
    with house.doors.read() as session:
        before = session.exec(select(Partner)).one()
    assert registering.import_card(house, None, clock(), their_card(liar, clock)) == "quarantined"
    with house.doors.read() as session:
        assert session.exec(select(Partner)).one() == before
        assert len(session.exec(select(PartnerCard)).all()) == 2


def test_an_older_card_brings_no_key_back(theirs: Keyring, house: House, clock: Clock) -> None:
    old = their_card(theirs, clock)
    clock.pass_by(hours=1)
    registering.import_card(house, None, clock(), their_card(theirs, clock), "KHM-EMB-THA")
    with pytest.raises(cards.BadCard, match="older"):
        registering.import_card(house, None, clock(), old)


def test_no_false_card_is_read(theirs: Keyring, clock: Clock) -> None:
    good, now = their_card(theirs, clock), clock()
    keys = theirs.instance_keys()
    claims = jose.signer_of(good)[1]

    def changed(key: jose.SigningKey | None = None, typ: str = cards.TYPE, **more: Any) -> str:
        return jose.sign({**claims, **more}, typ, key or keys.envelope_key(now))

    assert cards.read(changed(), now).issuer == BANGKOK
    for text in (
        changed(jose.new_signing_key()),
        changed(keys.client_key(now)),
        changed(typ="handoff+jws"),
        changed(exp=int(now.timestamp())),
        changed(exp=int(now.timestamp()) + 365 * 86400),
        changed(iat=int((now + timedelta(hours=1)).timestamp())),
        changed(iat="now"),
        changed(version=2),
        changed(admin=True),
        changed(iss="http://returns.example.org"),
        changed(iss="https://user@returns.example.org"),
        changed(iss=5),
        changed(jwks={"keys": []}),
        changed(jwks="x"),
        changed(envelope_jwks={"keys": [{"kty": "oct", "k": "AA"}]}),
        changed(contacts="x"),
        good[:-2],
        "x",
        "",
    ):
        with pytest.raises(cards.BadCard):
            cards.read(text, now)


def test_a_registration_that_cannot_be_taken_says_which_member(
    app: Flask, clock: Clock, house: House
) -> None:
    program = Program(app.test_client(), clock)
    good = program.registration()
    rsa_small = {"kty": "RSA", "n": jose.encode(b"\xff" * 128), "e": "AQAB"}
    private = {"keys": [dict(program.key.key.as_dict(private=True))]}
    for member, value in (
        ("jwks", private),
        ("jwks", {"keys": []}),
        ("jwks", {"keys": [rsa_small]}),
        ("jwks", {"keys": [{"kty": "oct", "k": "AAAA"}]}),
        ("jwks", {"keys": [program.key.public.as_dict()] * 2}),
        ("jwks", {"keys": ["x"]}),
        ("scope", "admin"),
        ("scope", ""),
        ("grant_types", ["password"]),
        ("grant_types", []),
        ("token_endpoint_auth_method", "client_secret_basic"),
        ("dpop_bound_access_tokens", False),
        ("redirect_uris", ["http://app.example.org"]),
        ("redirect_uris", ["https://app.example.org/#x"]),
        ("redirect_uris", ["javascript:alert(1)"]),
        ("redirect_uris", ["https://a@app.example.org"]),
        ("client_uri", "file:///etc/passwd"),
        ("client_id", "has space"),
        ("client_name", ""),
        ("client_name", 5),
        ("jwks_uri", "https://evil.example.org/keys"),
        ("client_secret", "x"),
    ):
        changed = {**copy.deepcopy(good), member: value}
        with pytest.raises(registration.BadRegistration) as refused:
            registration.of(changed)
        assert list(refused.value.problems) == [member]
    for member, value, code in (
        ("jwks_uri", "https://embassy.example.org/keys", "send_jwks"),
        ("token_endpoint_auth_method", "tls_client_auth", "no_certificates"),
        ("token_endpoint_auth_method", "self_signed_tls_client_auth", "no_certificates"),
        ("tls_client_auth_subject_dn", "CN=embassy", "no_certificates"),
        ("tls_client_certificate_bound_access_tokens", True, "no_certificates"),
    ):
        with pytest.raises(registration.BadRegistration) as refused:
            registration.of({**good, member: value})
        assert refused.value.problems == {member: code}
    for more, code in (
        ({"grant_types": ["authorization_code"]}, "redirect_uris_needed"),
        ({"envelope_issuer": BANGKOK}, "envelope_incomplete"),
        ({"envelope_issuer": BANGKOK, "envelope_jwks": jwks(program.key)}, "one_key_for_two_purposes"),
    ):
        with pytest.raises(registration.BadRegistration, match=code):
            registration.of({**good, **more})
    registering.register(house, None, clock(), registration.of(good))
    with pytest.raises(Invalid, match="taken"):
        registering.register(house, None, clock(), registration.of(good))
    with pytest.raises(Invalid, match="organisation: unknown"):
        registering.register(
            house, None, clock(), registration.of({**good, "organisation": "x", "client_id": "y-1"})
        )


def test_what_is_used_up_is_cleared_when_it_is_over(program: Program, house: House, clock: Clock) -> None:
    program.token()
    assert ledger.clear(house, clock()) == 0
    clock.pass_by(minutes=20)
    assert ledger.clear(house, clock(), most=1) == 1
    assert ledger.clear(house, clock()) == 1
    assert ledger.clear(house, clock()) == 0


def test_officers_approve_on_screen_after_comparing(
    app: Flask, house: House, theirs: Keyring, clock: Clock
) -> None:
    registering.import_card(house, None, clock(), their_card(theirs, clock), "KHM-EMB-THA")
    first, second = Visitor(app.test_client()), Visitor(app.test_client())
    first.sign_in("dara")
    second.sign_in("bopha")
    link = read_page(first.open("/partners")).select_one("table a")
    assert isinstance(link, Tag)
    path = str(link["href"])
    page = first.open(path)
    assert listing.partners(house)[0].fingerprint.words in page.text
    assert first.send(f"{path}/approve", {}).status_code == 400
    found = listing.partners(house)[0]
    said: dict[str, object] = {"compared": "y", "scopes": list(found.asked)}
    said["fingerprint"] = found.fingerprint.digits
    assert first.send(f"{path}/approve", said).status_code == 303
    again = first.send(f"{path}/approve", said)
    assert again.status_code == 400
    assert "another officer must approve too" in again.text
    clock.pass_by(minutes=2)
    theirs.add_partner_key("envelope", clock())
    registering.import_card(house, None, clock(), their_card(theirs, clock))
    stale = second.send(f"{path}/approve", said)
    assert stale.status_code == 400
    assert "compare the fingerprint again" in stale.text
    said["fingerprint"] = listing.partners(house)[0].fingerprint.digits
    assert second.send(f"{path}/approve", said).status_code == 303
    assert listing.partners(house)[0].state == "pending"  # what the first compared was another
    assert first.send(f"{path}/approve", said).status_code == 303
    assert listing.partners(house)[0].state == "active"
    assert second.send(f"{path}/suspend").status_code == 303
    assert listing.partners(house)[0].state == "suspended"
    assert first.send(f"{path}/resume").status_code == 303
    assert listing.partners(house)[0].state == "active"
    other = Visitor(app.test_client())
    other.sign_in("sokha")
    assert other.open("/partners").status_code == other.open(path).status_code == 404
    assert other.send(f"{path}/suspend").status_code == 404
    assert first.open("/partners/none").status_code == 404


def test_an_officer_who_signed_in_a_while_ago_is_asked_again_before_letting_a_partner_in(
    app: Flask, house: House, theirs: Keyring, clock: Clock
) -> None:
    registering.import_card(house, None, clock(), their_card(theirs, clock), "KHM-EMB-THA")
    officer = Visitor(app.test_client())
    officer.sign_in("dara")
    link = read_page(officer.open("/partners")).select_one("table a")
    assert isinstance(link, Tag)
    clock.pass_by(minutes=11)
    assert officer.open(str(link["href"])).status_code == 200
    for act in ("approve", "narrow", "suspend", "resume"):
        asked = officer.send(f"{link['href']}/{act}", {"compared": "y"})
        assert asked.location == "/confirm?next=/partners", act
    assert listing.partners(house)[0].state == "pending"


def test_what_was_decided_about_partners_is_in_a_trail_that_is_whole(
    program: Program, house: House, clock: Clock
) -> None:
    approval.suspend(house, None, clock(), program.client_id)
    with house.doors.read() as session:
        assert not verify(session, house.keyring).problems


def test_each_purpose_has_a_key_of_its_own_and_too_old_a_one_is_told(
    house: House, keyring: Keyring, clock: Clock
) -> None:
    keys: InstanceKeys = keyring.instance_keys()
    kids = [key.kid for kept in keys.kept.values() for key in kept]
    assert len(set(kids)) == len(kids) == 4
    assert keys.overdue(clock()) == ()
    overdue = keys.overdue(clock() + timedelta(days=91))
    assert {key.purpose.name for key in overdue} == {"token", "encryption"}
    assert not any("d" in key for key in keys.jwks(clock())["keys"])
    client = keys.client_key(clock()).kid
    assert client not in {key["kid"] for key in keys.jwks(clock())["keys"]}


def test_an_old_encryption_key_opens_for_14_days_and_is_then_destroyed(
    keyring: Keyring, house: House, clock: Clock
) -> None:
    first = keyring.instance_keys().encryption_keys(clock())[0]
    keyring.add_partner_key("encryption", clock())
    newest, *rest = keyring.instance_keys().encryption_keys(clock() + timedelta(days=13))
    assert [key.kid for key in rest] == [first.kid]
    later = clock() + timedelta(days=14)
    assert [key.kid for key in keyring.instance_keys().encryption_keys(later)] == [newest.kid]
    assert [key.kid for key in keyring.destroy_ended(later)] == [first.kid]
    assert [key.kid for key in keyring.instance_keys().encryption_keys(clock())] == [newest.kid]


def test_registering_needs_no_more_than_the_names_of_the_standard(
    app: Flask, house: House, clock: Clock, admit: Callable[..., str]
) -> None:
    program = Program(app.test_client(), clock)
    without = {name: value for name, value in program.registration().items() if name != "client_id"}
    program.client_id = admit(without)
    assert program.client_id.startswith("program-")
    assert program.ask().status_code == 200
