"""The addresses of mailed links: the row's name under the server's signature."""

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from models import link as links
from models.errors import Missing
from models.link import INVITATION, Link

SALT = "hallway.link"


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


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", SALT)
