"""Links to sign in with, and to set a forgotten password (SPEC 1)."""

from models import clock, link, outbox
from models import session as sessions
from models.checking import Check
from models.database import transaction
from models.errors import Missing
from models.link import RESET, SIGN_IN, Link
from models.outbox import Outbox
from models.session import Session
from models.signing_up import ADDRESS_MISSING
from models.user import User, address, by_address


def ask(kind: str, email: str, after: str = "/", at: int | None = None) -> str:
    """Note that somebody wants a link of `kind` at an address, and return the address.

    Nothing is looked up: `answer` does that in the background, so that neither the answer
    nor its time tells whether the address has a user.

    :param after: the local address to open once signed in.
    :raises Invalid: when no mail could reach the address.
    """
    check = Check()
    email = check.read("email", address, email, ADDRESS_MISSING)
    check.finish()
    at = clock.now() if at is None else at
    with transaction():
        outbox.put(outbox.ASKED, at, asked=kind, email=email, after=after)
    return email


def answer(row: Outbox, at: int) -> Link | None:
    """Make the link that was asked for, voiding earlier ones; None when nobody has the address."""
    wish = row.remembered
    user = by_address(wish["email"])
    if user is None:
        return None
    with transaction():
        link.void((Link.kind == wish["asked"]) & (Link.user == user), at)
        made = link.make(wish["asked"], user.email, at, {"after": wish["after"]}, user=user)
        outbox.attach(row, made)
    return made


def by_link(given: Link, at: int | None = None) -> User:
    """Use a sign-in link up and return who it signs in.

    :raises link.Closed: when it was used, replaced or has expired.
    """
    if given.kind != SIGN_IN:
        raise Missing
    with transaction():
        link.claim(given, clock.now() if at is None else at)
    return given.user


def reset(given: Link, password_hash: str, at: int | None = None) -> User:
    """Set the password of the person a reset link was sent to, and sign out all their devices.

    :raises link.Closed: when the link was used, replaced or has expired.
    """
    if given.kind != RESET:
        raise Missing
    at = clock.now() if at is None else at
    with transaction():
        link.claim(given, at)
        set_password(given.user, password_hash, None, at)
    return given.user


def set_password(
    user: User,
    password_hash: str,
    but: Session | None,
    at: int | None = None,
    proof: str | None = None,
) -> None:
    """Change a password; every other device is signed out and open links stop working.

    :param but: the session that goes on.
    :param proof: the kept form of the password that was typed as the present one, if any.
    :raises sessions.Outdated: when that was changed since it was compared.
    """
    at = clock.now() if at is None else at
    with transaction():
        if proof is not None:
            sessions.refuse_outdated(user, proof)
        User.update(password_hash=password_hash).where(User.id == user.id).execute()
        link.void((Link.user == user) & Link.kind.in_((RESET, SIGN_IN)), at)
        sessions.end_all(user, but)
    user.password_hash = password_hash
