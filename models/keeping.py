"""Who may keep an account's contacts and places: the Contacts permission (SPEC 1)."""

from models import policy, team
from models.account import Account
from models.connection import MANAGE, VIEW, Connection
from models.errors import Missing, Refused
from models.user import User


def require_manage(person: User, account: int) -> None:
    """Let only those through who may add, edit, invite and disconnect.

    :raises Missing: for who may not see the contacts of the account.
    :raises Refused: for who may only look, with whom to ask.
    """
    level = policy.contacts_level(person, account)
    if level < VIEW:
        raise Missing
    if level < MANAGE:
        raise Refused(f"Ask {_an_admin(account)} to change your permissions.")


def managed_account(person: User, account: int) -> Account:
    """The account, for a member of its team who may change its contacts."""
    require_manage(person, account)
    return Account.get_by_id(account)


def managed_contact(person: User, contact: int) -> Connection:
    """The contact, for a member of the team who sees it and may change it.

    :raises Missing: when it is not there or not theirs to see.
    :raises Refused: when they may only look.
    """
    found = policy.visible_contacts(person).where(Connection.id == contact).first()
    if found is None:
        raise Missing
    require_manage(person, found.account_id)
    return found


def visible_roles(person: User, account: Account) -> list[str]:
    """The roles whose contacts the person sees in an account, in the order of the tabs.

    It agrees with `policy.visible_contacts`: without one of these there is nobody to see.
    """
    return policy.Rights(person).roles(account.id)


def _an_admin(account: int) -> str:
    told = team.told_of(account, None)
    return told.name if told else "an admin"
