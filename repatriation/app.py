"""Makes the application: settings and a house in, a Flask application out. Nothing is made at import."""

import gzip
import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Flask, abort, current_app, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from partners.dpop import Nonces
from repatriation.opening import open_to_serve
from repatriation.settings import Settings
from repatriation.web.access_log import log_requests
from repatriation.web.callers import add_nonce
from repatriation.web.errors import Discreet, show_errors
from repatriation.web.languages import language, languages_to_choose, speak
from repatriation.web.menu import areas, unread_notices
from repatriation.web.pages import MACHINES, PAGES
from repatriation.web.security import guard, refuse_unguarded_pages
from repatriation.web.session import Sessions, signed_in, wall_clock
from repatriation.web.stepup import ask_where_needed
from repatriation.work.house import House
from repatriation.work.passkeys import Site
from repatriation.work.vouching import Doorman

_WEB = Path(__file__).parent / "web"
_A_MEGABYTE = 1024 * 1024
_A_YEAR = 365 * 24 * 60 * 60


def create_app(
    settings: Settings,
    house: House | None = None,
    clock: Callable[[], datetime] = wall_clock,
    pages: Iterable[Callable[[], Blueprint]] = PAGES,
    machines: Iterable[Callable[[], Blueprint]] = MACHINES,
) -> Flask:
    """An application for these settings. A house may be given, as tests do; else it is opened from them.

    Raises UnguardedPageError when a page names no permission, and what opening a house raises: a procedure
    that breaks the floor, keys that are missing, a database that cannot be reached.
    """
    app = Discreet("repatriation", static_folder=None, template_folder=str(_WEB / "templates"))
    app.extensions["house"] = house if house is not None else open_to_serve(settings, clock())
    app.extensions["clock"] = clock
    app.extensions["nonces"] = Nonces(app.extensions["house"].keyring.digest_key("dpop-nonce"))
    app.extensions["site"] = Site.of(settings.issuer)
    app.extensions["doorman"] = Doorman(app.extensions["house"], settings.issuer, settings.demonstration)
    _configure(app, settings)
    speak(app, settings)
    log_requests(app)
    guard(app, settings)
    forms = CSRFProtect(app)
    app.before_request(ask_where_needed)
    show_errors(app)
    app.session_interface = Sessions(app.extensions["house"], settings.signing_keys, clock)
    _serve_static(app)
    for make_blueprint in pages:
        app.register_blueprint(make_blueprint())
    for make_blueprint in machines:
        blueprint = make_blueprint()
        forms.exempt(blueprint)
        blueprint.after_request(add_nonce)
        app.register_blueprint(blueprint)
    app.context_processor(_for_every_page)
    refuse_unguarded_pages(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    """What Flask is told, where its defaults are not ours."""
    app.config.update(
        SECRET_KEY=settings.signing_keys[0],
        TRUSTED_HOSTS=list(settings.hosts),
        # A page that takes files raises this for itself alone: request.max_content_length = ...
        MAX_CONTENT_LENGTH=_A_MEGABYTE,
        MAX_FORM_MEMORY_SIZE=_A_MEGABYTE // 2,
        MAX_FORM_PARTS=300,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        # A form lives as long as the session it was opened in.
        WTF_CSRF_TIME_LIMIT=None,
        # Our own pages send no referrer, so Flask-WTF must not ask for one; guard() looks at the origin.
        WTF_CSRF_SSL_STRICT=False,
        DEMONSTRATION=settings.demonstration,
        ISSUER=settings.issuer,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined


def _for_every_page() -> dict[str, object]:
    """What every template may use."""
    return {
        "language": language(),
        "languages": languages_to_choose(),
        "signed_in": signed_in(),
        "demonstration": current_app.config["DEMONSTRATION"],
        "areas": areas,
        "unread_notices": unread_notices,
    }


def _serve_static(app: Flask) -> None:
    """Serve the style sheets from memory, compressed, under addresses that change with their content.

    Bootstrap's comes out of the Bootstrap-Flask wheel, so that no page needs another host.
    """
    kept = {path.name: path.read_bytes() for path in sorted((_WEB / "static").iterdir()) if path.is_file()}
    bootstrap = files("flask_bootstrap") / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
    # The last line names a map file that only a developer's browser would ask for, and not get.
    kept["bootstrap.css"] = bootstrap.read_bytes().rsplit(b"/*# sourceMappingURL", 1)[0]
    packed = {name: gzip.compress(content, mtime=0) for name, content in kept.items()}
    digests = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in kept.items()}

    @app.get("/static/<name>", endpoint="static")
    def static(name: str) -> Response:
        if name not in kept:
            abort(404)
        small = request.accept_encodings["gzip"] > 0
        response = Response(
            packed[name] if small else kept[name], mimetype=guess_type(name)[0] or "application/octet-stream"
        )
        if small:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
        return response

    @app.url_defaults
    def add_digest(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "static":
            values["v"] = digests.get(str(values.get("name")))
