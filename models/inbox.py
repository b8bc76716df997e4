"""The list of conversations, and how much in them is unread (MODEL 5).

The number of queries does not grow with the number of threads: one for the positions of
everything a person sees, a handful for the rows that are shown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, SQL, Case, Select, fn

from models import clock, names, policy
from models.account import Account
from models.connection import Connection
from models.database import db
from models.headings import Heading, headings
from models.media import AUDIO, IMAGE, VIDEO
from models.mention import Mention
from models.message import Attachment, Message
from models.prepared import Prepared
from models.seen import SeenMessage, Span, seen_by
from models.thread import LANDLORDS, REQUEST, Side, Thread, ThreadPerson
from models.user import User

COUNTED = 100
"""Unread messages are counted up to here: "99+" is all that is ever shown."""

SNIPPET = 160
"""Characters of a message that a row can need."""


@dataclass(frozen=True)
class Position:
    """Where a person stands in one thread: what they see, what is newest, what is unread.

    `channel` is the one in which they find it, `is_team` whether they stand on the team's side,
    `mentioned` whether something unread mentions them. `cleared_seq` is up to where they cleared
    it; `muted_until` and `pinned_at` are instants in milliseconds, 0 when they are not.
    """

    thread: int
    kind: str
    channel: str
    account: int
    is_team: bool
    spans: tuple[Span, ...]
    last_seq: int
    cleared_seq: int
    unread: int
    mentioned: bool
    live: bool
    muted_until: int
    pinned_at: int

    @property
    def muted(self) -> bool:
        """Whether it is muted, at the moment it was asked for."""
        return self.muted_until > 0

    @property
    def counted(self) -> int:
        """What the thread adds to totals and badge (MODEL 11.8 and 11.9)."""
        return self.unread if self.live and not self.muted else 0


@dataclass(frozen=True)
class ThreadRow:
    """One row of the list, as one person sees it; `last_at` and `muted_until` in milliseconds.

    `event` is what happened, where that came last; `category` and `status` are those of the request
    that it is about; `is_note`: what came last is for the team alone. `cleared`: they cleared
    it, and nothing has come since.
    """

    id: int
    kind: str
    channel: str
    is_team: bool
    account_id: int
    account_name: str
    name: str
    place: str
    detail: str
    avatar_id: int
    photo: str
    square: bool
    category: str | None
    status: str | None
    contact_user_id: int | None
    event: SeenMessage | None
    snippet: str | None
    snippet_author: str | None
    is_note: bool
    last_at: int | None
    unread: int
    mentioned: bool
    muted: bool
    muted_until: int
    pinned: bool
    cleared: bool
    live: bool

    @property
    def muted_for_good(self) -> bool:
        """Whether nothing but unmuting ends the mute."""
        return self.muted_until == clock.FOREVER


def positions(person: User, at: int | None = None) -> list[Position]:
    """Where `person` stands in every thread they see, the pinned and the newest first."""
    at = clock.now() if at is None else at
    by_thread: dict[int, list[Any]] = {}
    for row in _positions.rows(person=person.id, at=at):
        by_thread.setdefault(row.thread_id, []).append(row)
    found = [_folded(rows, at) for rows in by_thread.values()]
    # What was cleared keeps its place.
    newest = {p.thread: p.last_seq or p.cleared_seq for p in found}
    return sorted(found, key=lambda p: (p.pinned_at, newest[p.thread]), reverse=True)


def badge(found: Collection[Position]) -> dict[str, Any]:
    """The absolute numbers of a badge: `{"unread": total, "threads": {"<id>": n}}`.

    Where something unread mentions the person, `mentioned` lists these threads.
    """
    mentioned = [position.thread for position in found if position.mentioned]
    return {
        "unread": sum(position.counted for position in found),
        "threads": {str(position.thread): position.unread for position in found if position.unread},
    } | ({"mentioned": mentioned} if mentioned else {})


def totals(found: Collection[Position]) -> dict[str, int]:
    """The unread number of each channel in which the person has a thread."""
    sums: dict[str, int] = {}
    for position in found:
        sums[position.channel] = sums.get(position.channel, 0) + position.counted
    return sums


def channels_with_mention(found: Collection[Position]) -> set[str]:
    """The channels in which something unread mentions the person, muted or not (MODEL 11.8)."""
    return {position.channel for position in found if position.mentioned and position.live}


def rows(person: User, shown: Collection[Position], at: int | None = None) -> list[ThreadRow]:
    """The rows of the list for these positions, in their order; five queries, see headings."""
    if not shown:
        return []
    heads = headings(person, {position.thread: position.is_team for position in shown}, at)
    last = seen_by({position.last_seq: position.spans for position in shown if position.last_seq})
    return [
        _row(person, position, heads[position.thread], last.get(position.last_seq))
        for position in shown
    ]


def _build_positions(person: int, at: int) -> Select:
    way = policy.access(person, None, at).alias("way")
    kept, contact = ThreadPerson.alias("kept"), Connection.alias("contact")
    cleared = fn.COALESCE(kept.cleared_seq, 0)
    read = fn.COALESCE(kept.read_seq, way.c.since)
    message = Message.alias("m")
    theirs = (
        (message.thread == way.c.thread_id)
        & message.id.between(way.c.from_seq, way.c.to_seq)
        & (message.audience.bin_and(way.c.side) != 0)
        & (message.id > cleared)
    )
    newest = message.select(message.id).where(theirs).order_by(message.id.desc()).limit(1)
    # The constants stand in the SQL: SQLite proves a partial index from nothing else.
    unread = (
        message.select(SQL("1"))
        .where(
            theirs
            & (message.kind == SQL("0"))
            & message.deleted_version.is_null()
            & (message.author != person)
            & (message.id > read)
        )
        .limit(COUNTED)
    )
    # In a muted thread too, and in no number (MODEL 11.8). Most threads mention nobody, which
    # one look at all mentions of the person tells: only in the others it is asked which.
    mention, ever = Mention.alias("mn"), Mention.alias("me")
    mentions = way.c.thread_id.in_(ever.select(ever.thread).where(ever.user == person))
    mentioned = (
        mention.select(SQL("1"))
        .join(message, on=(message.id == mention.message))
        .where(
            (mention.user == person)
            & (mention.thread == way.c.thread_id)
            & (mention.message > read)
            & theirs
            & message.deleted_version.is_null()
        )
    )
    return (
        Select(
            [way],
            [
                way.c.thread_id,
                way.c.side,
                way.c.from_seq,
                way.c.to_seq,
                way.c.level,
                Thread.channel,
                Thread.kind,
                Thread.account.alias("account_id"),
                Account.closed_at.alias("account_closed"),
                contact.state.alias("contact_state"),
                contact.role.alias("contact_role"),
                kept.cleared_seq,
                kept.marked_unread,
                kept.muted_until,
                kept.pinned_at,
                newest.alias("last_seq"),
                Select([unread.alias("counted")], [fn.COUNT(SQL("*"))]).alias("unread"),
                Case(None, [(mentions, fn.EXISTS(mentioned))], SQL("FALSE")).alias("mentioned"),
            ],
        )
        .join(Thread, on=(Thread.id == way.c.thread_id))
        .join(Account, on=(Account.id == Thread.account))
        .join(contact, JOIN.LEFT_OUTER, on=(contact.id == Thread.contact))
        .join(
            kept,
            JOIN.LEFT_OUTER,
            on=((kept.thread == way.c.thread_id) & (kept.user == person)),
        )
        .bind(db)
    )


_positions = Prepared(_build_positions, "person", "at")


def _folded(ways: list[Any], at: int) -> Position:
    """One position out of the windows of a person in a thread, or of their one team right."""
    ways.sort(key=lambda way: way.from_seq)
    first = ways[0]
    # In a personal chat colleagues take part through windows.
    is_team = ways[-1].side == Side.TEAM
    taking_part = policy.takes_part(first.level, [way.to_seq for way in ways])
    unread = min(COUNTED, sum(way.unread for way in ways))
    return Position(
        thread=first.thread_id,
        kind=first.kind,
        channel=first.channel if is_team or first.kind == REQUEST else LANDLORDS,
        account=first.account_id,
        is_team=is_team,
        spans=tuple(Span(way.side, way.from_seq, way.to_seq) for way in ways),
        last_seq=max(way.last_seq or 0 for way in ways),
        cleared_seq=first.cleared_seq or 0,
        unread=unread or int(bool(first.marked_unread)),
        mentioned=any(way.mentioned for way in ways),
        live=policy.is_live(
            taking_part=taking_part,
            contact_state=first.contact_state,
            contact_role=first.contact_role,
            account_closed=first.account_closed is not None,
        ),
        muted_until=first.muted_until if (first.muted_until or 0) > at else 0,
        pinned_at=first.pinned_at or 0,
    )


def _row(person: User, position: Position, heading: Heading, last: SeenMessage | None) -> ThreadRow:
    contact = heading.contact
    return ThreadRow(
        id=position.thread,
        kind=position.kind,
        channel=position.channel,
        is_team=position.is_team,
        account_id=position.account,
        account_name=heading.thread.account.name,
        name=heading.name,
        place=heading.place,
        detail=heading.detail,
        avatar_id=heading.avatar_id,
        photo=heading.photo,
        square=heading.square,
        category=heading.request.category if heading.request else None,
        status=heading.request.status if heading.request else None,
        contact_user_id=contact.user_id if contact else None,
        event=last if last and last.is_event else None,
        snippet=_snippet(last),
        snippet_author=_snippet_author(person, last, contact),
        is_note=heading.request is not None and last is not None and last.audience == "team",
        last_at=last.created_at if last else None,
        unread=position.unread,
        mentioned=position.mentioned,
        muted=position.muted,
        muted_until=position.muted_until,
        pinned=bool(position.pinned_at),
        cleared=position.cleared_seq > 0 and not position.last_seq,
        live=position.live,
    )


def _snippet(last: SeenMessage | None) -> str | None:
    if last is None or last.is_event:
        return None
    if last.deleted:
        return "Message deleted"
    return " ".join(last.body.split())[:SNIPPET] or in_words(last.files)


def in_words(files: Sequence[Attachment]) -> str:
    """Files as a row or a mail names them: "Photo", "3 photos", "Lease.pdf"."""
    kinds = {file.kind for file in files}
    if kinds == {IMAGE}:
        return "Photo" if len(files) == 1 else f"{len(files)} photos"
    if len(files) == 1:
        return {VIDEO: "Video", AUDIO: "Audio"}.get(files[0].kind, files[0].name)
    return f"{len(files)} files"


def _snippet_author(
    person: User, last: SeenMessage | None, contact: Connection | None
) -> str | None:
    """Whose words the snippet are; nobody's name where it can only be the contact's."""
    if last is None or last.is_event or (contact and last.author_id == contact.user_id):
        return None
    return "You" if last.author_id == person.id else names.first(last.author_name)
