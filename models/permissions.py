"""What sub-admins may see and do, as admins set it; effective with the commit (SPEC 1)."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from peewee import Select

from models import clock, policy, team
from models.appearing import count_from
from models.connection import ADMIN, MANAGE, NOT_CONNECTED, Connection, TeamRight
from models.database import db, last_seq, next_seq, transaction
from models.errors import Conflict, Invalid, Missing
from models.keeping import lock_managed, managed_member
from models.prepared import Prepared
from models.property import Property, StaffProperty
from models.thread import (
    CONTACTS,
    MAINTENANCE,
    OWNERS,
    SERVICE_PROS,
    TEAM,
    TENANTS,
    Thread,
    ThreadPerson,
)
from models.user import User

CHOSEN: Final = (TENANTS, SERVICE_PROS, OWNERS, MAINTENANCE, CONTACTS)
"""What an admin chooses a level for; everybody on the team writes in its own chats."""

UNKNOWN_PLACE: Final = "Choose properties from the list."
NONE_CHOSEN: Final = "Choose at least one property, or all of them."
OF_ADMINS: Final = "Admins may do everything. Only what sub-admins may do can be changed."


def _build(person: int, account: int, at: int) -> Select:
    way = policy.access(person, None, at).alias("way")
    return (
        Select([way], [way.c.thread_id])
        .join(Thread, on=(Thread.id == way.c.thread_id))
        .where((Thread.account == account) & (way.c.level != policy.NO_LEVEL))
        .bind(db)
    )


_by_right = Prepared(_build, "person", "account", "at")


def set_levels(
    person: User, member: int, levels: Mapping[str, int], at: int | None = None
) -> Connection:
    """Change what a sub-admin, or who is invited to be one, may do in some channels.

    :param member: the id of their connection.
    :param levels: 0 for none, VIEW or MANAGE, by channels of CHOSEN; others stay as they are.
    :raises Missing: when there is nobody of that id for the person.
    :raises Refused: when the person is no admin.
    :raises Conflict: when the member is an admin.
    """
    return _changed(person, member, lambda tie: write_levels(tie, levels), at)


def set_places(
    person: User, member: int, places: Collection[str] | None, at: int | None = None
) -> Connection:
    """Let a sub-admin work for some properties only, or for all if None.

    :param places: ids of properties of the account, as text.
    :raises Invalid: when there is none among them, or one that is not the account's.
    Otherwise raises as `set_levels`.
    """
    tie = managed_member(person, member)
    chosen = None if places is None else properties_of(tie.account_id, places)
    return _changed(person, member, lambda tie: write_places(tie, chosen), at)


def properties_of(account: int, asked: Collection[str]) -> list[Property]:
    """The properties of an account with these ids, as text.

    :raises Invalid: when there is none among them, or one that is not the account's.
    """
    known = {str(place.id): place for place in Property.select().where(Property.account == account)}
    if not asked or not known.keys() >= set(asked):
        raise Invalid({"places": UNKNOWN_PLACE if asked else NONE_CHOSEN})
    return [place for one, place in known.items() if one in asked]


def write_levels(tie: Connection, levels: Mapping[str, int]) -> None:
    """Store levels, inside a transaction; what begins now counts as unread from now."""
    for channel, level in levels.items():
        own = (TeamRight.connection == tie) & (TeamRight.channel == channel)
        if not level:
            TeamRight.delete().where(own).execute()
        elif not TeamRight.update(level=level).where(own).execute():
            TeamRight.create(connection=tie, channel=channel, level=level, since_seq=last_seq())


def write_places(tie: Connection, places: Collection[Property] | None) -> None:
    """Store for which properties somebody works, inside a transaction; for all if None."""
    StaffProperty.delete().where(StaffProperty.connection == tie).execute()
    for place in places or ():
        StaffProperty.create(connection=tie, property=place)
    Connection.update(all_properties=places is None).where(Connection.id == tie.id).execute()


def begin(tie: Connection, at: int) -> None:
    """Let the rights of who has just joined the team, or come back, begin now.

    What was said until then is theirs to read, but not unread, also where they had read a
    part of it before they left. Inside a transaction that holds their row.
    """
    write_levels(tie, {TEAM: MANAGE})
    version = next_seq()
    TeamRight.update(since_seq=version).where(TeamRight.connection == tie).execute()
    Connection.update(rights_version=version).where(Connection.id == tie.id).execute()
    kept = ThreadPerson.select(ThreadPerson.thread).where(ThreadPerson.user == tie.user_id)
    known = _seen(tie, at) & {thread for (thread,) in kept.tuples()}
    count_from({(tie.user_id, thread): version for thread in known})


def rewrite(tie: Connection, change: Callable[[], None], at: int) -> None:
    """Make a change to what a member may see, and let nothing old become unread by it.

    Runs inside a transaction that holds their row. Threads that appear get a read position, as
    they may lie in a channel that was theirs already (MODEL 11.4).

    :param at: the instant (ms) that decides which tenancies are current.
    """
    before = _seen(tie, at)
    change()
    version = next_seq()
    Connection.update(rights_version=version).where(Connection.id == tie.id).execute()
    appeared = _seen(tie, at) - before
    count_from({(tie.user_id, thread): version for thread in appeared})


def _changed(
    person: User, member: int, change: Callable[[Connection], None], at: int | None
) -> Connection:
    at = clock.now() if at is None else at
    tie = managed_member(person, member)
    with transaction():
        team.lock(tie.account_id)
        tie = lock_managed(person, tie, managed_member)
        if tie.role == ADMIN:
            raise Conflict(OF_ADMINS)
        if tie.state == NOT_CONNECTED:  # taken off the list meanwhile
            raise Missing
        rewrite(tie, lambda: change(tie), at)
    return tie


def _seen(tie: Connection, at: int) -> set[int]:
    """The threads of its account that the person of a connection sees by right."""
    if tie.user_id is None:
        return set()
    rows = _by_right.rows(person=tie.user_id, account=tie.account_id, at=at)
    return {row.thread_id for row in rows}
