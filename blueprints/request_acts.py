"""What is done to a maintenance request: its status and priority, archiving, declining, starting.

Every act is a form that works without script; a script that asks for JSON gets the sentence, and
what would undo it, and stays where it is.
"""

from collections.abc import Mapping

from flask import Blueprint, jsonify, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts
from blueprints.access import request_or_404, viewer
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from blueprints.words import PRIORITIES, STATUSES
from models.errors import Refused
from models.maintenance import CANCELED, RESOLVED
from models.requests import sharing, statuses

bp = Blueprint("request_acts", __name__, url_prefix="/maintenance/<int:request_id>")


def done(
    request_id: int, sentence: str, undo: Mapping[str, str] | None = None, to: str = ""
) -> Response:
    """Tell everybody concerned, and answer that it is done.

    :param undo: the form that takes it back, its address as `action`.
    :param to: where it leads; without it the script stays, and a form leads to the request.
    """
    broadcasts.request_changed(request_id)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(sentence=sentence, undo=undo, go=to)
    return go_to(to or url_for("maintenance.show", request_id=request_id), sentence)


@bp.post("/status")
@login_required
def set_status(request_id: int) -> Response:
    """Set the status; `was` is the one that was shown, so that nobody is overwritten unseen."""
    status, was = request.form.get("status", ""), request.form.get("was", "")
    view = statuses.set_status(viewer(), request_id, status, was)
    name = STATUSES[status].name
    sentence = (
        f"Request marked {name.lower()}."
        if status in (RESOLVED, CANCELED)
        else f"Status changed to {name}."
    )
    undo = _again(".set_status", request_id, status=was, was=status)
    return done(request_id, sentence, undo if was in view.statuses() else None)


@bp.post("/priority")
@login_required
def set_priority(request_id: int) -> Response:
    """Set the priority; `was` is the one that was shown."""
    priority, was = request.form.get("priority", ""), request.form.get("was", "")
    statuses.set_priority(viewer(), request_id, priority, was)
    undo = _again(".set_priority", request_id, priority=was, was=priority)
    return done(request_id, f"Priority changed to {PRIORITIES[priority]}.", undo)


@bp.post("/archived")
@login_required
def set_archived(request_id: int) -> Response:
    """Put a request away (`archived=yes`), or bring it back."""
    away = request.form.get("archived") == "yes"
    statuses.set_archived(viewer(), request_id, away)
    undo = _again(".set_archived", request_id, archived="no" if away else "yes")
    return done(request_id, "Request archived." if away else "Request brought back.", undo)


@bp.get("/cancel")
@login_required
def cancel_dialog(request_id: int) -> Response:
    """The dialog in which a tenant takes their request back; the team sets a status."""
    view = request_or_404(request_id)
    if CANCELED not in view.statuses():
        raise Refused(view.refusal() or "You can't cancel this request.")
    return page_or_partial("request_cancel", view=view)


@bp.get("/decline")
@login_required
def decline_dialog(request_id: int) -> Response:
    """The dialog in which a service pro leaves a job."""
    view = request_or_404(request_id)
    if not view.may_decline:
        raise Refused(view.refusal() or "Only a service pro can decline a job.")
    return page_or_partial("request_decline", view=view)


@bp.post("/decline")
@login_required
def decline(request_id: int) -> Response:
    """Leave a request as the service pro it was shared with."""
    sharing.decline(viewer(), request_id)
    return done(request_id, "You declined this job.")


@bp.post("/conversation")
@login_required
def start(request_id: int) -> Response:
    """Start the conversation by hand, with everybody the request is shared with, and go there."""
    thread = sharing.start_conversation(viewer(), request_id)
    to = url_for("threads.show", thread=thread.id)
    return done(request_id, "The conversation has started.", to=to)


def _again(endpoint: str, request_id: int, **form: str) -> dict[str, str]:
    return {"action": url_for(endpoint, request_id=request_id), **form}
