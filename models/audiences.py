"""To whom one may write about a request, and who that is now, said before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.names import first, in_a_row
from models.thread import AUDIENCES, EVERYBODY, REQUEST
from models.user import User
from models.view import View, viewers

NAMED: Final = 3
"""People of one side who are named in a sentence; of more the number is told."""


@dataclass(frozen=True)
class Choice:
    """An audience by its name, and in a sentence who will see what is written to it."""

    audience: str
    sentence: str


@dataclass(frozen=True)
class Choices:
    """The audiences somebody may write to, the widest first.

    `people` are the others who take part, each with their side; who of the team does is known
    to the team alone.
    """

    people: list[tuple[User, str]]
    choices: list[Choice]


def of(view: View) -> Choices | None:
    """Whom the person of `view` can choose to write to; None where there is no choice."""
    if view.thread.kind != REQUEST or view.refusal():
        return None
    others = [
        one
        for one in sorted(viewers(view.thread.id, view.at), key=lambda one: one.person.name)
        if one.takes_part and one.person != view.person and (view.is_team or not one.is_team)
    ]
    contacts = [one for one in others if not one.is_team]
    team = _colleagues(others) if view.is_team else [view.thread.account.name]
    choices = [Choice(name, _sentence(name, contacts, team)) for name in view.audiences()]
    return Choices([(one.person, one.side) for one in others], choices)


def _sentence(audience: str, contacts: Sequence[View], team: list[str]) -> str:
    mask = AUDIENCES[audience]
    inside = [one for one in contacts if mask & one.spans[-1].side]
    outside = [one for one in contacts if one not in inside]
    names = _few([first(one.person.name) for one in inside], "others") + team
    if not names:
        seen = "Only you will see this"
    else:
        alone = " only" if audience != EVERYBODY and not outside else ""
        seen = f"Will be seen by {in_a_row(names)}{alone}"
    without = _few([first(one.person.name) for one in outside], "others")
    return f"{seen}, not by {in_a_row(without)}" if without else seen


def _colleagues(others: Sequence[View]) -> list[str]:
    names = [first(one.person.name) for one in others if one.is_team]
    return names if len(names) <= NAMED else [f"{len(names)} of your team"]


def _few(names: list[str], rest: str) -> list[str]:
    if len(names) <= NAMED:
        return names
    return [*names[: NAMED - 1], f"{len(names) - NAMED + 1} {rest}"]
