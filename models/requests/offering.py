"""Before a request is shared: who can be chosen, and what they would see (SPEC 5)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from peewee import SQL, fn

from models import names, photos, policy
from models.connection import SERVICE_PRO, Connection
from models.maintenance import RequestShare
from models.message import Message
from models.requests import sharing
from models.requests.view import RequestView
from models.thread import ROLE_OF_SIDE, SIDE_OF_ROLE, Side
from models.user import User


@dataclass(frozen=True)
class Candidate:
    """Somebody a request may be shared with; `here` says that it is already.

    `id` is that of their connection, `person_id` that of the user; `jobs` is how many requests of
    the account were shared with them, of those that the one who asks sees.
    """

    id: int
    person_id: int
    name: str
    role: str
    detail: str
    photo: str
    jobs: int
    here: bool


@dataclass(frozen=True)
class Earlier:
    """What was said in the conversation so far that people of a role would see.

    `since` is the instant (ms) of the first message, `people` the first names of the contacts who
    wrote some of it.
    """

    count: int
    since: int
    people: list[str]


def people(view: RequestView) -> list[Candidate]:
    """Everybody who can be chosen, and who is there already: service pros first, by name."""
    here = {one.connection.id for one in view.sharers}
    ids = [*here, *(tie.id for tie in sharing.candidates(view))]
    ties = Connection.select(Connection, User).join(User, on=(Connection.user == User.id))
    faces, jobs = photos.of_contacts(ids), _jobs(view, ids)
    found = [
        Candidate(
            id=tie.id,
            person_id=tie.user_id,
            name=tie.user.name,
            role=tie.role,
            detail=", ".join(filter(None, (tie.company, tie.trades))),
            photo=faces.get(tie.id, ""),
            jobs=jobs.get(tie.id, 0),
            here=tie.id in here,
        )
        for tie in ties.where(Connection.id.in_(ids))
    ]
    return sorted(found, key=lambda one: (one.role != SERVICE_PRO, one.name.casefold(), one.id))


def earlier(view: RequestView) -> dict[str, Earlier]:
    """What was said so far, by the role of who would see it; nothing where nothing was."""
    if view.thread is None:
        return {}
    said = (
        Message.select(Message.audience, Message.created_at, Message.side, User.name)
        .join(User, on=(Message.author == User.id))
        .where(
            (Message.thread == view.thread.thread.id)
            & (Message.kind == SQL("0"))
            & Message.deleted_version.is_null()
        )
        .order_by(Message.id)
    )
    told = list(said.tuples())
    found: dict[str, Earlier] = {}
    for side in (Side.PRO, Side.TENANT):
        theirs = [one for one in told if one[0] & side]
        if theirs:
            found[ROLE_OF_SIDE[side]] = Earlier(len(theirs), theirs[0][1], _contacts(theirs))
    return found


def _contacts(said: Collection[Any]) -> list[str]:
    """The first names of who wrote without being of the team, each once, in their order."""
    return list(dict.fromkeys(names.first(name) for *_, side, name in said if side != Side.TEAM))


def _jobs(view: RequestView, ids: Collection[int]) -> dict[int, int]:
    way = policy.request_access(view.person.id, None).alias("way")
    seen = way.select_from(way.c.request_id)
    query = (
        RequestShare.select(RequestShare.connection, fn.COUNT(fn.DISTINCT(RequestShare.request)))
        .where(
            RequestShare.connection.in_(list(ids))
            & (RequestShare.side == SIDE_OF_ROLE[SERVICE_PRO])
            & RequestShare.request.in_(seen)
        )
        .group_by(RequestShare.connection)
    )
    return dict(query.tuples())
