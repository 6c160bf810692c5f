"""What holds for every page: headers, cookies, tokens, origins, hosts, sizes, and what goes to the log."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from repatriation.app import create_app
from repatriation.settings import Settings
from repatriation.web.access_log import JsonLines
from repatriation.web.errors import words_for
from repatriation.web.security import permission
from repatriation.work.house import House
from repatriation.work.permissions import Permission
from tests.web.conftest import PASSWORD, Clock, Visitor, read_page

SECRET = "a-secret-of-this-test-and-of-nothing-else-at-all"


@pytest.fixture
def real(house: House, clock: Clock) -> Visitor:
    """The application as it would be served to real people, behind HTTPS."""
    settings = Settings(secret_key=SECRET, issuer="https://returns.example.org", demonstration=False)
    return Visitor(create_app(settings, house, clock).test_client(), at=settings.issuer)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the program logs."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("repatriation")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_pages_may_load_nothing_but_our_own_style(visitor: Visitor) -> None:
    policy = visitor.open("/sign-in").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/no-such-page", "/static/no-such-file"])
def test_every_answer_carries_the_headers(officer: Visitor, path: str) -> None:
    headers = officer.open(path).headers
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_no_page_holds_anything_that_the_policy_would_stop(officer: Visitor) -> None:
    page = read_page(officer.open("/account"))
    assert page.find_all(["script", "style", "iframe", "object"]) == []
    assert page.select("[style], [onclick], [onload]") == []


def test_style_sheets_may_be_kept_for_ever_since_their_address_changes(visitor: Visitor) -> None:
    for link in read_page(visitor.open("/sign-in")).select("link"):
        answer = visitor.open(str(link["href"]), headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "?v=" in str(link["href"])
        assert answer.headers["Cache-Control"].endswith("immutable")
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Set-Cookie" not in answer.headers


def test_a_browser_that_cannot_unpack_gets_a_style_sheet_all_the_same(visitor: Visitor) -> None:
    answer = visitor.open("/static/style.css")
    assert "Content-Encoding" not in answer.headers
    assert answer.text.startswith("/*")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Visitor) -> None:
    cookie = visitor.sign_in("sokha").headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_behind_https_the_cookie_is_bound_to_host_and_https(real: Visitor) -> None:
    cookie = real.sign_in("sokha").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert "max-age=31536000" in real.open("/account").headers["Strict-Transport-Security"]


def test_a_form_without_its_token_is_refused(officer: Visitor) -> None:
    answer = officer.client.post("/language", data={"language": "km"})
    assert answer.status_code == 400
    assert "This page was open too long" in answer.text


def test_a_sign_in_without_its_token_is_refused(visitor: Visitor) -> None:
    answer = visitor.client.post("/sign-in", data={"username": "sokha", "password": PASSWORD})
    assert answer.status_code == 400
    assert visitor.open("/account").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_a_form_sent_from_another_site_is_refused_though_it_has_a_token(
    officer: Visitor, headers: dict[str, str]
) -> None:
    assert officer.send("/language", {"language": "km"}, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://localhost"}, {"Origin": "null"}],
)
def test_our_own_forms_are_taken(officer: Visitor, headers: dict[str, str]) -> None:
    assert officer.send("/language", {"language": "km"}, headers=headers).status_code == 303


def test_a_name_that_is_not_ours_is_not_answered(visitor: Visitor) -> None:
    answer = visitor.open("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "does not answer to that name" in answer.text


def test_too_much_at_once_is_refused(officer: Visitor) -> None:
    answer = officer.send("/language", {"language": "x" * 2_000_000})
    assert answer.status_code == 413
    assert "Too much was sent" in answer.text


def test_a_forwarded_address_is_believed_only_from_a_proxy_of_ours(house: House, clock: Clock) -> None:
    direct = create_app(Settings(demonstration=True), house, clock)
    assert type(direct.wsgi_app).__name__ == "method"
    proxied = create_app(Settings(demonstration=True, proxy_hops=1), house, clock)
    assert type(proxied.wsgi_app).__name__ == "ProxyFix"


def test_every_failure_has_words_and_a_number(officer: Visitor) -> None:
    answer = officer.open("/no-such-page")
    page = read_page(answer)
    assert page.select_one("h1").text == "Page not found"  # type: ignore[union-attr]
    assert page.select_one("code").text == answer.headers["X-Request-Id"]  # type: ignore[union-attr]


@pytest.mark.parametrize("status", [400, 404, 405, 409, 413, 429, 500, 503])
def test_each_status_says_what_to_do_next(app: Flask, status: int) -> None:
    with app.test_request_context():
        words = words_for(status)
    assert words.title
    assert words.advice.endswith(".")


def test_a_failure_of_ours_is_told_by_number_and_logged_without_what_was_typed(
    house: House, clock: Clock, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(Settings(demonstration=True), house, clock)

    @permission(Permission.OWN_ACCOUNT)
    def fail() -> str:
        raise ValueError("Sok Dara, born 2009")

    monkeypatch.setitem(app.view_functions, "account.account", fail)
    visitor = Visitor(app.test_client())
    visitor.sign_in("sokha")
    answer = visitor.open("/account?name=Sok+Dara")
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    assert "Sok Dara" not in answer.text
    line = next(json.loads(line) for line in written.getvalue().splitlines() if '"failed"' in line)
    assert line["kind"] == "ValueError"
    assert line["request_id"]
    assert "Sok" not in written.getvalue()


def test_requests_are_logged_by_rule_and_not_by_address(officer: Visitor, written: io.StringIO) -> None:
    officer.open("/static/style.css?secret=TK-7F3K-92QM")
    line = json.loads(written.getvalue().splitlines()[-1])
    assert line["rule"] == "/static/<name>"
    assert line["status"] == 200
    assert set(line) == {"time", "level", "log", "event", "request_id", "method", "rule", "status", "ms"}
    assert "TK-7F3K" not in written.getvalue()


def test_the_process_says_that_it_lives_and_whether_it_can_serve(visitor: Visitor) -> None:
    assert visitor.open("/healthz").json == {"status": "ok"}
    answer = visitor.open("/readyz")
    assert answer.json is not None
    assert answer.json["checks"] == {
        "database": "ok",
        "tables": "ok",
        "guards": "ok",
        "procedures": "failed",  # this house has none
        "procedures_of_cases": "ok",
        "clock": "failed",  # and no clock has ever run
        "papers": "failed",  # and no means to make papers
    }
    assert answer.status_code == 503


def test_a_method_that_a_page_does_not_have_is_refused_in_words(officer: Visitor) -> None:
    answer = officer.open("/language")
    assert answer.status_code == 405
    assert "This cannot be done here" in answer.text
