"""IN: sockets that connect and what they may say. Everything else goes over HTTP.

A socket keeps the login of its handshake, so its life is tied to the session's here
(STACK 1): ending a session closes its sockets at once, a session that ends by itself has
them closed within a minute. Every event asks the policy again.
"""

import logging
import time
from typing import Any

from flask import Flask, request, session
from flask_login import current_user
from flask_socketio import disconnect, join_room

from blueprints import broadcasts
from blueprints.access import viewer
from blueprints.extensions import socketio
from models import session as sessions
from models.database import OPEN, connected
from models.errors import Missing
from models.thread import EVERYBODY
from models.view import View

log = logging.getLogger(__name__)

LOOK_S = 30
"""Seconds between two looks for sockets whose session has ended by itself."""

TYPING_S = 1
"""Seconds for which a socket that said it types is not asked again: each time is a query."""


class OneLine(logging.Filter):
    """What strangers can cause before they are let in: logged in one line, once a minute.

    A failure of our own handlers is logged by `failed`, with its traceback.
    """

    def __init__(self) -> None:
        super().__init__()
        self.last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it; its traceback becomes the kind of error."""
        if not record.exc_info:
            return True
        kind, now = str(record.msg), time.monotonic()
        if now - self.last.get(kind, -60) < 60:
            return False
        self.last[kind] = now
        record.msg, record.args = "%s: %s", (record.getMessage(), record.exc_info[0])
        record.exc_info = None
        return True


logging.getLogger("engineio.server").addFilter(OneLine())


@socketio.on("connect")
def connect(_auth: Any = None) -> bool:
    """Let a signed-in person's device in; refuse everybody else."""
    with connected():
        if not current_user.is_authenticated:
            return False
        join_room(f"user:{current_user.id}")
        join_room(f"session:{current_user.session.id}")
        # Again, now that whoever ends the session finds this socket: it may have ended since.
        return sessions.find(current_user.session_token) is not None


@socketio.on("typing")
def typing(payload: Any = None) -> None:
    """Somebody writes in a thread to an audience: shown to those who will see it, if they may."""
    said = payload if isinstance(payload, dict) else {}
    thread, audience = said.get("thread_id"), said.get("audience", EVERYBODY)
    if not isinstance(thread, int) or not 0 < thread <= OPEN or _typed_just_now():
        return
    with connected():
        if not current_user.is_authenticated:
            disconnect()
            return
        try:
            view = View.load(viewer(), thread)
        except Missing:
            return
        if view.refusal() is None and audience in view.audiences():
            broadcasts.typing(view, audience)


@socketio.on_error_default
def failed(error: BaseException) -> bool:
    """A failing handler is logged; a failing handshake is refused, not accepted (STACK 1)."""
    event = getattr(request, "event", {}).get("message", "")
    log.error("Socket event %s failed", event, exc_info=error)
    return False


def start(app: Flask) -> None:
    """Look for sockets to close in the background for as long as the process lives."""
    socketio.start_background_task(_watch, app)


def close_expired() -> None:
    """Close the sockets whose session is over, by its time or by somebody's act."""
    prefix = "session:"
    rooms = list(socketio.server.manager.rooms.get("/", {}))
    open_here = {int(room[len(prefix) :]) for room in rooms if str(room).startswith(prefix)}
    for ended in open_here - sessions.alive(open_here):
        close_session(ended)


def close_session(session_id: int) -> None:
    """Close the sockets of a session that was ended."""
    _close(f"session:{session_id}")


def close_user(user: int, but: int | None = None) -> None:
    """Close all sockets of a user, but not those of the session `but`."""
    kept = set(_members(f"session:{but}")) if but else set()
    _close(f"user:{user}", kept)


def _watch(app: Flask) -> None:
    while True:
        socketio.sleep(LOOK_S)
        try:
            with app.app_context(), connected():
                close_expired()
        except Exception:
            log.exception("Sessions could not be looked up; trying again")


def _typed_just_now() -> bool:
    """Whether this socket said so a moment ago; Flask-SocketIO keeps a `session` for each."""
    last, now = session.get("typed_at"), time.monotonic()
    if last is not None and now - last < TYPING_S:
        return True
    session["typed_at"] = now
    return False


def _close(room: str, kept: frozenset[str] | set[str] = frozenset()) -> None:
    for sid in set(_members(room)) - kept:
        socketio.emit("session:ended", {}, to=sid)
        socketio.server.disconnect(sid)


def _members(room: str) -> list[str]:
    if socketio.server is None:
        return []
    return [sid for sid, _ in socketio.server.manager.get_participants("/", room)]
