"""The team's properties and their units."""

from flask import Blueprint, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts
from blueprints.access import viewer
from blueprints.chrome import rights
from blueprints.contacts import account_or_404
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from models import places, policy, remodelling, zones
from models.connection import MANAGE
from models.errors import Invalid
from models.property import Property, Unit
from models.thread import CONTACTS

bp = Blueprint("properties", __name__, url_prefix="/properties")


def _list(errors: dict[str, str] | None = None, status: int = 200, faulty: int = 0) -> Response:
    account = account_or_404()
    may_manage = rights().level(CONTACTS, account.id) >= MANAGE
    units: dict[int, list[Unit]] = {}
    for unit in places.visible_units(viewer(), account.id):
        units.setdefault(unit.property_id, []).append(unit)
    return page_or_partial(
        "properties",
        status,
        account=account,
        properties=list(policy.visible_properties(viewer(), account.id)),
        units=units,
        may_manage=may_manage,
        may_add=may_manage and policy.works_for_all(viewer(), account.id),
        errors=errors or {},
        faulty=faulty,
        typed=request.form,
    )


def _new_form(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    account = account_or_404()
    return page_or_partial(
        "property_new",
        status,
        zones=zones.options(),
        zone=request.form.get("zone", account.zone),
        typed=request.form,
        errors=errors or {},
    )


@bp.get("")
@login_required
def index() -> Response:
    """The properties the person works for, each with its units."""
    return _list()


@bp.get("/new")
@login_required
def new() -> Response:
    """The dialog that adds a property, for who may."""
    places.require_adding(viewer(), account_or_404().id)
    return _new_form()


@bp.post("")
@login_required
def add() -> Response:
    """Add a property; its units are typed one to a line."""
    form = request.form
    try:
        made = places.add_property(
            viewer(),
            account_or_404().id,
            form.get("name", ""),
            form.get("address", ""),
            form.get("zone", ""),
            form.get("units", "").splitlines(),
        )
    except Invalid as refusal:
        return _new_form(refusal.errors, 422)
    return _done(made.account_id, f"{made.name} was added.")


def _edit_form(
    place: Property, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    return page_or_partial(
        "property_edit",
        status,
        property=place,
        zones=zones.options(),
        typed=request.form if request.method == "POST" else place,
        errors=errors or {},
        may_remove=policy.works_for_all(viewer(), place.account_id),
    )


@bp.get("/<int:property_id>/edit")
@login_required
def edit(property_id: int) -> Response:
    """The dialog that changes a property, or removes it."""
    return _edit_form(places.managed_property(viewer(), property_id))


@bp.post("/<int:property_id>/edit")
@login_required
def save(property_id: int) -> Response:
    """Change what a property is called, where it stands and its zone."""
    place, form = places.managed_property(viewer(), property_id), request.form
    try:
        place, threads = remodelling.change_property(
            viewer(),
            property_id,
            form.get("name", ""),
            form.get("address", ""),
            form.get("zone", ""),
        )
    except Invalid as refusal:
        return _edit_form(place, refusal.errors, 422)
    for thread in threads:
        broadcasts.thread_changed(thread)
    return _done(place.account_id, "Saved.")


@bp.post("/<int:property_id>/remove")
@login_required
def remove(property_id: int) -> Response:
    """Remove a property that nobody uses."""
    place = remodelling.remove_property(viewer(), property_id)
    return _done(place.account_id, f"{place.name} was removed.")


@bp.get("/units/<int:unit_id>")
@login_required
def edit_unit(unit_id: int) -> Response:
    """The dialog that renames a unit, or removes it."""
    unit = remodelling.managed_unit(viewer(), unit_id)
    return page_or_partial("unit_edit", unit=unit, name=unit.name, errors={})


@bp.post("/units/<int:unit_id>")
@login_required
def rename_unit(unit_id: int) -> Response:
    """Call a unit something else."""
    unit, name = remodelling.managed_unit(viewer(), unit_id), request.form.get("name", "")
    try:
        remodelling.rename_unit(viewer(), unit_id, name)
    except Invalid as refusal:
        return page_or_partial("unit_edit", 422, unit=unit, name=name, errors=refusal.errors)
    return _done(unit.property.account_id, "Saved.")


@bp.post("/units/<int:unit_id>/remove")
@login_required
def remove_unit(unit_id: int) -> Response:
    """Remove a unit in which nobody ever lived."""
    unit = remodelling.remove_unit(viewer(), unit_id)
    return _done(unit.property.account_id, f"{unit.name} was removed.")


def _done(account: int, sentence: str) -> Response:
    broadcasts.account_changed(account)
    return go_to("/properties", sentence)


@bp.post("/<int:property_id>/units")
@login_required
def add_unit(property_id: int) -> Response:
    """Add a unit to a property."""
    try:
        unit = places.add_unit(viewer(), property_id, request.form.get("name", ""))
    except Invalid as refusal:
        return _list(refusal.errors, 422, property_id)
    return _done(unit.property.account_id, f"{unit.name} was added.")
