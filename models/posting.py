"""Saying something, and taking it back: send, edit, delete. One transaction each (MODEL 4)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from peewee import IntegrityError

from models import attachments, chain, clock, mentioning, outbox, text
from models.account import Account
from models.connection import Connection
from models.database import locked, next_seq, transaction
from models.errors import Conflict, Invalid, Missing, Refused
from models.mention import mentioned_in
from models.message import Attachment, Message, MessageEdition
from models.record import append, lock_thread
from models.seen import SeenMessage
from models.thread import AUDIENCES
from models.user import User
from models.view import View

LONGEST = 10_000
"""Characters in a message (SPEC 3)."""

EDITABLE_FOR = 15 * clock.MINUTE
"""Milliseconds from acceptance in which an author may edit or delete (SPEC 3)."""


@dataclass(frozen=True)
class Draft:
    """What somebody sends, as received: the audience by name, `client_id` a UUID.

    `files` were uploaded before, see `attachments.of`; `mentions` are the ids of people chosen
    for "@Name" in the body, see `mentioning.resolved`.
    """

    body: str
    client_id: str
    audience: str = "everyone"
    reply_to: int | None = None
    files: tuple[Attachment, ...] = ()
    mentions: tuple[int, ...] = ()

    def fingerprint(self, thread: int) -> str:
        """SHA-256 (hex) by which a repeat is told from another message (MODEL 11.14)."""
        files = [(file.name, file.received) for file in self.files]
        parts = [thread, self.body, self.audience, self.reply_to, files]
        if self.mentions:
            parts.append(self.mentions)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def post_message(
    person: User, thread: int, draft: Draft, at: int | None = None
) -> tuple[Message, bool]:
    """Send `draft` to a thread, once: a repeat of the same `client_id` is the same message.

    Returns the stored message and whether it is new; it is durable then.

    :param at: the instant of acceptance in milliseconds; now if None.
    :raises Missing: when there is no such thread for them.
    :raises Conflict: when the `client_id` was used for something else.
    :raises Invalid: for the field `body`, `client_id`, `audience`, `reply_to` or `files`.
    :raises Refused: when they may see the thread but not write in it (SPEC 3 gives the order).
    """
    at = clock.now() if at is None else at
    view = View.load(person, thread, at)
    draft = replace(draft, client_id=_one_spelling(draft.client_id))
    known = _known(person, thread, draft)
    if known:
        return known, False
    _check_may_write(view)
    body = _checked_body(draft.body, needed=not draft.files)
    try:
        with transaction():
            _lock(view)
            # Again under the lock: without the first a double send is an error, without the
            # second a message lands after "disconnected" (MODEL 4).
            known = _known(person, thread, draft)
            if known:
                return known, False
            view = View.load(person, thread, at)
            _check_may_write(view)
            files = attachments.claim(draft.files)
            message = append(thread, at, files, **_columns(view, draft, body))
            mentioning.note(view, message)
            outbox.put_message(message, at)
            return message, True
    except IntegrityError:
        # The same id went into two threads at once; the other one was first.
        known = _known(person, thread, draft)
        if known is None:
            raise
        return known, False


def edit_message(
    person: User,
    thread: int,
    seq: int,
    body: str,
    at: int | None = None,
    mentions: Sequence[int] = (),
) -> Message:
    """Put another text in place of one's own; the earlier one stays as an edition.

    :param mentions: as in a Draft; without any, whom the message mentions already.
    :param at: the instant the edit arrived, in milliseconds; now if None.
    :raises Missing: when there is no such message for them.
    :raises Invalid: for the field `body`.
    :raises Refused: not theirs, deleted, too late, or no longer allowed to write.
    """
    at = clock.now() if at is None else at
    with transaction():
        view, message, seen = _own_message(person, thread, seq, at)
        typed = _checked_body(body, needed=not seen.files)
        if typed == seen.body and not mentions:
            return message
        meant = mentions or mentioned_in(message.body)
        new_body = mentioning.resolved(view, typed, message.audience, meant)
        if message.body == new_body:
            return message
        return _supersede(view, message, new_body, chain.EDIT, at)


def delete_message(person: User, thread: int, seq: int, at: int | None = None) -> Message:
    """Take back one's own message; a tombstone stays (SPEC 3).

    :raises Missing: when there is no such message for them.
    :raises Refused: not theirs, too late, or no longer allowed to write.
    """
    at = clock.now() if at is None else at
    with transaction():
        view, message, _ = _own_message(person, thread, seq, at)
        return _supersede(view, message, "", chain.DELETE, at)


def _supersede(view: View, message: Message, body: str, action: str, at: int) -> Message:
    version = next_seq()
    MessageEdition.create(message=message.id, version=message.body_version, body=message.body)
    message.body, message.version, message.body_version = body, version, version
    if action == chain.DELETE:
        message.deleted_version = version
    message.save()
    chain.add_link(message, action, version, at)
    mentioning.note(view, message)
    return message


def _own_message(person: User, thread: int, seq: int, at: int) -> tuple[View, Message, SeenMessage]:
    """Their own, still changeable message, stored and as they see it, its thread locked."""
    view = View.load(person, thread, at)
    _lock(view)
    view = View.load(person, thread, at)
    seen = view.message(seq)
    _check_may_write(view)
    message = Message.get_by_id(seq)
    if seen.is_event or message.author_id != person.id:
        raise Refused("You can change only what you wrote yourself.")
    if message.deleted_version is not None:
        raise Refused("This message was deleted.")
    if at - message.created_at > EDITABLE_FOR:
        raise Refused("You can edit a message for 15 minutes after sending.")
    return view, message, seen


def _lock(view: View) -> None:
    """Lock what decides whether `view.person` may write, in the order of MODEL 4."""
    thread = view.thread
    own = (Connection.account == thread.account_id) & (Connection.user == view.person.id)
    theirs = Connection.id == thread.contact_id
    connections = Connection.select().where(own | theirs).order_by(Connection.id)
    list(locked(Account.select().where(Account.id == thread.account_id), "FOR SHARE"))
    list(locked(connections, "FOR SHARE"))
    lock_thread(thread.id)


def _known(person: User, thread: int, draft: Draft) -> Message | None:
    """What this `client_id` was stored as, if it is the same send."""
    stored = Message.get_or_none(
        (Message.author == person.id) & (Message.client_id == draft.client_id)
    )
    if stored is None:
        return None
    if stored.thread_id != thread or stored.request_hash not in ("", draft.fingerprint(thread)):
        raise Conflict("This was already sent with other content. Send it as a new message.")
    return stored


def _columns(view: View, draft: Draft, body: str) -> dict[str, object]:
    audience = AUDIENCES[_checked_audience(view, draft.audience)]
    return {
        "author": view.person.id,
        "side": view.spans[-1].side,
        "audience": audience,
        "body": mentioning.resolved(view, body, audience, draft.mentions),
        "client_id": draft.client_id,
        "request_hash": draft.fingerprint(view.thread.id),
        "reply_to": _checked_reply(view, draft.reply_to, audience),
    }


def _check_may_write(view: View) -> None:
    refusal = view.refusal()
    if refusal:
        raise Refused(refusal)


def _one_spelling(client_id: str) -> str:
    """A UUID may be typed in braces, without hyphens, in capitals: all are the same one.

    :raises Invalid: when it is none.
    """
    try:
        return str(UUID(client_id))
    except ValueError:
        raise Invalid({"client_id": "The sending app gave no proper message id."}) from None


def _checked_body(body: str, *, needed: bool) -> str:
    try:
        checked = text.block(body, LONGEST)
    except ValueError as error:
        raise Invalid({"body": str(error)}) from None
    if needed and not checked:
        raise Invalid({"body": "Write something first."})
    return checked


def _checked_audience(view: View, audience: str) -> str:
    if audience not in AUDIENCES:
        raise Invalid({"audience": "Choose who will see this."})
    if audience not in view.audiences():
        raise Refused("You can't write to these people here.")
    return audience


def _checked_reply(view: View, reply_to: int | None, audience: int) -> int | None:
    """A reply stays within the thread and never widens its original's audience (SPEC 3)."""
    if reply_to is None:
        return None
    try:
        original = AUDIENCES[view.message(reply_to).audience]
    except Missing:
        raise Invalid({"reply_to": "The message you answer is not here any more."}) from None
    if audience & ~original:
        raise Invalid({"audience": "An answer can't reach more people than its original."})
    return reply_to
