"""Send connection, send it again, take it back, and hand a link over by hand."""

from urllib.parse import urlsplit

from flask import Blueprint, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts, limits
from blueprints.access import viewer
from blueprints.chrome import invitable
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from blueprints.tokens import address_of
from models import inviting, names
from models.connection import TEAM_ROLES, Connection
from models.errors import Conflict, Invalid
from models.thread import CHANNEL_OF_ROLE

bp = Blueprint("connecting", __name__, url_prefix="/contacts/<int:contact_id>")


@bp.get("/invite")
@login_required
def invitation(contact_id: int) -> Response:
    """The dialog that invites a contact who is there already."""
    return _invite_form(invitable(viewer(), contact_id))


def _invite_form(
    contact: Connection, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    return page_or_partial(
        "contact_invite",
        status,
        contact=contact,
        email=request.form.get("email", contact.email),
        note=request.form.get("note", ""),
        errors=errors or {},
    )


def _invite_form_at_limit(errors: dict[str, str]) -> Response:
    contact_id = int((request.view_args or {})["contact_id"])
    return _invite_form(invitable(viewer(), contact_id), errors, 429)


def _address_mailed() -> str:
    contact_id = int((request.view_args or {})["contact_id"])
    return limits.typed_address() or invitable(viewer(), contact_id).email


@bp.post("/invite")
@login_required
@limits.of_mails(_invite_form_at_limit, lambda: True, _address_mailed, by="team")
def invite(contact_id: int) -> Response:
    """Send connection, or send it again after 24 hours."""
    contact = invitable(viewer(), contact_id)
    email = request.form.get("email", contact.email)
    try:
        inviting.invite(viewer(), contact.id, email, request.form.get("note"))
    except Invalid as refusal:
        return _invite_form(contact, refusal.errors, 422)
    except Conflict as refusal:
        return back_to(contact, refusal.sentence)
    broadcasts.account_changed(contact.account_id)
    return back_to(contact, sent_words(contact))


@bp.post("/revoke")
@login_required
def revoke(contact_id: int) -> Response:
    """Take the open invitations of a contact back."""
    contact = invitable(viewer(), contact_id)
    try:
        inviting.revoke(viewer(), contact.id)
    except Conflict as refusal:
        return back_to(contact, refusal.sentence)
    broadcasts.account_changed(contact.account_id)
    return back_to(contact, f"The invitation of {contact.name} was taken back.")


@bp.post("/link")
@login_required
def copy_link(contact_id: int) -> Response:
    """Show a contact's invitation as an address to hand over."""
    contact = invitable(viewer(), contact_id)
    try:
        return handed(contact)
    except Conflict as refusal:
        return back_to(contact, refusal.sentence)


def handed(contact: Connection) -> Response:
    """The dialog with the invitation of a contact as an address.

    :raises Conflict: when they are connected.
    """
    link = inviting.copy_link(viewer(), contact.id)
    broadcasts.account_changed(contact.account_id)
    return page_or_partial("contact_link", contact=contact, address=address_of(link))


def sent_words(contact: Connection) -> str:
    """What is said when an invitation is on its way."""
    return f"Invitation sent to {names.first(contact.name)}."


def back_to(contact: Connection, sentence: str) -> Response:
    """To where the act was asked for, the contact's page or the list, with a notice."""
    if contact.role in TEAM_ROLES:
        return go_to(url_for("team.index"), sentence)
    page = url_for("contact.show", contact_id=contact.id)
    came_from = request.headers.get("HX-Current-URL") or request.referrer or ""
    if urlsplit(came_from).path == page:
        return go_to(page, sentence)
    return go_to(url_for("contacts.index", role=CHANNEL_OF_ROLE[contact.role]), sentence)
