"""Signing up: an account opens when the address behind it is confirmed (SPEC 1)."""

from functools import partial

from peewee import IntegrityError

from models import clock, link, outbox
from models.account import LANDLORD, PROPERTY_MANAGER, Account
from models.checking import Check
from models.connection import ADMIN, MANAGE
from models.database import transaction
from models.errors import Conflict, Refused
from models.link import SIGN_UP, Link
from models.team import RIGHTS, add_member
from models.text import line
from models.user import LONGEST_NAME, User, address, by_address
from models.zones import zone as known_zone

NAME_MISSING = "Tell us your name."
ACCOUNT_MISSING = "Give your account a name."
ADDRESS_MISSING = "Tell us your email address."
SOMEONE_ELSE = "This link was sent to {email}. Sign in with that address to use it."


def ask(name: str, email: str, account: str, mode: str, zone: str, at: int | None = None) -> Link:
    """Note who wants to open which account, and have the link mailed.

    Whether the address has a user is not looked up here: the answer must not depend on it.

    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    at = clock.now() if at is None else at
    check = Check()
    short = partial(line, limit=LONGEST_NAME)
    name = check.read("name", short, name, NAME_MISSING)
    account = _checked_account(check, account, mode)
    email = check.read("email", address, email, ADDRESS_MISSING)
    check.finish()
    wish = {"name": name, "account": account, "mode": mode, "zone": zone_or_utc(zone)}
    with transaction():
        link.void((Link.kind == SIGN_UP) & (Link.email == email), at)
        asked = link.make(SIGN_UP, email, at, wish)
        outbox.put(outbox.LINK, at, asked)
    return asked


def open_account(
    asked: Link, user: User | None, password_hash: str = "", at: int | None = None
) -> tuple[User, Account]:
    """Open the account a confirmed sign-up link asks for.

    :param user: who is signed in. A person with a user opens it with their existing
        sign-in: a link never sets their password.
    :param password_hash: for a new person, whose user is made here.
    :returns: the admin and the account.
    :raises Refused: when the address belongs to a user who is not `user`.
    :raises link.Closed: when the link was used, replaced or has expired.
    """
    at = clock.now() if at is None else at
    wish = asked.remembered
    with transaction():
        link.claim(asked, at)
        known = by_address(asked.email)
        if known and (user is None or user.id != known.id):
            raise Refused(SOMEONE_ELSE.format(email=asked.email))
        admin = known or new_user(wish["name"], asked.email, password_hash, at, wish["zone"])
        return admin, _opened(admin, wish["account"], wish["mode"], wish["zone"], at)


def open_another(person: User, name: str, mode: str, at: int | None = None) -> Account:
    """Open an account of their own for who is signed in, in their time zone.

    :raises Invalid: with a sentence for the field `account` or `mode`.
    """
    at = clock.now() if at is None else at
    check = Check()
    name = _checked_account(check, name, mode)
    check.finish()
    with transaction():
        return _opened(person, name, mode, person.zone, at)


def _checked_account(check: Check, name: str, mode: str) -> str:
    if mode not in {LANDLORD, PROPERTY_MANAGER}:
        check.refuse("mode", "Choose one of the two.")
    return check.read("account", partial(line, limit=LONGEST_NAME), name, ACCOUNT_MISSING)


def _opened(admin: User, name: str, mode: str, zone: str, at: int) -> Account:
    account = Account.create(name=name, mode=mode, zone=zone, created_at=at)
    add_member(account, admin, ADMIN, dict.fromkeys(RIGHTS, MANAGE), at=at)
    return account


def new_user(name: str, email: str, password_hash: str, at: int, zone: str = "UTC") -> User:
    """Store a person who signs in, inside a transaction, their address being proved.

    :raises Conflict: when somebody with this address was stored a moment ago.
    """
    try:
        with transaction():
            return User.create(
                name=name, email=email, password_hash=password_hash, zone=zone, created_at=at
            )
    except IntegrityError:
        raise Conflict("This address has a sign-in already. Sign in with it.") from None


def zone_or_utc(value: str) -> str:
    """The zone a browser told of, or UTC when it is none one can choose."""
    try:
        return known_zone(value)
    except ValueError:
        return "UTC"
