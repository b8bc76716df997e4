"""What every page shows around its content: the person, their account, the unread number."""

from typing import Any

from flask import g, has_request_context
from flask_login import current_user

from blueprints.access import viewer
from models import inbox, outbox, policy
from models.account import Account
from models.connection import MANAGE
from models.errors import Missing
from models.thread import CONTACTS


def positions() -> list[inbox.Position]:
    """Where the person signed in stands in their threads; asked for once in a request."""
    if "positions" not in g:
        g.positions = inbox.positions(viewer())
    found: list[inbox.Position] = g.positions
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
    """The account whose team channels, contacts and search are shown (SPEC 1)."""
    return next(iter(accounts()), None)


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


def mail_trouble() -> dict[str, int | None]:
    """The name that `partials/mail_trouble.html` reads: since when no mail goes out, for admins.

    Everybody else has none: there is nothing they could do.
    """
    since = outbox.failing_since() if current_user.is_authenticated else None
    return {"mail_failing_since": since if since and policy.is_admin(viewer()) else None}


def context() -> dict[str, Any]:
    """The names `base.html` reads: viewer, account, badge, and what they may do with contacts."""
    if not has_request_context() or not current_user.is_authenticated:
        return {"viewer": None, "account": None, "badge": 0}
    shown = account()
    return {
        "viewer": viewer(),
        "account": shown,
        "accounts": accounts(),
        "sees_contacts": shown is not None and bool(rights().roles(shown.id)),
        "may_invite": may_invite(),
        "badge": inbox.badge(positions())["unread"],
    }
