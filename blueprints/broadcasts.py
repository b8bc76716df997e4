"""OUT: everything rendered for sockets and sent to them, after it was stored.

Rooms are people: a socket joins only `user:<id>` and `session:<id>`. Who gets a thing is
asked of the database now, so that revoking works at once. What fails here is logged and
healed by catching up.
"""

import logging
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, ParamSpec

from flask import current_app

from blueprints.extensions import socketio
from blueprints.rendering import shared_fragment
from models import inbox, readers, reading, team
from models.connection import Connection
from models.database import connected
from models.reading import Raised
from models.requests.concerned import concerned
from models.thread import AUDIENCES, Thread
from models.user import User
from models.view import View, seen_by_all, viewers

log = logging.getLogger(__name__)


P = ParamSpec("P")


def broadcast(tell: Callable[P, None]) -> Callable[P, None]:
    """What is stored is stored: telling of it may fail, and then clients catch up by asking."""

    @wraps(tell)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            tell(*args, **kwargs)
        except Exception:
            log.exception("A broadcast failed; clients heal by catching up")

    return guarded


@broadcast
def message_created(thread: int, seq: int) -> None:
    """Show a new message to everybody who may see it, and count it for the others."""
    _message("message:created", thread, seq)


@broadcast
def message_changed(thread: int, seq: int) -> None:
    """Show an edit or a deletion to everybody who may see it."""
    _message("message:changed", thread, seq)


@broadcast
def thread_changed(thread: int) -> None:
    """Tell those concerned to fetch a thread again: it opened, ended or was renamed."""
    seeing = [view.person for view in readers.concerned(thread)]
    _to_users([user.id for user in seeing], "threads:changed", {"thread_ids": [thread]})
    in_background(lambda: _badges(seeing))


@broadcast
def request_changed(request: int) -> None:
    """Let everybody whom a request concerns fetch it, and its conversation, again."""
    seeing = [person.id for person in concerned(request)]
    _to_users(seeing, "requests:changed", {"request_ids": [request]})
    thread = Thread.get_or_none(Thread.request == request)
    if thread is not None:
        thread_changed(thread.id)


@broadcast
def access_changed(people: Collection[User]) -> None:
    """Let the open pages of these people ask again: what they may see or do has changed."""
    _to_users([person.id for person in people], "access:changed", {})
    in_background(lambda: _badges(people))


@broadcast
def device_changed(session: int) -> None:
    """Let the open pages of one device ask again: another account was chosen there."""
    _to_rooms([f"session:{session}"], "access:changed", {})


@broadcast
def account_changed(account: int) -> None:
    """Let the open pages of an account's team ask again: its contacts or settings changed."""
    access_changed(team.members(account))


@broadcast
def connection_changed(contact: Connection, threads: Collection[int] = ()) -> None:
    """Let the open pages of an account's team, of the contact, and of these threads ask again."""
    for thread in threads:
        thread_changed(thread)
    account_changed(contact.account_id)
    if contact.user_id:
        access_changed([contact.user])


@broadcast
def read_position_raised(reader: User, thread: int, raised: Raised) -> None:
    """Clear the reader's own devices and show the others, who may know, how far was read."""
    badge_changed([reader])
    told: dict[int, list[int]] = {}
    for person, seq in reading.shown_to(View.load(reader, thread), raised):
        told.setdefault(seq, []).append(person.id)
    for seq, people in told.items():
        payload = {"thread_id": thread, "user_id": reader.id, "seq": seq}
        _to_users(people, "read:changed", payload)


@broadcast
def marked(person: User, thread: int) -> None:
    """Let a person's own devices follow what they did to a thread for themself."""
    _to_users([person.id], "threads:changed", {"thread_ids": [thread]})
    badge_changed([person])


@broadcast
def typing(view: View, audience: str) -> None:
    """Show that the person of `view` is writing to an audience to the others who take part."""
    payload = {
        "thread_id": view.thread.id,
        "user_id": view.person.id,
        "name": view.person.first_name,
    }
    others = [
        other.person.id
        for other in viewers(view.thread.id)
        if other.takes_part
        and other.person.id != view.person.id
        and AUDIENCES[audience] & other.spans[-1].side
    ]
    _to_users(others, "typing:started", payload)


@broadcast
def badge_changed(people: Collection[User]) -> None:
    """Send each of these people their absolute unread numbers."""
    for person in people:
        _to_users([person.id], "badge:changed", inbox.badge(inbox.positions(person)))


def in_background(act: Callable[[], None]) -> None:
    """Run `act` after the answer, with a connection of its own; a failure is only logged."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001

    def run() -> None:
        with app.app_context(), connected():
            broadcast(act)()

    app.config["IN_BACKGROUND"](run)


def _message(event: str, thread: int, seq: int) -> None:
    entitled = seen_by_all(thread, seq)
    newest = max((seen.version for _, seen in entitled), default=0)
    # Who sees an older edition has it already; and what nobody may see is sent to nobody.
    current = [(view.person, seen) for view, seen in entitled if seen.version == newest]
    people = [person for person, _ in current]
    for _, seen in current[:1]:
        payload = {
            "thread_id": thread,
            "message_id": seq,
            "seq": seq,
            "version": seen.version,
            "html": shared_fragment("message", message=seen),
        }
        _to_users([person.id for person in people], event, payload)
    _to_users([person.id for person in people], "threads:changed", {"thread_ids": [thread]})
    in_background(lambda: _badges(people))


def _badges(people: Collection[User]) -> None:
    for person in people:
        badge_changed([person])
        socketio.sleep(0)  # Each count takes milliseconds: let others through in between.


def _to_users(users: Collection[int], event: str, payload: dict[str, Any]) -> None:
    _to_rooms([f"user:{user}" for user in users], event, payload)


def _to_rooms(rooms: list[str], event: str, payload: dict[str, Any]) -> None:
    """The one way out. An empty list must send to nobody: `to=[]` would mean everybody."""
    if rooms:
        socketio.emit(event, payload, to=rooms)
