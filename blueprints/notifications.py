"""How people are told: their choice of mails and quiet hours, and the way out of mails."""

from flask import Blueprint, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import chrome, tokens
from blueprints.access import viewer
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from blueprints.unread_mails import delay
from models import clock, preferences
from models.errors import Invalid
from models.preferences import DAILY, DELAY, HOURLY, INSTANTLY, OFF

bp = Blueprint("notifications", __name__)
bp.context_processor(chrome.mail_trouble)


@bp.get("/settings/notifications")
@login_required
def show() -> Response:
    """When mails come, and the quiet hours."""
    return _form()


@bp.post("/settings/notifications")
@login_required
def save() -> Response:
    """Change when mails come, and the quiet hours."""
    form = request.form
    try:
        preferences.save(
            viewer(),
            form.get("mail", ""),
            "quiet" in form,
            form.get("quiet_from", ""),
            form.get("quiet_to", ""),
            maintenance="maintenance" in form,
        )
    except Invalid as refusal:
        return _form(refusal.errors, 422)
    return go_to("/settings/notifications", "Saved.")


@bp.get("/unsubscribe/<token>")
def offer(token: str) -> Response:
    """A page with the button that stops mails: programs that look into mails press nothing."""
    _, kind = tokens.unsubscribed_by(token)
    return page_or_partial("unsubscribe", here=request.path, stopped=False, kind=kind)


@bp.post("/unsubscribe/<token>")
def unsubscribe(token: str) -> Response:
    """Stop mails of one kind to one person, whoever is signed in on this browser."""
    user, kind = tokens.unsubscribed_by(token)
    preferences.stop(user, kind)
    return page_or_partial("unsubscribe", here=request.path, stopped=True, kind=kind)


def _form(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    kept = preferences.of(viewer())
    typed = request.form if "mail" in request.form else {
        "mail": kept.mail,
        "maintenance": "on" if kept.maintenance else "",
        "quiet": "on" if kept.quiet else "",
        "quiet_from": kept.quiet_from,
        "quiet_to": kept.quiet_to,
    }  # fmt: skip
    return page_or_partial(
        "settings_notifications",
        status,
        typed=typed,
        choices=[
            (DELAY, _after_a_while()),
            (INSTANTLY, "Right away"),
            (HOURLY, "Hourly"),
            (DAILY, "Daily"),
            (OFF, "Off"),
        ],
        errors=errors or {},
    )


def _after_a_while() -> str:
    """The server's delay in words, as "After 2 min"."""
    whole, rest = divmod(delay(), clock.MINUTE)
    return f"After {whole} min" if whole and not rest else f"After {delay() // clock.SECOND} s"
