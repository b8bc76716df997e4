"""Who may keep an account's contacts and places: the Contacts permission (SPEC 1)."""

from models import policy
from models.account import Account
from models.connection import (
    CONNECTED,
    MANAGE,
    TEAM_ROLES,
    Connection,
)
from models.errors import Missing, Refused
from models.user import User


def require_manage(person: User, account: int) -> None:
    """Let only those through who may add, edit, invite and disconnect.

    :raises Missing: for who is not on the account's team.
    :raises Refused: for who may only look, with whom to ask.
    """
    if policy.contacts_level(person, account) >= MANAGE:
        return
    if account not in {mine.id for mine in policy.team_accounts(person)}:
        raise Missing
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


def told_of(account: int, inviter: User | None) -> User | None:
    """Who on the team is told about an account's invitations now: the inviter, else an admin."""
    team = (
        Connection.select(Connection, User)
        .join(User, on=(Connection.user == User.id))
        .where(
            (Connection.account == account)
            & (Connection.state == CONNECTED)
            & Connection.role.in_(TEAM_ROLES)
        )
        .order_by(Connection.role, Connection.id)
    )
    people = [member.user for member in team]
    return next((one for one in people if inviter and one.id == inviter.id), None) or (
        people[0] if people else None
    )


def _an_admin(account: int) -> str:
    told = told_of(account, None)
    return told.name if told else "an admin"
