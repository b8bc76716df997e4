"""What a conversation is called, and the line under its name, as one person reads them."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from peewee import JOIN, Select, fn

from models.account import Account
from models.connection import ADMIN, OWNER, SERVICE_PRO, SUB_ADMIN, TENANT, Connection
from models.database import OPEN
from models.homes import briefly, homes_of, named
from models.maintenance import WORDS, MaintenanceRequest
from models.message import EVENT, Message
from models.prepared import Prepared
from models.property import Property, Unit
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
    `photo` names that of the person it stands for, see `User.portrait`.
    `request` is what a conversation is about, as far as the person may know it; `place` is then
    where that is.
    """

    thread: Thread
    name: str
    detail: str
    place: str
    avatar_id: int
    photo: str
    square: bool
    contact: Connection | None
    request: MaintenanceRequest | None


def headings(
    person: User, threads: Mapping[int, bool], at: int | None = None
) -> dict[int, Heading]:
    """The heading of each of these threads for `person`, who must be seeing them.

    Three queries for dialogues, two more for who is a contact in some, one where there are
    groups, one where personal chats; where somebody is a contact in groups or requests one, and
    one more if they left some.

    :param threads: by id, whether the person stands on the team's side there.
    :param at: the instant (ms) that decides which homes are current.
    """
    found = _threads(list(threads))
    dialogues = [t for t in found.values() if t.contact_id]
    of_others = homes_of([t.contact_id for t in dialogues if threads[t.id]], at, person)
    homes = of_others | homes_of([t.contact_id for t in dialogues if not threads[t.id]], at)
    colleagues = _colleagues(person, [t.id for t in found.values() if t.kind == PERSONAL])
    sizes = _sizes([t.id for t in found.values() if t.kind in GROUP_WORDS])
    _go_back(person, [t for t in found.values() if _may_be_left(t) and not threads[t.id]])
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
    request = thread.request if thread.request_id else None
    photo = ""
    place = homes.get(thread.contact_id) or thread.contact.company if thread.contact_id else ""
    if colleague:
        name, avatar_id, photo = colleague.name, colleague.id, colleague.portrait
        detail = f"Teammate · {thread.account.name}"
    elif thread.kind == COMMON:
        name, detail, avatar_id = "Team chat", thread.account.name, thread.account_id
    elif thread.kind in GROUP_WORDS:
        name, avatar_id = thread.title, thread.id
        detail = _group_detail(thread, is_team, size)
    elif request:
        name, avatar_id = request.title, thread.id
        place, detail = _request_place(request), _request_detail(thread, is_team)
    elif contact:
        name, avatar_id = contact.name, contact.id
        photo = contact.face.portrait if contact.user_id else ""
        detail = " · ".join(part for part in (ROLE_WORDS[contact.role], place) if part)
    else:
        name, avatar_id = thread.account.name, thread.account_id
        role = ROLE_WORDS[thread.contact.role] if thread.contact_id else ""
        detail = place or role
    square = not (colleague or contact)
    return Heading(thread, name, detail, place, avatar_id, photo, square, contact, request)


def _group_detail(thread: Thread, is_team: bool, size: int) -> str:
    kind = GROUP_WORDS[thread.kind]
    if not is_team:
        return f"{kind} · {thread.account.name}"
    return f"{kind} · {size} {MEMBER_WORDS[thread.channel]}{'' if size == 1 else 's'}"


def _request_place(request: MaintenanceRequest) -> str:
    unit = request.unit.name if request.unit_id else "common area"
    return named(request.property.name, unit)


def _request_detail(thread: Thread, is_team: bool) -> str:
    """Its status and its place; what others take part in says whose it is."""
    request = thread.request
    whose = [] if is_team else [thread.account.name]
    return " · ".join([WORDS[request.status], *whose, briefly(_request_place(request))])


def _threads(ids: Collection[int]) -> dict[int, Thread]:
    return {thread.id: thread for thread in _prepared_threads.instances(ids=ids)} if ids else {}


def _build_threads(ids: list[int]) -> Select:
    return (
        Thread.select(
            Thread, Account, Connection, User.id, User.photo, MaintenanceRequest, Property, Unit
        )
        .join(Account)
        .switch(Thread)
        .join(Connection, JOIN.LEFT_OUTER, on=(Thread.contact == Connection.id))
        .join(User, JOIN.LEFT_OUTER, on=(Connection.user == User.id), attr="face")
        .switch(Thread)
        .join(MaintenanceRequest, JOIN.LEFT_OUTER, on=(Thread.request == MaintenanceRequest.id))
        .join(Property, JOIN.LEFT_OUTER, on=(MaintenanceRequest.property == Property.id))
        .switch(MaintenanceRequest)
        .join(Unit, JOIN.LEFT_OUTER, on=(MaintenanceRequest.unit == Unit.id))
        .where(Thread.id.in_(ids))
    )


_prepared_threads = Prepared(_build_threads, "ids")


def _colleagues(person: User, personal: list[int]) -> dict[int, User]:
    """The other person of each personal chat, also when they have left the team."""
    if not personal:
        return {}
    query = (
        AccessWindow.select(AccessWindow.thread, User.id, User.name, User.photo)
        .join(User)
        .where(AccessWindow.thread.in_(personal) & (AccessWindow.user != person))
    )
    return {window.thread_id: window.user for window in query}


def _may_be_left(thread: Thread) -> bool:
    """Whether what it is called, or how it stands, may change while somebody sees its past."""
    return thread.kind in GROUP_WORDS or thread.request_id is not None


def _go_back(person: User, threads: Collection[Thread]) -> None:
    """Take back in what a contact has left what was changed there since: title, status."""
    if not threads:
        return
    ids = [thread.id for thread in threads]
    own = (AccessWindow.user == person) & AccessWindow.thread.in_(ids)
    last = AccessWindow.select(AccessWindow.thread, fn.MAX(AccessWindow.to_seq)).where(own)
    until = dict(last.group_by(AccessWindow.thread).tuples())
    left = {one.id: one for one in threads if until[one.id] != OPEN}
    if not left:
        return
    later = Message.select(Message.thread, Message.id, Message.body).where(
        Message.thread.in_(list(left))
        & (Message.kind == EVENT)
        & (Message.id > min(until[thread] for thread in left))
    )
    for thread, seq, body in later.order_by(Message.id.desc()).tuples():
        event = json.loads(body)
        if seq > until[thread] and "was" in event:
            topic = left[thread]
            setattr(topic.request if topic.request_id else topic, _field_of(event), event["was"])


def _field_of(event: dict[str, str]) -> str:
    """What an event changed: a group is only ever renamed."""
    return event.get("field", "title")


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
