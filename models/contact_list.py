"""The list of contacts of an account, as a member of its team sees it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from peewee import Expression, Select, fn

from models import clock, inviting, link, photos, policy
from models.account import Account
from models.connection import CONNECTED, INVITED, Connection
from models.homes import homes_of
from models.keeping import visible_roles
from models.link import Link
from models.prepared import Prepared
from models.property import OwnerProperty, Tenancy, is_home
from models.thread import Thread
from models.user import User

PAGE: Final = 100
"""Contacts shown at once."""


@dataclass(frozen=True)
class ContactRow:
    """One contact: `place` is where they live or what they own, `thread_id` the dialogue.

    `is_open` says that an invitation waits for an answer; `can_resend` that it may go out again;
    `invited_at` (ms) is when the last one went out by mail, `undelivered` the address at which
    the mail server refused it for good. `photo` names theirs, see `User.portrait`.
    """

    id: int
    role: str
    name: str
    email: str
    phone: str
    company: str
    place: str
    state: str
    user_id: int | None
    thread_id: int | None
    is_open: bool
    can_resend: bool
    invited_at: int | None
    undelivered: str = ""
    trades: str = ""
    photo: str = ""


def tally(person: User, account: Account) -> dict[str, dict[str, int]]:
    """By role, in tab order, and by state: how many contacts the person sees."""
    grouped = _numbers.rows(person=person.id, account=account.id, at=clock.now())
    found: dict[str, dict[str, int]] = {role: {} for role in visible_roles(person, account)}
    for role, state, number in grouped:
        found.setdefault(role, {})[state] = number
    return found


def _build_numbers(person: int, account: int, at: int) -> Select:
    return (
        policy.visible_contacts(person, account, at)
        .select(Connection.role, Connection.state, fn.COUNT(Connection.id).alias("number"))
        .group_by(Connection.role, Connection.state)
    )


_numbers = Prepared(_build_numbers, "person", "account", "at")


def counts(person: User, account: Account) -> dict[str, int]:
    """How many contacts the person sees of each role whose contacts they see, in tab order."""
    return {role: sum(states.values()) for role, states in tally(person, account).items()}


@dataclass(frozen=True)
class Wish:
    """Which contacts of a role are asked for: all, of one state, of one property, among some.

    `among` are ids of contacts, None for no such narrowing.
    """

    state: str = ""
    property: int = 0
    among: tuple[int, ...] | None = None


def page(
    person: User,
    account: Account,
    role: str,
    number: int = 1,
    at: int | None = None,
    wish: Wish = Wish(),
) -> tuple[list[ContactRow], bool]:
    """A page of PAGE contacts of one role by name, and whether there is another one after it."""
    at = clock.now() if at is None else at
    asked = policy.visible_contacts(person, account.id, at).where(Connection.role == role)
    if wish.state:
        asked = asked.where(Connection.state == wish.state)
    if wish.property:
        asked = asked.where(_belongs_to(wish.property, at))
    if wish.among is not None:
        asked = asked.where(Connection.id.in_(wish.among))
    ordered = (
        asked.order_by(fn.LOWER(Connection.name), Connection.id)
        .limit(PAGE + 1)
        .offset((number - 1) * PAGE)
    )
    found = list(ordered)
    return rows(person, found[:PAGE], at), len(found) > PAGE


def one(person: User, contact: Connection, at: int | None = None) -> ContactRow:
    """The row of one contact, loaded by what `person` may see."""
    return rows(person, [contact], at)[0]


def waiting(person: User, account: Account, at: int | None = None) -> list[ContactRow]:
    """The contacts who were invited and have not answered, the first PAGE by name."""
    invited = (
        policy.visible_contacts(person, account.id)
        .where(Connection.state == INVITED)
        .order_by(fn.LOWER(Connection.name), Connection.id)
        .limit(PAGE)
    )
    return rows(person, list(invited), at)


def rows(person: User, contacts: Collection[Connection], at: int | None = None) -> list[ContactRow]:
    """The rows of contacts that have been loaded by what `person` may see; five queries."""
    at = clock.now() if at is None else at
    ids = [contact.id for contact in contacts]
    homes, threads, invitations = homes_of(ids, at, person), _threads(ids), _invitations(ids)
    faces = photos.of_contacts(ids)
    return [
        ContactRow(
            id=contact.id,
            role=contact.role,
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            company=contact.company,
            place=homes.get(contact.id, ""),
            state=contact.state,
            user_id=contact.user_id,
            thread_id=threads.get(contact.id),
            is_open=_is_open(contact, invitations.get(contact.id, []), at),
            can_resend=_can_send(contact, invitations.get(contact.id, []), at),
            invited_at=_invited_at(invitations.get(contact.id, [])),
            undelivered=_undelivered(contact, invitations.get(contact.id, [])),
            trades=contact.trades,
            photo=faces.get(contact.id, ""),
        )
        for contact in contacts
    ]


def _belongs_to(place: int, at: int) -> Expression:
    """Whether a contact lives in a property, by the home that `homes_of` shows, or owns it."""
    home = Tenancy.alias("home")
    # Asked once for the property, not once for each contact.
    lives = home.select(home.connection).where((home.property == place) & is_home(home, at))
    owns = OwnerProperty.select(OwnerProperty.connection).where(OwnerProperty.property == place)
    return Connection.id.in_(lives) | Connection.id.in_(owns)


def sendable(states: Mapping[int, str], at: int | None = None) -> set[int]:
    """Which of these contacts an invitation may go out to now; one query.

    :param states: of contacts by id, whom their viewer may manage.
    """
    at = clock.now() if at is None else at
    sent = _invitations(list(states)) if states else {}
    return {
        one
        for one, state in states.items()
        if _can_send(Connection(id=one, state=state), sent.get(one, []), at)
    }


def _threads(contacts: list[int]) -> dict[int, int]:
    found = Thread.select(Thread.id, Thread.contact).where(Thread.contact.in_(contacts))
    return {thread.contact_id: thread.id for thread in found}


def _invitations(contacts: list[int]) -> dict[int, list[Link]]:
    by_contact: dict[int, list[Link]] = {}
    for one in inviting.sent_to(contacts):
        by_contact.setdefault(one.connection_id, []).append(one)
    return by_contact


def _is_open(contact: Connection, sent: list[Link], at: int) -> bool:
    return contact.state != CONNECTED and any(one.state(at) == link.OPEN for one in sent)


def _invited_at(sent: list[Link]) -> int | None:
    newest = inviting.newest_mailed(sent)
    return newest.created_at if newest else None


def _undelivered(contact: Connection, sent: list[Link]) -> str:
    newest = inviting.newest_mailed(sent)
    lost = newest and newest.refused and newest.voided_at is None
    return newest.email if newest and lost and contact.state != CONNECTED else ""


def _can_send(contact: Connection, sent: list[Link], at: int) -> bool:
    newest = inviting.newest_mailed(sent)
    return contact.state != CONNECTED and not (newest and inviting.too_soon(contact, newest, at))
