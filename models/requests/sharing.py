"""Sharing a request with tenants and service pros, and taking it back (SPEC 5).

The conversation is made by itself when it is needed first; who comes to it comes by a window.
"""

from collections.abc import Collection, Sequence
from typing import Final

from peewee import Expression, Select

from models import names, windows
from models.connection import CONNECTED, SERVICE_PRO, Connection
from models.database import OPEN, locked, next_seq, transaction
from models.errors import Conflict, Invalid, Missing, Refused
from models.maintenance import CANCELED, MaintenanceRequest, RequestShare
from models.record import lock_thread
from models.requests import history, reach, visits
from models.requests.history import Act
from models.requests.locking import managed, relocked
from models.requests.view import RequestView
from models.thread import MAINTENANCE, REQUEST, SIDE_OF_ROLE, AccessWindow, Side, Thread
from models.user import User

CANCELED_FIRST: Final = "This request is canceled. Reopen it before you share it."
GONE: Final = "Somebody you chose can't be added any more. Choose again."
NOBODY: Final = "Choose who to share it with."


def candidates(view: RequestView) -> Select:
    """The connections with whom the person of `view` may share its request now.

    Those within reach of who writes one for the same place, and not in it already.
    """
    request = view.request
    already = RequestShare.select(RequestShare.connection).where(
        (RequestShare.request == request.id) & (RequestShare.ended_version == OPEN)
    )
    found = reach.within(
        view.person, request.account_id, request.property_id, request.unit_id, view.at
    )
    return found.where(Connection.id.not_in(already))


def share(
    person: User,
    request: int,
    connections: Collection[int],
    earlier: bool = False,
    at: int | None = None,
) -> list[Connection]:
    """Share a request with contacts: it and its conversation appear on their side.

    :param connections: the ids of their connections.
    :param earlier: whether they see what was said before, too.
    :param at: the instant in milliseconds; now if None.
    :returns: who came by this; who was there already is not among them.
    :raises Missing: when there is no such request for `person`.
    :raises Refused: when they may not share it, or it is canceled.
    :raises Invalid: for the field `people`, when somebody cannot be chosen.
    """
    view = RequestView.load(person, request, at)
    check_may_share(view)
    if not connections:
        raise Invalid({"people": NOBODY})
    with transaction():
        view = relocked(view, connections)
        check_may_share(view)
        return share_locked(view, connections, earlier)


def share_locked(
    view: RequestView, connections: Collection[int], earlier: bool = False
) -> list[Connection]:
    """As `share`, inside a transaction that holds these connections and the request."""
    wanted = set(connections) - {one.connection.id for one in view.sharers}
    coming = list(candidates(view).where(Connection.id.in_(wanted)).order_by(Connection.id))
    if len(coming) < len(wanted):
        raise Invalid({"people": GONE})
    for tie in coming:
        let_in(view.request, tie, view.act, earlier)
    return coming


def let_in(request: MaintenanceRequest, tie: Connection, act: Act, earlier: bool = False) -> None:
    """Share a locked request with a contact and let them into its conversation.

    Runs inside a transaction that holds the connection; who submitted a request without a
    conversation has a share already.
    """
    thread = conversation(request, act.at)
    by = act.author.id if act.author else None
    window = windows.open_window(thread.id, tie, by, act.at)
    if window is None:
        return
    if earlier:
        windows.widen_window(thread.id, tie.user_id)
    joined: int = window.opened_seq
    if not _open_share(request.id, tie.id).exists():
        RequestShare.create(
            request=request.id,
            connection=tie.id,
            side=SIDE_OF_ROLE[tie.role],
            shared_version=joined,
            earlier=earlier,
        )
    history.note(request, history.JOINED, act, subject=tie.user_id, version=joined)


def conversation(request: MaintenanceRequest, at: int) -> Thread:
    """The one thread of a locked request, made if it has none."""
    Thread.insert(
        account=request.account_id,
        channel=MAINTENANCE,
        kind=REQUEST,
        request=request.id,
        created_at=at,
    ).on_conflict_ignore().execute()
    return Thread.get(Thread.request == request.id)


def start_conversation(person: User, request: int, at: int | None = None) -> Thread:
    """Start the conversation about a request by hand, with everybody it is shared with.

    :raises Missing: when there is no such request for `person`.
    :raises Refused: when they may not, or it is canceled.
    :raises Conflict: when everybody is in it already.
    """
    view = RequestView.load(person, request, at)
    check_may_share(view)
    with transaction():
        view = relocked(view, [one.connection.id for one in view.sharers])
        check_may_share(view)
        begun = Thread.get_or_none(Thread.request == request)
        missing = [one.connection for one in view.sharers if not _is_inside(begun, one.connection)]
        if begun is not None and not missing:
            raise Conflict("The conversation has been started already.")
        thread = conversation(view.request, view.at)
        if begun is None:
            history.note(view.request, history.STARTED, view.act)
        for tie in missing:
            let_in(view.request, tie, view.act)
    return thread


def unshare(person: User, request: int, connection: int, at: int | None = None) -> None:
    """Take a request back from a contact; they keep what they could see until now.

    :raises Missing: when there is no such request for `person`, or it is not shared with them.
    :raises Refused: when `person` may not.
    """
    view = managed(RequestView.load(person, request, at))
    with transaction():
        view = managed(relocked(view))
        tie = next(
            (one.connection for one in view.sharers if one.connection.id == connection), None
        )
        if tie is None or not _open_share(request, connection).exists():
            raise Missing
        _let_go(view.request, tie, view.act, history.LEFT)


def decline(person: User, request: int, at: int | None = None) -> None:
    """Leave a request as the service pro it was shared with.

    :raises Missing: when there is no such request for `person`.
    :raises Refused: when they are no pro of it, or not any more.
    """
    view = RequestView.load(person, request, at)
    _check_may_decline(view)
    with transaction():
        view = relocked(view)
        _check_may_decline(view)
        own = next(s.connection for s in view.sharers if s.connection.user_id == person.id)
        _let_go(view.request, own, view.act, history.DECLINED)


def shared_with(tie: Connection) -> list[MaintenanceRequest]:
    """The requests a contact takes part in, their rows locked in the order of their ids."""
    mine = RequestShare.select(RequestShare.request).where(
        (RequestShare.connection == tie.id) & (RequestShare.ended_version == OPEN)
    )
    wanted = MaintenanceRequest.select().where(MaintenanceRequest.id.in_(mine))
    return list(locked(wanted.order_by(MaintenanceRequest.id)))


def leave_all(
    tie: Connection, requests: Sequence[MaintenanceRequest], by: User | None, at: int
) -> list[int]:
    """Let a contact go from requests locked by `shared_with`, as a disconnect does.

    How somebody stands to the account is not the others' business: they are told that they left.

    :returns: the ids of the threads concerned.
    """
    for request in requests:
        _let_go(request, tie, Act(by, SIDE_OF_ROLE[tie.role], at), history.LEFT)
    ids = [request.id for request in requests]
    return [thread.id for thread in Thread.select(Thread.id).where(Thread.request.in_(ids))]


def _let_go(request: MaintenanceRequest, tie: Connection, act: Act, event: str) -> None:
    if tie.role == SERVICE_PRO:
        visits.nobody_comes(request, act, tie.user)
    thread = Thread.get_or_none(Thread.request == request.id)
    by = act.author.id if act.author else None
    left = thread and windows.close_window(thread.id, tie.user_id, by, act.at, event)
    version = left.id if left else next_seq()
    history.note(request, event, act, subject=tie.user_id, version=version)
    RequestShare.update(ended_version=version).where(_is_open(request.id, tie.id)).execute()


def end_all(request: MaintenanceRequest, version: int) -> None:
    """End every share of a locked request, and its windows, with the event of this version."""
    RequestShare.update(ended_version=version).where(
        (RequestShare.request == request.id) & (RequestShare.ended_version == OPEN)
    ).execute()
    thread = Thread.get_or_none(Thread.request == request.id)
    if thread:
        lock_thread(thread.id)
        windows.close_every_window(thread.id, version)


def ended_with(
    request: MaintenanceRequest, version: int, before: int, at: int
) -> list[RequestShare]:
    """The shares that ended with the event of this version, of those who may come back by it.

    Who is connected since then may; of the tenants who submitted it, and who lives there still.

    :param before: the instant (ms) of the event: who was connected anew since begins anew.
    :param at: the instant (ms) that decides which tenancies are current.
    """
    stays = (
        (RequestShare.side != Side.TENANT)
        | (Connection.user == request.creator_id)
        | reach.lives_there(request.property_id, request.unit_id, at)
    )
    query = (
        RequestShare.select(RequestShare, Connection)
        .join(Connection)
        .where(
            (RequestShare.request == request.id)
            & (RequestShare.ended_version == version)
            & stays
            & (Connection.state == CONNECTED)
            & (Connection.connected_at.is_null() | (Connection.connected_at <= before))
        )
    )
    return list(query.order_by(Connection.id))


def resume(request: MaintenanceRequest, ended: Sequence[RequestShare], at: int) -> None:
    """Open again, from now on, what a canceling ended; who had no conversation has none again."""
    thread = Thread.get_or_none(Thread.request == request.id)
    for old in ended:
        tie = old.connection
        window = None
        if thread and _was_inside(thread.id, tie, old.ended_version):
            window = windows.open_window(thread.id, tie, None, at, event=None)
        RequestShare.create(
            request=request.id,
            connection=tie.id,
            side=SIDE_OF_ROLE[tie.role],
            shared_version=window.opened_seq if window else next_seq(),
        )


def names_of(people: Sequence[Connection]) -> str:
    """Contacts by their first names: "Omar", "Omar and Priya", "Omar, Priya and 2 more"."""
    firsts = [names.first(tie.user.name) for tie in people]
    if len(firsts) > 3:
        return f"{', '.join(firsts[:2])} and {len(firsts) - 2} more"
    return " and ".join(filter(None, (", ".join(firsts[:-1]), firsts[-1])))


def check_may_share(view: RequestView) -> None:
    """Let only those share a request who act for the team, and not while it is canceled.

    :raises Refused: with the reason.
    """
    managed(view)
    if view.request.status == CANCELED:
        raise Refused(CANCELED_FIRST)


def _check_may_decline(view: RequestView) -> None:
    if not view.may_decline:
        raise Refused(view.refusal() or "Only a service pro can decline a job.")


def _is_open(request: int, connection: int) -> Expression:
    return (
        (RequestShare.request == request)
        & (RequestShare.connection == connection)
        & (RequestShare.ended_version == OPEN)
    )


def _open_share(request: int, connection: int) -> Select:
    return RequestShare.select().where(_is_open(request, connection))


def _is_inside(thread: Thread | None, tie: Connection) -> bool:
    return thread is not None and _was_inside(thread.id, tie, OPEN)


def _was_inside(thread: int, tie: Connection, to_seq: int) -> bool:
    window = AccessWindow.select().where(
        (AccessWindow.thread == thread)
        & (AccessWindow.user == tie.user_id)
        & (AccessWindow.to_seq == to_seq)
    )
    return window.exists()
