"""Home of the team: what is unread, what is to repair, and who has not answered yet."""

from flask import Blueprint, redirect, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import chrome
from blueprints.access import viewer
from blueprints.chrome import listed, may_invite
from blueprints.rendering import page_or_partial
from models import clock, contact_list, inbox
from models.requests import listing
from models.requests.listing import Row

bp = Blueprint("dashboard", __name__)
bp.context_processor(chrome.mail_trouble)

SHOWN = 8
"""Unread conversations on Home; the rest is one step away in Messages."""

REQUESTS = 5
"""Open requests on Home, those that wait for an answer first."""

NOON, EVENING = 12, 18


@bp.get("/")
@login_required
def home() -> Response:
    """Home for the team; who is on no team goes straight to their messages."""
    shown = chrome.account()
    if shown is None:
        return redirect(url_for("threads.messages"))
    unread = [position for position in listed() if position.counted]
    return page_or_partial(
        "home",
        viewer=viewer(),
        unread=sum(position.counted for position in unread),
        may_invite=may_invite(),
        greeting=_greeting(),
        rows=inbox.rows(viewer(), unread[:SHOWN]),
        invitations=contact_list.waiting(viewer(), shown),
        requests=_requests(),
        open_requests=chrome.open_requests(),
    )


def _requests() -> list[Row]:
    """The open requests of the account shown that come first in its list."""
    account = chrome.maintained()
    if not account:
        return []
    return listing.listing(viewer(), account, chrome.positions()).rows[:REQUESTS]


def _greeting() -> str:
    hour = clock.to_datetime(clock.now(), viewer().zone).hour
    return f"Good {'morning' if hour < NOON else 'afternoon' if hour < EVENING else 'evening'}"
