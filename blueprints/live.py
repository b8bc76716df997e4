"""IN: sockets that connect and what they may say. Everything else goes over HTTP.

A socket keeps the login of its handshake, so ending a session closes its sockets here
(STACK 1); every event asks the policy again.
"""

import logging
from typing import Any

from flask import request
from flask_login import current_user
from flask_socketio import disconnect, join_room

from blueprints import broadcasts
from blueprints.access import viewer
from blueprints.extensions import socketio
from models.database import OPEN, connected
from models.errors import Missing
from models.view import View

log = logging.getLogger(__name__)


@socketio.on("connect")
def connect(_auth: Any = None) -> bool:
    """Let a signed-in person's device in; refuse everybody else."""
    with connected():
        if not current_user.is_authenticated:
            return False
        join_room(f"user:{current_user.id}")
        join_room(f"session:{current_user.session.id}")
        return True


@socketio.on("typing")
def typing(payload: Any = None) -> None:
    """Somebody writes in a thread: shown to the others there, if they may write."""
    thread = payload.get("thread_id") if isinstance(payload, dict) else None
    if not isinstance(thread, int) or not 0 < thread <= OPEN:
        return
    with connected():
        if not current_user.is_authenticated:
            disconnect()
            return
        try:
            view = View.load(viewer(), thread)
        except Missing:
            return
        if view.refusal() is None:
            broadcasts.typing(view)


@socketio.on_error_default
def failed(error: BaseException) -> bool:
    """A failing handler is logged; a failing handshake is refused, not accepted (STACK 1)."""
    event = getattr(request, "event", {}).get("message", "")
    log.error("Socket event %s failed", event, exc_info=error)
    return False


def close_session(session: int) -> None:
    """Close the sockets of a session that was ended."""
    _close(f"session:{session}")


def close_user(user: int, but: int | None = None) -> None:
    """Close all sockets of a user, but not those of the session `but`."""
    kept = set(_members(f"session:{but}")) if but else set()
    _close(f"user:{user}", kept)


def _close(room: str, kept: frozenset[str] | set[str] = frozenset()) -> None:
    for sid in set(_members(room)) - kept:
        socketio.emit("session:ended", {}, to=sid)
        socketio.server.disconnect(sid)


def _members(room: str) -> list[str]:
    if socketio.server is None:
        return []
    return [sid for sid, _ in socketio.server.manager.get_participants("/", room)]
