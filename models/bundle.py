"""What one mail about unread messages tells, read at the moment it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from models.message import Message
from models.outbox import DIGEST, UNREAD, Outbox
from models.pending import news, view_of
from models.seen import SeenMessage
from models.unread import covers
from models.user import User
from models.view import View

SHOWN: Final = 20
"""Messages one mail shows, and conversations; of the rest it says how many there are."""

COUNTED: Final = 1_000
"""Unread messages of one conversation are counted up to here."""


@dataclass(frozen=True)
class Part:
    """What is unread in one conversation: `messages` are the first of `total`.

    `name`, `detail` and `place` say where it is, as the list of conversations does for this
    person; `is_person` whether the name is somebody's, `is_request` whether it is about one.
    `mention` is the first of the messages that mention them.
    """

    thread: int
    name: str
    detail: str
    place: str
    account_name: str
    is_team: bool
    is_person: bool
    is_request: bool
    messages: tuple[SeenMessage, ...]
    total: int
    mention: SeenMessage | None

    @property
    def has_name(self) -> bool:
        """Whether it is called otherwise than the account for who is a contact in it."""
        return self.is_team or self.is_request

    @property
    def where(self) -> str:
        """Its name as it stands in a sentence, behind "in"."""
        return f"the conversation with {self.name}" if self.is_person else self.name

    @property
    def more(self) -> int:
        """How many messages are unread beyond those shown."""
        return self.total - len(self.messages)


@dataclass(frozen=True)
class Unread:
    """What one mail tells: the conversations shown, and how much is in others beside them."""

    user: User
    is_digest: bool
    parts: tuple[Part, ...]
    others: int
    messages_in_others: int

    @property
    def total(self) -> int:
        """How many messages are unread in all of them."""
        return sum(part.total for part in self.parts) + self.messages_in_others


def told_by(row: Outbox, at: int, pause: Callable[[], None] = lambda: None) -> Unread | None:
    """What the mail of a row that was taken says now; None when nothing is left of it.

    :param pause: called between conversations, so that others get their turn.
    """
    covered = covers(row)
    most = SHOWN if row.kind == UNREAD else max(2, SHOWN // max(1, len(covered)))
    parts: list[Part] = []
    beside: list[int] = []
    for thread, (after, up_to) in covered.items():
        view = view_of(row.user, thread, at)
        if view and view.is_live:
            query = news(view, after, up_to)
            total = query.limit(COUNTED).count()
            if total and len(parts) < SHOWN:
                shown = view.seen(query.order_by(Message.id).limit(most))
                parts.append(_part(view, shown, total))
            elif total:
                beside.append(total)
        pause()
    if not parts:
        return None
    return Unread(row.user, row.kind == DIGEST, tuple(parts), len(beside), sum(beside))


def _part(view: View, messages: list[SeenMessage], total: int) -> Part:
    heading = view.heading()
    return Part(
        thread=view.thread.id,
        name=heading.name,
        detail=heading.detail,
        place=heading.place,
        account_name=view.thread.account.name,
        is_team=view.is_team,
        is_person=not heading.square,
        is_request=heading.request is not None,
        messages=tuple(messages),
        total=total,
        mention=next((one for one in messages if one.mentions_person(view.person.id)), None),
    )
