"""The reader refuses what it does not know, in one sentence that names file, line or key, and rule."""

import re
from pathlib import Path

import pytest

from sop.reader import ProcedureError, read_bytes
from tests.sop.sabotage import FILES, FULL, change_action, read_text, text_of


def refusal(text: str, name: str) -> str:
    with pytest.raises(ProcedureError) as refused:
        read_text(text, name)
    said = str(refused.value)
    assert name in said
    assert "\n" not in said
    return said


@pytest.mark.parametrize("name", FILES)
def test_an_unknown_key_is_refused_at_every_level(name: str) -> None:
    text = text_of(name)
    spoiled = {
        "top": 'surprise = "x"\n' + text,
        "stage": re.sub(r"(?m)^\[stages\.reported\]$", '[stages.reported]\nsurprise = "x"', text),
        "consent": re.sub(r"(?m)^\[consents\.return\]$", '[consents.return]\nsurprise = "x"', text),
        "action": change_action(text, "depart", r"^moves.*$", 'moves = true\nsurprise = "x"'),
    }
    for place, each in spoiled.items():
        assert each != text, place
        assert "“surprise” is not a key that may stand here" in refusal(each, name)


@pytest.mark.parametrize("name", FILES)
def test_the_line_of_a_refused_action_is_named(name: str) -> None:
    spoiled = change_action(text_of(name), "depart", r"^moves.*$", 'moves = true\nsurprise = "x"')
    line = 1 + spoiled[: spoiled.index('"depart"')].count("\n")
    assert f"{name}, line {line}: action depart.surprise" in refusal(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_an_unknown_safeguard_is_refused(name: str) -> None:
    spoiled = change_action(text_of(name), "depart", '"no_hold"', '"no_holds"')
    assert "“no_holds” is not a known safeguard" in refusal(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_an_unknown_role_is_refused(name: str) -> None:
    spoiled = change_action(text_of(name), "depart", r'^by *= *\["[^"]*"', 'by = ["host.ferryman"')
    assert "“host.ferryman” is not a known role" in refusal(spoiled, name)


@pytest.mark.parametrize("name", FULL)
def test_a_time_limit_without_a_basis_is_refused(name: str) -> None:
    spoiled = re.sub(r'(?m)^(  \{ value = .*?)basis = "[^"]*", ', r"\1", text_of(name), count=1)
    assert spoiled != text_of(name)
    assert "a time limit without a basis" in refusal(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_a_stage_without_a_responsible_agency_is_refused(name: str) -> None:
    spoiled = re.sub(r"(?ms)(\[stages\.reported\].*?)^responsible.*?$\n", r"\1", text_of(name), count=1)
    assert "stage reported: has no responsible agency" in refusal(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_a_source_nobody_named_is_refused(name: str) -> None:
    spoiled = change_action(text_of(name), "depart", r"^basis *=.*$", 'basis = "HEARSAY"')
    assert "“HEARSAY” is not a source named in this file" in refusal(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_an_action_without_words_in_every_language_is_refused(name: str) -> None:
    spoiled = change_action(text_of(name), "depart", r"^km *=.*$\n", "")
    assert "has no words in “km”" in refusal(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_an_action_that_stands_twice_is_refused(name: str) -> None:
    text = text_of(name)
    spoiled = re.sub(r'(?m)^name *= *"depart"', 'name = "complete_handover"', text)
    assert "this action stands twice" in refusal(spoiled, name)


def test_what_is_no_toml_is_refused() -> None:
    for content in (b"\xff\xfe", b"route = ", b""):
        with pytest.raises(ProcedureError, match=r"new\.toml"):
            read_bytes(content, Path("new.toml"))


@pytest.mark.parametrize("name", FILES)
def test_no_file_can_leave_out_that_consent_is_taken_back(name: str) -> None:
    procedure = read_text(text_of(name), name)
    for consent in procedure.consents.values():
        taken_back = procedure.actions[consent.withdraw]
        assert taken_back.by == ("person",)
        assert taken_back.frm == consent.frm
        assert taken_back.requires == ()


@pytest.mark.parametrize("name", FULL)
def test_the_person_has_their_own_acts_under_their_known_names(name: str) -> None:
    procedure = read_text(text_of(name), name)
    for act in ("withdraw_consent", "object_to_notification", "stay"):
        assert procedure.actions[act].by == ("person",)


@pytest.mark.parametrize(
    ("pattern", "instead", "said"),
    [
        (r"^name *= *\"depart\"", 'name = "../depart"', "a name is written in small letters"),
        (r"^entitlements = \[", 'entitlements = ["rest",', "must be a table"),
        (r"^coordination = \[", 'coordination = ["MoSVY",', "must be a table"),
        (r"^from = \[\"scheduled\"\]", 'from = [["scheduled"]]', "must be a list of names"),
        (r"^lapses = \"as recorded\"", 'lapses = "0 days"', "a number of days"),
        (r"\{ value = \d+", "{ value = 99999999999", "must not be more than 3650"),
        (r"from = 2019-04-22, ", "from = 2019-04-22T00:00:00, ", "must be a date"),
        (r"^responsible = \"", 'responsible = ["host.police"]\n#', "is not a known role"),
    ],
)
def test_what_has_the_wrong_shape_is_refused_in_a_sentence(pattern: str, instead: str, said: str) -> None:
    name = "tha-khm-2019.toml"
    spoiled, count = re.subn(pattern, instead, text_of(name), count=1, flags=re.MULTILINE)
    assert count
    assert said in refusal(spoiled, name)
