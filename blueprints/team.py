"""Settings → Team: who is on it, what sub-admins may do, adding and removing."""

from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts, chrome, limits
from blueprints.access import viewer
from blueprints.connecting import handed, sent_words
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial, wants_partial
from blueprints.words import CHANNELS
from models import inviting, keeping, permissions, policy, team_list, teammates
from models.account import PROPERTY_MANAGER, Account
from models.connection import DISCONNECTED, MANAGE, VIEW, Connection
from models.errors import Conflict, Invalid, Missing
from models.team_list import MemberRow
from models.teammates import Wanted
from models.thread import CONTACTS, MAINTENANCE, OWNERS, SERVICE_PROS, TENANTS

bp = Blueprint("team", __name__, url_prefix="/settings/team")
bp.context_processor(chrome.mail_trouble)

HERE = "/settings/team"
LEVELS = {"none": 0, "view": VIEW, "manage": MANAGE}
SHORT = {
    TENANTS: "Tenants",
    SERVICE_PROS: "Service pros",
    OWNERS: "Owners",
    MAINTENANCE: "Requests",
    CONTACTS: "Contacts",
}
"""What stands above a column; `CHANNELS` has the whole names."""


@bp.get("")
@login_required
def index() -> Response:
    """The team of the account shown; admins change it here, the others see who is on it."""
    account = chrome.account_or_404()
    is_admin = policy.is_admin(viewer(), account.id)
    rows = team_list.rows(viewer(), account)
    present = [row for row in rows if row.state != DISCONNECTED]
    return page_or_partial(
        "settings_team",
        account=account,
        is_admin=is_admin and not account.is_closed,
        may_leave=not is_admin or teammates.other_admins(viewer(), account.id) > 0,
        rows=present,
        former=[row for row in rows if row.state == DISCONNECTED],
        properties=list(policy.visible_properties(viewer(), account.id)),
        **_columns(account),
    )


@bp.post("/<int:member>")
@login_required
def change(member: int) -> Response:
    """Change levels of one member; those that are as the page showed them are left alone.

    Another admin may have changed those meanwhile.
    """
    account = keeping.managed_member(viewer(), member).account
    tie = permissions.set_levels(viewer(), member, _changed_levels())
    broadcasts.account_changed(account.id)
    if not wants_partial():
        return go_to(HERE, "Saved.")
    row = team_list.row(viewer(), tie)
    page = render_template("partials/team_member.html", row=row, is_admin=True, **_columns(account))
    response: Response = make_response(page)
    response.headers["HX-Trigger"] = '{"toast": "Saved."}'
    return response


@bp.get("/new")
@login_required
def new() -> Response:
    """The dialog that adds somebody to the team."""
    account = chrome.account_or_404()
    keeping.require_admin(viewer(), account.id)
    return _new_form()


@bp.post("/new")
@login_required
@limits.of_mails(lambda errors: _new_form(errors, 429), lambda: _act() == "invite", by="team")
def add() -> Response:
    """Add a teammate; `act` says how they are invited: by mail, or by a `link` to hand over."""
    account, form = chrome.account_or_404(), request.form
    wanted = Wanted(form.get("name", ""), form.get("email", ""), _levels(), _places())
    note = form.get("note", "")
    keeping.require_admin(viewer(), account.id)
    try:
        inviting.check_sendable(wanted.email, note)
        member = teammates.add(viewer(), account.id, wanted)
    except Invalid as refusal:
        return _new_form(refusal.errors, 422)
    if _act() == "link":
        return handed(member)
    try:
        inviting.invite(viewer(), member.id, member.email, note)
    except Conflict as refusal:
        return go_to(HERE, refusal.sentence)
    broadcasts.account_changed(account.id)
    return go_to(HERE, sent_words(member))


@bp.get("/<int:member>/properties")
@login_required
def properties(member: int) -> Response:
    """The dialog that says for which properties a member works."""
    return _places_form(keeping.managed_member(viewer(), member))


@bp.post("/<int:member>/properties")
@login_required
def limit(member: int) -> Response:
    """Let a member work for all properties or for some."""
    tie = keeping.managed_member(viewer(), member)
    try:
        tie = permissions.set_places(viewer(), member, _places())
    except Invalid as refusal:
        return _places_form(tie, refusal.errors, 422)
    broadcasts.account_changed(tie.account_id)
    return go_to(HERE, "Saved.")


@bp.get("/<int:member>/remove")
@login_required
def confirm_removal(member: int) -> Response:
    """The question before somebody is taken off the team."""
    tie = keeping.managed_member(viewer(), member)
    return page_or_partial("team_remove", row=team_list.row(viewer(), tie), account=tie.account)


@bp.post("/<int:member>/remove")
@login_required
def remove(member: int) -> Response:
    """Take a sub-admin off the team, or who is invited off the list."""
    tie = keeping.managed_member(viewer(), member)
    try:
        closed = teammates.remove(viewer(), member)
    except Conflict as refusal:
        return go_to(HERE, refusal.sentence)
    _tell_ended(tie, closed)
    name = tie.user.name if tie.user else tie.name
    return go_to(HERE, f"{name} is not on the team any more.")


@bp.get("/leave")
@login_required
def confirm_leaving() -> Response:
    """The question before one leaves the team oneself."""
    return page_or_partial("team_leave", account=chrome.account_or_404())


@bp.post("/leave")
@login_required
def leave() -> Response:
    """Leave the team; the last admin cannot."""
    account = chrome.account_or_404()
    mine = (one for one in policy.team_connections(viewer()) if one.account_id == account.id)
    own = next(mine, None)
    if own is None:  # removed in this moment
        raise Missing
    try:
        closed = teammates.leave(viewer(), account.id)
    except Conflict as refusal:
        return go_to(HERE, refusal.sentence)
    _tell_ended(own, closed)
    return go_to("/messages", f"You left the team of {account.name}.")


def _columns(account: Account) -> dict[str, Any]:
    """What the table of permissions has columns for, and the words of the levels.

    Owners are not there in Landlord mode, and what is allowed about them waits.
    """
    shown = [one for one in SHORT if one != OWNERS or account.mode == PROPERTY_MANAGER]
    whole = {one: CHANNELS[one].name if one in CHANNELS else "Contacts" for one in shown}
    return {
        "columns": [(one, SHORT[one], whole[one]) for one in shown],
        "levels": {number: name for name, number in LEVELS.items()},
    }


def _new_form(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    account = chrome.account_or_404()
    return page_or_partial(
        "team_new",
        status,
        account=account,
        typed=request.form,
        chosen=request.form.getlist("places"),
        properties=list(policy.visible_properties(viewer(), account.id)),
        errors=errors or {},
        **_columns(account),
    )


def _places_form(
    tie: Connection, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    row: MemberRow = team_list.row(viewer(), tie)
    posted = request.method == "POST"
    return page_or_partial(
        "team_properties",
        status,
        row=row,
        properties=list(policy.visible_properties(viewer(), tie.account_id)),
        some=request.form.get("reach") == "some" if posted else not row.all_properties,
        chosen=request.form.getlist("places") if posted else [str(one) for one in row.places],
        errors=errors or {},
    )


def _act() -> str:
    return request.form.get("act", "invite")


def _levels() -> dict[str, int]:
    """The levels of a new teammate; what is not chosen is none."""
    form = request.form
    return {one: LEVELS.get(form.get(one, ""), 0) for one in permissions.CHOSEN}


def _changed_levels() -> dict[str, int]:
    """The levels that were chosen and are not what the page showed."""
    form = request.form
    return {
        one: LEVELS[form[one]]
        for one in permissions.CHOSEN
        if form.get(one) in LEVELS and form[one] != form.get(f"{one}-was")
    }


def _places() -> list[str] | None:
    """The ids of the properties chosen; None for all."""
    return request.form.getlist("places") if request.form.get("reach") == "some" else None


def _tell_ended(tie: Connection, closed: list[int]) -> None:
    """Let who has gone, the team, and both sides of each chat look again."""
    if tie.user:
        broadcasts.access_changed([tie.user])
    broadcasts.account_changed(tie.account_id)
    for thread in closed:
        broadcasts.thread_changed(thread)
