"""Accounts: choosing the one that is shown, opening one, and running it as its admin."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts, chrome, limits
from blueprints.access import viewer
from blueprints.notices import go_to
from blueprints.passwords import is_right
from blueprints.rendering import page_or_partial
from blueprints.words import MODES
from models import administering, closing, office_hours, signing_up, team, zones
from models import session as sessions
from models.account import LANDLORD
from models.connection import OWNER, TEAM_ROLES
from models.errors import Invalid, Missing, Refused
from models.session import Outdated

bp = Blueprint("accounts", __name__)
bp.context_processor(chrome.mail_trouble)

WRONG_PASSWORD = "That is not your password."  # noqa: S105  # a sentence
SETTINGS = "/settings/account"


@bp.post("/accounts/shown")
@login_required
def show() -> Response:
    """Choose the account this device shows, and go to the same area of it."""
    account = chrome.account_or_404()
    sessions.show_account(viewer().session, account.id)
    broadcasts.device_changed(viewer().session.id)
    places = {"messages": "/messages", "settings": SETTINGS}
    if chrome.rights().roles(account.id):
        places["contacts"] = "/contacts"
    return go_to(places.get(request.form.get("area", ""), "/"))


def _new_form(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    form = request.form
    mode = form.get("mode", LANDLORD)
    return page_or_partial("account_new", status, typed=form, mode=mode, errors=errors or {})


@bp.get("/accounts/new")
@login_required
def new() -> Response:
    """The dialog that opens an account of one's own."""
    return _new_form()


@bp.post("/accounts/new")
@login_required
def open_another() -> Response:
    """Open an account and show it; whoever opens it is its admin."""
    form = request.form
    try:
        opened = signing_up.open_another(viewer(), form.get("account", ""), form.get("mode", ""))
    except Invalid as refusal:
        return _new_form(refusal.errors, 422)
    sessions.show_account(viewer().session, opened.id)
    broadcasts.access_changed([viewer()])
    return go_to("/", f"{opened.name} is open.")


def _page(
    errors: dict[str, str] | None = None, status: int = 200, hours: Mapping[str, Any] | None = None
) -> Response:
    account = chrome.account_or_404()
    try:
        refusal = None
        administering.administered(viewer(), account.id)
    except Refused as refused:
        refusal = refused.sentence
    return page_or_partial(
        "settings_account",
        status,
        account=account,
        refusal=refusal,
        typed=request.form if "zone" in request.form else account,
        hours=hours or office_hours.form(account),
        week=office_hours.of(account),
        zones=zones.options(),
        has_successors=bool(administering.successors(account.id)),
        errors=errors or {},
    )


@bp.get(SETTINGS)
@login_required
def settings() -> Response:
    """Name, time zone, hours and mode of the account; for its admin also handing over, closing."""
    return _page()


@bp.post(SETTINGS)
@login_required
def rename() -> Response:
    """Change the account's name and time zone."""
    account = chrome.account_or_404()
    form = request.form
    try:
        administering.rename(viewer(), account.id, form.get("name", ""), form.get("zone", ""))
    except Invalid as refusal:
        return _page(refusal.errors, 422)
    broadcasts.access_changed(team.connected(account.id))
    return go_to(SETTINGS, "Saved.")


@bp.get(f"{SETTINGS}/hours")
@login_required
def hours() -> Response:
    """Where refused hours stand, asked for again: the form is part of the account's."""
    return redirect(SETTINGS)


@bp.post(f"{SETTINGS}/hours")
@login_required
def set_hours() -> Response:
    """Change the office hours; open pages of contacts show them at once."""
    account, form = chrome.account_or_404(), request.form
    try:
        office_hours.save(viewer(), account.id, form)
    except Invalid as refusal:
        return _page(refusal.errors, 422, form)
    broadcasts.access_changed(team.connected(account.id))
    return go_to(f"{SETTINGS}#hours", "Saved.")


@bp.get(f"{SETTINGS}/mode")
@login_required
def mode() -> Response:
    """The dialog that says what another mode will do."""
    account = administering.administered(viewer(), chrome.account_or_404().id)
    wanted = request.args.get("mode", "")
    if wanted not in MODES:
        raise Missing
    if wanted == account.mode:
        return go_to(SETTINGS, f"{account.name} is in {MODES[wanted]} mode already.")
    owners = administering.owners(account.id)
    return page_or_partial("account_mode", account=account, mode=wanted, owners=owners)


@bp.post(f"{SETTINGS}/mode")
@login_required
def switch_mode() -> Response:
    """Switch between Landlord and Property Manager; team and owners see it at once."""
    account, wanted = chrome.account_or_404(), request.form.get("mode", "")
    if administering.switch_mode(viewer(), account.id, wanted):
        broadcasts.access_changed(team.connected(account.id, (*TEAM_ROLES, OWNER)))
    return go_to(SETTINGS, f"{account.name} is in {MODES[wanted]} mode.")


def _hand_over_form(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    account = administering.administered(viewer(), chrome.account_or_404().id)
    found = administering.successors(account.id)
    choices = [(one.id, f"{one.user.name}, {one.user.email}") for one in found]
    return page_or_partial(
        "account_hand_over",
        status,
        account=account,
        choices=[("", "Choose from your team"), *choices] if choices else [],
        typed=request.form,
        errors=errors or {},
    )


@bp.get(f"{SETTINGS}/hand-over")
@login_required
def successors() -> Response:
    """The dialog that hands the account over to a sub-admin."""
    return _hand_over_form()


@bp.post(f"{SETTINGS}/hand-over")
@login_required
@limits.of_changes(lambda errors: _hand_over_form(errors, 429))
def hand_over() -> Response:
    """Make a sub-admin the admin; who was it becomes a sub-admin."""
    account, proof = chrome.account_or_404(), viewer().password_hash
    administering.administered(viewer(), account.id)
    errors = _wrong_password(proof)
    successor = request.form.get("successor", type=int)
    if successor is None:
        errors["successor"] = "Choose who takes over."
    if errors or successor is None:
        return _hand_over_form(errors, 422)
    try:
        chosen = administering.hand_over(viewer(), account.id, successor, proof)
    except Outdated:
        return _hand_over_form({"current_password": WRONG_PASSWORD}, 422)
    broadcasts.account_changed(account.id)
    return go_to(SETTINGS, f"{chosen.name} is the admin of {account.name} now.")


def _close_form(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    account = administering.administered(viewer(), chrome.account_or_404().id)
    return page_or_partial(
        "account_close", status, account=account, typed=request.form, errors=errors or {}
    )


@bp.get(f"{SETTINGS}/close")
@login_required
def closing_form() -> Response:
    """The dialog that closes the account."""
    return _close_form()


@bp.post(f"{SETTINGS}/close")
@login_required
@limits.of_changes(lambda errors: _close_form(errors, 429))
def close() -> Response:
    """Close the account for good; everybody concerned sees it at once."""
    account, proof = chrome.account_or_404(), viewer().password_hash
    administering.administered(viewer(), account.id)
    errors, typed = _wrong_password(proof), request.form.get("name", "")
    try:
        closing.check_name(account, typed)
    except Invalid as refusal:
        errors |= refusal.errors
    if errors:
        return _close_form(errors, 422)
    try:
        concerned = closing.close(viewer(), account.id, typed, proof)
    except Invalid as refusal:
        return _close_form(refusal.errors, 422)
    except Outdated:
        return _close_form({"current_password": WRONG_PASSWORD}, 422)
    broadcasts.access_changed(concerned)
    return go_to(SETTINGS, f"{account.name} is closed.")


def _wrong_password(proof: str) -> dict[str, str]:
    right = is_right(proof, request.form.get("current_password", ""))
    return {} if right else {"current_password": WRONG_PASSWORD}
