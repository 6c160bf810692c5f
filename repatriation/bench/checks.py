"""What must be true of every case after a benchmark, whatever was killed or clicked twice meanwhile."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlmodel import col, select

from repatriation.records.scope import every_case
from repatriation.records.trail import INSTANCE, Trail
from repatriation.records.verify import verify
from repatriation.work.house import House
from sop.procedure import Procedure


class Counts(NamedTuple):
    """What is wrong, each of which must be nought, and how much was looked at."""

    missing: int
    doubled: int
    disagreeing: int
    jumped: int
    broken: int
    cases: int
    events: int


def examine(house: House, acknowledged: Mapping[str, Iterable[int]]) -> Counts:
    """Looks at every case of a house.

    `acknowledged` are the versions that officers were told their steps had led to, by reference.

    missing: acknowledged, and not in the trail; doubled: more than one event of the trail leads to one
    version; disagreeing: the case's version is not the number of its events that moved it; jumped: an event
    begins where the one before did not end; broken: what verifying the trail finds.
    """
    with house.doors.read() as session:
        cases = {case.id: (case.reference, case.version, case.digest) for case in session.exec(every_case())}
        events: dict[str, list[Trail]] = defaultdict(list)
        for event in session.exec(
            select(Trail).where(col(Trail.chain) != INSTANCE).order_by(col(Trail.chain), col(Trail.seq))
        ):
            events[event.chain].append(event)
        broken = verify(session, house.keyring).problems
    missing = doubled = disagreeing = jumped = 0
    for case_id, (reference, version, digest) in cases.items():
        led_to = [event.detail["version"] for event in events[case_id] if "version" in event.detail]
        doubled += sum(times - 1 for times in Counter(led_to).values())
        disagreeing += len(led_to) != version
        missing += len(set(acknowledged.get(reference, ())) - set(led_to))
        jumped += _jumps(house.shelf.pinned(digest), events[case_id])
    return Counts(
        missing, doubled, disagreeing, jumped, len(broken), len(cases), sum(map(len, events.values()))
    )


def _jumps(procedure: Procedure, events: Iterable[Trail]) -> int:
    """How often a step began elsewhere than the one before had ended, or led where its action does not."""
    stage, jumps = None, 0
    for event in events:
        said = event.detail
        if "action" not in said:
            stage = said.get("stage", stage)
            continue
        action = procedure.actions[said["action"]]
        ends = action.to or said["from"]
        jumps += (stage is not None and said["from"] != stage) or said["to"] != ends
        stage = said["to"]
    return jumps
