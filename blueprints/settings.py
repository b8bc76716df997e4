"""What a person sets for themself: profile, password, devices."""

from typing import Any

from flask import Blueprint, redirect, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import chrome, limits
from blueprints.access import viewer
from blueprints.notices import go_to
from blueprints.passwords import chosen_password, is_right
from blueprints.rendering import page_or_partial
from blueprints.signing import end_session, end_sessions, is_phone, let_out
from models import profile, signing_in, zones
from models import session as sessions
from models.errors import Invalid

bp = Blueprint("settings", __name__, url_prefix="/settings")
bp.context_processor(chrome.mail_trouble)

PROFILE = "/settings/profile"

WRONG_PASSWORD = "That is not your current password."  # noqa: S105  # a sentence


def profile_form(
    errors: dict[str, str] | None = None, status: int = 200, typed: Any = None
) -> Response:
    """Settings → Profile, with what is wrong beside the field it is about.

    :param typed: what stands in the form of the profile, if it was sent; else what is stored.
    """
    return page_or_partial(
        "settings_profile",
        status,
        typed=typed or viewer(),
        zones=zones.options(),
        errors=errors or {},
    )


@bp.get("")
@login_required
def index() -> Response:
    """Settings begin with the profile."""
    return redirect(PROFILE)


@bp.get("/profile")
@login_required
def show_profile() -> Response:
    """Name, phone, time zone, appearance and password."""
    return profile_form()


@bp.post("/profile")
@login_required
def update_profile() -> Response:
    """Change name, phone, who may see it, and time zone."""
    form = request.form
    try:
        profile.update(
            viewer(),
            form.get("name", ""),
            form.get("phone", ""),
            "phone_consent" in form,
            form.get("zone", ""),
        )
    except Invalid as refusal:
        return profile_form(refusal.errors, 422, form)
    return go_to(PROFILE, "Saved.")


@bp.get("/password")
@login_required
def password_form() -> Response:
    """Where a refused change stands, asked for again: the form is part of the profile."""
    return redirect(PROFILE)


@bp.post("/password")
@login_required
@limits.of_changes(lambda errors: profile_form(errors, 429))
def change_password() -> Response:
    """Change the password; every other device is signed out."""
    me, errors = viewer(), {}
    proof = me.password_hash
    if not is_right(proof, request.form.get("current_password", "")):
        errors["current_password"] = WRONG_PASSWORD
    try:
        kept = chosen_password("new_password")
    except Invalid as refusal:
        errors |= refusal.errors
    if errors:
        return profile_form(errors, 422)
    try:
        signing_in.set_password(me, kept, me.session, proof=proof)
    except sessions.Outdated:
        return profile_form({"current_password": WRONG_PASSWORD}, 422)
    end_sessions(me, me.session)
    return go_to(PROFILE, "Your password is changed. Other devices were signed out.")


@bp.get("/devices")
@login_required
def devices() -> Response:
    """Where the person is signed in."""
    found = sessions.of(viewer())
    phones = {session.id for session in found if is_phone(session.device)}
    return page_or_partial(
        "settings_devices", sessions=found, phones=phones, here=viewer().session.id
    )


@bp.post("/devices/<int:session_id>/sign-out")
@login_required
def sign_out_device(session_id: int) -> Response:
    """Sign one of the person's devices out; this one goes to the sign-in page."""
    if session_id == viewer().session.id:
        let_out()
        return go_to("/sign-in")
    end_session(viewer(), session_id)
    return go_to("/settings/devices", "That device was signed out.")


@bp.post("/devices/sign-out-all")
@login_required
def sign_out_all() -> Response:
    """Sign every device of the person out, this one too."""
    end_sessions(viewer())
    let_out()
    return go_to("/sign-in")
