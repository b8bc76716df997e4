"""The status of a request, its priority, and whether it is archived (SPEC 5)."""

from typing import Any

from models.database import transaction
from models.errors import Conflict, Invalid, Refused
from models.maintenance import CANCELED, CLOSED_STATUSES, PRIORITIES, STATUSES, WORDS
from models.names import first
from models.requests import history, sharing, visits
from models.requests.locking import managed, relocked
from models.requests.view import RequestView
from models.user import User


def set_status(
    person: User, request: int, status: str, was: str, at: int | None = None
) -> RequestView:
    """Give a request another status; Canceled ends the sharing, leaving it resumes it.

    A visit to come is called off with it, and what is open again is not archived.

    :param was: the status the person had before their eyes: another one was set by somebody else
        meanwhile, and nothing is overwritten.
    :param at: the instant in milliseconds; now if None.
    :returns: the request as they see it then.
    :raises Missing: when there is no such request for them.
    :raises Invalid: for the field `status`.
    :raises Conflict: when it is not `was` any more, with who changed it.
    :raises Refused: when they may not set this status.
    """
    if status not in STATUSES:
        raise Invalid({"status": "Choose one of the statuses."})
    view = RequestView.load(person, request, at)
    _check(view, status, was)
    with transaction():
        ended = _ended_by_canceling(view) if view.request.status == CANCELED else []
        view = relocked(view, [share.connection_id for share in ended])
        _check(view, status, was)
        if view.request.status == CANCELED:
            held = {share.connection_id for share in ended}
            # Under the lock, and only of those whose connection is locked.
            again = [one for one in _ended_by_canceling(view) if one.connection_id in held]
            sharing.resume(view.request, again, view.at)
        # Before the status, for of the last event those hear whom all of this concerns.
        if status == CANCELED:
            visits.nobody_comes(view.request, view.act)
        if view.request.archived and status not in CLOSED_STATUSES:
            _archive(view, False)
        version = history.change(view.request, "status", status, view.act)
        if status == CANCELED:
            sharing.end_all(view.request, version)
    return RequestView.load(person, request, view.at)


def set_priority(
    person: User, request: int, priority: str, was: str, at: int | None = None
) -> None:
    """Give a request another priority, for the team; parameters and errors as `set_status`."""
    if priority not in PRIORITIES:
        raise Invalid({"priority": "Choose one of the four."})
    view = managed(RequestView.load(person, request, at))
    with transaction():
        view = managed(relocked(view))
        _check_present(view, "priority", was)
        if view.request.priority != priority:
            history.change(view.request, "priority", priority, view.act)


def set_archived(person: User, request: int, archived: bool, at: int | None = None) -> None:
    """Put a request that is done away, or bring it back; only the team learns of that.

    :raises Missing: when there is no such request for them.
    :raises Refused: when they may not, or it is still open.
    """
    view = managed(RequestView.load(person, request, at))
    with transaction():
        view = managed(relocked(view))
        if archived and view.request.status not in CLOSED_STATUSES:
            raise Refused("Resolve or cancel this request before you archive it.")
        if view.request.archived != archived:
            _archive(view, archived)


def _archive(view: RequestView, archived: bool) -> None:
    history.change(view.request, "archived", archived, view.act, audience="team")


def _check(view: RequestView, status: str, was: str) -> None:
    _check_present(view, "status", was)
    if status not in view.statuses():
        raise Refused(view.refusal() or _not_theirs(view, status))


def _check_present(view: RequestView, field: str, was: str) -> None:
    """Refuse to overwrite what somebody else has just set, and name them to who may know."""
    now: Any = getattr(view.request, field)
    if now == was:
        return
    changes = (one for one in view.changes if one.event == history.CHANGED)
    last = next((one for one in changes if one.told["field"] == field), None)
    who = "Somebody" if last is None else first(last.author.name)
    if last is not None and last.author_id == view.person.id:
        who = "You"
    raise Conflict(f"{who} just changed this to {WORDS[now]}.")


def _not_theirs(view: RequestView, status: str) -> str:
    if view.request.status == status:
        return f"This request is {WORDS[status].lower()} already."
    if view.request.status in CLOSED_STATUSES and not view.is_team:
        return f"Only {view.request.account.name} can reopen this request."
    return f"You can't set this request to {WORDS[status]}."


def _ended_by_canceling(view: RequestView) -> list[Any]:
    last = history.last_change(view.request.id, "status")
    return sharing.ended_with(view.request, last.version, last.at, view.at) if last else []
