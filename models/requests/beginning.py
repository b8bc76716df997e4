"""What a request begins with that is made in a dialogue, of a message of it or not (SPEC 5)."""

import re
from dataclasses import dataclass
from typing import Final

from peewee import Select

from models import policy
from models.connection import CONNECTED, MANAGE, TENANT
from models.database import OPEN
from models.errors import Missing
from models.maintenance import OPEN_STATUSES, MaintenanceRequest, RequestShare
from models.media import IMAGE, VIDEO
from models.message import Attachment
from models.prepared import Prepared
from models.property import Property, Tenancy
from models.requests.homes import tenant_homes
from models.thread import DIALOGUE, MAINTENANCE, Side
from models.user import User
from models.view import View

LONGEST_SENTENCE: Final = 80
"""Characters up to which the first sentence of a message serves as a title."""

MOST: Final = 5
"""Open requests that are shown beside a dialogue."""

_SENTENCE = re.compile(r"(.+?[.!?…](?=\s)|[^\n]+)\s*")


@dataclass(frozen=True)
class Beginning:
    """What stands in the form at first.

    `home` is named as by `Home.key`, empty where none is at hand; `files` are the photos and
    videos of the message; `people` are the ids of connections it is shared with.
    """

    title: str
    description: str
    home: str
    files: tuple[Attachment, ...]
    people: tuple[int, ...]


def may_begin(view: View) -> bool:
    """Whether somebody may make requests of what they read in a thread.

    It is a dialogue, and they may write requests there: for the team, or for a home of theirs.
    """
    thread = view.thread
    if thread.kind != DIALOGUE or thread.account.is_closed:
        return False
    if view.is_team:
        return policy.Rights(view.person).level(MAINTENANCE, thread.account_id) >= MANAGE
    return _own_home(view) is not None


def of_message(
    person: User, thread: int, seq: int | None = None, at: int | None = None
) -> Beginning:
    """What a request of somebody begins with that is made of this message.

    The team's is about where the tenant lives, and shared with them.

    :param seq: of the message; without one only home and people are at hand.
    :raises Missing: when they do not see the message, it has no words and files any more, or
        they may make no requests of it.
    """
    view = View.load(person, thread, at)
    if not may_begin(view):
        raise Missing
    home, people = _team_home(view) if view.is_team else (_own_home(view) or "", ())
    if seq is None:
        return Beginning("", "", home, (), people)
    message = view.message(seq)
    if message.is_event or message.deleted:
        raise Missing
    title, description = told(message.body)
    files = tuple(file for file in message.files if file.kind in (IMAGE, VIDEO))
    return Beginning(title, description, home, files, people)


def open_ones(view: View) -> list[MaintenanceRequest]:
    """The open requests of the contact of a dialogue, of those that the person sees too.

    The newest first, and no more than MOST.
    """
    if view.thread.kind != DIALOGUE:
        return []
    return _open_ones.instances(person=view.person.id, contact=view.thread.contact_id)


def _build_open_ones(person: int, contact: int) -> Select:
    way = policy.request_access(person, None).alias("way")
    theirs = RequestShare.select(RequestShare.request).where(
        (RequestShare.connection == contact) & (RequestShare.ended_version == OPEN)
    )
    query = MaintenanceRequest.select().where(
        MaintenanceRequest.id.in_(theirs)
        & MaintenanceRequest.id.in_(way.select_from(way.c.request_id))
        & MaintenanceRequest.status.in_(OPEN_STATUSES)
    )
    return query.order_by(MaintenanceRequest.id.desc()).limit(MOST)


_open_ones = Prepared(_build_open_ones, "person", "contact")


def told(body: str) -> tuple[str, str]:
    """A text as the title and the description of a request.

    A short first sentence is the title; what it does not hold is the description.
    """
    found = _SENTENCE.match(body)
    if found is None or len(found[1]) > LONGEST_SENTENCE:
        return "", body
    return found[1].rstrip(" .!"), body if found.end() < len(body) else ""


def _own_home(view: View) -> str | None:
    homes = tenant_homes(view.person, view.at) if view.spans[-1].side == Side.TENANT else []
    mine = (home.key for home in homes if home.account.id == view.thread.account_id)
    return next(mine, None)


def _team_home(view: View) -> tuple[str, tuple[int, ...]]:
    tie = view.thread.contact
    if tie is None or tie.role != TENANT or tie.state != CONNECTED:
        return "", ()
    theirs = policy.visible_properties(view.person, view.thread.account_id)
    lived_in = (
        Tenancy.select()
        .where(
            (Tenancy.connection == tie)
            & (Tenancy.starts_at <= view.at)
            & (Tenancy.ends_at > view.at)
            & Tenancy.property.in_(theirs.select(Property.id).order_by())
        )
        .order_by(Tenancy.starts_at.desc(), Tenancy.id)
        .first()
    )
    return (f"unit:{lived_in.unit_id}", (tie.id,)) if lived_in else ("", ())
