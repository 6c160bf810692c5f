"""Which language a page is in: what the person chose, else what their account or browser says."""

from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, current_app, has_request_context, redirect, request, url_for
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response

from locales import AUTONYMS, FOLDER, choose_language, write_date, write_time
from repatriation.settings import Settings
from repatriation.web.security import permission
from repatriation.web.session import browser_session
from repatriation.work.permissions import Permission


def language() -> str:
    """The code of the language this page is in."""
    return str(get_locale() or _offered()[0])


def autonym(code: str) -> str:
    """A language by its own name."""
    return AUTONYMS[code]


def remember_language(code: str) -> None:
    """Keep to this language for the rest of the session; one that is not offered is left aside."""
    if code in _offered():
        browser_session()["language"] = code


def safe_next(target: str | None, otherwise: str) -> str:
    """`target` when it is a path of our own, else `otherwise`: no link may send people to another site."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return otherwise
    # Browsers pass over tabs and line ends, so that what follows them could become a host.
    if not target.isprintable():
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target


def make_blueprint() -> Blueprint:
    """The one page that changes the language, posted to from the head of every page."""
    blueprint = Blueprint("languages", __name__)

    @blueprint.post("/language")
    @permission(Permission.OWN_ACCOUNT)
    def choose() -> Response:
        code = request.form.get("language", "")
        if code not in _offered():
            abort(400)
        remember_language(code)
        return redirect(safe_next(request.form.get("next"), url_for("account.home")), 303)

    return blueprint


def speak(app: Flask, settings: Settings) -> None:
    """Give the application its languages, and templates the filters `day` and `moment`."""
    zone = ZoneInfo(settings.time_zone)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    app.config["BABEL_DEFAULT_LOCALE"] = settings.languages[0]
    app.extensions["languages"] = settings.languages
    Babel(app, locale_selector=_choose)

    def day(value: date | None) -> str:
        return write_date(value, language()) if value else ""

    def moment(value: datetime | None) -> str:
        return write_time(value, language(), zone) if value else ""

    app.jinja_env.filters.update(day=day, moment=moment)


def languages_to_choose() -> tuple[tuple[str, str], ...]:
    """The languages offered, as code and as each calls itself."""
    return tuple((code, AUTONYMS[code]) for code in _offered())


def _offered() -> tuple[str, ...]:
    offered: tuple[str, ...] = current_app.extensions["languages"]
    return offered


def _choose() -> str:
    if not has_request_context():
        return _offered()[0]
    browser = browser_session()
    chosen = browser.get("language")
    if chosen in _offered():
        return str(chosen)
    if browser.signed_in is not None:
        return choose_language([browser.signed_in.actor.language], _offered())
    return choose_language((tag for tag, _ in request.accept_languages), _offered())
