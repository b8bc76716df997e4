"""Reminders of a visit, 24 hours and one hour before it begins (SPEC 5)."""

from typing import Final

from models import clock, outbox, preferences
from models.database import transaction
from models.maintenance import ACCEPTED, CLOSED_STATUSES, Visit
from models.outbox import REMIND, REMINDER, Outbox
from models.preferences import OFF
from models.requests.view import RequestView, view_of, viewers
from models.user import User

BEFORE: Final = (clock.DAY, clock.HOUR)
"""How long before a visit people are reminded of it."""


def put(visit: Visit, at: int) -> None:
    """Store that people are to be reminded, inside the transaction that agrees on the visit.

    :param at: the present instant (ms): what would have been before it is left out.
    """
    for before in BEFORE:
        if visit.starts_at - before > at:
            outbox.put(REMINDER, visit.starts_at - before, visit=visit.id)


def fan_out(row: Outbox, at: int) -> None:
    """Put a row for everybody who is to be reminded of the visit of `row`, and close it.

    The contacts who take part are, and who of the team proposed it.
    """
    visit = Visit.get_or_none(Visit.id == row.remembered["visit"])
    people = [] if visit is None else _people(visit, at)
    with transaction():
        if outbox.finish(row, at):
            for person in people:
                outbox.put(REMIND, at, user=person, visit=visit.id)


def reminded(row: Outbox, at: int) -> tuple[RequestView, Visit] | None:
    """What the mail of a row tells; None when the visit is not so any more, or not theirs."""
    visit = Visit.get_or_none(Visit.id == row.remembered["visit"])
    view = view_of(row.user, visit.request_id, at) if visit else None
    if view is None or not _is_due(visit, view, at):
        return None
    return view, visit


def _people(visit: Visit, at: int) -> list[User]:
    return [
        view.person
        for view in viewers(visit.request_id, at)
        if _is_due(visit, view, at) and (not view.is_team or view.person.id == visit.author_id)
    ]


def _is_due(visit: Visit, view: RequestView, at: int) -> bool:
    wishes = preferences.of(view.person)
    return (
        visit.state == ACCEPTED
        and wishes.maintenance
        and wishes.mail != OFF
        and visit.starts_at > at
        and view.refusal() is None
        and view.request.status not in CLOSED_STATUSES
    )
