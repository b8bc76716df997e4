"""What every page shows around its content: the person, their account, the unread number."""

from typing import Any

from flask import g, has_request_context
from flask_login import current_user

from blueprints.access import viewer
from models import inbox, outbox, policy
from models.connection import MANAGE
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


def may_invite() -> bool:
    """Whether the person signed in may add and invite contacts anywhere."""
    return rights().level(CONTACTS) >= MANAGE


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
    accounts = policy.team_accounts(viewer())
    return {
        "viewer": viewer(),
        "account": accounts[0] if accounts else None,
        "sees_contacts": rights().level(CONTACTS) > 0,
        "may_invite": may_invite(),
        "badge": inbox.badge(positions())["unread"],
    }
