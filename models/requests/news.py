"""Telling people by mail what happened to a request: who is told, of what, and once (SPEC 5, 6).

A change's row in the outbox becomes a row for everybody who wants a mail about it. At its turn
that row notes how far its mail goes, so that a repeat after a crash is the same mail, and
everything is looked at again: nothing is told that was read meanwhile or is not theirs any more.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from models import clock, outbox, preferences, telling
from models.connection import CONNECTED, Connection
from models.database import transaction
from models.maintenance import NEW, RequestChange, Visit
from models.outbox import Outbox
from models.preferences import Preferences
from models.requests.history import CHANGED, DECLINED, JOINED, SUBMITTED, VISIT
from models.requests.view import RequestView, view_of, viewers
from models.telling import ByMail, Event, Recipient
from models.thread import Side
from models.user import User

HEAD_START: Final = clock.HOUR
"""How long after the one who is told first of a new request the others of the team are, if nobody
has taken it in hand by then (the page `settings-maintenance` of the design)."""


@dataclass(frozen=True)
class News:
    """What one mail tells: `changes` of the request of `view`, the oldest first."""

    view: RequestView
    changes: list[RequestChange]

    @property
    def visit(self) -> Visit | None:
        """The visit as it is now, when the changes tell of it."""
        return self.view.visit if any(one.event == VISIT for one in self.changes) else None


def concerns(view: RequestView, change: RequestChange) -> bool:
    """Whether somebody is told of a change at all: of what others did, as far as it matters.

    The team of what contacts do; who a request is shared with of that, of its status unless the
    account tells tenants none, and of visits.
    """
    if change.author_id == view.person.id or not view.shows(change):
        return False
    of_contact = change.side != Side.TEAM
    if view.is_team:
        is_told = of_contact and change.event in (SUBMITTED, DECLINED, CHANGED, VISIT)
        return is_told and not (view.request.status != NEW and _is_behind(view, change))
    if change.event == JOINED:
        return change.subject_id == view.person.id
    if change.event == CHANGED and change.told["field"] == "status":
        return view.side != Side.TENANT or view.request.account.tells_status
    return change.event == VISIT


def fan_out(row: Outbox, at: int, delay: int, pause: Callable[[], None] = lambda: None) -> None:
    """Put a row for everybody who is to be mailed about the change of `row`, and close it.

    :param delay: how many milliseconds something may stay unseen before it is mailed.
    :param pause: called between people, so that others get their turn.
    """
    change = RequestChange.get_or_none(RequestChange.version == row.remembered["version"])
    wanted = []
    for view in viewers(row.request_id, at) if change else ():
        plan = _plan(view, change, at, delay) if concerns(view, change) else None
        if plan:
            wanted.append((view.person.id, plan.at))
        pause()
    with transaction():
        if outbox.finish(row, at):
            for user, due_at in wanted:
                outbox.put_news(user, row.request_id, change.version, due_at)


def told_by(row: Outbox, at: int, delay: int) -> News | None:
    """What the mail of a claimed row tells; None when it is not to be sent, or not now."""
    view = view_of(row.user, row.request_id, at)
    changes = _waiting(view, row.remembered["since"], row.remembered.get("upto")) if view else []
    plans = [plan for one in changes if view and (plan := _plan(view, one, at, delay))]
    if view is None or not plans:
        close(row, at, delay)
        return None
    due_at = min(plan.at for plan in plans)
    if due_at > at:
        outbox.wait(row, due_at)
        return None
    if "upto" not in row.remembered:
        with transaction():
            if not outbox.remember(row, upto=changes[-1].version):
                return None
    return News(view, changes)


def close(row: Outbox, at: int, delay: int) -> None:
    """Close a row; what came while it was open gets a row of its own."""
    with transaction():
        if not outbox.finish(row, at):
            return
        view = view_of(row.user, row.request_id, at)
        upto = row.remembered.get("upto", row.remembered["since"])
        for change in _waiting(view, upto + 1) if view else []:
            plan = _plan(view, change, at, delay) if view else None
            if plan:
                outbox.put_news(row.user_id, row.request_id, change.version, plan.at)
                return


def _waiting(view: RequestView, since: int, upto: int | None = None) -> list[RequestChange]:
    """What is to be told of the changes from one version to another, the oldest first."""
    return [
        one
        for one in reversed(view.changes)
        if since <= one.version <= (upto or one.version) and concerns(view, one)
    ]


def _plan(view: RequestView, change: RequestChange, at: int, delay: int) -> ByMail | None:
    thread = view.thread
    recipient = Recipient(
        live=_is_live(view),
        muted=thread is not None and thread.is_muted,
        read=thread is not None and (thread.read_seq or 0) >= change.version,
    )
    wishes = _wishes(view.person, view, delay)
    if not wishes.maintenance:
        return None
    told_at = change.at + (HEAD_START if _is_behind(view, change) else 0)
    return telling.decide(recipient, Event(told_at), None, wishes, at)


def _is_behind(view: RequestView, change: RequestChange) -> bool:
    """Whether a colleague is told of a new request before them: nobody is of an urgent one."""
    first, urgent = view.request.account.first_told_id, view.request.priority == "urgent"
    if change.event != SUBMITTED or not view.is_team or urgent or first in (None, view.person.id):
        return False
    theirs = view_of(User.get_by_id(first), view.request.id, view.at)
    return theirs is not None and theirs.is_team


def _is_live(view: RequestView) -> bool:
    """Whether somebody is told anything at all: disconnecting stops it at once (SPEC 1)."""
    request = view.request
    tie = (Connection.account == request.account) & (Connection.user == view.person)
    connected = Connection.select().where(tie & (Connection.state == CONNECTED))
    return not request.account.is_closed and (view.is_team or connected.exists())


def _wishes(person: User, view: RequestView, delay: int) -> Preferences:
    """What the person wants; an urgent request passes their quiet hours (SPEC 6)."""
    wishes = preferences.of(person, delay)
    return replace(wishes, quiet=False) if view.request.priority == "urgent" else wishes
