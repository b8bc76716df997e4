"""What every page shows around its content: the person, their account, the unread number."""

from typing import Any

from flask import g, has_request_context
from flask_login import current_user

from blueprints.access import viewer
from models import inbox, policy


def positions() -> list[inbox.Position]:
    """Where the person signed in stands in their threads; asked for once in a request."""
    if "positions" not in g:
        g.positions = inbox.positions(viewer())
    found: list[inbox.Position] = g.positions
    return found


def contacts_level() -> int:
    """What the person signed in may do with contacts; asked for once in a request."""
    if "contacts_level" not in g:
        g.contacts_level = policy.contacts_level(viewer())
    level: int = g.contacts_level
    return level


def context() -> dict[str, Any]:
    """The names `base.html` reads: viewer, account, badge, and what they may do with contacts."""
    if not has_request_context() or not current_user.is_authenticated:
        return {"viewer": None, "account": None, "badge": 0, "contacts_level": 0}
    accounts = policy.team_accounts(viewer())
    return {
        "viewer": viewer(),
        "account": accounts[0] if accounts else None,
        "contacts_level": contacts_level(),
        "badge": inbox.badge(positions())["unread"],
    }
