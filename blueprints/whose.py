"""Whose a device is, in a cookie that the device itself can read.

The cookie of the session is kept from scripts. What a device keeps for somebody, and opens
without asking, goes by this one. It proves nothing: all the server ever does because of it is
to sign somebody out.

It holds `<user>-<account chosen, or nothing>` while somebody is signed in. `leaving-<user>` is
written by the device where they sign out, which may be without signal: the session ends at the
next contact. `ended-<user>` is the server's answer, also to a session that somebody ended
elsewhere: the device removes what it keeps for them. A session that merely expires takes the
cookie with it, and drafts wait for the same person.
"""

from typing import Final

import flask
from flask import Flask, current_app, g, request
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints import live
from blueprints.access import by_script, viewer
from blueprints.assets import of_app
from models import session as sessions
from models.database import db

COOKIE: Final = "hallway_whose"
LEAVING: Final = "leaving-"
ENDED: Final = "ended-"

USER: Final = "X-Hallway-User"
"""On every answer to somebody: whose it is, as the cookie says it, so that it is kept as theirs."""

RELEASE: Final = "X-Hallway-Release"
"""Beside it: the release that answers, so that a page of an older one learns of it."""


def init_app(app: Flask) -> None:
    """Let every request say whether somebody left, and every answer whose it is."""
    app.before_request(let_leave)
    app.after_request(tell)


def is_leaving() -> bool:
    """Whether the device says that who was signed in here has signed out."""
    return request.cookies.get(COOKIE, "").startswith(LEAVING)


def note_ended(user: object) -> None:
    """Let the answer say that somebody's session here was ended on purpose."""
    g.ended = user


def note_gone(token: str) -> None:
    """Let the answer say so of a session that is not there, unless it merely expired.

    Nor where the device is somebody else's by now: what it keeps for them was not ended.
    """
    here = request.cookies.get(COOKIE, "").removeprefix(ENDED).partition("-")[0]
    whose = str(flask.session.get("whose", here))
    if here in {"", whose} and not sessions.has_expired(token):
        note_ended(whose)


def let_leave() -> None:
    """Complete a sign-out that began on the device."""
    if not is_leaving() or db.is_closed():  # some answers need no database
        return
    token = flask.session.get("_user_id")
    # What answers a script may come late, when somebody else has signed in: a page says it.
    if not by_script():
        note_ended(request.cookies[COOKIE].removeprefix(LEAVING))
        # Nothing of who was here may be lent to who comes next.
        flask.session.clear()
    ended = sessions.end_named(token) if token else None
    if ended is not None:
        live.close_session(ended)


def tell(response: Response) -> Response:
    """Say whose this answer is, or that nobody is signed in here any more."""
    if "_login_user" not in g and "ended" not in g:  # nobody asked who it is
        return response
    if current_user.is_authenticated:
        return _mine(response)
    known, ended = request.cookies.get(COOKIE, ""), g.get("ended")
    if ended and str(ended).isdigit():
        _keep(response, f"{ENDED}{ended}", lasting=True)
    elif known and not known.startswith(ENDED) and not by_script():
        response.delete_cookie(COOKIE)
    return response


def _mine(response: Response) -> Response:
    me = viewer()
    whose = f"{me.id}-{me.session.account_id or ''}"
    response.headers[USER], response.headers[RELEASE] = whose, of_app().release
    if "ETag" not in response.headers:
        # Not in a place where "back" finds it after they have left; the worker keeps it as theirs.
        response.headers.setdefault("Cache-Control", "private, no-store")
    # Only where it says something else: an answer that comes late must not undo a later one.
    if request.cookies.get(COOKIE) != whose:
        _keep(response, whose, lasting=me.session.keep)
    return response


def _keep(response: Response, value: str, *, lasting: bool) -> None:
    response.set_cookie(
        COOKIE,
        value,
        # As long as that of the session: the server takes both back when it is over.
        max_age=current_app.permanent_session_lifetime if lasting else None,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )
