"""Catching up: what changed in a thread since a client last heard (SPEC 2, MODEL 5)."""

from collections.abc import Callable
from dataclasses import dataclass

from models.database import OPEN
from models.seen import SeenMessage
from models.view import View

LIMIT = 1_000
"""Changes worth sending one by one; beyond that the newest page is cheaper (SPEC 2)."""


@dataclass(frozen=True)
class Changes:
    """An answer to a client: messages to place by seq, and the version it then holds.

    With `reset` they are the newest page and take the place of all the client holds.
    """

    messages: list[SeenMessage]
    version: int
    reset: bool = False


def newest(view: View) -> Changes:
    """The newest page, and the version of a client that holds it.

    :raises Missing: when the thread has just gone out of their sight.
    """
    return _at_one_moment(view, _newest)


def changes(view: View, after: int) -> Changes:
    """What a client that holds version `after` must be told.

    The version given is the greatest one this viewer sees, never the thread's own: somebody
    who left must not be able to watch activity (MODEL 5).

    :raises Missing: when the thread has just gone out of their sight.
    """
    return _at_one_moment(view, lambda present: _changes(present, after))


def _at_one_moment(view: View, read: Callable[[View], Changes]) -> Changes:
    """What is read through a view that holds before and after.

    Between loading the view and reading, its window may close and a message come that is not
    theirs any more. Its version would lie above the view's, so nothing would ever take it
    from the client again.
    """
    answer = read(view)
    while not view.still_holds():
        view = View.load(view.person, view.thread.id, view.at)
        answer = read(view)
    return answer


def _newest(view: View) -> Changes:
    messages = view.newest()
    return Changes(messages, _version(view, messages), reset=True)


def _changes(view: View, after: int) -> Changes:
    if not view.version <= after <= OPEN:
        return _newest(view)
    # What has just the version the client holds is asked for as well, see _could_hold.
    found = view.changed_after(after - 1, LIMIT + 2)
    waiting = [message for message in found if message.version != after]
    if len(waiting) > LIMIT or not _could_hold(view, after, found):
        return _newest(view)
    # Seen versions below what the client holds are edits that are not the viewer's.
    fresh = [message for message in waiting if message.version > after]
    return Changes(fresh, max(after, _version(view, fresh)))


def _could_hold(view: View, after: int, found: list[SeenMessage]) -> bool:
    """Whether a client can hold version `after`: nothing of theirs is as new otherwise.

    It cannot after the database came back from a backup: then it holds another past. Measured
    by the counter of the server, the answer would tell that somebody writes somewhere else.
    """
    return after == view.version or any(message.version >= after for message in found)


def _version(view: View, messages: list[SeenMessage]) -> int:
    return max([view.version, *(message.version for message in messages)])
