"""The invited: what they see of an invitation, and their answer."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints import broadcasts, limits
from blueprints.access import viewer
from blueprints.passwords import chosen_password
from blueprints.rendering import page_or_partial
from blueprints.signing import let_in
from blueprints.tokens import link_or_404
from models import inviting, joining, team
from models import link as links
from models import session as sessions
from models.connection import CONNECTED, DECLINED
from models.errors import Invalid, Refused
from models.homes import homes_of
from models.link import INVITATION, Link
from models.thread import COMMON
from models.user import by_address

bp = Blueprint("invitations", __name__, url_prefix="/invitations")

WHY_CLOSED = {
    links.EXPIRED: "This invitation has expired. Ask {account} for a new one.",
    links.VOID: "This invitation was taken back or replaced. Ask {account} for a new one.",
    links.USED: "This invitation was answered already. Ask {account} for a new one.",
}
DECLINED_IT = "You declined this invitation. Ask {account} for a new one."
JOINED_IT = "You already joined."


def _page(link: Link, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    """The invitation as whoever opens it can answer it.

    Whether the address has a user is told here to who opened a mailed link: they read its mail.
    A link copied by hand proves nothing, so its page is the same for everybody. A link that is
    over tells nothing more of the contact, whatever was sent to it.
    """
    if link.state() != links.OPEN:
        return _closed(link)
    contact = link.connection
    inviter = team.told_of(contact.account_id, link.sent_by)
    return page_or_partial(
        "invitation" if link.mailed else "invitation_by_hand",
        status,
        link=link,
        contact=contact,
        host=contact.account,
        inviter=inviter,
        place=homes_of([contact.id]).get(contact.id, ""),
        note=link.remembered.get("note", ""),
        name=request.form.get("name") or link.remembered.get("name") or contact.name,
        typed=request.form,
        invited=contact.email or link.email,
        me=viewer() if current_user.is_authenticated else None,
        known=by_address(link.email) if link.mailed else None,
        errors=errors or {},
        here=request.path.removesuffix("/decline"),
    )


def _page_at_limit(errors: dict[str, str]) -> Response:
    return _page(link_or_404(str((request.view_args or {})["token"]), INVITATION), errors, 429)


def _closed(link: Link) -> Response:
    # Read again: another request may have answered it while this one was on its way.
    link = Link.get_by_id(link.id)
    contact = link.connection
    sentence = WHY_CLOSED.get(link.state(), WHY_CLOSED[links.USED])
    if contact.state == CONNECTED:
        sentence = JOINED_IT
    elif contact.state == DECLINED and link.state() == links.USED:
        sentence = DECLINED_IT
    return page_or_partial(
        "invitation_closed",
        410,
        host=contact.account,
        sentence=sentence.format(account=contact.account.name),
        joined=contact.state == CONNECTED,
    )


@bp.get("/<token>")
def show(token: str) -> Response:
    """The invitation with its buttons; opening it answers nothing."""
    link = link_or_404(token, INVITATION)
    return _page(link)


@bp.post("/<token>")
@limits.of_mails(_page_at_limit)
def answer(token: str) -> Response:
    """Accept; or, by a link copied by hand, have a proper invitation mailed."""
    link = link_or_404(token, INVITATION)
    return _attempt(link, _accept if link.mailed else _confirm_address)


@bp.post("/<token>/decline")
def decline(token: str) -> Response:
    """Decline; the account may ask again."""
    link = link_or_404(token, INVITATION)
    return _attempt(link, _decline)


def _attempt(link: Link, act: Any) -> Response:
    try:
        response: Response = act(link)
    except links.Closed:
        return _closed(link)
    except Invalid as refusal:
        return _page(link, refusal.errors, 422)
    except Refused as refusal:
        return _page(link, {"invitation": refusal.sentence}, 409)
    return response


def _accept(link: Link) -> Response:
    if current_user.is_authenticated:
        joined = joining.accept(link, viewer())
        if joined.thread.kind == COMMON:
            # They go to what they have just joined, also when another account was shown.
            sessions.show_account(viewer().session, joined.thread.account_id)
    else:
        form = request.form
        joining.check_new(link, form.get("name", ""), form.get("password", ""))
        joined = joining.accept_new(link, form.get("name", ""), chosen_password())
        let_in(joined.user, keep=True)
    broadcasts.connection_changed(link.connection, (joined.thread.id, *joined.groups))
    if joined.thread.kind == COMMON:
        flash(f"You are on the team of {link.connection.account.name} now.")
        return redirect("/messages?channel=team")
    flash(f"You joined {link.connection.account.name}.")
    return redirect(f"/threads/{joined.thread.id}")


def _confirm_address(link: Link) -> Response:
    sent = inviting.confirm_address(
        link, request.form.get("name", ""), request.form.get("email", "")
    )
    return page_or_partial("check_email", email=sent.email, kind=sent.kind)


def _decline(link: Link) -> Response:
    joining.decline(link)
    broadcasts.account_changed(link.connection.account_id)
    return page_or_partial("declined", host=link.connection.account)
