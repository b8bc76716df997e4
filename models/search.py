"""The search bar: people and conversations by name, place, company and e-mail (SPEC 2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models import clock, photos
from models.findable import Acquaintance, Findable, Topic, findable
from models.headings import ROLE_WORDS
from models.matching import Marked, costs, line, marked, terms_of
from models.thread import DIALOGUE
from models.user import User

SHOWN: Final = 20
"""Results shown while somebody types."""
ENOUGH: Final = 8
"""With so many results, nothing is guessed to have been mistyped."""

LISTED: Final = 500
"""Contacts that a list narrowed by words may have."""


@dataclass(frozen=True)
class Found:
    """A person or a conversation, with what fits the query marked.

    `thread_id` is the conversation that opens. `contact_id` and `state` are those of a contact
    of the account shown, None for every other conversation. `aside` is the company, trades, address
    or number it was found by, where name and detail do not say it. `kind` is that of the thread,
    `category` that of the request it is about.
    """

    thread_id: int | None
    contact_id: int | None
    state: str | None
    name: str
    named: Marked
    detail: Marked
    aside: Marked | None
    kind: str
    avatar_id: int
    photo: str
    square: bool
    category: str | None


@dataclass(frozen=True)
class Results:
    """The best results, and how many there are altogether."""

    shown: list[Found]
    total: int


def search(
    person: User,
    account: int | None,
    query: str,
    limit: int = SHOWN,
    at: int | None = None,
    run: Callable[..., Any] = lambda work, *args: work(*args),
    between: Callable[[], object] = lambda: None,
) -> Results:
    """Whom and what `person` may see that fits what they typed, the best first.

    Results come by how well they fit, then by how well one knows them: recent conversations,
    the connected, the others.

    :param account: the account whose team side is looked through, see `findable`.
    :param limit: how many are shown.
    :param at: the instant (ms) that decides which tenancies are current; now if None.
    :param run: calls the comparing, some milliseconds of pure work.
    :param between: called between the steps before it, to let others have their turn.
    """
    terms = terms_of(query)
    if not terms:
        return Results([], 0)
    at = clock.now() if at is None else at
    everything = findable(person, account, at, between)
    between()
    best = run(_best, terms, everything, at)
    shown = best[:limit]
    faces = photos.of_contacts([one.row.id for one in shown if isinstance(one, Acquaintance)])
    return Results([_found(one, terms, at, faces) for one in shown], len(best))


def contacts_that_fit(
    person: User,
    account: int,
    query: str,
    at: int | None = None,
    run: Callable[..., Any] = lambda work, *args: work(*args),
) -> list[int] | None:
    """The ids of the contacts of an account that fit what somebody typed, the best first.

    None when nothing was typed that could fit. The list of contacts asks for these, and the
    policy again; parameters as in `search`.
    """
    terms = terms_of(query)
    if not terms:
        return None
    at = clock.now() if at is None else at
    known = [one for one in findable(person, account, at) if isinstance(one, Acquaintance)]
    best = run(_best, terms, known, at)
    return [one.row.id for one in best[:LISTED]]


def _best(terms: Sequence[str], everything: Sequence[Findable], at: int) -> list[Findable]:
    fits = costs(terms, [one.text(at) for one in everything], ENOUGH)
    order = sorted(fits, key=lambda index: (fits[index], *_distance(everything[index])))
    return [everything[index] for index in order]


def _distance(found: Findable) -> tuple[bool, int, str]:
    return not found.live, -found.latest, line(found.name)


def _found(one: Findable, terms: Sequence[str], at: int, faces: Mapping[int, str]) -> Found:
    if isinstance(one, Topic):
        return _topic(one, terms)
    return _contact(one, terms, at, faces.get(one.row.id, ""))


def _topic(topic: Topic, terms: Sequence[str]) -> Found:
    heading = topic.heading
    assert heading  # noqa: S101
    name, detail = marked(topic.name, terms), marked(heading.detail, terms)
    number = marked(topic.number, terms)
    return Found(
        topic.thread_id,
        contact_id=None,
        state=None,
        name=topic.name,
        named=name,
        detail=detail,
        aside=number if number.hits - name.hits - detail.hits else None,
        kind=heading.thread.kind,
        avatar_id=heading.avatar_id,
        photo=heading.photo,
        square=heading.square,
        category=heading.request.category if heading.request else None,
    )


def _contact(known: Acquaintance, terms: Sequence[str], at: int, photo: str) -> Found:
    row = known.row
    name = marked(known.name, terms)
    places = [marked(place, terms) for place in known.places(at) or (row.company,)]
    place = max(places, key=lambda each: len(each.hits))
    role = ROLE_WORDS[row.role]
    missing = set(terms) - name.hits - place.hits
    asides = (marked(text, terms) for text in (row.company, row.trades, row.email))
    return Found(
        known.thread_id,
        contact_id=row.id,
        state=row.state,
        name=known.name,
        named=name,
        detail=Marked([(f"{role} · " if place.parts else role, False), *place.parts], place.hits),
        aside=next((aside for aside in asides if aside.hits & missing), None),
        kind=DIALOGUE,
        avatar_id=row.id,
        photo=photo,
        square=False,
        category=None,
    )
