"""An officer of another agency: a case that is not theirs is to them as one that never was."""

import re

from repatriation.web.security import is_for_programs
from tests.journeys.officer import Officer, Story
from tests.journeys.ways import FROM_THAILAND, a_woman_reported_in_thailand, lead

NEVER = "TK-2222-2222"
A_ROW = "01a212ce-478d-72e2-bbf6-dcc64e91af40"


def test_a_case_of_others_answers_like_one_that_never_was(story: Story) -> None:
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Return decided")
    everywhere = addresses(story)
    for stranger in story.cast("consul.saigon", "caseworker.bavet", "coordinator.mps", "iom.cambodia"):
        assert stranger.open("/cases").status == 200
        for address in everywhere:
            assert asked(stranger, address, story.reference) == asked(stranger, address, NEVER)
            assert sent(stranger, address, story.reference) == sent(stranger, address, NEVER)
        in_no_list(stranger, story.reference)


def test_somebody_whose_part_has_ended_is_a_stranger_again(story: Story) -> None:
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Handed over")
    everywhere = addresses(story)
    lead(story, FROM_THAILAND, "Before integration", begin="Handed over")
    datip, ngo = Officer(story, "coordinator.datip"), story.officer("caseworker.poipet")
    datip.open("/account")
    for address in everywhere:
        assert asked(datip, address, story.reference) == asked(datip, address, NEVER)
    in_no_list(datip, story.reference)
    assert ngo.case().stage == "Before integration"


def addresses(story: Story) -> list[str]:
    """Every address of a case that the application has, with `REF` for the reference."""
    actions = ("decide_return", "stay", "no_such_action")
    found = []
    for rule in story.app.url_map.iter_rules():
        # Programs' addresses read no officer's session: they tell all officers alike that a token is needed.
        if "reference" in rule.arguments and not is_for_programs(story.app, rule.endpoint):
            others = rule.arguments - {"reference", "action", "number", "version"}
            assert others <= {"summary_id", "visit_id", "goal_id"}, rule
            plain = rule.rule.replace("<reference>", "REF").replace("<int:version>", "2")
            plain = plain.replace("<number>", a_paper_of(story))
            for name in others:
                plain = plain.replace(f"<{name}>", A_ROW)
            found += (
                [plain.replace("<action>", action) for action in actions] if "action" in plain else [plain]
            )
    assert len(found) > len(actions)
    return sorted(set(found))


def a_paper_of(story: Story) -> str:
    """The number of a paper that was issued in the case at hand."""
    numbers = re.findall(r"TH\d\d-\w{4}-\w{4}", story.officer("coordinator.datip").case("Papers").text)
    return str(numbers[0])


def asked(officer: Officer, address: str, reference: str) -> tuple[int, str, str]:
    """What opening an address answers, without what differs between any two answers."""
    response = officer.client.get(address.replace("REF", reference), base_url="http://localhost")
    assert response.status_code in (404, 405), address
    return same(response.status_code, response.text, list(response.headers), reference)


def sent(officer: Officer, address: str, reference: str) -> tuple[int, str, str]:
    """What a form of the officer's own making answers."""
    token = officer.open("/account").soup.select_one("input[name=csrf_token]")
    assert token is not None
    data = {"csrf_token": token["value"], "version": "0", "sure": "yes", "key": "made-up", "reason": "audit"}
    response = officer.client.post(address.replace("REF", reference), data=data, base_url="http://localhost")
    assert response.status_code in (404, 405), address
    return same(response.status_code, response.text, list(response.headers), reference)


def same(status: int, body: str, headers: list[tuple[str, str]], reference: str) -> tuple[int, str, str]:
    """An answer without its number, its form token and the reference that was typed."""
    number = dict(headers)["X-Request-Id"]
    body = body.replace(number, "NUMBER").replace(reference, "REF")
    body = re.sub(r'name="csrf_token" value="[^"]+"', "TOKEN", body)
    kept = sorted(
        f"{name}: {value}" for name, value in headers if name not in ("X-Request-Id", "Content-Length")
    )
    return status, body, "\n".join(kept)


def in_no_list(officer: Officer, reference: str) -> None:
    """Fails when any list or search of the officer knows the reference."""
    home = officer.open("/cases")
    for link in home.soup.select("nav a[href], main a[href]"):
        page = officer.client.get(str(link["href"]), base_url="http://localhost", follow_redirects=True)
        assert reference not in page.text, link["href"]
    for typed in (reference, reference.replace("-", "").lower()):
        found = officer.open(f"/cases/find?reference={typed}", 404)
        assert found.heading == officer.open(f"/cases/find?reference={NEVER}", 404).heading
