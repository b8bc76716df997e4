"""What time brings by itself: tenancies end, and what is not needed any more is cleared away."""

import logging
from collections.abc import Iterator
from typing import Any

from flask import Flask

from blueprints import broadcasts
from blueprints.extensions import socketio
from blueprints.files import clear_workshops
from models import attachments, clock, ending, retention
from models.database import connected
from models.storage import Storage

log = logging.getLogger(__name__)

PAUSE = clock.HOUR
"""Milliseconds between two rounds."""

GLANCE = 15 * clock.SECOND
"""Milliseconds between two looks at the tenancies."""

OVERLAP = 5 * clock.SECOND
"""How far a look reaches back into the one before: a tenancy may have been on its way then."""


class Unhurried:
    """A storage whose content is gone through off the hub, and with room for others in between."""

    def __init__(self, app: Flask, storage: Storage) -> None:
        self._off_hub = app.config["OFF_HUB"]
        self._storage = storage

    def stored(self) -> Iterator[tuple[str, float]]:
        """See Storage."""
        for kept in self._off_hub(lambda: list(self._storage.stored())):
            socketio.sleep(0)
            yield kept

    def delete(self, key: str) -> None:
        """See Storage."""
        self._off_hub(self._storage.delete, key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)


def look(app: Flask, since: int | None, at: int | None = None) -> int:
    """Let the tenancies that began or ended do so, and open pages follow; returns `at`.

    :param since: what the look before returned; None for the first one.
    :param at: the instant (ms) up to which time has passed; now if None.
    """
    at = clock.now() if at is None else at
    with app.app_context(), connected():
        passed = ending.pass_time(None if since is None else since - OVERLAP, at)
        for thread in sorted(passed.threads):
            broadcasts.thread_changed(thread)
        for account in sorted(passed.accounts):
            broadcasts.account_changed(account)
    return at


def go(app: Flask, at: int | None = None) -> None:
    """Go one round: files that no message carries, and what was told long ago.

    :param at: the instant (ms) that decides what is old; now if None.
    """
    at = clock.now() if at is None else at
    with app.app_context(), connected():
        cleared = retention.clear(at)
        files = attachments.collect_orphans(Unhurried(app, app.extensions["hallway.storage"]), at)
        files += clear_workshops(at)
    if cleared or files:
        log.info("Cleared away: %s rows told long ago, %s files of no message", cleared, files)
