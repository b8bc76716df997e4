"""Sessions: the devices a person is signed in on."""

import hashlib
import secrets
from collections.abc import Collection
from typing import Final

from peewee import BooleanField, Expression, ForeignKeyField, Select, TextField

from models import clock
from models.account import Account
from models.database import BaseModel, Instant, locked, transaction
from models.errors import Conflict, Missing
from models.prepared import Prepared
from models.user import User

KEPT: Final = 60 * clock.DAY
UNKEPT: Final = clock.DAY
"""How long a session lives unused, with and without "Keep me signed in"."""

FORGOTTEN: Final = 365 * clock.DAY
"""How long it is known of a session that it has expired, and was not ended by anybody."""

TOUCH: Final = 10 * clock.MINUTE
"""`last_used_at` is written at most this often: reading pages writes next to nothing."""


class Session(BaseModel):
    """One signed-in device. The cookie only names it; ending it is deleting the row.

    `token_hash` is the SHA-256 (hex) of the secret in the cookie. `device` is what the
    browser calls itself. `keep` was ticked at sign-in: it lives longer unused. `account` is the
    one its person chose to see, of those on whose team they are.
    """

    token_hash = TextField(unique=True)
    user = ForeignKeyField(User, backref="sessions")
    device = TextField(default="")
    keep = BooleanField(default=False)
    account = ForeignKeyField(Account, null=True, index=False)
    created_at = Instant()
    last_used_at = Instant()


class Outdated(Conflict):
    """A password that was right when it was compared has been changed since."""

    def __init__(self) -> None:
        super().__init__("This password was changed in this moment.")


def start(
    user: User, device: str, keep: bool, at: int | None = None, proof: str | None = None
) -> str:
    """Sign `user` in on a device and return the secret for its cookie.

    :param device: what the browser calls itself, as "Firefox on Linux".
    :param keep: whether it may stay unused for 60 days instead of one.
    :param proof: the kept form of the password by which they sign in, where it is by one.
    :raises Outdated: when that is no longer their password: comparing takes a while, and a
        change of the password meanwhile has ended every session but this.
    """
    at = clock.now() if at is None else at
    token = secrets.token_urlsafe(32)
    with transaction():
        if proof is not None:
            refuse_outdated(user, proof)
        Session.delete().where(
            (Session.user == user) & (Session.last_used_at < at - FORGOTTEN)
        ).execute()
        Session.create(
            token_hash=_kept_form(token),
            user=user,
            device=device[:80],
            keep=keep,
            created_at=at,
            last_used_at=at,
        )
    return token


def refuse_outdated(user: User, proof: str) -> None:
    """Raise Outdated when `proof` is not the kept form of their password.

    The user's row stays locked until the transaction of the caller ends.
    """
    row = locked(User.select(User.password_hash).where(User.id == user.id)).get_or_none()
    if row is None or row.password_hash != proof:
        raise Outdated


def find(token: str, at: int | None = None) -> Session | None:
    """The living session that `token` names, with its user; None when it is over."""
    at = clock.now() if at is None else at
    found = _living.instances(token_hash=_kept_form(token), unkept=at - UNKEPT, kept=at - KEPT)
    session: Session | None = found[0] if found else None
    if session and at - session.last_used_at >= TOUCH:
        with transaction():
            Session.update(last_used_at=at).where(Session.id == session.id).execute()
    return session


def has_expired(token: str) -> bool:
    """Whether the session that `token` names, which is over, ended by its time alone."""
    return Session.select().where(Session.token_hash == _kept_form(token)).exists()


def show_account(session: Session, account: int) -> None:
    """Let a device show an account from now on; whether it is theirs is asked by who reads it."""
    if session.account_id != account:
        with transaction():
            Session.update(account=account).where(Session.id == session.id).execute()
        session.account_id = account


def of(user: User, at: int | None = None) -> list[Session]:
    """The devices `user` is signed in on, the one used last first."""
    at = clock.now() if at is None else at
    mine = Session.select().where((Session.user == user) & _alive(at))
    return list(mine.order_by(Session.last_used_at.desc(), Session.id.desc()))


def alive(ids: Collection[int], at: int | None = None) -> set[int]:
    """Those of these sessions that are not over."""
    at = clock.now() if at is None else at
    living = Session.select(Session.id).where(Session.id.in_(list(ids)) & _alive(at))
    return {session.id for session in living}


def end_one_of(user: User, session_id: int) -> None:
    """Sign one of the person's own devices out; ending it is deleting the row.

    :raises Missing: when it is not theirs, or already over.
    """
    with transaction():
        ended = Session.delete().where((Session.user == user) & (Session.id == session_id))
        if not ended.execute():
            raise Missing


def end_named(token: str) -> int | None:
    """End the session that `token` names; its id, or None when there was none."""
    with transaction():
        found = Session.get_or_none(Session.token_hash == _kept_form(token))
        if found is not None:
            Session.delete().where(Session.id == found.id).execute()
    return found.id if found else None


def lapse(session: Session, at: int | None = None) -> None:
    """Let a session be over as if by its time: nobody ended it, somebody else has signed in."""
    at = clock.now() if at is None else at
    with transaction():
        Session.update(last_used_at=at - KEPT - 1).where(Session.id == session.id).execute()


def end_all(user: User, but: Session | None = None) -> None:
    """Sign every device of `user` out, except the session `but`. May stand in a transaction."""
    with transaction():
        Session.delete().where(
            (Session.user == user) & (Session.id != (but.id if but else 0))
        ).execute()


def _kept_form(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _alive(at: int) -> Expression:
    return _used_since(at - UNKEPT, at - KEPT)


def _used_since(unkept: int, kept: int) -> Expression:
    return (Session.last_used_at > unkept) | (
        (Session.keep == True) & (Session.last_used_at > kept)  # noqa: E712  # SQL
    )


def _build_living(token_hash: str, unkept: int, kept: int) -> Select:
    named = (Session.token_hash == token_hash) & _used_since(unkept, kept)
    return Session.select(Session, User).join(User).where(named)


_living = Prepared(_build_living, "token_hash", "unkept", "kept")
