"""Everything a person may find by searching, as the policy says at this moment (SPEC 2).

A fixed number of queries, whatever there is: contacts with their homes, what owners own, ways
into threads, and the headings of the threads that are no dialogue with such a contact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, Select

from models import policy
from models.account import Account
from models.connection import CONNECTED, Connection
from models.database import db
from models.headings import Heading, headings
from models.homes import lived_in, named
from models.matching import line
from models.message import Message
from models.prepared import Prepared
from models.property import OwnerProperty, Property, Tenancy, Unit
from models.thread import Side, Thread
from models.user import User


@dataclass(slots=True)
class Topic:
    """A thread: `latest` is the newest message there that its finder may see.

    `live` is false where nobody writes any more. Without a heading it is the dialogue with a
    contact of the account shown.
    """

    thread_id: int
    is_team: bool
    live: bool
    latest: int
    heading: Heading | None = None

    @property
    def name(self) -> str:
        """What the conversation is called for its finder."""
        return self.heading.name if self.heading else ""

    @property
    def number(self) -> str:
        """Of a request its number in the account, as people write it: "#1042"."""
        request = self.heading.request if self.heading else None
        return f"#{request.number}" if request else ""

    def text(self, _at: int) -> tuple[str, str]:
        """What it is found by, as `matching` compares: its title; its place and its number."""
        place = self.heading.place if self.heading else ""
        return line(self.name), line(f"{place} {self.number}")


@dataclass(slots=True)
class Acquaintance:
    """A contact of the account shown, in any state.

    `homes` has a row with the columns of `_build_contacts` for each home, and at least one;
    `owned` are the properties of an owner in words. `thread_id` is the dialogue, if there is
    one; `latest` the newest message there, else 0.
    """

    homes: list[Any]
    owned: str = ""
    thread_id: int | None = None
    latest: int = 0

    @property
    def row(self) -> Any:
        """What the account wrote down: id, role, state, name, email, company, trades."""
        return self.homes[0]

    @property
    def name(self) -> str:
        """What the account calls them."""
        return str(self.row.name)

    @property
    def live(self) -> bool:
        """Whether one can write to them."""
        return self.thread_id is not None and self.row.state == CONNECTED

    def places(self, at: int) -> list[str]:
        """Their homes in words, see `lived_in`, or what they own."""
        if self.row.starts_at is None:
            return [self.owned] if self.owned else []
        homes = self.homes
        return lived_in(
            [(one.starts_at, one.ends_at, named(one.house, one.unit)) for one in homes], at
        )

    def text(self, at: int) -> tuple[str, str]:
        """What they are found by, as `matching` compares: the name, and everything else."""
        row = self.homes[0]
        home = [row.house, row.unit] if len(self.homes) == 1 and row.unit else self.places(at)
        asides = [line(aside) for aside in (*home, row.company, row.trades, row.email) if aside]
        return line(row.name), "".join(asides)


Findable = Acquaintance | Topic


def findable(
    person: User, account: int | None, at: int, between: Callable[[], object] = lambda: None
) -> list[Findable]:
    """The contacts and conversations a person may see.

    :param account: the account whose team side is looked through, None for who is on no team;
        threads in which the person is a contact always are (SPEC 1, "Connections").
    :param at: the instant (ms) that decides which tenancies are current.
    :param between: called between the two large queries, to let others have their turn.
    """
    known = _contacts(person, account, at) if account else {}
    between()
    topics: list[Topic] = []
    for ways in _ways(person, account or 0, at):
        contact = known.get(ways[0].contact_id)
        if contact and ways[0].level != policy.NO_LEVEL:
            contact.thread_id, contact.latest = ways[0].thread_id, ways[0].latest or 0
        else:
            topics.append(_topic(ways))
    heads = headings(person, {topic.thread_id: topic.is_team for topic in topics}, at)
    for topic in topics:
        topic.heading = heads[topic.thread_id]
    return [*known.values(), *topics]


def _contacts(person: User, account: int, at: int) -> dict[int, Acquaintance]:
    known: dict[int, Acquaintance] = {}
    for row in _prepared_contacts.rows(person=person.id, account=account, at=at):
        if row.id in known:
            known[row.id].homes.append(row)
        else:
            known[row.id] = Acquaintance([row])
    for row in _prepared_owned.rows(person=person.id, account=account):
        if row.owner in known:
            contact = known[row.owner]
            contact.owned = f"{contact.owned}, {row.house}" if contact.owned else row.house
    return known


def _ways(person: User, account: int, at: int) -> list[list[Any]]:
    """The ways into each thread: one by a right, or the windows of the person there."""
    windows: dict[int, list[Any]] = {}
    rights = []
    for row in _prepared_ways.rows(person=person.id, account=account, at=at):
        if row.level == policy.NO_LEVEL:
            windows.setdefault(row.thread_id, []).append(row)
        else:
            rights.append([row])
    return [*rights, *windows.values()]


def _topic(ways: list[Any]) -> Topic:
    last = max(ways, key=lambda way: way.from_seq)
    taking_part = policy.takes_part(last.level, [way.to_seq for way in ways])
    live = policy.is_live(
        taking_part=taking_part,
        contact_state=last.contact_state,
        contact_role=last.contact_role,
        account_closed=last.account_closed is not None,
    )
    latest = max(way.latest or 0 for way in ways)
    return Topic(last.thread_id, last.side == Side.TEAM, live, latest)


def _build_contacts(person: int, account: int, at: int) -> Select:
    # Whoever works for some properties only finds nobody by a home in another one.
    worked_for = policy.visible_properties(person, account).select(Property.id).order_by()
    home = (Tenancy.connection == Connection.id) & Tenancy.property.in_(worked_for)
    return (
        policy.known_contacts(person, account, at)
        .join(Tenancy, JOIN.LEFT_OUTER, on=home)
        .join(Unit, JOIN.LEFT_OUTER, on=(Unit.id == Tenancy.unit))
        .join(Property, JOIN.LEFT_OUTER, on=(Property.id == Tenancy.property))
        .select(
            Connection.id,
            Connection.role,
            Connection.state,
            Connection.name,
            Connection.email,
            Connection.company,
            Connection.trades,
            Property.name.alias("house"),
            Unit.name.alias("unit"),
            Tenancy.starts_at,
            Tenancy.ends_at,
        )
    )


def _build_owned(person: int, account: int) -> Select:
    return (
        policy.visible_properties(person, account)
        .join(OwnerProperty, on=(OwnerProperty.property == Property.id))
        .select(OwnerProperty.connection.alias("owner"), Property.name.alias("house"))
    )


def _build_ways(person: int, account: int, at: int) -> Select:
    way = policy.access(person, None, at).alias("way")
    message, contact = Message.alias("m"), Connection.alias("contact")
    theirs = (
        (message.thread == way.c.thread_id)
        & message.id.between(way.c.from_seq, way.c.to_seq)
        & (message.audience.bin_and(way.c.side) != 0)
    )
    latest = message.select(message.id).where(theirs).order_by(message.id.desc()).limit(1)
    return (
        Select(
            [way],
            [
                way.c.thread_id,
                way.c.side,
                way.c.level,
                way.c.from_seq,
                way.c.to_seq,
                contact.id.alias("contact_id"),
                contact.state.alias("contact_state"),
                contact.role.alias("contact_role"),
                Account.closed_at.alias("account_closed"),
                latest.alias("latest"),
            ],
        )
        .join(Thread, on=(Thread.id == way.c.thread_id))
        .join(Account, on=(Account.id == Thread.account))
        .join(contact, JOIN.LEFT_OUTER, on=(contact.id == Thread.contact))
        .where((way.c.side != int(Side.TEAM)) | (Thread.account == account))
        .bind(db)
    )


_prepared_contacts = Prepared(_build_contacts, "person", "account", "at")
_prepared_owned = Prepared(_build_owned, "person", "account")
_prepared_ways = Prepared(_build_ways, "person", "account", "at")
