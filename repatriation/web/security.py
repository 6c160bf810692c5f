"""Nobody may do anything unless a page says who may: permissions, origins and headers of every request."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from repatriation.settings import Settings
from repatriation.web.session import for_machines, signed_in
from repatriation.web.unsent import put_by
from repatriation.work.permissions import Permission, may

View = TypeVar("View", bound=Callable[..., Any])

# The pages that need no sign-in: those by which one comes in or leaves, what machines ask, the check of a
# paper, which whoever holds one must be able to ask, and calendars, whose address is itself the secret.
# Another needs a better reason than convenience.
PUBLIC = frozenset(
    {
        "static",
        "signin.sign_in",
        "signin.second",
        "signin.passkey",
        "signin.exit_page",
        "organisations.begin",
        "organisations.back",
        "invitations.accept",
        "health.healthz",
        "health.readyz",
        "verify.check",
        "verify.keys",
        "feeds.calendar",
        "guide.guide",
        "guide.example",
    }
)

_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # Bootstrap draws ticks and arrows as data: images in its style sheet
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy(form_action: str = "'self'", *, scripts: bool = False) -> str:
    """The policy a page is held to. `form_action` names where its forms may lead; `scripts`: ours may run."""
    held = {**_POLICY, "form-action": form_action} | ({"script-src": "'self'"} if scripts else {})
    return "; ".join(f"{name} {value}" for name, value in held.items())


_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class UnguardedPageError(Exception):
    """A page names no permission, is not for programs and not public either; the application does not
    start.
    """


def permission(needed: Permission) -> Callable[[View], View]:
    """Say who may open the page: `@permission(Permission.READ_CASE)`, under the route's own decorator."""

    def name_it(view: View) -> View:
        view.__dict__["permission"] = needed
        return view

    return name_it


def scripted(view: View) -> View:
    """Let the page run scripts of ours; the others run none. Under the route's own decorator."""
    view.__dict__["scripted"] = True
    return view


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """The permission a page names, or None when it names none."""
    needed = getattr(app.view_functions[endpoint], "permission", None)
    return needed if isinstance(needed, Permission) else None


def for_programs(view: View) -> View:
    """Say that a view is for programs and looks by itself at who is calling, or has nothing to hide: the
    authorization server's own. Everything else for programs names its scopes (see `callers.machine`).
    """
    view.__dict__["machine"] = frozenset()
    return view


def is_for_programs(app: Flask, endpoint: str) -> bool:
    """Whether a view is for programs: it names scopes, or was marked by `for_programs`."""
    return hasattr(app.view_functions[endpoint], "machine")


def refuse_unguarded_pages(app: Flask) -> None:
    """Raise UnguardedPageError when a page is neither public, nor for programs, nor names its permission."""
    bare = sorted(
        endpoint
        for endpoint in app.view_functions
        if endpoint not in PUBLIC
        and permission_of(app, endpoint) is None
        and not is_for_programs(app, endpoint)
    )
    if bare:
        raise UnguardedPageError(f"these pages name no permission: {', '.join(bare)}")


def guard(app: Flask, settings: Settings) -> None:
    """Put the checks before, and the headers after, every request of the application."""
    app.before_request(_refuse_what_nobody_types)
    app.before_request(_refuse_other_origins)
    app.before_request(_refuse_without_permission)

    @app.after_request
    def add_headers(response: Response) -> Response:
        view = app.view_functions.get(request.endpoint or "")
        held = policy(scripts=getattr(view, "scripted", False))
        response.headers.setdefault("Content-Security-Policy", held)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.endpoint != "static" or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response


def _refuse_what_nobody_types() -> None:
    """Turn away the one character that PostgreSQL cannot keep, wherever in the request it stands."""
    sent = (request.path, *request.args.keys(), *_values(request.args))
    # What a program sends is read once, strictly, by the view itself.
    if request.method not in ("GET", "HEAD", "OPTIONS") and not for_machines(request.path):
        sent += (*request.form.keys(), *_values(request.form))
    if any("\0" in each for each in sent):
        abort(400)


def _values(sent: MultiDict[str, str]) -> tuple[str, ...]:
    return tuple(value for _, value in sent.items(multi=True))


def _refuse_other_origins() -> None:
    """Turn away a form that was sent from another site, beside the token each form carries.

    Browsers send `Origin: null` with our own forms, because we ask them to send no referrer; so the newer
    header decides where a browser sends it.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or for_machines(request.path):
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "null")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    else:
        foreign = origin not in ("null", request.host_url.rstrip("/"))
    if foreign:
        abort(400)


def _refuse_without_permission() -> AnyResponse | None:
    """Send strangers to the sign-in page; tell officers who may not that there is no such page."""
    if request.endpoint is None or request.endpoint in PUBLIC:
        return None
    if is_for_programs(current_app, request.endpoint):
        return None
    officer = signed_in()
    if officer is None:
        asked = request.full_path.rstrip("?") if request.method == "GET" else put_by()
        return redirect(url_for("signin.sign_in", next=asked), 303)
    needed = permission_of(current_app, request.endpoint)
    if needed is None or not may(officer.actor.duty, needed):
        abort(404)
    return None
