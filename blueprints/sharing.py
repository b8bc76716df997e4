"""Sharing a maintenance request with tenants and service pros, and taking it back."""

from flask import Blueprint, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints.access import request_or_404, seq_or_404, viewer
from blueprints.rendering import page_or_partial
from blueprints.request_acts import done
from models.errors import Invalid, Missing
from models.requests import offering, sharing
from models.requests.locking import managed
from models.requests.view import RequestView

bp = Blueprint("sharing", __name__, url_prefix="/maintenance/<int:request_id>")


def _form(view: RequestView, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    sharing.check_may_share(view)
    return page_or_partial(
        "request_share",
        status,
        view=view,
        people=offering.people(view),
        earlier=offering.earlier(view),
        picked=request.form.getlist("people"),
        includes_earlier=request.form.get("see") == "earlier",
        errors=errors or {},
    )


@bp.get("/share")
@login_required
def choose(request_id: int) -> Response:
    """The dialog in which people are chosen, and what they see."""
    return _form(request_or_404(request_id))


@bp.post("/share")
@login_required
def share(request_id: int) -> Response:
    """Share with the chosen `people`; `see=earlier` shows them what was said before, too."""
    people = [seq_or_404(one) for one in request.form.getlist("people")]
    try:
        came = sharing.share(
            viewer(), request_id, people, earlier=request.form.get("see") == "earlier"
        )
    except Invalid as refusal:
        if request.accept_mimetypes.best == "application/json":
            raise
        return _form(request_or_404(request_id), refusal.errors, 422)
    words = f"Shared with {sharing.names_of(came)}." if came else "They were here already."
    return done(request_id, words)


@bp.get("/people/<int:contact_id>/remove")
@login_required
def confirm_removal(request_id: int, contact_id: int) -> Response:
    """The dialog that takes a request back from somebody."""
    view = managed(request_or_404(request_id))
    who = next((one for one in view.sharers if one.connection.id == contact_id), None)
    if who is None:
        raise Missing
    return page_or_partial("request_remove", view=view, who=who)


@bp.post("/people/<int:contact_id>/remove")
@login_required
def remove(request_id: int, contact_id: int) -> Response:
    """Take a request back from somebody, who keeps what they could see until now."""
    sharing.unshare(viewer(), request_id, contact_id)
    return done(request_id, "Removed.")
