"""Performs the demo: everything that happens, in the order of its instants."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from models import clock
from models.database import transaction
from models.demo import jobs, script
from models.demo.cast import COMPANIES, Company, Contact
from models.demo.house import House
from models.demo.packing import packed
from models.demo.script import Line
from models.storage import Storage

BEFORE_JOINING: Final = 20 * clock.HOUR
"""How long before they join somebody was invited."""


@dataclass(frozen=True)
class Step:
    """Something that happens at an instant (ms)."""

    at: int
    act: Callable[[int], object]


def perform(password_hash: str, storage: Storage, now: int) -> None:
    """Make everything happen up to `now` (ms), in one transaction."""
    with packed(storage) as luggage, transaction():
        house = House(password_hash, luggage)
        # By time and not by conversation: newer messages must have greater numbers.
        for step in sorted(_steps(house, now), key=lambda step: step.at):
            step.act(step.at)
        jobs.told(now)


def _steps(house: House, now: int) -> Iterator[Step]:
    for company in COMPANIES:
        yield Step(now - company.opened * clock.DAY, partial(house.open_account, company))
        for contact in company.contacts:
            yield from _steps_of(house, company, contact, now)
        for group in company.groups:
            lines = list(_with_reading(script.lines_of(group.script, now)))
            yield Step(lines[0].at - clock.MINUTE, partial(house.gather, company, group))
            for line in lines:
                yield Step(line.at, partial(house.play, group, line))
        yield from _scripted(house, company, now)


def _scripted(house: House, company: Company, now: int) -> Iterator[Step]:
    for chat in company.chats:
        for line in _with_reading(script.lines_of(chat.script, now)):
            yield Step(line.at, partial(house.play, chat, line))
    for job in company.jobs:
        for line in _with_reading(script.lines_of(job.script, now)):
            yield Step(line.at, partial(jobs.play, house, company, job, line, now))


def _steps_of(house: House, company: Company, contact: Contact, now: int) -> Iterator[Step]:
    lines = list(_with_reading(script.lines_of(contact.script, now))) if contact.script else []
    added = lines[0].at - BEFORE_JOINING if lines else now - contact.added * clock.DAY
    yield Step(added, partial(house.add_contact, company, contact, now))
    if lines:
        yield Step(added, partial(house.invite, company, contact))
    elif contact.invited is not None:
        yield Step(now - contact.invited * clock.DAY, partial(house.invite, company, contact))
    if contact.declined is not None:
        yield Step(now - contact.declined * clock.DAY, partial(house.decline, contact))
    for line in lines:
        yield Step(line.at, partial(house.play, contact, line))


def _with_reading(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, and that whoever speaks has read what was said before."""
    lines = list(lines)
    last_words = {line.who: line for line in lines if line.act == script.SAYS}
    for line in lines:
        if last_words.get(line.who) is line:
            yield replace(line, act=script.READS, words="", files=())
        yield line
