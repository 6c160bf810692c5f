"""Calendar feeds: the page on which an officer makes and revokes theirs, and the feed itself."""

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.work.feeds import feeds_of, make_feed, read_feed, revoke_feed
from repatriation.work.permissions import Permission
from repatriation.work.throttling import TooManyTries


def make_blueprint() -> Blueprint:
    """The officer's feeds, and what a calendar program reads."""
    blueprint = Blueprint("feeds", __name__)

    @blueprint.get("/visits/calendar", endpoint="index")
    @permission(Permission.LIST_VISITS)
    def index() -> str:
        return render_template("feeds/index.html", feeds=feeds_of(house(), actor()))

    @blueprint.post("/visits/calendar", endpoint="make")
    @permission(Permission.LIST_VISITS)
    def make() -> str:
        token = make_feed(house(), actor(), now())
        link = current_app.config["ISSUER"] + url_for("feeds.calendar", token=token)
        return render_template("feeds/made.html", link=link)

    @blueprint.post("/visits/calendar/<feed_id>/revoke", endpoint="revoke")
    @permission(Permission.LIST_VISITS)
    def revoke(feed_id: str) -> AnyResponse:
        revoke_feed(house(), actor(), now(), feed_id)
        flash(_("The address leads nowhere any more."))
        return redirect(url_for("feeds.index"), 303)

    @blueprint.get("/calendar/<token>.ics", endpoint="calendar")
    def calendar(token: str) -> Response:
        """For whoever holds the address. Nothing tells an address that was revoked from one never made."""
        try:
            written = read_feed(house(), token, request.remote_addr or "", now())
        except TooManyTries:
            abort(429)
        return Response(written, mimetype="text/calendar")

    return blueprint
