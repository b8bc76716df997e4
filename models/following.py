"""Groups whose members follow from a rule: who lives in a house, who owns it, all of a role."""

from collections.abc import Iterable

from peewee import Select, fn

from models import clock, windows
from models.account import Account
from models.appearing import noticed_in
from models.connection import CONNECTED, OWNER, Connection
from models.database import OPEN, locked, transaction
from models.property import OwnerProperty, Tenancy, is_current
from models.thread import ROLE_OF_CHANNEL, AccessWindow, Thread

Changed = dict[int, set[int]]
"""By the id of a group, the ids of the users who came or went."""


def settle(account: int, at: int | None = None) -> Changed:
    """Let exactly those take part in the following groups of an account whom their rules name.

    Called after the transaction that connected somebody, ended their connection, or changed
    where people live or what they own; and when time passes. Calling it again changes nothing.

    :param at: the instant (ms) that decides which tenancies are current; now if None.
    """
    at = clock.now() if at is None else at
    with transaction():
        # One at a time: whoever looked before a change must not act after it.
        list(locked(Account.select().where(Account.id == account)))
        groups = list(_following().where(Thread.account == account).order_by(Thread.id))
        concerned = sorted({tie for group in groups for tie in _astray(group, at)})
        held = list(
            locked(Connection.select().where(Connection.id.in_(concerned)).order_by(Connection.id))
        )
        # Asked again: nobody whose row is held can connect or leave any more.
        with noticed_in([group.id for group in groups if held], at):
            changes = {group.id: _fit(group, held, at) for group in groups if held}
        return {group: people for group, people in changes.items() if people}


def settle_all(at: int | None = None) -> Changed:
    """Settle every account that has such a group, as the passing of time needs it."""
    accounts = _following().select(Thread.account).distinct().order_by(Thread.account).tuples()
    changes: Changed = {}
    for (account,) in list(accounts):
        changes |= settle(account, at)
    return changes


def named(group: Thread, at: int) -> Select:
    """The connections whom the rule of a group names at an instant (ms)."""
    role = ROLE_OF_CHANNEL[group.channel]
    query = Connection.select().where(
        (Connection.account == group.account_id)
        & (Connection.role == role)
        & (Connection.state == CONNECTED)
    )
    if group.property_id is None:
        return query
    if role == OWNER:
        ties = OwnerProperty.select().where(
            (OwnerProperty.connection == Connection.id)
            & (OwnerProperty.property == group.property_id)
        )
    else:
        ties = Tenancy.select().where(
            (Tenancy.connection == Connection.id)
            & (Tenancy.property == group.property_id)
            & is_current(Tenancy, at)
        )
    return query.where(fn.EXISTS(ties))


def _following() -> Select:
    # What stands in a closed account stays as it is.
    return Thread.select().join(Account).where(Thread.follows & Account.closed_at.is_null())


def _astray(group: Thread, at: int) -> set[int]:
    """Who is in the group and should not be, or should be and is not: ids of connections."""
    should = {tie.id for tie in named(group, at)}
    present = AccessWindow.select(AccessWindow.connection).where(
        (AccessWindow.thread == group.id) & (AccessWindow.to_seq == OPEN)
    )
    return should ^ {tie for (tie,) in present.tuples()}


def _fit(group: Thread, held: Iterable[Connection], at: int) -> set[int]:
    """Open and close the windows of these connections as the rule has it; whose changed."""
    astray, should = _astray(group, at), {tie.id for tie in named(group, at)}
    changed = set()
    for tie in held:
        if tie.id in astray:
            if tie.id in should:
                windows.open_window(group.id, tie, None, at)
            else:
                windows.close_window(group.id, tie.user_id, None, at)
            changed.add(tie.user_id)
    return changed
