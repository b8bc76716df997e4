"""A visit as a file that calendars take in (RFC 5545)."""

from datetime import UTC
from typing import Final

from icalendar import Calendar, Event

from models import clock
from models.maintenance import ACCEPTED, CALLED_OFF, PROPOSED, REPLACED, Visit
from models.requests.view import RequestView

STATES: Final = {PROPOSED: "TENTATIVE", ACCEPTED: "CONFIRMED"}
"""Whatever else became of a visit, it does not take place."""


def of_visit(view: RequestView, visit: Visit, host: str, address: str) -> bytes:
    """The `.ics` of a visit of the request of `view`.

    A later state of a visit, or the time it was changed to, takes the place of an earlier one in a
    calendar: the UID is the same, the SEQUENCE higher (RFC 5546, 2.1.4). Times are in UTC, so that
    they are right in every zone, also across a change of clocks.

    :param host: the name of this server, which makes the UID unique.
    :param address: where the request is found.
    """
    request = view.request
    event = Event()
    event.add("uid", f"visit-{_first_of(visit)}@{host}")
    event.add("sequence", visit.version)
    event.add("dtstamp", _utc(visit.created_at))
    event.add("dtstart", _utc(visit.starts_at))
    event.add("dtend", _utc(visit.ends_at))
    event.add("summary", f"{request.title} (#{request.number})")
    event.add("location", place_of(view))
    event.add("description", "\n".join(filter(None, (visit.note, address))))
    event.add("url", address)
    event.add("status", STATES.get(visit.state, "CANCELLED"))
    calendar = Calendar()
    calendar.add("prodid", "-//Hallway//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if visit.state == CALLED_OFF else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def place_of(view: RequestView) -> str:
    """Where somebody has to go, in words: "412 Alder Street, Portland, Unit 3B"."""
    request = view.request
    house = request.property.address or request.property.name
    return f"{house}, {request.unit.name}" if request.unit_id else str(house)


def _first_of(visit: Visit) -> int:
    """The id of the first of the visits that were changed, before they were over, into this one."""
    first = visit
    earlier = (Visit.request == visit.request_id) & (Visit.id < visit.id)
    for one in Visit.select().where(earlier).order_by(Visit.id.desc()):
        if one.state != REPLACED or one.ends_at <= first.created_at:
            break
        first = one
    return int(first.id)


def _utc(instant: int) -> object:
    return clock.to_datetime(instant).astimezone(UTC).replace(microsecond=0)
