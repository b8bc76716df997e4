"""The list of maintenance requests, as one person sees them (SPEC 5).

The number of queries does not grow with the number of requests. What is chosen and in which order
is decided here and not in SQL: who left a request sees it as it was then, and words are looked
for as everywhere else.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from models import clock
from models.inbox import Position
from models.maintenance import (
    ACCEPTED,
    PROPOSED,
    RESOLVED,
    URGENT,
    Visit,
)
from models.matching import costs, line, terms_of
from models.message import Message
from models.requests import sight
from models.requests.sight import Known
from models.user import User

PAGE: Final = 50
"""Requests shown at once."""

OPEN_ONES: Final = "open"
RESOLVED_ONES: Final = "resolved"
ALL: Final = "all"
TABS: Final = (OPEN_ONES, RESOLVED_ONES, ALL)
"""Which are listed: those that are not done, those that are resolved, or all, archived ones too."""

NOBODY: Final = -1
"""In place of a service pro: those that nobody is assigned to."""


@dataclass(frozen=True)
class Wish:
    """What of a list is asked for; `property` and `pro` are ids, 0 for any.

    `unanswered` are those in which a contact waits for the team, `mine` those that the person
    wrote, changed or wrote in. `page` counts from 1.
    """

    tab: str = OPEN_ONES
    property: int = 0
    status: str = ""
    priority: str = ""
    pro: int = 0
    unanswered: bool = False
    mine: bool = False
    words: str = ""
    page: int = 1


@dataclass(frozen=True)
class Row:
    """A request in the list: what is known of it, who is assigned, and what is new there.

    `at` is the instant (ms) of the last thing that happened or was said; `visit` one that is
    proposed or agreed on and not over; `thread` the id of the conversation, if it is theirs.
    """

    known: Known
    pros: list[tuple[int, str]]
    visit: Visit | None
    at: int
    thread: int | None
    unread: int
    muted: bool


@dataclass(frozen=True)
class Listing:
    """A page of the list; `open` is how many are open of all that the person sees.

    `properties` and `pros` are those that there is a choice of, as (id, name).
    """

    rows: list[Row]
    open: int
    has_more: bool
    properties: list[tuple[int, str]] = field(default_factory=list)
    pros: list[tuple[int, str]] = field(default_factory=list)


def listing(
    person: User,
    account: int,
    positions: Collection[Position],
    wish: Wish = Wish(),
    run: Callable[..., Any] = lambda work, *args: work(*args),
    at: int | None = None,
) -> Listing:
    """A page of the requests `person` sees, those that wait for them first.

    :param account: the id of the account whose team's side is listed; 0 for none. Requests in
        which they are a contact are listed always.
    :param positions: where the person stands in their conversations.
    :param run: runs what takes a while, off the hub if need be.
    :param at: the instant in milliseconds; now if None.
    """
    at = clock.now() if at is None else at
    seen = sight.known(person, account, everything=wish.tab != OPEN_ONES)
    by_thread = {position.thread: position for position in positions}
    waiting = sight.unanswered(account)
    # Who left learns no more of who came since; also where they are one of the team now.
    present = {one.id for one in seen if one.takes_part}
    assigned = sight.pros(account, [o.id for o in seen if o.takes_part and not o.is_team])
    pros = {one: names for one, names in assigned.items() if one in present}
    for one in seen:
        one.unanswered = one.is_team and one.is_open and one.id in waiting
        position = by_thread.get(one.thread or 0)
        one.last = max(one.version, position.last_seq if position else 0)
    inside = [one for one in seen if _is_in(wish.tab, one)]
    mine = sight.acted_on(person) if wish.mine else set()
    fitting = [one for one in inside if _fits(one, wish, pros, mine)]
    if terms_of(wish.words):
        fitting = run(_found, wish.words, fitting, pros)
    # Newest first; then what is urgent, and before all of that what waits for an answer.
    fitting.sort(key=lambda one: (one.unanswered, _is_pressing(one), one.last), reverse=True)
    first = (wish.page - 1) * PAGE
    return Listing(
        rows=_rows(fitting[first : first + PAGE], by_thread, pros, at),
        open=sum(one.is_open for one in seen),
        has_more=len(fitting) > first + PAGE,
        properties=sorted({(o.place_id, o.place_name) for o in inside}, key=_by_name),
        pros=sorted({pro for one in inside for pro in pros.get(one.id, ())}, key=_by_name),
    )


def _is_in(tab: str, one: Known) -> bool:
    if tab == OPEN_ONES:
        return one.is_open
    return tab == ALL or (one.status == RESOLVED and not one.archived)


def _fits(
    one: Known, wish: Wish, pros: Mapping[int, Sequence[tuple[int, str]]], mine: set[int]
) -> bool:
    assigned = [pro for pro, _ in pros.get(one.id, ())]
    return (
        wish.property in (0, one.place_id)
        and wish.status in ("", one.status)
        and wish.priority in ("", one.priority)
        and (not wish.pro or (wish.pro in assigned if wish.pro != NOBODY else not assigned))
        and (one.unanswered or not wish.unanswered)
        and (not wish.mine or one.id in mine or not one.is_team)
    )


def _found(
    words: str, among: Sequence[Known], pros: Mapping[int, Sequence[tuple[int, str]]]
) -> list[Known]:
    """Those that fit the words typed, by title, and aside by place, number and people."""
    texts = []
    for one in among:
        people = [one.creator_name, *(name for _, name in pros.get(one.id, ()))]
        texts.append((line(one.title), line(f"#{one.number} {one.place} {' '.join(people)}")))
    return [among[index] for index in costs(terms_of(words), texts, PAGE)]


def _is_pressing(one: Known) -> bool:
    return one.is_open and one.priority == URGENT


def _by_name(choice: tuple[int, str]) -> tuple[str, int]:
    return choice[1].casefold(), choice[0]


def _rows(
    shown: Sequence[Known],
    by_thread: Mapping[int, Position],
    pros: Mapping[int, list[tuple[int, str]]],
    at: int,
) -> list[Row]:
    said = [one.last for one in shown if one.last > one.version]
    spoken = dict(
        Message.select(Message.id, Message.created_at).where(Message.id.in_(said)).tuples()
    )
    visits = _visits(shown, at)
    rows = []
    for one in shown:
        position = by_thread.get(one.thread or 0)
        rows.append(
            Row(
                known=one,
                pros=pros.get(one.id, []),
                visit=visits.get(one.id),
                at=spoken.get(one.last, one.changed_at),
                thread=position.thread if position else None,
                unread=position.unread if position else 0,
                muted=position.muted if position else False,
            )
        )
    return rows


def _visits(shown: Sequence[Known], at: int) -> dict[int, Visit]:
    """The visit of each of these that is still to come, as far as it is theirs."""
    until = {one.id: one.until for one in shown if one.is_open}
    planned = Visit.select().where(
        Visit.request.in_(list(until)) & Visit.state.in_([PROPOSED, ACCEPTED])
    )
    return {
        one.request_id: one
        for one in planned
        if one.version <= until[one.request_id] and one.ends_at > at
    }
