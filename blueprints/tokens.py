"""Addresses that stand in mails: what they name under the server's signature."""

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from models import link as links
from models.errors import Missing
from models.link import INVITATION, Link

SALT = "hallway.link"
TO_STOP_MAILS = "hallway.unsubscribe"


def address_of(link: Link) -> str:
    """The whole address that opens `link`, at the server's own public address.

    Never made from the request's Host: whoever asks could choose where the mail leads.
    """
    endpoint = "invitations.show" if link.kind == INVITATION else "links.show"
    signed = _signer().dumps([link.id, link.nonce])
    return current_app.config["BASE_URL"] + url_for(endpoint, token=signed, _external=False)


def link_or_404(token: str, *kinds: str) -> Link:
    """The link of one of `kinds` that an address names, in whatever state.

    :raises Missing: when the signature is not ours, or there is no such link.
    """
    try:
        link_id, nonce = _signer().loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise Missing from error
    found = links.find(link_id, nonce)
    if found.kind not in kinds:
        raise Missing
    return found


def address_to_unsubscribe(user: int, kind: str) -> str:
    """The whole address that stops mails of one kind to one person; it works for good."""
    signed = _signer(TO_STOP_MAILS).dumps([user, kind])
    path = url_for("notifications.unsubscribe", token=signed, _external=False)
    return current_app.config["BASE_URL"] + path


def unsubscribed_by(token: str) -> tuple[int, str]:
    """The user's id and the kind of mail that an address stops.

    :raises Missing: when the signature is not ours.
    """
    try:
        user, kind = _signer(TO_STOP_MAILS).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise Missing from error
    return user, kind


def _signer(salt: str = SALT) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt)
