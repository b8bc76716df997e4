"""The search bar: results as one types, and as a page of their own."""

from flask import Blueprint, current_app, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import chrome
from blueprints.access import viewer
from blueprints.extensions import socketio
from blueprints.rendering import page_or_partial
from models import contact_list
from models.connection import VIEW
from models.matching import LONGEST
from models.search import SHOWN, search
from models.thread import CONTACTS

bp = Blueprint("search", __name__)

MOST = 1_000
"""Results that one page may show."""


@bp.get("/search")
@login_required
def index() -> Response:
    """People and conversations that fit `?q=`, the first `?limit=` of them."""
    query = _query()
    limit = max(SHOWN, min(request.args.get("limit", SHOWN, type=int), MOST))
    shown = chrome.account()
    results = search(
        viewer(),
        shown.id if shown else None,
        query,
        limit,
        run=current_app.config["OFF_HUB"],
        between=lambda: socketio.sleep(0),
    )
    states = {one.contact_id: one.state for one in results.shown if one.contact_id and one.state}
    return page_or_partial(
        "search",
        query=query,
        results=results,
        sendable=contact_list.sendable(states) if chrome.may_invite() else set(),
        opens_contacts=shown is not None and chrome.rights().level(CONTACTS, shown.id) >= VIEW,
        next_limit=min(limit * 5, MOST) if limit < min(results.total, MOST) else None,
    )


def _query() -> str:
    """What was typed, as far as it is looked at, without what cannot be shown."""
    typed = request.args.get("q", "")[:LONGEST]
    return " ".join("".join(c for c in typed if c.isprintable() or c.isspace()).split())
