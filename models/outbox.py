"""The outbox: what is stored together with a change so that somebody is told of it."""

import json
import secrets
from collections.abc import Iterable
from typing import Any, Final

from peewee import SQL, Expression, ForeignKeyField, IntegerField, TextField, fn

from models import clock
from models.database import BaseModel, Instant, insert_all, transaction
from models.link import Link
from models.maintenance import MaintenanceRequest
from models.message import Message
from models.thread import Thread
from models.user import User

LINK: Final = "link"
ASKED: Final = "asked"
JOINED_ELSEWHERE: Final = "joined_elsewhere"
MESSAGE: Final = "message"
UNREAD: Final = "unread"
DIGEST: Final = "digest"
CHANGE: Final = "change"
NEWS: Final = "news"
REMINDER: Final = "reminder"
REMIND: Final = "remind"
"""Kinds: a mailed link; somebody asked for a link at an address (it is made only if a person
has it, and only in the background, so that the answer takes the same time for everybody); an
invitation was accepted under another address than it was sent to; a message was stored, and
whoever wants to be told of it gets a row; one person is mailed what is unread in one thread;
one person is mailed what is unread anywhere; something happened to a maintenance request, and
whoever wants to be told gets a row; one person is mailed what happened to one request; a visit is
near, and whoever takes part gets a row; one person is reminded of it."""

LEASE: Final = 10 * clock.MINUTE
"""How long a claimed row is nobody else's: longer than all time limits of one sending."""

FIRST_PAUSE: Final = 15 * clock.SECOND
LONGEST_PAUSE: Final = clock.HOUR
"""After a failed try: 15 seconds, doubled each time, at most an hour."""

GIVE_UP: Final = 60
"""Tries, over two days and more, after which a row is closed undone. Not while the mail server
is what fails: it may be away for longer."""


class Outbox(BaseModel):
    """One thing to tell. Claimed by lease, so that two dispatchers never hold the same row.

    `kind` says what is told. `details` is JSON and holds the `reference` that names the mail:
    a repeat carries the same Message-ID. `lease` is the claimant's random mark, valid until
    `leased_until`. `failing_since` is when the mail server first failed to take this row,
    `refused_at` when it was given up, because the server will never take it.
    """

    kind = TextField()
    link = ForeignKeyField(Link, null=True)
    user = ForeignKeyField(User, null=True, index=False)
    thread = ForeignKeyField(Thread, null=True)
    message = ForeignKeyField(Message, null=True)
    request = ForeignKeyField(MaintenanceRequest, null=True)
    details = TextField(default="{}")
    due_at = Instant()
    leased_until = Instant(default=0)
    lease = TextField(default="")
    attempts = IntegerField(default=0)
    failing_since = Instant(null=True)
    done_at = Instant(null=True)
    refused_at = Instant(null=True)

    @property
    def remembered(self) -> dict[str, Any]:
        """The details as a dictionary."""
        remembered: dict[str, Any] = json.loads(self.details)
        return remembered


Outbox.add_index(Outbox.due_at, where=Outbox.done_at.is_null(), name="outbox_waiting")
# One open row for a person and thread, one open digest for a person: who puts a second one puts
# nothing. The constants stand in the SQL, as those of every partial index.
Outbox.add_index(
    Outbox.user,
    Outbox.thread,
    unique=True,
    where=(Outbox.kind == SQL("'unread'")) & Outbox.done_at.is_null(),
    name="outbox_unread",
)
Outbox.add_index(
    Outbox.user,
    unique=True,
    where=(Outbox.kind == SQL("'digest'")) & Outbox.done_at.is_null(),
    name="outbox_digest",
)
Outbox.add_index(
    Outbox.user,
    Outbox.request,
    unique=True,
    where=(Outbox.kind == SQL("'news'")) & Outbox.done_at.is_null(),
    name="outbox_news",
)


def put(
    kind: str, at: int, link: Link | None = None, user: User | None = None, **details: Any
) -> Outbox:
    """Store something to tell, inside the transaction that makes it worth telling."""
    return Outbox.create(kind=kind, link=link, user=user, due_at=at, details=_details(details))


def put_links(links: Iterable[Link], at: int) -> None:
    """Store that links are to be mailed, inside the transaction that stores them."""
    insert_all([Outbox(kind=LINK, link=one, due_at=at, details=_details({})) for one in links])


def put_message(message: Message, at: int) -> None:
    """Store that a message is to be told, inside the transaction that stores the message."""
    Outbox.insert(kind=MESSAGE, thread=message.thread_id, message=message.id, due_at=at).execute()


def put_change(request: int, version: int, at: int) -> None:
    """Store that a change of a request is to be told, inside the transaction that stores it."""
    Outbox.create(kind=CHANGE, request=request, due_at=at, details=_details({"version": version}))


def put_news(user: int, request: int, since: int, due_at: int) -> None:
    """Let somebody be mailed what happened to a request, inside a transaction.

    Who waits for a mail about it waits on: at its turn it tells whatever has come.

    :param since: the version of the first change it is about.
    """
    Outbox.insert(
        kind=NEWS, user=user, request=request, due_at=due_at, details=_details({"since": since})
    ).on_conflict_ignore().execute()


def put_unread(rows: Iterable[tuple[int, int | None, int]]) -> None:
    """Let people be mailed what is unread, inside a transaction; who waits already waits on.

    :param rows: for each a user's id, a thread's id (None for a digest), and when (ms).
    """
    wanted = [
        {
            "kind": UNREAD if thread else DIGEST,
            "user": user,
            "thread": thread,
            "due_at": due_at,
            "details": _details({}),
        }
        for user, thread, due_at in rows
    ]
    for start in range(0, len(wanted), 100):
        Outbox.insert_many(wanted[start : start + 100]).on_conflict_ignore().execute()


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


def remember(row: Outbox, **details: Any) -> bool:
    """Add to a row's details, inside a transaction; False when the lease was lost."""
    kept = json.dumps(row.remembered | details)
    if not Outbox.update(details=kept).where(ours(row)).execute():
        return False
    row.details = kept
    return True


def finish(row: Outbox, at: int) -> bool:
    """Close a row, inside a transaction; False when the lease was lost."""
    return bool(Outbox.update(done_at=at, failing_since=None).where(ours(row)).execute())


def done(row: Outbox, at: int) -> None:
    """Told, or not worth telling any more. Nothing happens when the lease was lost."""
    with transaction():
        finish(row, at)


def give_up(row: Outbox, at: int) -> None:
    """Close a row whose mail will never arrive, and remember that. Not when the lease was lost."""
    with transaction():
        Outbox.update(refused_at=at).where(ours(row)).execute()
        finish(row, at)


def drop_unread(which: Expression, at: int) -> int:
    """Close the open rows of conversations that fit `which`, inside a transaction; how many.

    Unlike a row that comes to its turn, a dropped one is followed by no other.
    """
    waiting = (Outbox.kind == UNREAD) & Outbox.done_at.is_null()
    return Outbox.update(done_at=at).where(waiting & which).execute()


def put_off(row: Outbox, at: int, *, server_fails: bool = False) -> bool:
    """Try again later; False when a row has had GIVE_UP tries and should be closed.

    :param server_fails: whether the mail server takes nothing at all, for which this row can
        do nothing: it is not given up.
    """
    if row.attempts >= GIVE_UP and not server_fails:
        return False
    pause = min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 20), LONGEST_PAUSE)
    since = (row.failing_since or at) if server_fails else None
    wait(row, at + pause, failing_since=since)
    return True


def wait(row: Outbox, until: int, **change: Any) -> None:
    """Give a row back, to be claimed again from `until` on."""
    with transaction():
        Outbox.update(lease="", leased_until=0, due_at=until, **change).where(ours(row)).execute()


def mail_went_out(at: int) -> None:
    """The mail server takes mail: what it failed to take is due again, once.

    A row that fails for reasons of its own is brought forward only so often.
    """
    failing = Outbox.done_at.is_null() & Outbox.failing_since.is_null(False)
    if not Outbox.select().where(failing).exists():
        return
    with transaction():
        soon = failing & (Outbox.due_at > at) & (Outbox.attempts < GIVE_UP // 2)
        Outbox.update(due_at=at).where(soon).execute()
        Outbox.update(failing_since=None).where(failing).execute()


def failing_since() -> int | None:
    """Since when the mail server has taken nothing, tried more than once; None while it does."""
    open_ones = Outbox.select(fn.MIN(Outbox.failing_since)).where(
        Outbox.done_at.is_null() & (Outbox.attempts > 1)
    )
    since: int | None = open_ones.scalar()
    return since


def ours(row: Outbox) -> Expression:
    """The condition under which the claim of `row` still holds."""
    return (Outbox.id == row.id) & (Outbox.lease == row.lease) & Outbox.done_at.is_null()


def _details(known: dict[str, Any]) -> str:
    return json.dumps(known | {"reference": secrets.token_hex(16)})
