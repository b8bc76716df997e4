"""What every page shows around its content: the person, their account, the unread number."""

from typing import Any

from flask import g, has_request_context
from flask_login import current_user

from blueprints.access import viewer
from models import inbox, outbox, policy


def positions() -> list[inbox.Position]:
    """Where the person signed in stands in their threads; asked for once in a request."""
    if "positions" not in g:
        g.positions = inbox.positions(viewer())
    found: list[inbox.Position] = g.positions
    return found


def mail_trouble() -> dict[str, int | None]:
    """The name that `partials/mail_trouble.html` reads: since when no mail goes out, for admins.

    Everybody else has none: there is nothing they could do.
    """
    since = outbox.failing_since() if current_user.is_authenticated else None
    return {"mail_failing_since": since if since and policy.is_admin(viewer()) else None}


def context() -> dict[str, Any]:
    """The names `base.html` reads: viewer, account, badge. Two queries for who is signed in."""
    if not has_request_context() or not current_user.is_authenticated:
        return {"viewer": None, "account": None, "badge": 0}
    accounts = policy.team_accounts(viewer())
    return {
        "viewer": viewer(),
        "account": accounts[0] if accounts else None,
        "badge": inbox.badge(positions())["unread"],
    }
