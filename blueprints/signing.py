"""Who is signed in on this browser: the cookie names a session row and holds nothing else."""

import re
from contextlib import suppress

import flask
from flask import request
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from blueprints import errors, live, whose
from blueprints.access import by_script, viewer
from blueprints.extensions import login_manager
from models import session as sessions
from models.errors import Missing
from models.session import Session
from models.user import User

BROWSERS = (
    ("Edge", r"\bEdgA?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bVersion/[\d.]+.*\bSafari/"),
)
SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("Mac", r"\bMacintosh\b"),
    ("Linux", r"\bLinux\b"),
)
PHONES = ("iPhone", "Android")
LONGEST_AGENT = 300
LONGEST_PATH = 2_000
"""Characters; nothing longer comes from a browser or a page of ours."""


def person_of(token: str) -> User | None:
    """The person a session token signs in, with their `session`; None when it is over.

    Each page lets the cookie of a session that is kept last anew. What answers a script does not:
    it may come late, when somebody else has signed in, and would put the session before in place
    of theirs.
    """
    session = None if whose.is_leaving() else sessions.find(token)
    if session is None:
        whose.note_gone(token)
        return None
    if session.keep and not by_script():
        flask.session.modified = True
    return _with_session(session, token)


def _with_session(session: Session, token: str) -> User:
    person: User = session.user
    person.session, person.session_token = session, token
    return person


def let_in(user: User, *, keep: bool, proof: str | None = None) -> None:
    """Sign `user` in on this browser; whoever was signed in here before is signed out.

    :param keep: whether the browser may keep the cookie, and the session live 60 days unused.
    :param proof: the kept form of the password they typed, where they sign in by it.
    :raises sessions.Outdated: when the password was changed since it was compared.
    """
    called = device(request.user_agent.string)
    token = sessions.start(user, called, keep, proof=proof)
    _take_over()
    started = sessions.find(token)
    if started is not None:
        login_user(_with_session(started, token))
    flask.session["whose"] = user.id
    flask.session.permanent = keep


def let_out() -> None:
    """Sign this browser out, in every one of its tabs."""
    if current_user.is_authenticated:
        whose.note_ended(viewer().id)
        with suppress(Missing):  # ended from another device in this moment
            end_session(viewer(), viewer().session.id)
        logout_user()
    # A cookie from before must not lend anything to who comes next.
    flask.session.clear()


def _take_over() -> None:
    """Let nobody be signed in here any more; what the device keeps for them stays, locked."""
    if current_user.is_authenticated:
        before = viewer().session
        sessions.lapse(before)
        live.close_session(before.id)
        logout_user()
    # A cookie from before must not lend anything to who comes next.
    flask.session.clear()


def refuse_another() -> Response | None:
    """Answer 401 to a script that asks for somebody else than who is signed in here.

    A page, or a message that waits on the device, may be of a person who has signed out since.
    Its sender says whose it is, so that the next person on this browser never says it.
    """
    meant = request.headers.get("X-Hallway-As")
    if meant is None or not current_user.is_authenticated or meant == str(current_user.id):
        return None
    response = errors.answer(401)
    response.headers["HX-Redirect"] = "/"
    return response


def end_session(user: User, session_id: int) -> None:
    """Sign one of the person's devices out, and close its sockets.

    :raises Missing: when it is not theirs, or already over.
    """
    sessions.end_one_of(user, session_id)
    live.close_session(session_id)


def end_sessions(user: User, but: Session | None = None) -> None:
    """Sign every device of `user` out, except the session `but`, and close their sockets."""
    sessions.end_all(user, but)
    live.close_user(user.id, but.id if but else None)


def device(user_agent: str) -> str:
    """What a browser calls itself, in words: "Firefox on Linux"."""
    user_agent = user_agent[:LONGEST_AGENT]
    browser = _first_match(BROWSERS, user_agent) or "A browser"
    system = _first_match(SYSTEMS, user_agent)
    return f"{browser} on {system}" if system else browser


def is_phone(name: str) -> bool:
    """Whether a device named by `device` is a phone."""
    return name.endswith(PHONES)


def local_path(address: str | None) -> str:
    r"""`address` when it is a path of this server, otherwise "/".

    Browsers read a backslash as a slash and skip tabs and line breaks, so `/\\evil.example`
    would lead away.
    """
    text = address or ""
    if len(text) > LONGEST_PATH or not text.startswith("/") or text.startswith(("//", "/\\")):
        return "/"
    return "/" if re.search(r"[\x00-\x20\x7f\\]", text) else text


def _first_match(names: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for name, pattern in names if re.search(pattern, text)), None)


login_manager.user_loader(person_of)
