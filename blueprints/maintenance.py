"""Maintenance requests: the list, one request, and how many are open."""

from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import chrome
from blueprints.access import request_or_404, viewer
from blueprints.rendering import page_or_partial
from models.connection import MANAGE
from models.errors import Missing
from models.maintenance import CLOSED_STATUSES, PRIORITIES, STATUSES
from models.matching import LONGEST
from models.requests import homes, listing
from models.requests.listing import OPEN_ONES, RESOLVED_ONES, TABS, Wish
from models.thread import MAINTENANCE

bp = Blueprint("maintenance", __name__, url_prefix="/maintenance")

MOST_PAGES = 10_000


@bp.get("")
@login_required
def index() -> Response:
    """The requests somebody sees: `?tab=` open, resolved or all, `?page=` from 1.

    `?property=`, `?status=`, `?priority=`, `?pro=`, `?unanswered` and `?mine` narrow it, `?q=`
    finds words.
    """
    if not chrome.sees_maintenance():
        raise Missing
    wish = _wish()
    return page_or_partial(
        "maintenance",
        wish=wish,
        listing=listing.listing(
            viewer(),
            chrome.maintained(),
            chrome.positions(),
            wish,
            run=current_app.config["OFF_HUB"],
        ),
        statuses=_statuses(wish.tab),
        **_reader(),
    )


@bp.get("/open")
@login_required
def open_ones() -> Response:
    """How many requests are open, asked for again when one changed."""
    return jsonify(open=chrome.open_requests())


@bp.get("/<int:request_id>")
@login_required
def show(request_id: int) -> Response:
    """A request: what is wrong, what became of it, who is in it, and what can be done."""
    view = request_or_404(request_id)
    chrome.enter_request(view)
    return page_or_partial("request", view=view)


def _wish() -> Wish:
    asked = request.args
    tab, status, priority = (asked.get(name, "") for name in ("tab", "status", "priority"))
    tab = tab if tab in TABS else OPEN_ONES
    return Wish(
        tab=tab,
        property=asked.get("property", 0, type=int),
        status=status if status in _statuses(tab) else "",
        priority=priority if priority in PRIORITIES else "",
        pro=asked.get("pro", 0, type=int),
        unanswered="unanswered" in asked,
        mine="mine" in asked,
        words=asked.get("q", "")[:LONGEST],
        page=max(1, min(asked.get("page", 1, type=int), MOST_PAGES)),
    )


def _statuses(tab: str) -> list[str]:
    """Those there is a choice of in a tab."""
    if tab == RESOLVED_ONES:
        return []
    return [one for one in STATUSES if tab != OPEN_ONES or one not in CLOSED_STATUSES]


def _reader() -> dict[str, Any]:
    """From which side the list is looked at, and whether its reader may write a request."""
    shown, is_team = chrome.account(), bool(chrome.maintained())
    lives = bool(homes.tenant_homes(viewer()))
    manages = (
        shown is not None
        and chrome.rights().level(MAINTENANCE, shown.id) >= MANAGE
        and not shown.is_closed
    )
    return {"is_team": is_team, "is_tenant": lives, "may_write": lives or manages}
