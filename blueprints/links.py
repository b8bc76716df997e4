"""The links that are mailed for signing in, signing up and a new password."""

from flask import Blueprint, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints.access import viewer
from blueprints.passwords import chosen_password
from blueprints.rendering import page_or_partial
from blueprints.signing import end_sessions, let_in, local_path
from blueprints.tokens import link_or_404
from models import link as links
from models import signing_in, signing_up
from models.errors import Invalid, Refused
from models.link import RESET, SIGN_IN, SIGN_UP, Link
from models.user import by_address

bp = Blueprint("links", __name__, url_prefix="/links")

KINDS = (SIGN_IN, SIGN_UP, RESET)
CLOSED = {
    links.USED: "This link has been used.",
    links.VOID: "A newer link took the place of this one.",
    links.EXPIRED: "This link has expired.",
}


@bp.get("/<token>")
def show(token: str) -> Response:
    """The page of a mailed link with its button: mail scanners follow links, they press nothing."""
    link = link_or_404(token, *KINDS)
    return _closed(link) if link.state() != links.OPEN else _link_page(link)


@bp.post("/<token>")
def use(token: str) -> Response:
    """Do what the link was mailed for."""
    link = link_or_404(token, *KINDS)
    try:
        return {SIGN_IN: _sign_in_by, SIGN_UP: _open_account, RESET: _set_password}[link.kind](link)
    except links.Closed:
        return _closed(link)
    except Invalid as refusal:
        return _link_page(link, refusal.errors, 422)
    except Refused as refusal:
        return _link_page(link, {"link": refusal.sentence}, 409)


def _closed(link: Link) -> Response:
    # Read again: another request may have closed it while this one was on its way.
    why = Link.get_by_id(link.id).state()
    return page_or_partial(
        "link_closed", 410, kind=link.kind, sentence=CLOSED.get(why, CLOSED[links.USED])
    )


def _link_page(link: Link, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    known = link.user or by_address(link.email)
    is_theirs = current_user.is_authenticated and known is not None and current_user.id == known.id
    return page_or_partial(
        f"link_{link.kind}",
        status,
        link=link,
        wish=link.remembered,
        known=known,
        is_theirs=is_theirs,
        errors=errors or {},
        here=request.path,
    )


def _sign_in_by(link: Link) -> Response:
    let_in(signing_in.by_link(link), keep="keep" in request.form)
    return redirect(local_path(link.remembered.get("after")))


def _set_password(link: Link) -> Response:
    user = signing_in.reset(link, chosen_password())
    end_sessions(user)
    let_in(user, keep=True)
    flash("Your password is changed. Other devices were signed out.")
    return redirect("/")


def _open_account(link: Link) -> Response:
    is_new = by_address(link.email) is None
    person = viewer() if current_user.is_authenticated else None
    admin, account = signing_up.open_account(link, person, chosen_password() if is_new else "")
    if is_new:
        let_in(admin, keep=True)
    flash(f"{account.name} is open.")
    return redirect("/")
