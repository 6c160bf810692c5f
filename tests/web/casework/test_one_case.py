"""The pages of one case: what may be done, why not, doing it once, and what somebody too late is told."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from repatriation.records.organisations import Officer
from repatriation.work.newcase import NewCase
from repatriation.work.particulars import Particulars
from tests.web.casework.conftest import FAMILY_NAME, SOK, SPOKEN, World, fill_in, issue_on, send_on
from tests.web.conftest import read_page
from tests.web.reading import obstacles


def words(page: BeautifulSoup) -> str:
    """What the page says, on one line."""
    return " ".join(page.get_text(" ").split())


def test_a_case_page_says_where_the_case_stands_and_whose_move_it_is(world: World) -> None:
    reference = world.open_case()
    page = read_page(world.browser("datip").open(f"/cases/{reference}"))
    assert f"Case {reference}" in page.h1.get_text()  # type: ignore[union-attr]
    assert "Reported" in words(page)
    assert "Your move" in words(page)
    assert page.select_one(f'a[href^="/cases/{reference}/do/presume"]')


def test_an_officer_takes_a_step_and_finds_the_case_in_its_next_stage(world: World) -> None:
    reference = world.open_case()
    path = f"/cases/{reference}/do/presume"
    visitor = world.browser("datip")
    answer = issue_on(visitor, path, fill_in(visitor, path))
    assert answer.status_code == 303
    assert answer.location == f"/cases/{reference}"
    assert world.case(reference).stage == "under_identification"


def test_what_is_not_yet_possible_says_why_and_who_can_mend_it(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    page = read_page(world.browser("datip").open(f"/cases/{reference}"))
    assert "First: Begin the time to rest and think" in words(page)
    assert "MSDHS provincial office, or home for children and families" in words(page)


def test_an_action_that_is_closed_shows_its_reasons_and_no_button(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    page = read_page(world.browser("datip").open(f"/cases/{reference}/do/identify"))
    assert "Not yet possible, because…" in words(page)
    assert page.select_one("main form") is None


def test_a_case_of_others_looks_as_if_it_were_not_there(world: World) -> None:
    reference = world.open_case()
    stranger = world.browser("stranger")
    for path in ("", "/file", "/history", "/do/presume", "/person"):
        assert stranger.open(f"/cases/{reference}{path}").status_code == 404
    assert stranger.open("/cases/TK-AAAA-AAAA").status_code == 404


def test_an_auditor_of_another_agency_opens_no_case(world: World) -> None:
    assert world.browser("auditor").open(f"/cases/{world.open_case()}").status_code == 404


def test_an_auditor_reads_a_case_of_their_agency_and_is_offered_nothing_to_do(world: World) -> None:
    reference = world.open_case()
    with world.house.doors.act() as session:
        officer = session.get_one(Officer, world.officers["datip"].officer_id)
        officer.duty = "auditor"
    visitor = world.browser("datip")
    for path in ("", "/file", "/history"):
        page = visitor.open(f"/cases/{reference}{path}")
        assert page.status_code == 200
        assert "/do/" not in page.text
        assert "/person" not in page.text
        assert SOK.note is not None
        assert SOK.note not in page.text
    assert visitor.open(f"/cases/{reference}/do/presume").status_code == 404
    assert visitor.open(f"/cases/{reference}/person").status_code == 404
    assert reference in visitor.open("/cases?view=all").text
    assert "Your move" not in str(read_page(visitor.open("/cases?view=all")).select_one("table"))


def test_a_body_of_the_other_country_reads_no_note_from_before_it_was_told(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    world.take("datip", reference, "begin_reflection")
    world.take("datip", reference, "identify", Particulars(authority="MDT", note="Told among ourselves."))
    world.take("datip", reference, "consent_to_notification", SPOKEN)
    world.take("datip", reference, "notify_origin", Particulars(note="For the embassy too."))
    ours = world.browser("datip").open(f"/cases/{reference}/file").text
    theirs = world.browser("embassy").open(f"/cases/{reference}/file").text
    assert SOK.note is not None
    for note in (SOK.note, "Told among ourselves."):
        assert note in ours
        assert note not in theirs
    assert "For the embassy too." in ours
    assert "For the embassy too." in theirs


def test_a_form_sent_twice_moves_the_case_once(world: World) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    page = visitor.open(path)
    seen = send_on(visitor, path, send_on(visitor, path, page), desk="look")
    first, second = (send_on(visitor, path, seen, sure="yes") for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert world.case(reference).version == 2  # the consent it opened with, and this


def test_somebody_who_comes_too_late_is_told_what_happened_and_nothing_is_saved(world: World) -> None:
    reference = world.open_case()
    visitor, path = world.browser("thai-police"), f"/cases/{reference}/do/no_indicators"
    page = visitor.open(path)
    checked = send_on(visitor, path, page, note="Nothing found.", authority="Police")
    world.take("datip", reference, "presume")
    late = send_on(visitor, path, checked, sure="yes")
    assert late.status_code == 409
    assert "This case has moved on" in late.text
    assert "Record that the person may have been trafficked" in late.text
    assert "datip" in late.text
    assert world.case(reference).stage == "under_identification"


def test_an_old_page_leads_to_what_changed_and_not_to_a_form(world: World) -> None:
    reference = world.open_case()
    seen = world.case(reference).version
    world.take("datip", reference, "presume")
    answer = world.browser("datip").open(f"/cases/{reference}/do/begin_reflection?seen={seen}")
    assert answer.status_code == 409


def test_what_is_missing_is_said_at_the_head_with_a_link_to_its_box(world: World) -> None:
    reference = world.open_case()
    answer = fill_in(world.browser("datip"), f"/cases/{reference}/do/object_to_notification")
    page = read_page(answer)
    assert answer.status_code == 400
    links = [link["href"] for link in page.select(".error-summary a")]
    assert links == ["#language-0", "#how-0"]
    assert all(page.select_one(str(link)) for link in links)
    assert obstacles(page) == []


def test_what_was_entered_is_looked_over_and_may_be_changed_before_it_is_done(world: World) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/object_to_notification"
    checked = fill_in(visitor, path, language="km", how="written", interpreter="Somebody")
    assert "Check before you do this" in checked.text
    changed = send_on(visitor, path, checked, change="yes")
    assert read_page(changed).select_one("#interpreter")["value"] == "Somebody"  # type: ignore[index]
    assert world.case(reference).version == 1
    done = send_on(visitor, path, checked, sure="yes")
    assert done.status_code == 303
    page = read_page(visitor.open(f"/cases/{reference}"))
    assert "Refused" in words(page)
    assert "With an interpreter" in words(page)
    assert "Somebody" not in words(page)


def test_a_childs_agreement_asks_for_the_guardian_and_the_childs_own_view(world: World) -> None:
    child = NewCase(route="tha-khm", stage="reported", age_group="child", person=SOK.person)
    reference = world.open_case(new=child)
    page = read_page(world.browser("datip").open(f"/cases/{reference}/do/consent_to_protection"))
    assert page.select_one("#guardian")
    assert page.select_one("#own_view")


def test_a_consent_given_can_be_taken_back_on_the_page(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    world.take("datip", reference, "consent_to_return", SPOKEN)
    visitor = world.browser("datip")
    page = read_page(visitor.open(f"/cases/{reference}"))
    assert page.select_one(f'a[href^="/cases/{reference}/do/withdraw_consent?"]')
    assert not page.select_one(f'a[href^="/cases/{reference}/do/consent_to_return?"]')


def test_who_the_person_is_stands_on_no_page_until_it_is_opened_with_a_reason(world: World) -> None:
    reference = world.open_case()
    visitor = world.browser("datip")
    for path in ("", "/file", "/history", "/person"):
        assert FAMILY_NAME not in visitor.open(f"/cases/{reference}{path}").text
    assert FAMILY_NAME not in visitor.open("/cases").text
    answer = fill_in(visitor, f"/cases/{reference}/person", reason="contact_person")
    assert FAMILY_NAME in answer.text
    page = read_page(answer)
    assert FAMILY_NAME not in page.title.get_text()  # type: ignore[union-attr]
    assert FAMILY_NAME not in page.h1.get_text()  # type: ignore[union-attr]
    history = words(read_page(visitor.open(f"/cases/{reference}/history")))
    assert "Identity opened" in history
    assert "To reach the person" in history


def test_an_identity_is_not_opened_without_a_reason(world: World) -> None:
    reference = world.open_case()
    answer = fill_in(world.browser("datip"), f"/cases/{reference}/person")
    assert answer.status_code == 400
    assert FAMILY_NAME not in answer.text
    history = world.browser("datip").open(f"/cases/{reference}/history").text
    assert "Identity opened" not in history


def test_the_file_tells_notes_facts_and_who_knows(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    told = words(read_page(world.browser("datip").open(f"/cases/{reference}/file")))
    assert "Found at the pier." in told
    assert "Presumed trafficked" in told
    assert "thai-police" in told


def test_a_time_limit_that_is_over_is_said_at_the_head_of_the_page(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    world.clock.time += timedelta(days=3)
    world.browser("datip").sign_in("datip")
    told = words(read_page(world.browser("datip").open(f"/cases/{reference}")))
    assert "Overdue: Hold the second interview" in told
    assert "Within 24 hours" in told
    assert "To be aimed at" in told


@pytest.mark.parametrize("language", ["en", "km", "th", "vi"])
def test_every_page_of_a_case_can_be_read_by_everybody(world: World, language: str) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    visitor = world.browser("datip")
    visitor.send("/language", {"language": language})
    paths = (
        "",
        "/file",
        "/history",
        "/person",
        "/do/begin_reflection",
        "/do/identify",
        "/do/consent_to_notification",
        "/do/presume",
    )
    for path in paths:
        assert obstacles(read_page(visitor.open(f"/cases/{reference}{path}"))) == [], path


def test_words_of_the_procedure_say_their_language_where_it_is_not_the_readers(world: World) -> None:
    reference = world.open_case()
    visitor = world.browser("datip")
    visitor.send("/language", {"language": "vi"})
    page = read_page(visitor.open(f"/cases/{reference}"))
    said = page.select_one(".case-words span")
    assert said is not None
    assert said["lang"] == "en"
    visitor.send("/language", {"language": "th"})
    page = read_page(visitor.open(f"/cases/{reference}"))
    assert page.select_one(".case-words span") is None


def test_a_day_that_is_over_is_said_at_its_box_before_anything_else(world: World) -> None:
    reference = world.open_case()
    over = {"until__day": "1", "until__month": "2", "until__year": "2020"}
    path = f"/cases/{reference}/do/consent_to_protection"
    answer = fill_in(world.browser("datip"), path, language="km", how="spoken", **over)
    page = read_page(answer)
    assert answer.status_code == 400
    assert [link["href"] for link in page.select(".error-summary a")] == ["#until-day"]
    assert "This day is over already" in page.get_text()


def test_what_was_entered_goes_on_where_the_act_is_still_open_after_somebody_elses(world: World) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/object_to_notification"
    page = visitor.open(path)
    world.take("datip", reference, "consent_to_return", SPOKEN)
    late = send_on(visitor, path, page, language="th", how="written", note="Said twice.")
    assert late.status_code == 409
    assert "Go on with what you entered" in late.text
    again = read_page(send_on(visitor, path, late, change="yes"))
    assert str(again.select_one("textarea[name=note]")).count("Said twice.") == 1
    assert again.select_one("input[name=language][value=th][checked]") is not None


def test_nobody_ends_a_case_for_a_person_without_a_second_look_and_the_person_owes_no_reason(
    world: World,
) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/stay"
    checked = fill_in(visitor, path)
    assert "This ends the case. It can only go on as a new one." in checked.text
    assert world.case(reference).stage == "reported"
    assert send_on(visitor, path, checked, sure="yes").status_code == 303
    assert world.case(reference).stage == "remains_in_host"


def test_whoever_answers_for_a_case_is_led_to_ask_the_person(world: World) -> None:
    reference = world.open_case()
    for action, given in (
        ("presume", Particulars()),
        ("begin_reflection", Particulars()),
        ("identify", Particulars(authority="MDT")),
    ):
        world.take("datip", reference, action, given)
    page = read_page(world.browser("datip").open(f"/cases/{reference}"))
    section = page.select_one("section[aria-labelledby=next]")
    assert section is not None
    assert "Ask the person, and record what they say" in section.get_text()
    assert section.select_one(f'a[href^="/cases/{reference}/do/object_to_notification"]') is not None
    assert reference in world.browser("datip").open("/cases?view=ours").text
    assert obstacles(page) == []

    world.take("datip", reference, "object_to_notification", SPOKEN)
    said_no = world.browser("datip").open(f"/cases/{reference}")
    assert "Nobody has to ask them again." in said_no.text
    assert reference not in world.browser("datip").open("/cases?view=ours").text
