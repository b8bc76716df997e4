"""What every page shows around its content: the person, their account, the unread number."""

import hashlib
from typing import Any

from flask import g, has_request_context, request
from flask_login import current_user
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge

from blueprints.access import by_script, viewer
from models import inbox, keeping, outbox, policy
from models import session as sessions
from models.account import Account
from models.connection import MANAGE, Connection
from models.errors import Missing
from models.requests import sight
from models.requests.view import RequestView
from models.thread import CONTACTS, MAINTENANCE, Side
from models.user import User
from models.view import View


def positions() -> list[inbox.Position]:
    """Where the person signed in stands in their threads; asked for once in a request."""
    if "positions" not in g:
        g.positions = inbox.positions(viewer())
    found: list[inbox.Position] = g.positions
    return found


def position_or_404(thread: int) -> inbox.Position:
    """Where the person signed in stands in one thread.

    :raises Missing: when there is no such thread for them, also when it was taken away between
        two questions to the database.
    """
    found = next((at for at in positions() if at.thread == thread), None)
    if found is None:
        raise Missing
    return found


def rights() -> policy.Rights:
    """What the person signed in may do on teams; asked for once in a request."""
    if "rights" not in g:
        g.rights = policy.Rights(viewer())
    found: policy.Rights = g.rights
    return found


def accounts() -> list[Account]:
    """The accounts on whose team the person signed in is; asked for once in a request."""
    if "accounts" not in g:
        g.accounts = policy.team_accounts(viewer())
    found: list[Account] = g.accounts
    return found


def account() -> Account | None:
    """The account whose team channels, contacts and search are shown (SPEC 1).

    The one a form names, see `account_field`; else the one chosen on this device while it is
    theirs, else the first they joined. None for who is on no team, or not on that of the form.
    """
    named, mine = _named_in_form(), accounts()
    if named is not None:
        return next((one for one in mine if str(one.id) == named), None)
    chosen = viewer().session.account_id
    return next((one for one in mine if one.id == chosen), next(iter(mine), None))


def _named_in_form() -> str | None:
    try:
        return request.values.get("account_id")
    except RequestEntityTooLarge:  # the page that says so has an account too
        return None


def account_field() -> Markup:
    """A form's own note of the account it is about.

    In another tab of the device another one may have been chosen before the form is sent.
    """
    shown = account()
    field = Markup('<input type="hidden" name="account_id" value="{}">')
    return field.format(shown.id) if shown else Markup("")


def enter(account_id: int) -> None:
    """Show the account whose page somebody opens by its address, as out of a mail.

    Only where they go there: a page that asks for itself again changes nothing, or two tabs
    of a device would take turns. Nothing happens for who is not on its team.
    """
    if not by_script() and any(one.id == account_id for one in accounts()):
        sessions.show_account(viewer().session, account_id)


def enter_thread(view: View) -> None:
    """Show the account of a conversation that is opened on the team's side; see `enter`."""
    if view.spans[-1].side == Side.TEAM:
        enter(view.thread.account_id)


def enter_request(view: RequestView) -> None:
    """Show the account of a request that is opened on the team's side; see `enter`."""
    if view.is_team:
        enter(view.request.account_id)


def visible_contact(person: User, contact_id: int) -> Connection:
    """As `keeping.visible_contact`; the account of the contact is shown, see `enter`."""
    contact = keeping.visible_contact(person, contact_id)
    enter(contact.account_id)
    return contact


def managed_contact(person: User, contact_id: int) -> Connection:
    """As `keeping.managed_contact`; the account of the contact is shown, see `enter`."""
    contact = keeping.managed_contact(person, contact_id)
    enter(contact.account_id)
    return contact


def invitable(person: User, connection_id: int) -> Connection:
    """As `keeping.invitable`; the account is shown, see `enter`."""
    connection = keeping.invitable(person, connection_id)
    enter(connection.account_id)
    return connection


def listed() -> list[inbox.Position]:
    """What lists are made of: the team's side of the account shown, and where one is a contact.

    A personal chat stays with who has left the team. The badge counts everything (SPEC 1,
    "Connections").
    """
    shown = account()
    elsewhere = {one.id for one in accounts() if shown is None or one.id != shown.id}
    return [at for at in positions() if not (at.is_team and at.account in elsewhere)]


def unread_of_accounts() -> dict[int, int]:
    """What the team's side of each of the person's accounts adds to the badge, by its id."""
    mine = [at for at in positions() if at.is_team]
    return {one.id: sum(at.counted for at in mine if at.account == one.id) for one in accounts()}


def account_or_404() -> Account:
    """The account that is shown, for who is on its team.

    :raises Missing: for who is on no team.
    """
    shown = account()
    if shown is None:
        raise Missing
    return shown


def may_invite() -> bool:
    """Whether the person signed in may add and invite contacts in the account shown."""
    shown = account()
    return shown is not None and rights().level(CONTACTS, shown.id) >= MANAGE


def maintained() -> int:
    """The id of the account shown where the person sees its requests as its team; 0 for none."""
    shown = account()
    return shown.id if shown and rights().level(MAINTENANCE, shown.id) else 0


def sees_maintenance() -> bool:
    """Whether there is a list of requests for the person: as one of the team, or as a contact."""
    as_contact = any(not position.is_team for position in positions())
    return bool(maintained()) or as_contact or not accounts()


def open_requests() -> int:
    """How many requests are open of those that are listed for the person."""
    return sight.open_count(viewer(), maintained())


def mail_trouble() -> dict[str, int | None]:
    """The name that `partials/mail_trouble.html` reads: since when no mail goes out, for admins.

    Everybody else has none: there is nothing they could do.
    """
    since = outbox.failing_since() if current_user.is_authenticated else None
    return {"mail_failing_since": since if since and policy.is_admin(viewer()) else None}


def context() -> dict[str, Any]:
    """The names `base.html` reads: viewer, account, numbers, and what they may do with contacts."""
    if not has_request_context() or not current_user.is_authenticated:
        return {"viewer": None, "account": None, "badge": 0}
    return _standing() | {
        "unread_of_accounts": unread_of_accounts(),
        "open_requests": open_requests(),
        "badge": inbox.badge(positions())["unread"],
        "stamp": stamp(),
    }


def stamp() -> str:
    """Ten digits for all a page shows around its content, and for what of which threads is theirs.

    Numbers are not in it: a device that has saved another one asks for more than those.
    """
    standing = _standing()
    me, mine = viewer(), standing["accounts"]
    around = (
        (me.name, me.email, me.photo),
        [(one.id, one.name, one.mode, one.is_closed) for one in mine],
        standing["account"] and standing["account"].id,
        [value for value in standing.values() if isinstance(value, bool)],
    )
    theirs = sorted((at.thread, at.spans, at.cleared_seq) for at in positions())
    return hashlib.sha256(repr((around, theirs)).encode()).hexdigest()[:10]


def _standing() -> dict[str, Any]:
    """Who they are, on which teams, and what they may do there."""
    shown = account()
    return {
        "viewer": viewer(),
        "account": shown,
        "accounts": accounts(),
        "sees_contacts": shown is not None and bool(rights().roles(shown.id)),
        "may_invite": may_invite(),
        "sees_maintenance": sees_maintenance(),
    }
