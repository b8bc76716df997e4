"""What a conversation is called, and the line under its name, as one person reads them."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from peewee import JOIN, fn

from models.account import Account
from models.connection import ADMIN, OWNER, SERVICE_PRO, SUB_ADMIN, TENANT, Connection
from models.database import OPEN
from models.homes import homes_of
from models.message import EVENT, Message
from models.thread import (
    ANNOUNCEMENT,
    COMMON,
    CONVERSATION,
    OWNERS,
    PERSONAL,
    SERVICE_PROS,
    TENANTS,
    AccessWindow,
    Thread,
)
from models.user import User

ROLE_WORDS: Final = {
    "team": "Team",
    ADMIN: "Team",  # a contact of once who was hired since
    SUB_ADMIN: "Team",
    TENANT: "Tenant",
    SERVICE_PRO: "Service pro",
    OWNER: "Owner",
}
MEMBER_WORDS: Final = {TENANTS: "tenant", SERVICE_PROS: "service pro", OWNERS: "owner"}
GROUP_WORDS: Final = {CONVERSATION: "Group", ANNOUNCEMENT: "Announcement"}


@dataclass(frozen=True)
class Heading:
    """What stands above a conversation: `place` is where its contact lives or what they own.

    `contact` is whom the team writes with in a dialogue, None for everybody else. `avatar_id`
    decides the colour; `square` says that it stands for an account or a group, not a person.
    """

    thread: Thread
    name: str
    detail: str
    place: str
    avatar_id: int
    square: bool
    contact: Connection | None


def headings(
    person: User, threads: Mapping[int, bool], at: int | None = None
) -> dict[int, Heading]:
    """The heading of each of these threads for `person`, who must be seeing them.

    Three queries for dialogues, two more for who is a contact in some, one where there are
    groups, one where personal chats.

    :param threads: by id, whether the person stands on the team's side there.
    :param at: the instant (ms) that decides which homes are current.
    """
    found = _threads(list(threads))
    dialogues = [t for t in found.values() if t.contact_id]
    of_others = homes_of([t.contact_id for t in dialogues if threads[t.id]], at, person)
    homes = of_others | homes_of([t.contact_id for t in dialogues if not threads[t.id]], at)
    colleagues = _colleagues(person, [t.id for t in found.values() if t.kind == PERSONAL])
    sizes = _sizes([t.id for t in found.values() if t.kind in GROUP_WORDS])
    left = [t.id for t in found.values() if t.kind in GROUP_WORDS and not threads[t.id]]
    for one, title in _titles_then(person, left).items():
        found[one].title = title
    return {
        one: _heading(thread, threads[one], homes, colleagues.get(one), sizes.get(one, 0))
        for one, thread in found.items()
    }


def _heading(
    thread: Thread,
    is_team: bool,
    homes: dict[int, str],
    colleague: User | None,
    size: int,
) -> Heading:
    contact = thread.contact if is_team and thread.contact_id else None
    place = homes.get(thread.contact_id) or thread.contact.company if thread.contact_id else ""
    if colleague:
        name, avatar_id = colleague.name, colleague.id
        detail = f"Teammate · {thread.account.name}"
    elif thread.kind == COMMON:
        name, detail, avatar_id = "Team chat", thread.account.name, thread.account_id
    elif thread.kind in GROUP_WORDS:
        name, avatar_id = thread.title, thread.id
        detail = _group_detail(thread, is_team, size)
    elif contact:
        name, avatar_id = contact.name, contact.id
        detail = " · ".join(part for part in (ROLE_WORDS[contact.role], place) if part)
    else:
        name, avatar_id = thread.title or thread.account.name, thread.account_id
        role = ROLE_WORDS[thread.contact.role] if thread.contact_id else ""
        # A request has a title of its own: what others take part in says whose it is.
        detail = place or role or ("" if is_team else thread.account.name)
    square = not (colleague or contact)
    return Heading(thread, name, detail, place, avatar_id, square, contact)


def _group_detail(thread: Thread, is_team: bool, size: int) -> str:
    kind = GROUP_WORDS[thread.kind]
    if not is_team:
        return f"{kind} · {thread.account.name}"
    return f"{kind} · {size} {MEMBER_WORDS[thread.channel]}{'' if size == 1 else 's'}"


def _threads(ids: Collection[int]) -> dict[int, Thread]:
    query = (
        Thread.select(Thread, Account, Connection)
        .join(Account)
        .switch(Thread)
        .join(Connection, JOIN.LEFT_OUTER, on=(Thread.contact == Connection.id))
        .where(Thread.id.in_(list(ids)))
    )
    return {thread.id: thread for thread in query}


def _colleagues(person: User, personal: list[int]) -> dict[int, User]:
    """The other person of each personal chat, also when they have left the team."""
    if not personal:
        return {}
    query = (
        AccessWindow.select(AccessWindow.thread, User.id, User.name)
        .join(User)
        .where(AccessWindow.thread.in_(personal) & (AccessWindow.user != person))
    )
    return {window.thread_id: window.user for window in query}


def _titles_then(person: User, groups: list[int]) -> dict[int, str]:
    """What the groups that a member left and that were renamed since were called until then."""
    if not groups:
        return {}
    own = (AccessWindow.user == person) & AccessWindow.thread.in_(groups)
    last = AccessWindow.select(AccessWindow.thread, fn.MAX(AccessWindow.to_seq)).where(own)
    until = dict(last.group_by(AccessWindow.thread).tuples())
    left = {thread: seq for thread, seq in until.items() if seq != OPEN}
    if not left:
        return {}
    later = Message.select(Message.thread, Message.id, Message.body).where(
        Message.thread.in_(list(left)) & (Message.kind == EVENT) & (Message.id > min(left.values()))
    )
    titles: dict[int, str] = {}
    for thread, seq, body in later.order_by(Message.id.desc()).tuples():
        event = json.loads(body)
        if seq > left[thread] and "was" in event:
            titles[thread] = event["was"]
    return titles


def _sizes(groups: list[int]) -> dict[int, int]:
    """How many contacts are in each group now."""
    if not groups:
        return {}
    query = (
        AccessWindow.select(AccessWindow.thread, fn.COUNT(AccessWindow.id))
        .where(AccessWindow.thread.in_(groups) & (AccessWindow.to_seq == OPEN))
        .group_by(AccessWindow.thread)
        .tuples()
    )
    return dict(query)
