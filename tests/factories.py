"""People, places and conversations for tests, each made in a few statements.

They write what the product's own functions would, without their questions of who may.
"""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from models import clock, leaving, permissions, windows
from models.account import PROPERTY_MANAGER, Account
from models.clock import FOREVER
from models.connection import (
    ADMIN,
    CONNECTED,
    DISCONNECTED,
    MANAGE,
    SUB_ADMIN,
    TENANT,
    Connection,
    TeamRight,
)
from models.database import OPEN, locked, next_seq, transaction
from models.maintenance import MaintenanceRequest, RequestShare
from models.message import Message
from models.posting import Draft, post_message
from models.prepared import Prepared
from models.property import OwnerProperty, Property, Tenancy, Unit
from models.record import lock_thread
from models.team import RIGHTS, add_member
from models.thread import COMMON, MAINTENANCE, PERSONAL, REQUEST, TEAM, Thread, ThreadPerson
from models.user import User

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Office:
    """An account with its admin and one property of one unit."""

    account: Account
    admin: User
    place: Property
    unit: Unit


def office(name: str = "Harbor Homes", mode: str = PROPERTY_MANAGER) -> Office:
    with transaction():
        account = Account.create(name=name, mode=mode, created_at=clock.now())
        admin = member(account, "Daniel Foster", role=ADMIN)
        place = property_of(account)
        return Office(account, admin, place, unit(place))


def person(name: str = "Priya Raman") -> User:
    number = next(_numbers)
    email = f"{name.split(maxsplit=1)[0].lower()}{number}@example.com"
    return User.create(name=name, email=email, password_hash="", created_at=clock.now())


def property_of(account: Account, name: str = "412 Alder St") -> Property:
    return Property.create(account=account, name=name, zone="UTC")


def unit(place: Property, name: str = "") -> Unit:
    return Unit.create(property=place, name=name or f"Unit {next(_numbers)}")


def member(
    account: Account,
    name: str = "Maya Chen",
    rights: int | dict[str, int] = MANAGE,
    properties: list[Property] | None = None,
    role: str = SUB_ADMIN,
    user: User | None = None,
) -> User:
    """Somebody on the team; `rights` is one level for everything, or a level per channel."""
    with transaction():
        user = user or person(name)
        levels = rights if isinstance(rights, dict) else dict.fromkeys(RIGHTS, rights)
        add_member(account, user, role, levels, properties)
        return user


def contact(
    account: Account,
    name: str = "Priya Raman",
    role: str = TENANT,
    home: Unit | None = None,
    state: str = CONNECTED,
    user: User | None = None,
) -> Connection:
    """A contact; only `connected` and `disconnected` ones have a user and a dialogue."""
    known = state in (CONNECTED, DISCONNECTED)
    with transaction():
        user = user or (person(name) if known else None)
        tie = Connection.create(
            account=account,
            user=user,
            role=role,
            state="not_connected" if known else state,
            name=user.name if user else name,
            email=user.email if user else f"contact{next(_numbers)}@example.com",
            created_at=clock.now(),
        )
        if home:
            move_in(tie, home)
        if known:
            connect(tie)
        if state == DISCONNECTED:
            disconnect(tie)
        return tie


def tie_of(user: User, account: Account) -> Connection:
    return _ties.instances(user=user.id, account=account.id)[0]


_ties = Prepared(
    lambda user, account: Connection.select().where(
        (Connection.user == user) & (Connection.account == account)
    ),
    "user",
    "account",
)


def dialogue_of(tie: Connection) -> Thread:
    return Thread.get(Thread.contact == tie)


def connect(tie: Connection, by: User | None = None, at: int | None = None) -> Thread:
    with transaction():
        found = locked(Connection.select().where(Connection.id == tie.id)).get()
        at = clock.now() if at is None else at
        _update(found, state=CONNECTED, connected_at=at, ended_at=None, ended_by=None)
        return windows.open_dialogue(found, by.id if by else found.user_id, at)


def disconnect(tie: Connection, by: User | None = None, at: int | None = None) -> list[int]:
    with transaction():
        found = locked(Connection.select().where(Connection.id == tie.id)).get()
        _update(found, state=DISCONNECTED, ended_by=by or found.user)
        return leaving.part(found, by or found.user, clock.now() if at is None else at)


def set_role(tie: Connection, role: str) -> None:
    """Only for who is disconnected: a team member loses their rights, not their windows."""
    with transaction():
        TeamRight.delete().where(TeamRight.connection == tie).execute()
        _update(tie, role=role, rights_version=next_seq())


def set_right(tie: Connection, channel: str, level: int, at: int | None = None) -> None:
    _permit(tie, lambda: permissions.write_levels(tie, {channel: level}), at)


def set_list(tie: Connection, properties: list[Property] | None, at: int | None = None) -> None:
    """Let a member of the team work for these properties only; for all if None."""
    _permit(tie, lambda: permissions.write_places(tie, properties), at)


def set_mode(account: Account, mode: str) -> None:
    with transaction():
        Account.update(mode=mode).where(Account.id == account.id).execute()
        Connection.update(rights_version=next_seq()).where(
            (Connection.account == account) & Connection.role.in_([ADMIN, SUB_ADMIN])
        ).execute()


def move_in(tie: Connection, home: Unit, starts_at: int = 0, ends_at: int = FOREVER) -> Tenancy:
    return Tenancy.create(
        connection=tie, unit=home, property=home.property, starts_at=starts_at, ends_at=ends_at
    )


def own(tie: Connection, place: Property) -> None:
    OwnerProperty.create(connection=tie, property=place)


def request_thread(place: Property, creator: User) -> Thread:
    """The thread of a new maintenance request; nobody but the team takes part yet."""
    number = next(_numbers)
    with transaction():
        request = MaintenanceRequest.create(
            account=place.account_id,
            number=number,
            property=place,
            creator=creator,
            title="Kitchen tap drips",
            client_id=str(uuid.uuid4()),
            created_at=clock.now(),
        )
        return _thread(place.account_id, MAINTENANCE, REQUEST, request=request)


def group(account: Account, channel: str, kind: str, members: list[Connection]) -> Thread:
    with transaction():
        made = _thread(account.id, channel, kind, title="Everybody")
        for tie in members:
            share(made, tie)
        return made


def common_chat(account: Account) -> Thread:
    return _thread(account.id, TEAM, COMMON)


def personal_chat(account: Account, one: User, other: User) -> Thread:
    low, high = sorted((one.id, other.id))
    with transaction():
        made = _thread(account.id, TEAM, PERSONAL, pair=f"{account.id}:{low}:{high}")
        for user in (one, other):
            share(made, tie_of(user, account))
        return made


def share(thread: Thread, tie: Connection, earlier: bool = False, at: int | None = None) -> None:
    """Let somebody take part from now on, or with everything said earlier."""
    at = clock.now() if at is None else at
    with transaction():
        window = windows.open_window(thread.id, tie, tie.user_id, at)
        if earlier:
            windows.widen_window(thread.id, tie.user_id)
        if thread.request_id and window:
            RequestShare.create(
                request=thread.request_id,
                connection=tie,
                side=window.side,
                shared_version=window.opened_seq,
                earlier=earlier,
            )


def unshare(thread: Thread, tie: Connection, at: int | None = None) -> None:
    with transaction():
        at = clock.now() if at is None else at
        left = windows.close_window(thread.id, tie.user_id, tie.user_id, at)
        if thread.request_id and left:
            RequestShare.update(ended_version=left.id).where(
                (RequestShare.request == thread.request_id)
                & (RequestShare.connection == tie)
                & (RequestShare.ended_version == OPEN)
            ).execute()


def draft(body: str = "Hello.", audience: str = "everyone", **other: object) -> Draft:
    """A draft with a client_id of its own unless one is given."""
    return Draft(**{"client_id": str(uuid.uuid4()), "body": body, "audience": audience} | other)


def say(
    user: User,
    thread: Thread,
    body: str = "Hello.",
    audience: str = "everyone",
    at: int | None = None,
) -> Message:
    return post_message(user, thread.id, draft(body, audience), at)[0]


def keep(user: User, thread: Thread, **columns: object) -> None:
    """Store what somebody keeps about a thread: marked_unread, muted_until, pinned_at …"""
    with transaction():
        ThreadPerson.insert(user=user, thread=thread).on_conflict_ignore().execute()
        ThreadPerson.update(**columns).where(
            (ThreadPerson.user == user) & (ThreadPerson.thread == thread)
        ).execute()


def clear(user: User, thread: Thread) -> int:
    """Hide for somebody what a thread holds so far; returns the seq up to which."""
    with transaction():
        lock_thread(thread.id)
        newest = Message.select(Message.id).where(Message.thread == thread)
        seq = newest.order_by(Message.id.desc()).limit(1).scalar() or 0
        keep(user, thread, cleared_seq=seq, cleared_version=next_seq())
        return seq


def _thread(account: int, channel: str, kind: str, **columns: object) -> Thread:
    return Thread.create(
        account=account, channel=channel, kind=kind, created_at=clock.now(), **columns
    )


def _permit(tie: Connection, change: Callable[[], None], at: int | None) -> None:
    with transaction():
        permissions.rewrite(tie, change, clock.now() if at is None else at)
    fresh = Connection.get_by_id(tie.id)
    tie.all_properties, tie.rights_version = fresh.all_properties, fresh.rights_version


def _update(tie: Connection, **columns: object) -> None:
    for name, value in columns.items():
        setattr(tie, name, value)
    Connection.update(**columns).where(Connection.id == tie.id).execute()
