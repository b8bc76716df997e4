"""Visits: a time is proposed, accepted or answered with another one, or called off (SPEC 5)."""

from typing import Final

from models import clock
from models.database import next_seq, transaction
from models.errors import Conflict, Invalid, Missing, Refused
from models.maintenance import (
    ACCEPTED,
    CALLED_OFF,
    CLOSED_STATUSES,
    PROPOSED,
    REPLACED,
    MaintenanceRequest,
    RequestChange,
    Visit,
)
from models.names import first
from models.requests import history, reminders
from models.requests.history import Act
from models.requests.locking import relocked
from models.requests.view import RequestView
from models.text import line
from models.thread import Side
from models.user import User

LONGEST: Final = 12 * clock.HOUR
FARTHEST: Final = 366 * clock.DAY
LONGEST_NOTE: Final = 200


def propose(
    person: User,
    request: int,
    times: tuple[int, int],
    note: str = "",
    seen: int | None = None,
    at: int | None = None,
) -> Visit:
    """Propose when to come; a tenant so answers with another time.

    Where no tenant takes part there is nobody to ask, and the visit is agreed on at once.

    :param times: the instants (ms) at which it begins and ends.
    :param note: what to know for it, as "Lockbox at the side door".
    :param seen: the id of the visit the person had before their eyes; None for none.
    :param at: the instant in milliseconds; now if None.
    :raises Missing: when there is no such request for them.
    :raises Refused: when they may not act on it, or nothing is to do there any more.
    :raises Invalid: for the fields `times` and `note`.
    :raises Conflict: when somebody proposed another time meanwhile.
    """
    view = RequestView.load(person, request, at)
    check_may_plan(view)
    note = _checked(times, note, view.at)
    with transaction():
        view = relocked(view)
        check_may_plan(view)
        before = pending(view.request.id)
        _check_seen(view, before, seen)
        if before is not None:
            _set_state(before, REPLACED, next_seq())
        asks = view.side == Side.TENANT or any(s.side == "tenant" for s in view.sharers)
        state = PROPOSED if asks else ACCEPTED
        visit = Visit(
            request=request,
            starts_at=times[0],
            ends_at=times[1],
            note=note,
            state=state,
            author=person.id,
            side=view.side,
            created_at=view.at,
        )
        visit.version = _tell(view.request, view.act, visit)
        visit.save(force_insert=True)
        if state == ACCEPTED:
            reminders.put(visit, view.at)
        return visit


def accept(person: User, request: int, visit: int, at: int | None = None) -> Visit:
    """Agree on a time that the other side proposed.

    :raises Missing: when there is no such request for them.
    :raises Refused: when it is not theirs to accept.
    :raises Conflict: when it is not proposed any more.
    """
    view = RequestView.load(person, request, at)
    with transaction():
        view = relocked(view)
        check_may_plan(view)
        found = _present(view, visit)
        if found.state != PROPOSED:
            raise Conflict("This time is agreed on already.")
        if not may_accept(view, found):
            raise Refused("The other side answers this.")
        if found.ends_at <= view.at:
            raise Refused("This time has passed. Propose another one.")
        found.state = ACCEPTED
        _set_state(found, ACCEPTED, _tell(view.request, view.act, found))
        reminders.put(found, view.at)
        return found


def call_off(person: User, request: int, visit: int, at: int | None = None) -> Visit:
    """Call a visit off; whoever takes part may.

    :raises Missing: when there is no such request for them.
    :raises Refused: when they may not act on it.
    :raises Conflict: when it was replaced or called off meanwhile.
    """
    view = RequestView.load(person, request, at)
    with transaction():
        view = relocked(view)
        _check_may_act(view)
        found = _present(view, visit)
        _call_off(view.request, view.act, found)
        return found


def nobody_comes(request: MaintenanceRequest, act: Act, of: User | None = None) -> None:
    """Call off the visit of a locked request that is still to come, if there is one.

    :param of: only when it was they who proposed it or agreed to come.
    """
    found = pending(request.id)
    if found is None or found.starts_at <= act.at:
        return
    # Its version is that of the change in which somebody proposed or accepted it.
    if of is None or of.id in (found.author_id, RequestChange.get_by_id(found.version).author_id):
        _call_off(request, act, found)


def pending(request: int) -> Visit | None:
    """The one visit of a request that is proposed or agreed on."""
    open_one = (Visit.request == request) & Visit.state.in_((PROPOSED, ACCEPTED))
    return Visit.select(Visit, User).join(User).where(open_one).order_by(Visit.id.desc()).first()


def may_plan(view: RequestView) -> bool:
    """Whether they may propose a time, or answer one."""
    return view.refusal() is None and view.request.status not in CLOSED_STATUSES


def may_accept(view: RequestView, visit: Visit) -> bool:
    """Whether a proposal is theirs to accept: a tenant's by the others, theirs by a tenant."""
    by_tenant = visit.side == Side.TENANT
    return may_plan(view) and visit.state == PROPOSED and by_tenant != (view.side == Side.TENANT)


def _check_may_act(view: RequestView) -> None:
    refusal = view.refusal()
    if refusal:
        raise Refused(refusal)


def check_may_plan(view: RequestView) -> None:
    """Let only those through who may propose a time, or answer one.

    :raises Refused: for everybody else, with the reason.
    """
    _check_may_act(view)
    if not may_plan(view):
        raise Refused("This request is done. Reopen it before you plan a visit.")


def _checked(times: tuple[int, int], note: str, at: int) -> str:
    begins, ends = times
    if ends <= begins:
        raise Invalid({"times": "The visit ends before it begins."})
    if begins <= at:
        raise Invalid({"times": "This time has passed already."})
    if ends - begins > LONGEST:
        raise Invalid({"times": "A visit takes at most 12 hours."})
    if begins - at > FARTHEST:
        raise Invalid({"times": "Plan a visit within a year."})
    try:
        return line(note, LONGEST_NOTE)
    except ValueError as error:
        raise Invalid({"note": str(error)}) from None


def _check_seen(view: RequestView, present: Visit | None, seen: int | None) -> None:
    """Refuse to replace a visit that the person has not seen."""
    if (present.id if present else None) == seen:
        return
    if present is None:
        raise Conflict("This visit was called off meanwhile.")
    who = "You" if present.author_id == view.person.id else first(present.author.name)
    raise Conflict(f"{who} just proposed another time.")


def _present(view: RequestView, visit: int) -> Visit:
    found = pending(view.request.id)
    if found is not None and found.id == visit:
        return found
    if not Visit.select().where((Visit.id == visit) & (Visit.request == view.request.id)).exists():
        raise Missing
    raise Conflict("This time was changed meanwhile.")


def _call_off(request: MaintenanceRequest, act: Act, visit: Visit) -> None:
    visit.state = CALLED_OFF
    _set_state(visit, CALLED_OFF, _tell(request, act, visit))


def _tell(request: MaintenanceRequest, act: Act, visit: Visit) -> int:
    return history.note(
        request,
        history.VISIT,
        act,
        state=visit.state,
        begins=visit.starts_at,
        ends=visit.ends_at,
        note=visit.note,
        zone=request.property.zone,
    )


def _set_state(visit: Visit, state: str, version: int) -> None:
    Visit.update(state=state, version=version).where(Visit.id == visit.id).execute()
    visit.state, visit.version = state, version
