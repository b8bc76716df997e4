"""What the days of tenancies bring by themselves, at 24:00 in the zone of the property (SPEC 1).

When the last tenancy of a connected tenant is over, their connection ends, unless the team
keeps it or the account is closed. A tenancy that ended before they were connected ends nothing:
who is connected again after moving out stays so. Everything here may run twice, also in two
processes at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from peewee import Expression, Select, fn

from models import clock, following
from models.account import Account
from models.appearing import begin_read, seen_by_team, threads_of
from models.connection import CONNECTED, DISCONNECTED, TENANT, Connection
from models.database import locked, transaction
from models.leaving import part
from models.moving import moved
from models.property import Tenancy

EVENT: Final = "tenancy_ended"

LOOKED_BACK: Final = 7 * clock.DAY
"""How long a server may have been away for what its team sees to be read as if it had not."""


@dataclass
class Passed:
    """What the passing of time changed: accounts, and threads that closed or changed."""

    accounts: set[int] = field(default_factory=set)
    threads: set[int] = field(default_factory=set)


def pass_time(since: int | None, at: int) -> Passed:
    """Bring about what the tenancies that began or ended in (since, at] bring with them.

    :param since: the instant (ms) up to which that was done before; None when nobody knows.
    """
    passed = Passed()
    for contact, boundary in _boundaries(at - LOOKED_BACK if since is None else since, at):
        _appear(contact, boundary)
        passed.accounts.add(contact.account_id)
    for contact in over(at, -1 if since is None else since):
        passed.threads.update(end_if_over(contact, at))
        passed.accounts.add(contact.account_id)
    for account in sorted(passed.accounts):
        passed.threads.update(moved(account, at))
    if since is None:  # the server may have been away when it should have done this
        passed.threads.update(following.settle_all(at))
    return passed


def over(at: int, since: int = -1) -> list[Connection]:
    """The contacts whose connection is to end, because a tenancy ended in (since, at]."""
    ended = Tenancy.select().where((Tenancy.ends_at > since) & (Tenancy.ends_at <= at))
    if not ended.exists():  # an index alone answers, however many contacts there are
        return []
    query: Select = (
        Connection.select(Connection)
        .join(Tenancy, on=(Tenancy.connection == Connection.id))
        .where((Tenancy.ends_at > since) & is_over(at))
        .distinct()
        .order_by(Connection.id)
    )
    return list(query)


def is_over(at: int) -> Expression:
    """What holds of a contact and one of their tenancies when that one's end is the last."""
    other = Tenancy.alias("other")
    still = other.select().where((other.connection == Connection.id) & (other.ends_at > at))
    return (
        (Tenancy.ends_at <= at)
        & (Tenancy.ends_at > Connection.connected_at)
        & (Connection.state == CONNECTED)
        & (Connection.role == TENANT)
        & ~Connection.stays
        & Connection.account.in_(Account.select(Account.id).where(Account.closed_at.is_null()))
        & ~fn.EXISTS(still)
    )


def end_if_over(contact: Connection, at: int) -> list[int]:
    """End the connection of who has no tenancy any more; the ids of the threads that closed.

    Asks again under the lock: somebody may have added a tenancy, or ended it first.
    """
    with transaction():
        mine = locked(Connection.select().where(Connection.id == contact.id)).get()
        held = Tenancy.select().join(Connection).where((Connection.id == mine.id) & is_over(at))
        if not held.exists():
            return []
        Connection.update(state=DISCONNECTED, ended_at=at, ended_by=None).where(
            Connection.id == mine.id
        ).execute()
        return part(mine, None, at, EVENT)


def _boundaries(since: int, at: int) -> Iterator[tuple[Connection, int]]:
    """Contacts of whom a tenancy began or ended in (since, at], and when; the earliest first."""
    found = []
    for edge in (Tenancy.starts_at, Tenancy.ends_at):
        query = Tenancy.select(edge, Tenancy.connection).where((edge > since) & (edge <= at))
        found += [(boundary, connection) for boundary, connection in query.tuples()]
    if not found:
        return
    contacts = Connection.select().where(Connection.id.in_({contact for _, contact in found}))
    by_id = {contact.id: contact for contact in contacts}
    for boundary, connection in sorted(set(found)):
        yield by_id[connection], boundary


def _appear(contact: Connection, boundary: int) -> None:
    threads = threads_of([contact.id])
    with transaction():
        before, after = seen_by_team(threads, boundary - 1), seen_by_team(threads, boundary)
        begin_read(before, after, boundary)
