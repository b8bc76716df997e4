"""Inviting: from the press on Send connection to the answer of the invited (SPEC 1)."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Final

from peewee import Expression, Select, fn

from models import clock, link, outbox
from models.checking import Check
from models.connection import CONNECTED, DECLINED, INVITED, NOT_CONNECTED, Connection
from models.contacts import set_email
from models.database import insert_all, locked, transaction
from models.errors import Conflict
from models.keeping import invitable, lock_managed
from models.link import INVITATION, Closed, Link
from models.outbox import Outbox
from models.prepared import Prepared
from models.signing_up import ADDRESS_MISSING, NAME_MISSING
from models.text import block, line
from models.user import LONGEST_NAME, User, address

AGAIN_AFTER: Final = clock.DAY
LONGEST_NOTE: Final = 600

NO_ADDRESS: Final = "Where should the invitation go? Add an email address."
TOO_SOON: Final = (
    f"This invitation went out less than {clock.in_words(AGAIN_AFTER)} ago. "
    "Send it again after that."
)
CONNECTED_ALREADY: Final = "{name} is connected already."
NOTHING_OPEN: Final = "There is no open invitation to take back."


def invite(
    person: User, contact_id: int, email: str, note: str | None = None, at: int | None = None
) -> Link:
    """Mail a contact a link to join with; the same act sends it again.

    :param email: where to; it becomes the contact's address.
    :param note: words of the inviter, shown in the mail and on the page; None repeats those
        of the invitation before.
    :raises Conflict: when they are connected, or the last one is less than 24 hours old.
    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    at = clock.now() if at is None else at
    contact = invitable(person, contact_id)
    words = check_sendable(email, note or "")
    with transaction():
        contact = _unconnected(lock_managed(person, contact, invitable))
        email = set_email(person, contact, email)
        newest = newest_mailed(sent_to([contact.id]))
        if newest and newest.email == email and too_soon(contact, newest, at):
            raise Conflict(TOO_SOON)
        if note is None and newest:
            words = newest.remembered.get("note", "")
        link.void(_invitations(contact), at)
        sent = link.make(INVITATION, email, at, {"note": words}, connection=contact, sent_by=person)
        _mark_invited(contact)
        outbox.put(outbox.LINK, at, sent)
    return sent


def invite_new(person: User, contacts: Iterable[Connection], at: int) -> None:
    """Mail links to contacts with an address, inside the transaction that stores them as INVITED.

    They are seen by `person`, who may change them: that is asked before they are stored.
    """
    links = [
        link.unsaved(INVITATION, one.email, at, {"note": ""}, connection=one, sent_by=person)
        for one in contacts
    ]
    insert_all(links)
    outbox.put_links(links, at)


def check_sendable(email: str, note: str) -> str:
    """The note as it is sent, where both it and the address can be taken.

    :raises Invalid: with a sentence for each of the two that cannot.
    """
    check = Check()
    check.read("email", address, email, NO_ADDRESS)
    note = check.read("note", partial(block, limit=LONGEST_NOTE), note)
    check.finish()
    return note


def too_soon(contact: Connection, newest: Link, at: int) -> bool:
    """Whether the contact was mailed less than 24 hours ago and has not joined since.

    Taking it back changes nothing: the mail has reached them, unless it was refused for good.
    """
    if newest.refused:
        return False
    waiting = newest.state(at) in (link.OPEN, link.VOID) or contact.state == DECLINED
    return waiting and newest.created_at > at - AGAIN_AFTER


def sent_to(contacts: Collection[int]) -> list[Link]:
    """The invitations of these contacts, the newest first; `refused` says which never arrived."""
    return _sent.instances(contacts=contacts)


def _build_sent(contacts: list[int]) -> Select:
    given_up = Outbox.select().where((Outbox.link == Link.id) & Outbox.refused_at.is_null(False))
    return (
        Link.select(Link, fn.EXISTS(given_up).alias("refused"))
        .where(Link.connection.in_(contacts) & (Link.kind == INVITATION))
        .order_by(Link.id.desc())
    )


_sent = Prepared(_build_sent, "contacts")


def newest_mailed(newest_first: Iterable[Link]) -> Link | None:
    """Of a contact's invitations the newest the team had mailed, taken back or not."""
    return next(
        (sent for sent in newest_first if sent.mailed and "copied" not in sent.remembered),
        None,
    )


def copy_link(person: User, contact_id: int, at: int | None = None) -> Link:
    """The invitation of a contact for handing over by hand, the same one while it is open.

    :raises Conflict: when they are connected.
    """
    at = clock.now() if at is None else at
    contact = invitable(person, contact_id)
    with transaction():
        contact = _unconnected(lock_managed(person, contact, invitable))
        by_hand = _invitations(contact) & (Link.mailed == False)  # noqa: E712  # SQL
        handed = Link.get_or_none(by_hand & link.still_open(at)) or link.make(
            INVITATION, contact.email, at, connection=contact, sent_by=person, mailed=False
        )
        _mark_invited(contact)
    return handed


def confirm_address(handed: Link, name: str, email: str, at: int | None = None) -> Link:
    """Mail an invitation to who opened a link copied by hand, which proves no address.

    The copied link stays open: somebody may have mistyped, or not be who it was meant for.

    :raises link.Closed: when the copied link was used, withdrawn or has expired.
    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    at = clock.now() if at is None else at
    link.refuse_closed(handed, at)
    check = Check()
    name = check.read("name", partial(line, limit=LONGEST_NAME), name, NAME_MISSING)
    email = check.read("email", address, email, ADDRESS_MISSING)
    check.finish()
    with transaction():
        contact = locked(Connection.select().where(Connection.id == handed.connection_id)).get()
        state = Link.get_by_id(handed.id).state(at)
        if state != link.OPEN or contact.state == CONNECTED:
            raise Closed(state if state != link.OPEN else link.USED)
        sent = link.make(
            INVITATION,
            email,
            at,
            {"name": name, "copied": handed.id},
            connection=contact,
            sent_by=handed.sent_by,
        )
        outbox.put(outbox.LINK, at, sent)
    return sent


def revoke(person: User, contact_id: int, at: int | None = None) -> None:
    """Take every open invitation of a contact back.

    :raises Conflict: when they joined, or nothing is open any more.
    """
    at = clock.now() if at is None else at
    contact = invitable(person, contact_id)
    with transaction():
        contact = _unconnected(lock_managed(person, contact, invitable))
        if not link.void(_invitations(contact), at) and contact.state != INVITED:
            raise Conflict(NOTHING_OPEN)
        if contact.state == INVITED:
            Connection.update(state=NOT_CONNECTED).where(Connection.id == contact.id).execute()


def _mark_invited(contact: Connection) -> None:
    # Who was connected before stays "disconnected" until they accept: their conversation says so.
    Connection.update(state=INVITED).where(
        (Connection.id == contact.id) & Connection.state.in_((NOT_CONNECTED, DECLINED))
    ).execute()


def _unconnected(contact: Connection) -> Connection:
    if contact.state == CONNECTED:
        raise Conflict(CONNECTED_ALREADY.format(name=contact.name))
    return contact


def _invitations(contact: Connection) -> Expression:
    return (Link.connection == contact) & (Link.kind == INVITATION)
