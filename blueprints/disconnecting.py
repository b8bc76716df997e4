"""Disconnect: the question before it, and the act, from a contact's page or a conversation."""

from flask import Blueprint, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts
from blueprints.access import view_or_404, viewer
from blueprints.chrome import managed_contact
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from models import leaving, names
from models.connection import CONNECTED, TEAM_ROLES, Connection
from models.errors import Conflict, Missing
from models.keeping import refuse_closed, refuse_lookers

bp = Blueprint("disconnecting", __name__)


def _contact_of(thread: int) -> Connection:
    """The contact of a dialogue, for either side of it.

    :raises Missing: for a conversation that is nobody's own, and where they stand on neither side.
    :raises Refused: for who of the team may not keep contacts; for all in a closed account.
    """
    view = view_or_404(thread)
    contact: Connection | None = view.thread.contact
    if contact is None or contact.role in TEAM_ROLES:
        raise Missing
    refuse_closed(view.thread.account)
    if view.is_team:
        refuse_lookers(viewer(), view.thread.account_id)
        return managed_contact(viewer(), contact.id)
    return contact


def _ask(contact: Connection, action: str, back: str) -> Response:
    if contact.state != CONNECTED:
        raise Conflict(leaving.NOT_CONNECTED_NOW)
    own = contact.user_id == viewer().id
    name = contact.account.name if own else names.first(contact.name)
    return page_or_partial("disconnect", name=name, action=action, parent=back)


def _end(contact: Connection, back: str) -> Response:
    threads = leaving.disconnect(viewer(), contact.id)
    broadcasts.connection_changed(contact, threads)
    own = contact.user_id == viewer().id
    name = contact.account.name if own else names.first(contact.name)
    return go_to(back, f"You disconnected from {name}.")


@bp.get("/contacts/<int:contact_id>/disconnect")
@login_required
def ask_for_contact(contact_id: int) -> Response:
    """The question, on a contact's page."""
    contact = managed_contact(viewer(), contact_id)
    return _ask(contact, url_for(".end_contact", contact_id=contact_id), _page_of(contact))


@bp.post("/contacts/<int:contact_id>/disconnect")
@login_required
def end_contact(contact_id: int) -> Response:
    """End the connection with a contact, from their page."""
    contact = managed_contact(viewer(), contact_id)
    return _end(contact, _page_of(contact))


@bp.get("/threads/<int:thread>/disconnect")
@login_required
def ask_in_thread(thread: int) -> Response:
    """The question, beside the conversation, to either side."""
    here = url_for("threads.show", thread=thread)
    return _ask(_contact_of(thread), url_for(".end_in_thread", thread=thread), here)


@bp.post("/threads/<int:thread>/disconnect")
@login_required
def end_in_thread(thread: int) -> Response:
    """End the connection, by either side of the conversation."""
    return _end(_contact_of(thread), url_for("threads.show", thread=thread))


def _page_of(contact: Connection) -> str:
    return url_for("contact.show", contact_id=contact.id)
