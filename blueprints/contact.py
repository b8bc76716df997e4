"""One contact: their page, what is noted about them, what they own, whether they stay."""

from dataclasses import replace

from flask import Blueprint, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts
from blueprints.access import viewer
from blueprints.chrome import managed_contact, rights, visible_contact
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from models import contact_list, editing, names, policy, tenancies
from models.connection import CONNECTED, MANAGE, OWNER, TENANT, Connection
from models.editing import Facts
from models.errors import Invalid, Missing
from models.thread import CHANNEL_OF_ROLE, CONTACTS

bp = Blueprint("contact", __name__, url_prefix="/contacts/<int:contact_id>")

ENDED = "{name}'s tenancy is over, so the connection has ended too."


def page_of(contact: Connection, sentence: str) -> Response:
    """To the page of a contact, or to the list when a change took them out of sight."""
    try:
        visible_contact(viewer(), contact.id)
    except Missing:
        return go_to(url_for("contacts.index", role=CHANNEL_OF_ROLE[contact.role]), sentence)
    return go_to(url_for("contact.show", contact_id=contact.id), sentence)


def tell(change: tenancies.Changed, sentence: str) -> Response:
    """Let open pages follow a change of somebody's tenancies, and lead back to their page."""
    broadcasts.connection_changed(change.contact, change.threads)
    if change.ended:
        sentence = f"{sentence} {ENDED.format(name=names.first(change.contact.name))}"
    return page_of(change.contact, sentence)


@bp.get("")
@login_required
def show(contact_id: int) -> Response:
    """What the account knows of a contact, and what can be done."""
    contact = visible_contact(viewer(), contact_id)
    is_tenant = contact.role == TENANT
    row = contact_list.one(viewer(), contact)
    last = tenancies.last_day(contact) if is_tenant and contact.state == CONNECTED else None
    return page_or_partial(
        "contact",
        contact=contact,
        row=replace(row, phone=policy.phone_of(contact)),
        homes=tenancies.homes(viewer(), contact) if is_tenant else [],
        last_day=last,
        channel=CHANNEL_OF_ROLE[contact.role],
        may_manage=rights().level(CONTACTS, contact.account_id) >= MANAGE,
    )


def _edit_form(
    contact: Connection, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    typed = request.form if request.method == "POST" else contact
    return page_or_partial(
        "contact_edit",
        status,
        contact=contact,
        typed=typed,
        errors=errors or {},
        parent=url_for(".show", contact_id=contact.id),
    )


@bp.get("/edit")
@login_required
def edit(contact_id: int) -> Response:
    """The dialog that changes what is noted about a contact."""
    return _edit_form(managed_contact(viewer(), contact_id))


@bp.post("/edit")
@login_required
def save(contact_id: int) -> Response:
    """Change what is noted about a contact."""
    contact = managed_contact(viewer(), contact_id)
    held = {name: request.form.get(name, getattr(contact, name)) for name in vars(Facts())}
    try:
        contact, took_back = editing.change_facts(viewer(), contact_id, Facts(**held))
    except Invalid as refusal:
        return _edit_form(contact, refusal.errors, 422)
    broadcasts.connection_changed(contact)
    taken = " The invitation to the old address was taken back." if took_back else ""
    return page_of(contact, f"Saved.{taken}")


def _owned_form(
    contact: Connection, chosen: list[str], errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    return page_or_partial(
        "contact_owned",
        status,
        contact=contact,
        properties=list(policy.visible_properties(viewer(), contact.account_id)),
        chosen=chosen,
        errors=errors or {},
        parent=url_for(".show", contact_id=contact.id),
    )


@bp.get("/properties")
@login_required
def owned(contact_id: int) -> Response:
    """The dialog that says which properties an owner owns."""
    contact = managed_contact(viewer(), contact_id)
    if contact.role != OWNER:
        raise Missing
    return _owned_form(contact, [str(place) for place in editing.owned_by(viewer(), contact)])


@bp.post("/properties")
@login_required
def save_owned(contact_id: int) -> Response:
    """Change which properties an owner owns."""
    contact = managed_contact(viewer(), contact_id)
    if contact.role != OWNER:
        raise Missing
    chosen = request.form.getlist("properties")
    try:
        contact, threads = editing.change_owned(viewer(), contact_id, chosen)
    except Invalid as refusal:
        return _owned_form(contact, chosen, refusal.errors, 422)
    broadcasts.connection_changed(contact, threads)
    return page_of(contact, "Saved.")


@bp.post("/stays")
@login_required
def stay(contact_id: int) -> Response:
    """Keep the connection of a tenant after they move out (`stays=yes`), or not any more."""
    stays = request.form.get("stays") == "yes"
    if managed_contact(viewer(), contact_id).role != TENANT:
        raise Missing
    return tell(tenancies.keep_connected(viewer(), contact_id, stays), "Saved.")
