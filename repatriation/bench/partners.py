"""What programs get: tokens, reads and deliveries a second, beside the same signatures and no more."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import cycle, islice
from typing import Any, Final, NamedTuple

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlmodel import func, select

from partners import assertions, dpop, envelope, jose, receipts, strict, tokens
from repatriation.bench import serving
from repatriation.bench.place import Place
from repatriation.bench.programs import (
    FORM,
    Program,
    Request,
    Sent,
    let_in,
    nonce_of,
    send,
    together,
    token_of,
)
from repatriation.bench.report import Report
from repatriation.bench.world import World, populate, ways
from repatriation.records.handoffs import Handoff, HandoffReceipt
from repatriation.records.partners import Partner
from repatriation.web.api.reading import body
from repatriation.web.callers import address, nonces
from repatriation.web.security import for_programs
from repatriation.web.session import house, now
from repatriation.work.partners import registry

CALLERS: Final = 32
PARTNERS: Final = ("mosvy", "datip", "iom-cambodia", "khm-embassy-bangkok")
AT_ONCE: Final = 5
"""Requests of a caller that are signed together: a proof is good for a minute, also where much else runs."""

HALF: Final = 0.5
LONGEST: Final = 10

Make = Callable[[Program, str, str], Request]
"""One request of a program: with a nonce, and the program's token."""


class Pair(NamedTuple):
    """A call of the API, and the same with its signatures alone."""

    whole: Sent
    bare: Sent


def run(place: Place) -> Report:
    """32 callers of four partners at once; each call beside one that verifies and signs alone."""
    report = Report(
        "partners",
        f"{CALLERS} callers of {len(PARTNERS)} partners, {serving.PROCESSES} processes of Gunicorn; "
        "beside each call one that verifies and signs the same and does nothing else",
        place.kind,
    )
    world = populate(place)
    way = next(way for way in ways(place.shelf) if way.new.route == "tha-khm")
    (walk,) = world.open([way], 1)
    with serving.serving(world.apart.ground, "repatriation.bench.partners") as port:
        programs = let_in(world, (*PARTNERS, way.opener), port)
        held = {program.client_id: token_of(program) for program in programs}
        turns = place.size(20, 1)
        knows = programs[-1:]  # the one whose organisation has a part in the case
        everybody = programs[:-1]
        case = f"/api/cases/{walk.reference}"
        sealing = jose.sealing_keys(world.house.keyring.instance_keys().jwks(datetime.now(UTC)))[-1]

        def ask(path: str) -> Make:
            return lambda program, nonce, _: program.asks(path, nonce)

        def read(path: str) -> Make:
            return lambda program, nonce, token: program.reads(path, nonce, token)

        def deliver(path: str) -> Make:
            return lambda program, nonce, token: program.delivers(
                path, nonce, token, *program.envelope(sealing)
            )

        def both(who: list[Program], whole: Make, bare: Make) -> Pair:
            for warming in (whole, bare):
                send(port, _shares(who, held, warming, 3))
            rounds = [
                Pair(*(send(port, _shares(who, held, make, AT_ONCE)) for make in (whole, bare)))
                for _ in range(turns)
            ]
            return Pair(*map(together, zip(*rounds, strict=True)))

        pairs = {
            "tokens": both(everybody, ask("/oauth/token"), ask("/api/bench/token")),
            "reads of a case": both(knows, read(case), read("/api/bench/read")),
            "deliveries": both(everybody, deliver("/api/handoffs/deliver"), deliver("/api/bench/deliver")),
        }
        again = _again(everybody, held, deliver("/api/handoffs/deliver"), port)
    for name, pair in pairs.items():
        report.add(name, pair.whole.rate, "/s")
        report.add(f"{name}, signatures alone", pair.bare.rate, "/s")
        report.add(f"{name}, of that", pair.whole.rate / pair.bare.rate, "", "at least", HALF)
    waits = sorted(heard.took for heard in pairs["deliveries"].whole.heard)
    middle, late = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    report.add("median of a delivery", middle * 1000, "ms")
    report.add("99 in 100, times the median", late / middle, "", "at most", LONGEST)
    _count(report, world, pairs, again)
    world.close()
    return report


def _shares(programs: list[Program], held: dict[str, str], make: Make, length: int) -> list[list[Request]]:
    """As many requests for each caller, signed now."""
    nonce = nonce_of(programs[0].port)
    return [
        [make(program, nonce, held[program.client_id]) for _ in range(length)]
        for program in islice(cycle(programs), CALLERS)
    ]


def _again(programs: list[Program], held: dict[str, str], make: Make, port: int) -> list[set[bytes]]:
    """Some envelopes, each delivered by eight callers at once: the answers that each got."""
    nonce, answers = nonce_of(port), []
    for program in programs:
        first = make(program, nonce, held[program.client_id])
        assert first.body is not None
        token = held[program.client_id]
        same = [program.delivers(first.path, nonce, token, first.body.decode(), first.name) for _ in range(8)]
        heard = send(port, [[each] for each in same]).heard
        answers.append({b"%d %s" % (each.status, each.body) for each in heard})
    return answers


def _count(report: Report, world: World, pairs: dict[str, Pair], again: list[set[bytes]]) -> None:
    """Nothing refused, lost or doubled."""
    answers = Counter(heard.status for pair in pairs.values() for sent in pair for heard in sent.heard)
    report.add("calls that were refused", answers.total() - answers[200], "", "exactly", 0)
    with world.house.doors.read() as session:
        kept = Counter(session.exec(select(Handoff.jti)).all())
        signed = session.exec(select(func.count()).select_from(HandoffReceipt)).one()
    lost = [
        heard for heard in pairs["deliveries"].whole.heard if heard.status == 200 and not kept[heard.name]
    ]
    report.add("deliveries signed for and not kept", len(lost), "", "exactly", 0)
    report.add("deliveries kept twice", sum(number - 1 for number in kept.values()), "", "exactly", 0)
    report.add("receipts more than deliveries", signed - len(kept), "", "exactly", 0)
    report.add(
        "answers to the same delivery, more than one", sum(len(each) - 1 for each in again), "", "exactly", 0
    )


def serve() -> None:
    """What the other process runs: the service, and the calls it is measured against."""
    serving.serve((_signatures,))


def _signatures() -> Blueprint:
    """The same calls with their signatures alone: nothing is looked up but keys, and those once."""
    blueprint = Blueprint("bench", __name__)

    @blueprint.post("/api/bench/token")
    @for_programs
    def token() -> ResponseReturnValue:
        form = strict.read_form(body(FORM, strict.LARGEST))
        client_id, keys = form["client_id"], _keys(form["client_id"])
        assertions.check(form["client_assertion"], client_id, keys, house().issuer, now())
        proof = dpop.check(request.headers["DPoP"], "POST", address(), now(), nonces())
        made = tokens.new(
            client_id=client_id,
            subject=client_id,
            agency="bench",
            scopes=form["scope"].split(),
            thumbprint=proof.thumbprint,
            now=now(),
        )
        key = house().keyring.instance_keys().token_key(now())
        return jsonify(access_token=tokens.write(made, house().issuer, key), token_type="DPoP")  # noqa: S106

    @blueprint.get("/api/bench/read")
    @for_programs
    def read() -> ResponseReturnValue:
        _check()
        return jsonify(read=True)

    @blueprint.post("/api/bench/deliver")
    @for_programs
    def deliver() -> ResponseReturnValue:
        client_id = _check().client_id
        issuer, keys = _sender(client_id)
        came = envelope.open_(
            body(envelope.MEDIA_TYPE, envelope.LARGEST).decode(),
            house().keyring.instance_keys().encryption_keys(now()),
            keys,
            issuer=house().issuer,
            sender=issuer,
        )
        receipt = receipts.write(
            issuer=house().issuer,
            audience=issuer,
            jti=came.claims.jti,
            sha256=came.digest,
            state="received",
            key=house().keyring.instance_keys().envelope_key(now()),
            now=now(),
        )
        return Response(receipt, mimetype=receipts.MEDIA_TYPE)

    return blueprint


def _check() -> tokens.Token:
    text = request.headers["Authorization"].partition(" ")[2]
    keys = house().keyring.instance_keys().token_keys(now())
    token = tokens.read(text, house().issuer, keys, now())
    dpop.check(
        request.headers["DPoP"],
        request.method,
        address(),
        now(),
        nonces(),
        token=text,
        thumbprint=token.thumbprint,
    )
    return token


@cache
def _keys(client_id: str) -> tuple[jose.PublicKey, ...]:
    found = registry.find(house(), client_id)
    assert found is not None
    return found.keys


@cache
def _sender(client_id: str) -> tuple[str, tuple[jose.PublicKey, ...]]:
    with house().doors.read() as session:
        partner: Any = session.exec(select(Partner).where(Partner.client_id == client_id)).one()
    return str(partner.envelope_issuer), jose.public_keys(partner.envelope_keys)
