"""The tenancies of a contact: adding one, changing its days or unit, taking it back."""

from flask import Blueprint, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints.access import viewer
from blueprints.chrome import managed_contact
from blueprints.contact import tell
from blueprints.rendering import page_or_partial
from models import tenancies
from models.connection import TENANT, Connection
from models.errors import Invalid, Missing
from models.places import visible_units
from models.tenancies import Home, Typed

bp = Blueprint("homes", __name__, url_prefix="/contacts/<int:contact_id>/tenancies")


def _tenant(contact_id: int) -> Connection:
    contact = managed_contact(viewer(), contact_id)
    if contact.role != TENANT:
        raise Missing
    return contact


def _home(contact: Connection, tenancy: int) -> Home:
    found = next((one for one in tenancies.homes(viewer(), contact) if one.id == tenancy), None)
    if found is None:
        raise Missing
    return found


def _typed() -> Typed:
    form = request.form
    return Typed(form.get("unit", ""), form.get("from_day", ""), form.get("to_day", ""))


def _form(
    contact: Connection,
    typed: Typed,
    home: Home | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    units = [
        (unit.id, f"{unit.property.name}, {unit.name}")
        for unit in visible_units(viewer(), contact.account_id)
    ]
    return page_or_partial(
        "tenancy",
        status,
        contact=contact,
        home=home,
        units=units,
        typed=typed,
        errors=errors or {},
        parent=url_for("contact.show", contact_id=contact.id),
    )


@bp.get("/new")
@login_required
def new(contact_id: int) -> Response:
    """The dialog that adds a tenancy."""
    return _form(_tenant(contact_id), Typed())


@bp.post("")
@login_required
def add(contact_id: int) -> Response:
    """Add a tenancy."""
    contact = _tenant(contact_id)
    try:
        return tell(tenancies.save(viewer(), contact_id, _typed()), "Saved.")
    except Invalid as refusal:
        return _form(contact, _typed(), errors=refusal.errors, status=422)


@bp.get("/<int:tenancy_id>")
@login_required
def edit(contact_id: int, tenancy_id: int) -> Response:
    """The dialog that changes a tenancy."""
    contact = _tenant(contact_id)
    home = _home(contact, tenancy_id)
    days = (home.first.isoformat(), home.last.isoformat() if home.last else "")
    return _form(contact, Typed(str(home.unit_id), *days), home)


@bp.post("/<int:tenancy_id>")
@login_required
def save(contact_id: int, tenancy_id: int) -> Response:
    """Change a tenancy."""
    contact = _tenant(contact_id)
    home = _home(contact, tenancy_id)
    try:
        return tell(tenancies.save(viewer(), contact_id, _typed(), home.id), "Saved.")
    except Invalid as refusal:
        return _form(contact, _typed(), home, refusal.errors, 422)


@bp.post("/<int:tenancy_id>/remove")
@login_required
def remove(contact_id: int, tenancy_id: int) -> Response:
    """Take a tenancy back that was noted by mistake."""
    _tenant(contact_id)
    return tell(tenancies.remove(viewer(), contact_id, tenancy_id), "The tenancy was removed.")
