"""Joining: what the invited answer (SPEC 1)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from peewee import Expression, IntegrityError

from models import (
    clock,
    hiring,
    link,
    outbox,
    passwords,
    permissions,
    team,
    team_chats,
    windows,
)
from models.checking import Check
from models.connection import (
    CONNECTED,
    DECLINED,
    INVITED,
    TEAM_ROLES,
    Connection,
)
from models.database import locked, transaction
from models.errors import Conflict, Missing, Refused
from models.link import INVITATION, Closed, Link
from models.moving import moved
from models.signing_up import NAME_MISSING, new_user
from models.text import line
from models.thread import Thread
from models.user import LONGEST_NAME, User, by_address

ROLE_PHRASES: Final = {
    "admin": "on the team",
    "sub_admin": "on the team",
    "tenant": "a tenant",
    "service_pro": "a service pro",
    "owner": "an owner",
}
SECOND_ROLE: Final = "You are {role} of {account} already. One person has one role there."
ANOTHER_PERSON: Final = (
    "This conversation with {account} belongs to another sign-in. Use that one, "
    "or ask {account} for an invitation of your own."
)
HAS_SIGN_IN: Final = "{email} has a sign-in already. Sign in with it to accept."


@dataclass(frozen=True)
class Joined:
    """What an acceptance made: who joined, the conversation it opened, the groups they are in.

    On the team the conversation is the common chat.
    """

    user: User
    thread: Thread
    groups: Collection[int] = ()


def accept(invitation: Link, user: User, at: int | None = None) -> Joined:
    """Connect a person who is signed in, and open the conversation.

    Under another address than the invitation was sent to, the inviter is told of both.

    :raises Conflict: when they have a role in the account already.
    :raises Refused: when the contact was connected as somebody else before.
    :raises link.Closed: when the invitation was answered, withdrawn or has expired.
    """
    at = clock.now() if at is None else at
    with transaction():
        joined = _joined(_taken(invitation, at), invitation, user, at)
    return _in_groups(joined, at)


def accept_new(invitation: Link, name: str, password_hash: str, at: int | None = None) -> Joined:
    """Connect a person who has no user yet: theirs is made, at the address of the mail.

    :raises Refused: when the address has a user: a link never sets their password.
    :raises link.Closed: as in `accept`.
    """
    at = clock.now() if at is None else at
    check = Check()
    name = _read_name(check, name)
    check.finish()
    with transaction():
        contact = _taken(invitation, at)
        if by_address(invitation.email):
            raise Refused(HAS_SIGN_IN.format(email=invitation.email))
        user = new_user(name, invitation.email, password_hash, at, contact.account.zone)
        joined = _joined(contact, invitation, user, at)
    return _in_groups(joined, at)


def check_new(invitation: Link, name: str, password: str, at: int | None = None) -> None:
    """Refuse what `accept_new` could not take, before the password is turned into its hash.

    :raises link.Closed: when the invitation opens nothing any more.
    :raises Invalid: with a sentence for each of the two that cannot be taken.
    """
    link.refuse_closed(invitation, at)
    check = Check()
    _read_name(check, name)
    fault = passwords.fault(password)
    if fault:
        check.refuse("password", fault)
    check.finish()


def decline(invitation: Link, at: int | None = None) -> None:
    """Note that the invited does not want to join; the account may ask again.

    :raises link.Closed: as in `accept`.
    """
    at = clock.now() if at is None else at
    with transaction():
        contact = _taken(invitation, at)
        link.void(_others(contact), at)
        # Who was connected before stays disconnected.
        Connection.update(state=DECLINED).where(
            (Connection.id == contact.id) & (Connection.state == INVITED)
        ).execute()


def _read_name(check: Check, name: str) -> str:
    return check.read("name", partial(line, limit=LONGEST_NAME), name, NAME_MISSING)


def _taken(invitation: Link, at: int) -> Connection:
    """The contact with its row locked and the invitation used up, inside a transaction.

    The lock comes first: acceptance, refusal and revoking of one contact form a queue, and
    whoever comes second finds the link closed.
    """
    if invitation.kind != INVITATION or not invitation.mailed:
        raise Missing
    if invitation.connection.role in TEAM_ROLES:
        team.lock(invitation.connection.account_id)
    contact = locked(Connection.select().where(Connection.id == invitation.connection_id)).get()
    link.claim(invitation, at)
    if contact.state == CONNECTED:
        raise Closed(link.USED)
    return contact


def _joined(contact: Connection, invitation: Link, user: User, at: int) -> Joined:
    if contact.user_id not in (None, user.id):
        raise Refused(ANOTHER_PERSON.format(account=contact.account.name))
    contact = _with_one_role(contact, user)
    invited, contact.user = contact.email or invitation.email, user
    contact.state, contact.connected_at = CONNECTED, at
    contact.ended_at = contact.ended_by = None
    contact.email = contact.email or user.email
    try:
        with transaction():
            contact.save()
    except IntegrityError:  # the same person took another role in the same moment
        _refuse_second_role(contact, user)
        raise
    link.void(_others(contact), at)
    if invited != user.email:
        outbox.put(outbox.JOINED_ELSEWHERE, at, link=invitation, joined=user.email, invited=invited)
    if contact.role in TEAM_ROLES:
        permissions.begin(contact, at)
        return Joined(user, team_chats.enter(contact, invitation.sent_by_id, at))
    return Joined(user, windows.open_dialogue(contact, user.id, at))


def _with_one_role(contact: Connection, user: User) -> Connection:
    """The connection that will be the user's one in the account.

    :raises Conflict: when they have another role there already.
    """
    if contact.role in TEAM_ROLES and contact.user_id is None:
        former = hiring.former_contact(contact, user)
        if former:
            return hiring.take_over(former, contact)
    _refuse_second_role(contact, user)
    return contact


def _in_groups(joined: Joined, at: int) -> Joined:
    return replace(joined, groups=moved(joined.thread.account_id, at))


def _refuse_second_role(contact: Connection, user: User) -> None:
    other = Connection.get_or_none(
        (Connection.account == contact.account)
        & (Connection.user == user)
        & (Connection.id != contact.id)
    )
    if other:
        raise Conflict(
            SECOND_ROLE.format(role=ROLE_PHRASES[other.role], account=contact.account.name)
        )


def _others(contact: Connection) -> Expression:
    return (Link.connection == contact) & (Link.kind == INVITATION)
