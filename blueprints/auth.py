"""Signing in and out, signing up, and the links that are mailed for it."""

from typing import Any

from flask import Blueprint, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints import limits
from blueprints.errors import say_why_signed_out
from blueprints.passwords import is_right
from blueprints.rendering import page_or_partial
from blueprints.signing import let_in, let_out, local_path
from models import signing_in, signing_up
from models.account import LANDLORD
from models.errors import Invalid
from models.link import RESET, SIGN_IN, SIGN_UP
from models.session import Outdated
from models.user import by_address

bp = Blueprint("auth", __name__)

NO_MATCH = "That email and password don't match."
NO_PASSWORD = "Type your password."  # noqa: S105  # a sentence


def _form(name: str, errors: dict[str, str], status: int = 422, **context: Any) -> Response:
    return page_or_partial(name, status, errors=errors, typed=request.form, **context)


def _sign_in_form(errors: dict[str, str], status: int = 429) -> Response:
    return _form("sign_in", errors, status, after=local_path(request.values.get("next")))


def _forgot_form(errors: dict[str, str], status: int = 429) -> Response:
    return _form("forgot", errors, status)


def _sign_up_form(errors: dict[str, str], status: int = 429) -> Response:
    return _form("sign_up", errors, status, mode=request.form.get("mode", LANDLORD))


def _typed(name: str) -> str:
    return request.form.get(name, "")


def _check_email(kind: str, email: str) -> Response:
    return page_or_partial("check_email", email=email, kind=kind)


@bp.get("/sign-in")
def sign_in() -> Response:
    """The form, or onwards for who is signed in."""
    if current_user.is_authenticated:
        return redirect(local_path(request.args.get("next")))
    say_why_signed_out()
    return _sign_in_form({}, 200)


@bp.post("/sign-in")
@limits.of_tries(_sign_in_form)
def sign_in_by_password() -> Response:
    """Sign in, or say that address and password do not match: never which of them."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    if not email.strip() or not password:
        empty = {} if email.strip() else {"email": signing_up.ADDRESS_MISSING}
        return _sign_in_form(empty if password else empty | {"password": NO_PASSWORD}, 422)
    user = by_address(email)
    kept = user.password_hash if user else None
    if not is_right(kept, password) or user is None:
        return _sign_in_form({"password": NO_MATCH}, 422)
    try:
        let_in(user, keep="keep" in request.form, proof=kept)
    except Outdated:
        return _sign_in_form({"password": NO_MATCH}, 422)
    return redirect(local_path(request.form.get("next")))


@bp.post("/sign-in/link")
@limits.of_mails(_sign_in_form)
def mail_sign_in_link() -> Response:
    """Mail a link to sign in with, if somebody has the address; the answer is the same."""
    after = local_path(request.form.get("next"))
    try:
        email = signing_in.ask(SIGN_IN, request.form.get("email", ""), after)
    except Invalid as refusal:
        return _sign_in_form(refusal.errors, 422)
    return _check_email(SIGN_IN, email)


@bp.post("/sign-out")
def sign_out() -> Response:
    """Sign this browser out."""
    let_out()
    return redirect("/sign-in")


@bp.get("/forgot")
def forgot() -> Response:
    """The form that asks where to mail a link for a new password."""
    return _forgot_form({}, 200)


@bp.post("/forgot")
@limits.of_mails(_forgot_form)
def mail_reset_link() -> Response:
    """Mail a link to set a new password, if somebody has the address; the answer is the same."""
    try:
        email = signing_in.ask(RESET, request.form.get("email", ""))
    except Invalid as refusal:
        return _forgot_form(refusal.errors, 422)
    return _check_email(RESET, email)


@bp.get("/sign-up")
def sign_up() -> Response:
    """The form for landlords and property managers."""
    return _sign_up_form({}, 200)


@bp.post("/sign-up")
@limits.of_mails(_sign_up_form)
def mail_sign_up_link() -> Response:
    """Mail a link that opens the account; the answer is the same for every address."""
    try:
        asked = signing_up.ask(
            _typed("name"), _typed("email"), _typed("account"), _typed("mode"), _typed("zone")
        )
    except Invalid as refusal:
        return _sign_up_form(refusal.errors, 422)
    return _check_email(SIGN_UP, asked.email)
