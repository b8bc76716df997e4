"""Answering an announcement: in one's own dialogue, with its words quoted (SPEC 2, "Groups")."""

import re
from typing import Final

from models.connection import Connection
from models.errors import Missing
from models.thread import ANNOUNCEMENT, Thread
from models.view import View

LONGEST: Final = 160
"""Characters of an announcement that are quoted."""

_QUOTE = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


def dialogue_of(view: View) -> int | None:
    """The id of the thread in which a reader of an announcement answers; None if they cannot."""
    if view.thread.kind != ANNOUNCEMENT or view.is_team or not view.takes_part:
        return None
    own = (
        Thread.select(Thread.id)
        .join(Connection, on=(Thread.contact == Connection.id))
        .where((Connection.account == view.thread.account) & (Connection.user == view.person))
    )
    thread = own.scalar()
    if thread is None or View.load(view.person, thread, view.at).refusal():
        return None
    return int(thread)


def quoted(view: View, quote: str) -> str:
    """What stands in the composer of a dialogue: the words of an announcement as a quote.

    :param view: the dialogue in which is answered.
    :param quote: which announcement, as `<thread>.<seq>`; anything from an address.
    :raises Missing: unless it is a text that the person of `view` may see in an announcement
        of the same account.
    """
    asked = _QUOTE.fullmatch(quote)
    if asked is None or view.thread.contact is None:
        raise Missing
    source = View.load(view.person, int(asked[1]), view.at)
    same = source.thread.account_id == view.thread.account_id
    if source.thread.kind != ANNOUNCEMENT or not same:
        raise Missing
    message = source.message(int(asked[2]))
    words = " ".join(message.body.split())
    if not words:
        return ""
    short = words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} …"
    return f"> {short}\n\n"
