"""Several threads at once, each with a database connection of its own."""

import threading
from collections.abc import Callable

from models.database import db

LONGEST = 60
"""Seconds after which something waits for something that never comes."""


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """What each task gives back, all having started together; the first error is raised."""
    started = threading.Barrier(len(tasks))
    results: list[object] = [None] * len(tasks)
    errors: list[BaseException] = []

    def run(index: int, task: Callable[[], object]) -> None:
        try:
            with db.connection_context():
                started.wait(LONGEST)
                results[index] = task()
        except BaseException as error:  # noqa: BLE001  raised again by the test's own thread
            errors.append(error)

    threads = [
        threading.Thread(target=run, args=(index, task), daemon=True)
        for index, task in enumerate(tasks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return results


def until(event: threading.Event) -> None:
    """Wait for what another thread does."""
    assert event.wait(LONGEST), "it never happened"
