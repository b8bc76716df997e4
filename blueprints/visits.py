"""Visits of a maintenance request: proposing a time, answering it, and the file for calendars."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints.access import request_or_404, viewer
from blueprints.rendering import page_or_partial
from blueprints.request_acts import done
from models import clock
from models.errors import Invalid, Missing
from models.maintenance import ACCEPTED, times_of
from models.requests import calendar, visits
from models.requests.times import Typed, read
from models.requests.view import RequestView
from models.thread import Side

bp = Blueprint("visits", __name__, url_prefix="/maintenance/<int:request_id>")


@bp.get("/visit")
@login_required
def plan(request_id: int) -> Response:
    """The dialog in which a time is proposed, or answered with another one."""
    view = request_or_404(request_id)
    visits.check_may_plan(view)
    shown = view.planned
    return _dialog(view, _suggested(view), note=shown.note if shown else "")


@bp.post("/visits")
@login_required
def propose(request_id: int) -> Response:
    """Propose a time; `seen` is the visit that was shown, so that nobody is overwritten unseen."""
    view = request_or_404(request_id)
    visits.check_may_plan(view)
    form = request.form
    typed = Typed(form.get("day", ""), form.get("begins", ""), form.get("ends", ""))
    seen = form.get("seen", "")
    try:
        visit = visits.propose(
            viewer(),
            request_id,
            _read(typed, view),
            form.get("note", ""),
            int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None,
        )
    except Invalid as refusal:
        if request.accept_mimetypes.best == "application/json":
            raise
        return _dialog(view, typed, refusal.errors, form.get("note", ""))
    agreed = visit.state == ACCEPTED
    return done(
        request_id, "Visit set." if agreed else "Time proposed. You’ll hear the answer here."
    )


@bp.post("/visits/<int:visit_id>/accept")
@login_required
def accept(request_id: int, visit_id: int) -> Response:
    """Agree on a time that the other side proposed."""
    visits.accept(viewer(), request_id, visit_id)
    return done(request_id, "Visit set.")


@bp.post("/visits/<int:visit_id>/call-off")
@login_required
def call_off(request_id: int, visit_id: int) -> Response:
    """Call a visit off."""
    visits.call_off(viewer(), request_id, visit_id)
    return done(request_id, "Visit called off.")


@bp.get("/visit.ics")
@login_required
def file(request_id: int) -> Response:
    """The visit as a file that calendars take in."""
    view = request_or_404(request_id)
    if view.visit is None:
        raise Missing
    base: str = current_app.config["BASE_URL"]
    address = f"{base}/maintenance/{request_id}"
    content = calendar.of_visit(view, view.visit, urlsplit(base).hostname or "localhost", address)
    response = current_app.response_class(content, content_type="text/calendar; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="visit.ics")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _dialog(
    view: RequestView, typed: Typed, errors: dict[str, str] | None = None, note: str = ""
) -> Response:
    zone, shown = view.request.property.zone, view.planned
    return page_or_partial(
        "visit",
        422 if errors else 200,
        view=view,
        typed=typed,
        note=note,
        errors=errors or {},
        seen=shown.id if shown else "",
        # What suits the tenant and lies ahead, to be taken with one press.
        choices=[
            (_typed(begins, ends, zone), f"{clock.to_datetime(begins, zone):%a, %b %-d}")
            for begins, ends in times_of(view.request)
            if begins > view.at
        ],
        today=f"{clock.to_datetime(view.at, zone):%Y-%m-%d}",
        asks=view.side != Side.TENANT and any(one.side == "tenant" for one in view.sharers),
    )


def _read(typed: Typed, view: RequestView) -> tuple[int, int]:
    try:
        return read(typed, view.request.property.zone)
    except ValueError as error:
        raise Invalid({"times": str(error)}) from None


def _suggested(view: RequestView) -> Typed:
    """What stands in the dialog at first: the visit there is, else the tenant's first time."""
    zone, shown = view.request.property.zone, view.planned
    if shown:
        return _typed(shown.starts_at, shown.ends_at, zone)
    ahead = [span for span in times_of(view.request) if span[0] > view.at]
    return _typed(*ahead[0], zone) if ahead else Typed("", "", "")


def _typed(begins: int, ends: int, zone: str) -> Typed:
    start, end = clock.to_datetime(begins, zone), clock.to_datetime(ends, zone)
    return Typed(f"{start:%Y-%m-%d}", f"{start:%H:%M}", f"{end:%H:%M}")
