"""What one person knows of every request they see, and a few facts about many, in fixed queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from peewee import JOIN, SQL, Case, Expression, Select, fn

from models import policy
from models.account import Account
from models.connection import MANAGE, Connection
from models.database import OPEN, db
from models.homes import briefly, named
from models.maintenance import (
    CANCELED,
    CLOSED_STATUSES,
    OPEN_STATUSES,
    MaintenanceRequest,
    RequestChange,
    RequestShare,
)
from models.message import Message
from models.prepared import Prepared
from models.property import Property, Unit
from models.requests.history import CHANGED, SUBMITTED
from models.requests.view import shows_through, take_back
from models.thread import Side, Thread
from models.user import User

COMMON: Final = "common area"
"""The place of what all who live in a property share."""


@dataclass
class Known:
    """A request as one person sees it now, or saw it last.

    `zone` is that of the place, `level` and `until` are as in `RequestView`; `version` and
    `changed_at` (ms) those of the last event they see. Filled in by who lists: `last`, the seq of
    the last thing that happened or was said, and whether it is `unanswered`.
    """

    id: int
    number: int
    account: int
    account_name: str
    account_closed: bool
    place_id: int
    place_name: str
    zone: str
    unit_name: str | None
    title: str
    category: str
    status: str
    priority: str
    archived: bool
    creator: int
    creator_name: str
    thread: int | None
    version: int
    changed_at: int
    created_at: int
    level: int
    until: int
    last: int = 0
    unanswered: bool = False

    @property
    def is_team(self) -> bool:
        """Whether they see it by a right of the team."""
        return self.level != policy.NO_LEVEL

    @property
    def takes_part(self) -> bool:
        """Whether it is theirs now."""
        return self.until == OPEN

    @property
    def is_open(self) -> bool:
        """Whether something is still to happen in it, with them."""
        return self.takes_part and self.status not in CLOSED_STATUSES and not self.account_closed

    @property
    def may_share(self) -> bool:
        """Whether they may share it, as `RequestView.may_share`."""
        return self.level == MANAGE and self.status != CANCELED and not self.account_closed

    @property
    def place(self) -> str:
        """Where it is, in few words: "412 Alder St, 3B"."""
        return briefly(named(self.place_name, self.unit_name or COMMON))


def known(person: User, account: int, *, everything: bool = True) -> list[Known]:
    """The requests `person` sees: for the team of one account, and as a contact anywhere.

    :param account: the id of the account whose team's side is asked for; 0 for none.
    :param everything: also those that are closed.
    """
    ways: dict[int, list[Any]] = {}
    for row in (_all if everything else _open).rows(person=person.id, account=account):
        ways.setdefault(row.request_id, []).append(row)
    found = [_folded(rows) for rows in ways.values()]
    _as_contact([one for one in found if not one.is_team], ways)
    return found


def open_count(person: User, account: int) -> int:
    """How many requests are open of those that `known` gives."""
    (row,) = _count.rows(person=person.id, account=account)
    return int(row.counted)


def unanswered(account: int) -> set[int]:
    """The open requests of an account in which tenants or service pros wait for its team.

    Submitting one and writing ask the team; what it does to it, or writes to those on that side,
    answers.
    """
    theirs = (MaintenanceRequest.account == account) & _is_open()
    texts = (
        Message.select(
            Thread.request,
            _newest(Message.id, Message.side == Side.TENANT),
            _newest(Message.id, _by_team_to(Side.TENANT)),
            _newest(Message.id, Message.side == Side.PRO),
            _newest(Message.id, _by_team_to(Side.PRO)),
        )
        .join(Thread)
        .join(MaintenanceRequest)
        .where(theirs & (Message.kind == SQL("0")) & Message.deleted_version.is_null())
        .group_by(Thread.request)
    )
    by_tenant = (RequestChange.event == SUBMITTED) & (RequestChange.side == Side.TENANT)
    by_team = _newest(RequestChange.version, RequestChange.side == Side.TEAM)
    changes = (
        RequestChange.select(
            RequestChange.request,
            _newest(RequestChange.version, by_tenant),
            by_team,
            SQL("0"),
            by_team,
        )
        .join(MaintenanceRequest)
        .where(theirs)
        .group_by(RequestChange.request)
    )
    last: dict[int, list[int]] = {}
    for request, *numbers in (*texts.tuples(), *changes.tuples()):
        last[request] = list(map(max, last.get(request, numbers), numbers))
    return {
        request
        for request, (tenant, to_tenants, pro, to_pros) in last.items()
        if tenant > to_tenants or pro > to_pros
    }


def pros(account: int, others: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The service pros of each request, as (id of the connection, name), the first shared first.

    :param account: the id of the account whose requests are asked for.
    :param others: the ids of further requests.
    """
    query = (
        RequestShare.select(RequestShare.request, Connection.id, User.name)
        .join(MaintenanceRequest)
        .switch(RequestShare)
        .join(Connection)
        .join(User, on=(Connection.user == User.id))
        .where(
            ((MaintenanceRequest.account == account) | MaintenanceRequest.id.in_(list(others)))
            & (RequestShare.side == Side.PRO)
            & (RequestShare.ended_version == OPEN)
        )
        .order_by(RequestShare.shared_version)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for request, connection, name in query.tuples():
        found.setdefault(request, []).append((connection, name))
    return found


def acted_on(person: User) -> set[int]:
    """The requests that somebody wrote, changed, or wrote in."""
    written = MaintenanceRequest.select(MaintenanceRequest.id).where(
        MaintenanceRequest.creator == person
    )
    changed = RequestChange.select(RequestChange.request).where(RequestChange.author == person)
    said = (
        Message.select(Thread.request)
        .join(Thread)
        .where((Message.author == person) & Thread.request.is_null(False))
    )
    return {request for (request,) in (written | changed | said).tuples()}


def _is_open() -> Expression:
    return MaintenanceRequest.status.in_(OPEN_STATUSES)


def _by_team_to(side: Side) -> Expression:
    return (Message.side == Side.TEAM) & (Message.audience.bin_and(side) != 0)


def _newest(number: Any, which: Expression) -> Any:
    return fn.MAX(Case(None, [(which, number)], 0))


def _ways(account: int, columns: Collection[Any], way: Any) -> Select:
    listed = (way.c.level == policy.NO_LEVEL) | (MaintenanceRequest.account == account)
    return (
        Select([way], columns)
        .join(MaintenanceRequest, on=(MaintenanceRequest.id == way.c.request_id))
        .where(listed)
        .bind(db)
    )


def _known(person: int, account: int) -> Select:
    way = policy.request_access(person, None).alias("way")
    columns = [
        way.c.request_id,
        way.c.side,
        way.c.shared_version,
        way.c.ended_version,
        way.c.earlier,
        way.c.level,
        MaintenanceRequest.number,
        MaintenanceRequest.account.alias("account_id"),
        Account.name.alias("account_name"),
        Account.closed_at,
        MaintenanceRequest.property.alias("property_id"),
        Property.name.alias("property_name"),
        Property.zone,
        Unit.name.alias("unit_name"),
        MaintenanceRequest.title,
        MaintenanceRequest.category,
        MaintenanceRequest.status,
        MaintenanceRequest.priority,
        MaintenanceRequest.archived,
        MaintenanceRequest.creator.alias("creator_id"),
        User.name.alias("creator_name"),
        Thread.id.alias("thread_id"),
        MaintenanceRequest.version,
        MaintenanceRequest.changed_at,
        MaintenanceRequest.created_at,
    ]
    return (
        _ways(account, columns, way)
        .join(Account, on=(Account.id == MaintenanceRequest.account))
        .join(Property, on=(Property.id == MaintenanceRequest.property))
        .join(User, on=(User.id == MaintenanceRequest.creator))
        .join(Unit, JOIN.LEFT_OUTER, on=(Unit.id == MaintenanceRequest.unit))
        .join(Thread, JOIN.LEFT_OUTER, on=(Thread.request == MaintenanceRequest.id))
    )


def _known_open(person: int, account: int) -> Select:
    return _known(person, account).where(_is_open())


def _counted(person: int, account: int) -> Select:
    # Asked for on every page: only what is open is looked at.
    shared = RequestShare.alias("mine")
    own = Connection.select(Connection.id).where(Connection.user == person)
    mine = shared.select(shared.request).where(
        shared.connection.in_(own) & (shared.ended_version == OPEN)
    )
    way = policy.request_access(person, MaintenanceRequest.id).alias("way")
    through = Select([way], [SQL("1")]).where(
        (way.c.ended_version == OPEN)
        & ((way.c.level == policy.NO_LEVEL) | (MaintenanceRequest.account == account))
    )
    counted = MaintenanceRequest.select(fn.COUNT(SQL("*")).alias("counted")).join(Account)
    return counted.where(
        _is_open()
        & Account.closed_at.is_null()
        & ((MaintenanceRequest.account == account) | MaintenanceRequest.id.in_(mine))
        & fn.EXISTS(through)
    )


_all = Prepared(_known, "person", "account")
_open = Prepared(_known_open, "person", "account")
_count = Prepared(_counted, "person", "account")


def _folded(ways: list[Any]) -> Known:
    """One request out of the shares of a person, or of their one team right."""
    ways.sort(key=lambda way: way.shared_version)
    one = ways[-1]
    is_team = one.level != policy.NO_LEVEL
    return Known(
        id=one.request_id,
        number=one.number,
        account=one.account_id,
        account_name=one.account_name,
        account_closed=one.closed_at is not None,
        place_id=one.property_id,
        place_name=one.property_name,
        zone=one.zone,
        unit_name=one.unit_name,
        title=one.title,
        category=one.category,
        status=one.status,
        priority=one.priority,
        archived=is_team and bool(one.archived),
        creator=one.creator_id,
        creator_name=one.creator_name,
        thread=one.thread_id,
        version=one.version,
        changed_at=one.changed_at,
        created_at=one.created_at,
        level=one.level,
        until=max(way.ended_version for way in ways),
    )


def _as_contact(found: Collection[Known], ways: dict[int, list[Any]]) -> None:
    """Let contacts see no more than what is theirs: the last event they see, and the past."""
    changes: dict[int, list[RequestChange]] = {}
    query = RequestChange.select().where(RequestChange.request.in_([one.id for one in found]))
    for change in query.order_by(RequestChange.version.desc()):
        changes.setdefault(change.request_id, []).append(change)
    for one in found:
        told = changes.get(one.id, [])
        take_back(one, _later(told, one.until))
        one.archived = False
        last = next((c for c in told if shows_through(ways[one.id], c)), None)
        if last is not None:
            one.version, one.changed_at = last.version, last.at


def _later(changes: Iterable[RequestChange], until: int) -> list[RequestChange]:
    return [one for one in changes if one.event == CHANGED and one.version > until]
