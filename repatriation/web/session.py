"""Who is at the other end: a stranger with a signed cookie, or an officer whose session is kept here."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from flask import Flask, Request, Response, current_app, request, session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import CallbackDict

from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.sessions import PASSWORD, SignedIn, begin, end, keep, prove_again, resume

# A stranger's cookie holds a form token and a language, nothing else; it need not outlive the visit by much.
STRANGER_SECONDS = 12 * 60 * 60

# Each browser also calls itself by the names of those before it, so the order counts.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


_MACHINES = ("/api/", "/oauth/", "/.well-known/")
_FOR_OFFICERS = "/oauth/authorize"


def for_machines(path: str) -> bool:
    """Whether an address is for programs: no cookie is read there, and errors are not pages."""
    return path.startswith(_MACHINES) and path != _FOR_OFFICERS


class BrowserSession(CallbackDict[str, Any], SessionMixin):
    """What is remembered between two requests of one browser."""

    def __init__(self, initial: dict[str, Any] | None = None, signed_in: SignedIn | None = None) -> None:
        def on_update(_: object) -> None:
            self.modified = True

        super().__init__(initial or {}, on_update)
        self.modified = False
        self.signed_in = signed_in
        self.lapsed = False
        self.issue_cookie = False


class Sessions(SessionInterface):
    """Keeps strangers' sessions in a signed cookie (they cost us no row) and officers' in the database.

    An officer's cookie holds a random identifier, of which the database has only a digest. The identifier is
    new at every sign-in, so one that somebody planted before is worth nothing.
    """

    def __init__(self, house: House, keys: tuple[str, ...], now: Callable[[], datetime]) -> None:
        self.house = house
        self.now = now
        # itsdangerous signs with the last key and accepts all.
        self.signer = URLSafeTimedSerializer(list(reversed(keys)), salt="stranger")

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """The session that the cookie of this request stands for, or an empty one."""
        kept = request.cookies.get(self.get_cookie_name(app), "")
        bare = (f"{app.static_url_path}/", "/healthz", "/readyz")
        if not kept or request.path.startswith(bare) or for_machines(request.path):
            return BrowserSession()
        if kept.startswith("~"):
            try:
                return BrowserSession(self.signer.loads(kept[1:], max_age=STRANGER_SECONDS))
            except BadSignature:
                return BrowserSession()
        signed_in = resume(self.house, kept, self.now())
        if signed_in is None:
            lapsed = BrowserSession()
            lapsed.lapsed = True
            return lapsed
        return BrowserSession(dict(signed_in.data), signed_in)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed and set the cookie where it must change."""
        browser = cast(BrowserSession, session)
        if browser.signed_in is not None:
            if browser.modified:
                keep(self.house, browser.signed_in.token, dict(browser))
            if browser.issue_cookie:
                self._set_cookie(app, response, browser.signed_in.token)
        elif browser:
            if browser.modified:
                self._set_cookie(app, response, "~" + str(self.signer.dumps(dict(browser))))
        elif browser.lapsed or browser.issue_cookie or browser.modified:
            response.delete_cookie(
                self.get_cookie_name(app),
                path="/",
                secure=self.get_cookie_secure(app),
                httponly=True,
                samesite="Lax",
            )

    def _set_cookie(self, app: Flask, response: Response, value: str) -> None:
        response.set_cookie(
            self.get_cookie_name(app),
            value,
            path="/",
            secure=self.get_cookie_secure(app),
            httponly=True,
            samesite="Lax",
        )


def browser_session() -> BrowserSession:
    """The session of the present request, with its type."""
    return cast(BrowserSession, session)


def start_session(officer_id: str, now: datetime, means: str = PASSWORD) -> None:
    """Sign the browser in as this officer, under a new identifier. Carried over is the language, and the
    token of a form that waits: it opens for the officer who sent it and for nobody else.
    """
    browser = browser_session()
    language, waiting = browser.get("language"), remembered("unsent")
    if browser.signed_in is not None:
        end(house(), browser.signed_in.token)
    browser.clear()
    browser.signed_in = begin(house(), officer_id, now, means, browser_name(request.user_agent.string))
    browser.issue_cookie = True
    if language:
        browser["language"] = language
    if waiting:
        remember("unsent", waiting)


def prove_session(now: datetime) -> None:
    """Let the session go on under a new identifier, since its officer proved once more who they are."""
    browser = browser_session()
    if browser.signed_in is None:
        raise RuntimeError("a stranger has no session to go on with")
    browser.signed_in = prove_again(house(), browser.signed_in, now)
    browser.issue_cookie = True


def remember(kind: str, token: str) -> None:
    """Let the browser hold the token of something begun."""
    browser_session()[f"begun_{kind}"] = token


def remembered(kind: str) -> str | None:
    """The token of something begun that the browser holds."""
    found = browser_session().get(f"begun_{kind}")
    return found if isinstance(found, str) else None


def browser_name(agent: str) -> str:
    """What browser it is, as roughly as its owner would say it; nothing that could tell two apart."""
    which = next((name for mark, name in BROWSERS if mark in agent), "")
    where = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(filter(None, (which, where)))


def stop_session() -> None:
    """Sign the browser out; its identifier is forgotten here, so a copy of the cookie is worth nothing."""
    browser = browser_session()
    if browser.signed_in is not None:
        end(house(), browser.signed_in.token)
    browser.signed_in = None
    browser.clear()
    browser.issue_cookie = True


def house() -> House:
    """The house this application serves."""
    return cast(House, current_app.extensions["house"])


def now() -> datetime:
    """The present moment, in UTC, by the clock the application was given."""
    clock = cast(Callable[[], datetime], current_app.extensions["clock"])
    return clock()


def wall_clock() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


def signed_in() -> SignedIn | None:
    """The officer at the other end, or None for a stranger."""
    return browser_session().signed_in


def actor() -> Actor:
    """The officer at the other end, as the work layer wants them. Only on pages that name a permission."""
    present = signed_in()
    if present is None:
        raise RuntimeError("a page that is public has no officer to act as")
    return present.actor
