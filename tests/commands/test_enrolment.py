"""`repatriation organisation` and `repatriation officer`: setting up an installation for real people."""

from datetime import UTC, datetime

from repatriation.opening import open_house
from repatriation.settings import read_settings
from repatriation.work.accounts import sign_in
from tests.commands.conftest import Run

NOW = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
PASSWORD = "a long password of mine"


def test_an_officer_is_entered_signs_in_and_is_let_in_no_more(run: Run) -> None:
    run("organisation", "enter", "mosvy", "--name", "MoSVY", "--country", "KHM", "--function", "coordination")
    run("organisation", "enter", "mosvy", "--name", "MoSVY", "--country", "KHM", "--function", "social")
    assert "KHM  mosvy" in run("organisation", "list").output
    entered = ("officer", "enter", "sok", "--name", "Sok", "--organisation", "mosvy", "--duty", "coordinator")
    run(*entered, "--password", PASSWORD)
    assert "sok" in run("officer", "list").output
    house = open_house(read_settings())
    actor = sign_in(house, "sok", PASSWORD, NOW)
    assert actor is not None
    assert actor.functions == {"social"}
    run("officer", "password", "sok", "--password", PASSWORD + "!")
    assert sign_in(house, "sok", PASSWORD, NOW) is None
    assert sign_in(house, "sok", PASSWORD + "!", NOW) is not None
    run("officer", "close", "sok")
    assert sign_in(house, "sok", PASSWORD + "!", NOW) is None


def test_what_cannot_be_taken_is_said_field_by_field(run: Run) -> None:
    wrong = run(
        "organisation", "enter", "X Y", "--name", "", "--country", "USA", "--function", "king", ends_with=1
    ).stderr
    for said in (
        "code: begins with a small letter",
        "name: must be given",
        "country: is not one",
        "functions: is not one",
    ):
        assert said in wrong
    nobody = ("officer", "enter", "sok", "--name", "Sok", "--organisation", "none", "--duty", "coordinator")
    assert "organisation: is not one" in run(*nobody, "--password", PASSWORD, ends_with=1).stderr
    assert "12 characters" in run(*nobody, "--password", "short", ends_with=1).stderr
    assert "username: is not one" in run("officer", "close", "nobody", ends_with=1).stderr
