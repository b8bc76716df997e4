"""Running an account: its name, time zone and mode, and who is its admin (SPEC 1)."""

from functools import partial
from typing import Final

from models import clock, keeping, outbox, permissions, policy, team
from models import session as sessions
from models.account import LANDLORD, PROPERTY_MANAGER, Account
from models.checking import Check
from models.connection import (
    ADMIN,
    CONNECTED,
    MANAGE,
    OWNER,
    SUB_ADMIN,
    Connection,
    on_the_team,
)
from models.database import locked, next_seq, transaction
from models.errors import Conflict, Invalid, Missing, Refused
from models.signing_up import ACCOUNT_MISSING
from models.text import line
from models.thread import OWNERS, Thread
from models.user import LONGEST_NAME, User
from models.zones import UNKNOWN
from models.zones import zone as known_zone

MODES: Final = (LANDLORD, PROPERTY_MANAGER)

ASK: Final = "Only {admin} can change this account. Ask them."
NOT_ON_TEAM: Final = "They are not on the team any more."


def administered(person: User, account: int) -> Account:
    """The account, for its admin, while it is not closed.

    :raises Missing: for who is not on its team.
    :raises Refused: for a sub-admin, with whom to ask, and for everybody once it is closed.
    """
    me = policy.team_connections(person).where(Connection.account == account).first()
    if me is None:
        raise Missing
    keeping.refuse_closed(me.account)
    if me.role != ADMIN:
        admin = team.told_of(account, None)
        raise Refused(ASK.format(admin=admin.name if admin else "the admin"))
    found: Account = me.account
    return found


def lock_administered(person: User, account: int) -> Account:
    """The account with its row locked, for who is still its admin, inside a transaction.

    It is the first of all locks (MODEL 4): a send in flight is stored before, or finds what
    this transaction leaves behind.

    :raises Missing, Refused: as `administered`.
    """
    team.lock(account)
    return administered(person, account)


def rename(person: User, account: int, name: str, zone: str) -> None:
    """Change an account's name and time zone.

    :raises Invalid: with a sentence for each field that cannot be taken.
    :raises Missing, Refused: as `administered`.
    """
    administered(person, account)
    check = Check()
    name = check.read("name", partial(line, limit=LONGEST_NAME), name, ACCOUNT_MISSING)
    zone = check.read("zone", known_zone, zone, UNKNOWN)
    check.finish()
    with transaction():
        lock_administered(person, account)
        Account.update(name=name, zone=zone).where(Account.id == account).execute()


def owners(account: int) -> int:
    """How many owners an account has, in whatever state: those a mode shows or hides."""
    theirs = (Connection.account == account) & (Connection.role == OWNER)
    return Connection.select().where(theirs).count()


def switch_mode(person: User, account: int, mode: str, at: int | None = None) -> bool:
    """Let an account be a landlord's or a property manager's; whether that changed anything.

    Nothing is deleted: `policy` shows owners to the team in one mode and not in the other.
    Mail about owners that waits for the team is dropped with them (SPEC 1, "Mode").

    :raises Invalid: for the field `mode`.
    :raises Missing, Refused: as `administered`.
    """
    at = clock.now() if at is None else at
    if mode not in MODES:
        raise Invalid({"mode": "Choose one of the two."})
    with transaction():
        if lock_administered(person, account).mode == mode:
            return False
        members = _lock_team(account)
        Account.update(mode=mode).where(Account.id == account).execute()
        _raise_versions([member.id for member in members])
        if mode == LANDLORD:
            _drop_mail_about_owners(account, [member.user_id for member in members], at)
    return True


def successors(account: int) -> list[Connection]:
    """Who can take an account over: the sub-admins on its team now, by name."""
    query = (
        Connection.select(Connection, User)
        .join(User, on=(Connection.user == User.id))
        .where(
            (Connection.account == account)
            & (Connection.role == SUB_ADMIN)
            & (Connection.state == CONNECTED)
        )
        .order_by(User.name, Connection.id)
    )
    return list(query)


def hand_over(
    person: User, account: int, successor: int, proof: str, at: int | None = None
) -> Connection:
    """Let a sub-admin be the admin from now on; who was it becomes a sub-admin of everything.

    :param successor: the id of their connection.
    :param proof: the kept form of the password by which `person` confirms it.
    :returns: the connection of the new admin.
    :raises Conflict: when the successor is not on the team any more.
    :raises session.Outdated: when the password was changed meanwhile.
    :raises Missing, Refused: as `administered`.
    """
    at = clock.now() if at is None else at
    with transaction():
        sessions.refuse_outdated(person, proof)
        lock_administered(person, account)
        members = _lock_team(account)
        chosen = next((m for m in members if m.id == successor and m.role == SUB_ADMIN), None)
        if chosen is None:
            raise Conflict(NOT_ON_TEAM)
        former = next(member.id for member in members if member.user_id == person.id)
        Connection.update(role=SUB_ADMIN).where(Connection.id == former).execute()
        Connection.update(role=ADMIN).where(Connection.id == chosen.id).execute()
        permissions.rewrite(chosen, partial(_give_everything, chosen), at)
        _raise_versions([former])
    return chosen


def _give_everything(member: Connection) -> None:
    permissions.write_levels(member, dict.fromkeys(team.RIGHTS, MANAGE))
    permissions.write_places(member, None)


def _lock_team(account: int) -> list[Connection]:
    """The connections of who is on the team now, locked in the order of their ids."""
    query = Connection.select().where((Connection.account == account) & on_the_team(Connection))
    return list(locked(query.order_by(Connection.id)))


def _raise_versions(members: list[int]) -> None:
    Connection.update(rights_version=next_seq()).where(Connection.id.in_(members)).execute()


def _drop_mail_about_owners(account: int, team_users: list[int], at: int) -> None:
    theirs = Thread.select(Thread.id).where(
        (Thread.account == account) & (Thread.channel == OWNERS)
    )
    outbox.drop_unread(outbox.Outbox.thread.in_(theirs) & outbox.Outbox.user.in_(team_users), at)
