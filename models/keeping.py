"""Who may keep an account's contacts, places and team (SPEC 1)."""

from collections.abc import Callable
from typing import Final

from peewee import Select

from models import clock, policy, team
from models.account import Account
from models.connection import MANAGE, TEAM_ROLES, VIEW, Connection
from models.database import OPEN, locked
from models.errors import Missing, Refused
from models.prepared import Prepared
from models.user import User

ASK: Final = "Ask {admin} to change your permissions."
CLOSED: Final = "{account} is closed. Nothing can be changed there any more."


def require_manage(person: User, account: int) -> None:
    """Let only those through who may add, edit, invite and disconnect.

    :raises Missing: for who may not see the contacts of the account.
    :raises Refused: for who may only look, with whom to ask.
    """
    if policy.contacts_level(person, account) < VIEW:
        raise Missing
    refuse_lookers(person, account)


def refuse_lookers(person: User, account: int) -> None:
    """Refuse who may not change contacts, where they see one anyway, as in a conversation.

    :raises Refused: with whom to ask; for everybody once the account is closed.
    """
    if policy.contacts_level(person, account) < MANAGE:
        refuse_closed(Account.get_by_id(account))
        raise Refused(ASK.format(admin=_an_admin(account)))


def require_admin(person: User, account: int) -> None:
    """Let only admins through: the team is theirs to change.

    :raises Missing: for who is not on the team of the account.
    :raises Refused: for sub-admins, with whom to ask; for everybody once the account is closed.
    """
    if policy.is_admin(person, account):
        refuse_closed(Account.get_by_id(account))
        return
    if account not in {mine.id for mine in policy.team_accounts(person)}:
        raise Missing
    raise Refused(ASK.format(admin=_an_admin(account)))


def refuse_closed(account: Account) -> None:
    """Refuse every change to an account that its admin closed.

    :raises Refused: with a sentence that says so.
    """
    if account.is_closed:
        raise Refused(CLOSED.format(account=account.name))


def managed_account(person: User, account: int) -> Account:
    """The account, for a member of its team who may change its contacts."""
    require_manage(person, account)
    return Account.get_by_id(account)


def visible_contact(person: User, contact: int) -> Connection:
    """The contact, for a member of the team who sees it.

    :raises Missing: when it is not there or not theirs to see.
    """
    # A number from an address may be larger than a database can take.
    asked = {"person": person.id, "contact": contact, "at": clock.now()}
    found: list[Connection] = _visible.instances(**asked) if contact <= OPEN else []
    if not found:
        raise Missing
    return found[0]


def _build_visible(person: int, contact: int, at: int) -> Select:
    return policy.visible_contacts(person, at=at).where(Connection.id == contact)


_visible = Prepared(_build_visible, "person", "contact", "at")


def managed_contact(person: User, contact: int) -> Connection:
    """The contact, for a member of the team who sees it and may change it.

    :raises Missing: when it is not there or not theirs to see.
    :raises Refused: when they may only look.
    """
    found = visible_contact(person, contact)
    require_manage(person, found.account_id)
    return found


def managed_member(person: User, member: int) -> Connection:
    """The connection of who is, was or may be on the team, for an admin of its account.

    :raises Missing: when it is not there or not theirs to see.
    :raises Refused: for sub-admins.
    """
    found = policy.visible_team(person).where(Connection.id == member).first()
    if found is None:
        raise Missing
    require_admin(person, found.account_id)
    return found


def invitable(person: User, connection: int) -> Connection:
    """Whom the person may invite: a contact they may change, or for admins a teammate.

    :raises Missing: when it is not there or not theirs to see.
    :raises Refused: when they may only look.
    """
    is_team = Connection.select().where(
        (Connection.id == connection) & Connection.role.in_(TEAM_ROLES)
    )
    return (managed_member if is_team.exists() else managed_contact)(person, connection)


def lock_account(person: User, account: int) -> Account:
    """The account with its row locked, for who may add contacts to it; inside a transaction.

    Whoever else adds contacts to it waits: who is there already is decided by one at a time.

    :raises Missing: and
    :raises Refused: as `require_manage`.
    """
    list(locked(Account.select().where(Account.id == account)))
    own = (Connection.account == account) & (Connection.user == person)
    list(locked(Connection.select().where(own)))
    return managed_account(person, account)


def lock_managed(
    person: User,
    contact: Connection,
    managed: Callable[[User, int], Connection] = managed_contact,
) -> Connection:
    """The contact with its row locked, for who may still change it; inside a transaction.

    What decides it is locked too and asked again: a right that was taken away in this moment
    counts, and one that is taken away from now on waits (MODEL 4). The account is, so that one
    at a time decides who has an address.

    :param managed: asks who may, one of the functions above.
    :raises Missing: when it is not there or not theirs to see any more.
    :raises Refused: when they may only look now.
    """
    own = (Connection.account == contact.account_id) & (Connection.user == person)
    concerned = Connection.select().where(own | (Connection.id == contact.id))
    list(locked(Account.select().where(Account.id == contact.account_id)))
    list(locked(concerned.order_by(Connection.id)))
    return managed(person, contact.id)


def told_of(contact: Connection, inviter: User) -> User | None:
    """Who on the team is told of a contact or teammate: the inviter who sees them, else an admin.

    What somebody may not see any more is in no mail to them either (SPEC 1).
    """
    account = contact.account_id
    told = team.told_of(account, inviter)
    if told is None or policy.is_admin(told, account):
        return told
    seen = policy.visible_contacts(told, account).where(Connection.id == contact.id)
    return told if seen.exists() else team.told_of(account, None)


def visible_roles(person: User, account: Account) -> list[str]:
    """The roles whose contacts the person sees in an account, in the order of the tabs.

    It agrees with `policy.visible_contacts`: without one of these there is nobody to see.
    """
    return policy.Rights(person).roles(account.id)


def _an_admin(account: int) -> str:
    told = team.told_of(account, None)
    return told.name if told else "an admin"
