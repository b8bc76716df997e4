"""What a device has saved is brought up to date: several conversations in one answer."""

from typing import Any, Final

from flask import Blueprint, jsonify, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints.access import seq_or_404, viewer
from blueprints.rendering import shared_fragment
from models import sync
from models.errors import Missing
from models.view import View

bp = Blueprint("saved", __name__)

MOST: Final = 10
"""Conversations asked for at once; each is read as if it were opened."""


@bp.get("/threads/changes")
@login_required
def changes() -> Response:
    """Catch up in each conversation that is held, `?held=<thread>-<version>`, `MOST` at most.

    A conversation that is not theirs is not in the answer. The others say what
    `GET /threads/<id>/messages?after_version=` says in its headers.
    """
    held = (one.partition("-") for one in request.args.getlist("held")[:MOST])
    answers = {thread: _since(seq_or_404(thread), seq_or_404(at)) for thread, _, at in held}
    return jsonify({thread: found for thread, found in answers.items() if found})


def _since(thread: int, version: int) -> dict[str, Any] | None:
    try:
        view = View.load(viewer(), thread)
        changed = sync.changes(view, version)
    except Missing:
        return None
    fragments = [shared_fragment("message", message=message) for message in changed.messages]
    return {
        "html": "".join(fragments),
        "version": changed.version,
        "reset": changed.reset,
        "read": view.reached,
    }
