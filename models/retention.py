"""How long is kept what has served its purpose."""

from typing import Final

from peewee import Expression, fn

from models import clock
from models.connection import INVITED, Connection
from models.database import transaction
from models.link import INVITATION, Link
from models.outbox import Outbox

KEPT_FOR: Final = 30 * clock.DAY
"""Milliseconds after which a row that was told, or a link that opens nothing, is forgotten."""

AT_ONCE: Final = 200
"""Rows taken away in one transaction: nobody waits long for it."""


def clear(at: int) -> int:
    """Take away rows of the outbox and links that have been done with for KEPT_FOR.

    An invitation stays while its contact counts as invited: the list says when it went out, and
    whether it arrived.
    Returns how many rows were taken away.
    """
    before = at - KEPT_FOR
    named = Outbox.select().where(Outbox.link == Link.id)
    refused = Link.select().where((Link.id == Outbox.link) & fn.EXISTS(_still_invited()))
    worth_nothing = Outbox.refused_at.is_null() | ~fn.EXISTS(refused)
    return _clear(Outbox, (Outbox.done_at < before) & worth_nothing) + _clear(
        Link, _closed(before) & ~fn.EXISTS(named) & ~fn.EXISTS(_still_invited())
    )


def _clear(table: type[Outbox] | type[Link], old: Expression) -> int:
    taken = 0
    while ids := [
        number for (number,) in table.select(table.id).where(old).limit(AT_ONCE).tuples()
    ]:
        with transaction():
            taken += table.delete().where(table.id.in_(ids)).execute()
    return taken


def _closed(before: int) -> Expression:
    return (Link.used_at < before) | (Link.voided_at < before) | (Link.expires_at < before)


def _still_invited() -> Expression:
    return Connection.select().where(
        (Link.kind == INVITATION)
        & (Connection.id == Link.connection)
        & (Connection.state == INVITED)
    )
