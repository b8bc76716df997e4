"""The outbox: what is stored together with a change so that somebody is told of it."""

import json
import secrets
from typing import Any, Final

from peewee import ForeignKeyField, IntegerField, TextField

from models import clock
from models.database import BaseModel, Instant, transaction
from models.link import Link
from models.message import Message
from models.thread import Thread
from models.user import User

LINK: Final = "link"
ASKED: Final = "asked"
JOINED_ELSEWHERE: Final = "joined_elsewhere"
"""Kinds: a mailed link; somebody asked for a link at an address (it is made only if a person
has it, and only in the background, so that the answer takes the same time for everybody); an
invitation was accepted under another address than it was sent to."""

LEASE: Final = 10 * clock.MINUTE
"""How long a claimed row is nobody else's: longer than all time limits of one sending."""

FIRST_PAUSE: Final = 15 * clock.SECOND
LONGEST_PAUSE: Final = clock.HOUR
"""After a failed try: 15 seconds, doubled each time, at most an hour."""

GIVE_UP: Final = 60
"""Tries, over two days and more, after which a row is closed undone."""


class Outbox(BaseModel):
    """One thing to tell. Claimed by lease, so that two dispatchers never hold the same row.

    `kind` says what is told; a message will name its thread. `details` is JSON and holds the
    `reference` that names the mail: a repeat carries the same Message-ID. `lease` is the
    claimant's random mark, valid until `leased_until`.
    """

    kind = TextField()
    link = ForeignKeyField(Link, null=True)
    thread = ForeignKeyField(Thread, null=True)
    message = ForeignKeyField(Message, null=True)
    details = TextField(default="{}")
    due_at = Instant()
    leased_until = Instant(default=0)
    lease = TextField(default="")
    attempts = IntegerField(default=0)
    done_at = Instant(null=True)

    @property
    def remembered(self) -> dict[str, Any]:
        """The details as a dictionary."""
        remembered: dict[str, Any] = json.loads(self.details)
        return remembered


class Delivery(BaseModel):
    """One thing told to one person in one way; the index makes the fan-out idempotent."""

    outbox = ForeignKeyField(Outbox, backref="deliveries", index=False)
    user = ForeignKeyField(User)
    way = TextField()
    state = TextField()
    due_at = Instant()
    leased_until = Instant(default=0)
    attempts = IntegerField(default=0)
    message_id_header = TextField(default="")

    class Meta:
        indexes = ((("outbox", "user", "way"), True),)


Outbox.add_index(Outbox.due_at, where=Outbox.done_at.is_null(), name="outbox_waiting")


def put(kind: str, at: int, link: Link | None = None, **details: Any) -> Outbox:
    """Store something to tell, inside the transaction that makes it worth telling."""
    reference = secrets.token_hex(16)
    return Outbox.create(
        kind=kind, link=link, due_at=at, details=json.dumps(details | {"reference": reference})
    )


def claim_next(at: int) -> Outbox | None:
    """Take the row that has been due longest; None when nothing is due.

    One row at a time, so that no lease runs while an earlier row is being sent.
    """
    due = Outbox.done_at.is_null() & (Outbox.due_at <= at) & (Outbox.leased_until <= at)
    lease = secrets.token_hex(8)
    while row := Outbox.select(Outbox.id).where(due).order_by(Outbox.due_at, Outbox.id).first():
        with transaction():
            taken = Outbox.update(
                lease=lease, leased_until=at + LEASE, attempts=Outbox.attempts + 1
            ).where((Outbox.id == row.id) & due)
            if taken.execute():
                return Outbox.get_by_id(row.id)
    return None


def attach(row: Outbox, link: Link) -> None:
    """Remember the link made for a row, inside a transaction: a repeat sends the same one."""
    Outbox.update(link=link).where(Outbox.id == row.id).execute()
    row.link = link


def done(row: Outbox, at: int) -> None:
    """Told, or not worth telling any more. Nothing happens when the lease was lost."""
    with transaction():
        Outbox.update(done_at=at).where((Outbox.id == row.id) & _ours(row)).execute()


def put_off(row: Outbox, at: int) -> None:
    """Try again later, or close the row after GIVE_UP tries."""
    pause = min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 20), LONGEST_PAUSE)
    change: dict[str, Any] = {"leased_until": 0, "due_at": at + pause}
    if row.attempts >= GIVE_UP:
        change = {"done_at": at}
    with transaction():
        Outbox.update(**change).where((Outbox.id == row.id) & _ours(row)).execute()


def _ours(row: Outbox) -> Any:
    return (Outbox.lease == row.lease) & Outbox.done_at.is_null()
