"""The team's properties and their units."""

from flask import Blueprint, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints.access import viewer
from blueprints.chrome import rights
from blueprints.contacts import account_or_404
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from models import places, zones
from models.connection import MANAGE
from models.errors import Invalid
from models.property import Unit
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
        properties=list(places.visible_properties(viewer(), account.id)),
        units=units,
        may_manage=may_manage,
        may_add=may_manage and places.works_for_all(viewer(), account.id),
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
    return go_to("/properties", f"{made.name} was added.")


@bp.post("/<int:property_id>/units")
@login_required
def add_unit(property_id: int) -> Response:
    """Add a unit to a property."""
    try:
        unit = places.add_unit(viewer(), property_id, request.form.get("name", ""))
    except Invalid as refusal:
        return _list(refusal.errors, 422, property_id)
    return go_to("/properties", f"{unit.name} was added.")
