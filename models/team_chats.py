"""The team's own conversations: one for all of it, one for each two (SPEC 2, "Channels")."""

from collections.abc import Iterable
from itertools import combinations

from peewee import chunked

from models import windows
from models.connection import CONNECTED, SUB_ADMIN, TEAM_ROLES, Connection, on_the_team
from models.database import INSERTED_AT_ONCE, OPEN
from models.record import append_event, lock_thread
from models.thread import COMMON, PERSONAL, TEAM, AccessWindow, Thread
from models.user import User


def enter(member: Connection, by: int | None, at: int) -> Thread:
    """Open the chats that the team has with a sub-admin who has just joined or come back.

    Everybody connected to the team by now has a chat with everybody else; whoever joined first
    is made up for. Runs inside a transaction of the caller, which has locked the account: two
    who join at once would otherwise both make the common chat.

    :param member: the connection of the sub-admin, on the team already.
    :param by: the id of the user who let them in.
    :param at: the instant in milliseconds.
    :returns: the common chat.
    """
    common = _common(member.account_id, at)
    lock_thread(common.id)
    append_event(common, "joined", by, member.user_id, at)
    open_personal(member.account_id, by, at)
    return common


def leave(member: Connection, by: int | None, at: int) -> list[int]:
    """Note that somebody is not on the team any more, and end their personal chats.

    What they see by right ends with the connection; both people keep what they wrote each
    other (MODEL 11.3). Runs inside a transaction of the caller, which has locked the account.

    :returns: the ids of the threads concerned.
    """
    common = Thread.get_or_none((Thread.account == member.account_id) & (Thread.kind == COMMON))
    if common:
        lock_thread(common.id)
        append_event(common, "left", by, member.user_id, at)
    closed = windows.close_all(member, by, at, "left")
    return ([common.id] if common else []) + closed


def people(thread: Thread, person: User) -> list[Connection]:
    """Who is in a chat of the team: the whole team, or in a personal one the other of the two.

    Connections with their users, the longest there first; none for other threads.
    """
    of_team = (Connection.account == thread.account_id) & Connection.role.in_(TEAM_ROLES)
    if thread.kind == COMMON:
        who = Connection.state == CONNECTED
    elif thread.kind == PERSONAL:
        inside = AccessWindow.select(AccessWindow.user).where(AccessWindow.thread == thread)
        who = Connection.user.in_(inside) & (Connection.user != person)
    else:
        return []
    query = Connection.select(Connection, User).join(User, on=(Connection.user == User.id))
    return list(query.where(of_team & who).order_by(Connection.id))


def open_personal(account: int, by: int | None, at: int) -> None:
    """Let every two of the team write to each other, as soon as it has a sub-admin."""
    team = _present(account)
    if all(one.role != SUB_ADMIN for one in team):
        return
    chats = _personal_chats(account, combinations(team, 2), at)
    inside = _inside(account)
    # In the order of their ids, as threads are locked everywhere.
    for chat, pair in sorted(chats.items()):
        for member in pair:
            if (chat, member.user_id) not in inside:
                windows.open_window(chat, member, by, at, _event(chat))


def _event(chat: int) -> str | None:
    """Coming back is told in the chat; that a new one begins is not."""
    began = AccessWindow.select().where(AccessWindow.thread == chat)
    return "joined" if began.where(AccessWindow.to_seq != OPEN).exists() else None


def _common(account: int, at: int) -> Thread:
    found = Thread.get_or_none((Thread.account == account) & (Thread.kind == COMMON))
    return found or Thread.create(account=account, channel=TEAM, kind=COMMON, created_at=at)


def _present(account: int) -> list[Connection]:
    """The connections of who is on the team now, in the order in which pairs are named."""
    query = Connection.select().where((Connection.account == account) & on_the_team(Connection))
    return list(query.order_by(Connection.user))


def _personal_chats(
    account: int, pairs: Iterable[tuple[Connection, ...]], at: int
) -> dict[int, tuple[Connection, ...]]:
    """The chat of each pair by its id, made where there is none."""
    named = {f"{account}:{low.user_id}:{high.user_id}": (low, high) for low, high in pairs}
    made = [
        {"account": account, "channel": TEAM, "kind": PERSONAL, "pair": name, "created_at": at}
        for name in named
    ]
    for some in chunked(made, INSERTED_AT_ONCE):
        Thread.insert_many(some).on_conflict_ignore().execute()
    of_account = Thread.select(Thread.id, Thread.pair).where(
        (Thread.account == account) & (Thread.kind == PERSONAL)
    )
    return {chat.id: named[chat.pair] for chat in of_account if chat.pair in named}


def _inside(account: int) -> set[tuple[int, int]]:
    """The thread and user of every window that is open in a personal chat of the account."""
    query = (
        AccessWindow.select(AccessWindow.thread, AccessWindow.user)
        .join(Thread)
        .where(
            (Thread.account == account) & (Thread.kind == PERSONAL) & (AccessWindow.to_seq == OPEN)
        )
    )
    return set(query.tuples())
