"""One maintenance request as one person sees it, and what they may do with it (SPEC 5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from peewee import JOIN, Select

from models import clock, policy
from models.account import Account
from models.connection import MANAGE, Connection
from models.database import OPEN
from models.errors import Missing
from models.maintenance import (
    ACCEPTED,
    CANCELED,
    CLOSED_STATUSES,
    IN_PROGRESS,
    IN_REVIEW,
    PROPOSED,
    RESOLVED,
    STATUSES,
    MaintenanceRequest,
    RequestChange,
    RequestShare,
    Visit,
)
from models.message import Attachment
from models.prepared import Prepared
from models.property import Property, Unit
from models.requests.history import CHANGED, SUBMITTED, VISIT, Act
from models.thread import ROLE_OF_SIDE, AccessWindow, Side, Thread
from models.user import User
from models.view import View

SET_BY_PROS: Final = (IN_PROGRESS, IN_REVIEW, RESOLVED)
"""The statuses a service pro may set (SPEC 5)."""

_ways = Prepared(policy.request_access, "person", "request")
ways_of_everybody = Prepared(lambda request: policy.request_access(None, request), "request")
"""The rows of `policy.request_access` of one request, for all who reach it."""


@dataclass(frozen=True)
class Sharer:
    """Somebody a request is shared with: their connection, and the side they stand on."""

    connection: Connection
    side: str
    shared_version: int

    @property
    def name(self) -> str:
        """As they call themselves: everybody the request is shared with reads it."""
        return str(self.connection.user.name)


class RequestView:
    """A request as one person sees it at one moment; made by `load`.

    `request` holds what they may know: who is not in it any more sees it as it was when they
    went. `level` is the team right, NO_LEVEL for who it is shared with; `until` the last number
    of the counter that is theirs.
    """

    def __init__(
        self, person: User, request: MaintenanceRequest, ways: Iterable[Any], at: int
    ) -> None:
        self._ways = sorted(ways, key=lambda way: way.shared_version)
        self.person = person
        self.at = at
        self.level: int = self._ways[-1].level
        self.until: int = max(way.ended_version for way in self._ways)
        self.request = request
        if self.until != OPEN:
            self._go_back()

    @classmethod
    def load(cls, person: User, request: int, at: int | None = None) -> "RequestView":
        """The view `person` has of the request with this id.

        :param at: the instant in milliseconds; now if None.
        :raises Missing: when there is no such request for them.
        """
        ways = _ways.rows(person=person.id, request=request) if request <= OPEN else []
        if not ways:
            raise Missing
        return cls(person, _with_places(request), ways, clock.now() if at is None else at)

    @property
    def is_team(self) -> bool:
        """Whether they see it by a right of the team."""
        return self.level != policy.NO_LEVEL

    @property
    def side(self) -> Side:
        """The side they look from, or looked from last."""
        return Side(self._ways[-1].side)

    @property
    def role(self) -> str:
        """Their side by its name: team, tenant or service_pro."""
        return ROLE_OF_SIDE[self.side]

    @property
    def takes_part(self) -> bool:
        """Whether it is theirs now: by right, or shared with them still."""
        return self.until == OPEN

    @property
    def act(self) -> Act:
        """What they do now, for the timeline."""
        return Act(self.person, self.side, self.at)

    def refusal(self) -> str | None:
        """Why they cannot do anything with it, as a sentence; None when they can."""
        account = self.request.account
        if account.is_closed:
            return f"{account.name} is closed. You can still read this request."
        if self.is_team:
            if self.level < MANAGE:
                return f"You can read this but not change it. Ask an admin of {account.name}."
            return None
        if self.takes_part:
            return None
        if self.request.status == CANCELED:
            return "This request was canceled. You can still read it."
        return "You are no longer part of this request. You can still read it."

    def statuses(self) -> tuple[str, ...]:
        """The statuses they may give it now (SPEC 5, "Status rights")."""
        now = self.request.status
        if self.refusal() is not None:
            return ()
        if self.is_team:
            return tuple(status for status in STATUSES if status != now)
        # Only the team reopens.
        if now in CLOSED_STATUSES:
            return ()
        if self.side == Side.PRO and self.request.account.pros_set_status:
            return tuple(status for status in SET_BY_PROS if status != now)
        if self.side == Side.TENANT and self.request.creator_id == self.person.id:
            return (CANCELED,)
        return ()

    @property
    def may_manage(self) -> bool:
        """Whether they act for the team: share it, set its priority, archive it."""
        return self.is_team and self.refusal() is None

    @property
    def may_share(self) -> bool:
        """Whether they may share it: not while it is canceled, which ends the sharing."""
        return self.may_manage and self.request.status != CANCELED

    @property
    def may_decline(self) -> bool:
        """Whether they are a pro who may leave it."""
        return self.side == Side.PRO and self.refusal() is None

    @cached_property
    def thread(self) -> View | None:
        """The conversation about it as they see it; None where there is none for them."""
        found = Thread.get_or_none(Thread.request == self.request.id)
        try:
            return View.load(self.person, found.id, self.at) if found else None
        except Missing:
            return None

    @cached_property
    def changes(self) -> list[RequestChange]:
        """Its timeline as far as it is theirs, the newest first, with the people in it."""
        subject = User.alias("subject")
        query = (
            RequestChange.select(RequestChange, User, subject)
            .join(User, JOIN.LEFT_OUTER, on=(RequestChange.author == User.id))
            .switch(RequestChange)
            .join(
                subject,
                JOIN.LEFT_OUTER,
                on=(RequestChange.subject == subject.id),
                attr="subject_user",
            )
            .where(RequestChange.request == self.request.id)
            .order_by(RequestChange.version.desc())
        )
        return [one for one in query if self.shows(one)]

    @cached_property
    def sharers(self) -> list[Sharer]:
        """With whom it is shared, as far as they may know: the first shared first."""
        query = (
            RequestShare.select(RequestShare, Connection, User)
            .join(Connection)
            .join(User, on=(Connection.user == User.id))
            .where((RequestShare.request == self.request.id) & self._shared_then())
            .order_by(RequestShare.shared_version, RequestShare.id)
        )
        return [
            Sharer(one.connection, ROLE_OF_SIDE[Side(one.side)], one.shared_version)
            for one in query
        ]

    @cached_property
    def team(self) -> list[User]:
        """Who of the team sees it, by name; known to the team alone."""
        if not self.is_team:
            return []
        ways = ways_of_everybody.rows(request=self.request.id)
        ids = [way.user_id for way in ways if way.level != policy.NO_LEVEL]
        return list(User.select().where(User.id.in_(ids)).order_by(User.name, User.id))

    @cached_property
    def conversing(self) -> set[int]:
        """The ids of the connections that take part in its conversation, where that is theirs."""
        if self.thread is None:
            return set()
        present = AccessWindow.select(AccessWindow.connection).where(
            (AccessWindow.thread == self.thread.thread.id)
            & (AccessWindow.opened_seq <= self.until)
            & (AccessWindow.to_seq >= self.until)
        )
        return {connection for (connection,) in present.tuples()}

    @property
    def partners(self) -> list[str]:
        """The names of the contacts who take part in its conversation."""
        return [one.name for one in self.sharers if one.connection.id in self.conversing]

    @cached_property
    def files(self) -> list[Attachment]:
        """Its photos and its video, in the order they were added."""
        query = Attachment.select().where(Attachment.request == self.request.id)
        return list(query.order_by(Attachment.position))

    @cached_property
    def visit(self) -> Visit | None:
        """The visit that is proposed or agreed on, or what became of the last one.

        Who left sees the last one they heard of, as it stood then; who came later than it was
        called off sees none.
        """
        of_request = Visit.select().where(Visit.request == self.request.id)
        if self.takes_part:
            last = of_request.order_by(Visit.id.desc()).first()
            is_over = last is not None and last.state not in (PROPOSED, ACCEPTED)
            if is_over and last.version not in {one.version for one in self.changes}:
                return None
            return last
        heard = next((one for one in self.changes if one.event == VISIT), None)
        if heard is None:
            return None
        told = heard.told
        same = (Visit.starts_at == told["begins"]) & (Visit.created_at <= heard.at)
        visit: Visit | None = of_request.where(same).order_by(Visit.id.desc()).first()
        if visit is not None:
            visit.state, visit.note, visit.version = told["state"], told["note"], heard.version
        return visit

    @property
    def planned(self) -> Visit | None:
        """The visit that is proposed or agreed on, unless all was done before it began."""
        visit = self.visit
        if visit is None or visit.state not in (PROPOSED, ACCEPTED):
            return None
        is_done = self.request.status in CLOSED_STATUSES and visit.starts_at > self.at
        return None if is_done else visit

    def shows(self, change: RequestChange) -> bool:
        """Whether an event of the timeline of this request is theirs to see."""
        return self.is_team or shows_through(self._ways, change)

    def _shared_then(self) -> Any:
        """Shared at the last moment that is theirs; who went with them was there too."""
        return (RequestShare.shared_version <= self.until) & (
            RequestShare.ended_version >= self.until
        )

    def _go_back(self) -> None:
        """Take back in `request` what was changed after the last moment that is theirs."""
        later = RequestChange.select().where(
            (RequestChange.request == self.request.id)
            & (RequestChange.event == CHANGED)
            & (RequestChange.version > self.until)
        )
        take_back(self.request, later.order_by(RequestChange.version.desc()))


def shows_through(ways: Sequence[Any], change: RequestChange) -> bool:
    """Whether an event is to be seen by a contact who reaches the request through these ways."""
    until = max(way.ended_version for way in ways)
    if change.event == SUBMITTED and change.version <= until:
        return True
    return any(
        bool(change.audience & way.side)
        and (way.earlier or way.shared_version <= change.version)
        and change.version <= way.ended_version
        for way in ways
    )


def take_back(request: Any, later: Iterable[RequestChange]) -> None:
    """Take back in `request` what these events changed of it, the newest first."""
    for one in later:
        setattr(request, one.told["field"], one.told["was"])


def view_of(person: User, request: int, at: int | None = None) -> RequestView | None:
    """Their view of a request; None when there is none for them."""
    try:
        return RequestView.load(person, request, at)
    except Missing:
        return None


def viewers(request: int, at: int | None = None) -> list[RequestView]:
    """The view of everybody who may see anything of a request now."""
    at = clock.now() if at is None else at
    by_person: dict[int, list[Any]] = {}
    for way in ways_of_everybody.rows(request=request):
        by_person.setdefault(way.user_id, []).append(way)
    people = User.select().where(User.id.in_(list(by_person))).order_by(User.id)
    # Each its own: who left sees it as it was then.
    return [RequestView(one, _with_places(request), by_person[one.id], at) for one in people]


def _with_places(request: int) -> MaintenanceRequest:
    [found] = _places.instances(request=request)
    return found


def _build_places(request: int) -> Select:
    return (
        MaintenanceRequest.select(MaintenanceRequest, Account, Property, Unit, User)
        .join(Account)
        .switch(MaintenanceRequest)
        .join(Property)
        .switch(MaintenanceRequest)
        .join(Unit, JOIN.LEFT_OUTER)
        .switch(MaintenanceRequest)
        .join(User, on=(MaintenanceRequest.creator == User.id))
        .where(MaintenanceRequest.id == request)
    )


_places = Prepared(_build_places, "request")
