"""What happened to a request: its timeline, and the same event in its thread.

The callers hold the lock of the request; its thread is locked here.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from models import outbox
from models.database import next_seq
from models.maintenance import MaintenanceRequest, RequestChange
from models.record import append_event, lock_thread
from models.thread import AUDIENCES, Thread
from models.user import User

SUBMITTED: Final = "submitted"
STARTED: Final = "started"
JOINED: Final = "joined"
LEFT: Final = "left"
DECLINED: Final = "declined"
CHANGED: Final = "changed"
VISIT: Final = "visit"
"""Events: the request was written; a conversation was started by hand; somebody came by sharing,
went, or declined the job; a column changed; a visit was proposed, accepted or called off."""


@dataclass(frozen=True)
class Act:
    """Who does something to a request, from which side, and at which instant (ms).

    Nobody does what time brings.
    """

    author: User | None
    side: int
    at: int


def note(
    request: MaintenanceRequest,
    event: str,
    act: Act,
    *,
    subject: int | None = None,
    audience: str = "everyone",
    version: int | None = None,
    **details: Any,
) -> int:
    """Add an event to the timeline of a request, and to its thread where it has one.

    :param subject: the id of the user whom it is about.
    :param version: the seq of the event in the thread, when that was added already.
    :param details: what else is told of it.
    :returns: its version.
    """
    if version is None:
        version = _added(request, event, act, subject, audience, details)
    RequestChange.create(
        version=version,
        request=request.id,
        author=act.author.id if act.author else None,
        side=act.side,
        subject=subject,
        audience=AUDIENCES[audience],
        event=event,
        details=json.dumps(details),
        at=act.at,
    )
    MaintenanceRequest.update(version=version, changed_at=act.at).where(
        MaintenanceRequest.id == request.id
    ).execute()
    outbox.put_change(request.id, version, act.at)
    return version


def change(
    request: MaintenanceRequest,
    field: str,
    now: Any,
    act: Act,
    audience: str = "everyone",
) -> int:
    """Give a column of a request another value, and note who did it; returns the version."""
    was = getattr(request, field)
    MaintenanceRequest.update(**{field: now}).where(MaintenanceRequest.id == request.id).execute()
    setattr(request, field, now)
    return note(request, CHANGED, act, audience=audience, field=field, was=was, now=now)


def last_change(request: int, field: str) -> RequestChange | None:
    """The last change of a column."""
    changes = RequestChange.select().where(
        (RequestChange.request == request) & (RequestChange.event == CHANGED)
    )
    newest = changes.order_by(RequestChange.version.desc())
    return next((one for one in newest if one.told["field"] == field), None)


def _added(
    request: MaintenanceRequest,
    event: str,
    act: Act,
    subject: int | None,
    audience: str,
    details: dict[str, Any],
) -> int:
    thread = Thread.get_or_none(Thread.request == request.id)
    if thread is None:
        return next_seq()
    by = act.author.id if act.author else None
    told = append_event(lock_thread(thread.id), event, by, subject, act.at, audience, **details)
    seq: int = told.id
    return seq
