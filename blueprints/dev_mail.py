"""The outbox folder in the browser, for trying Hallway out without a mail server.

Everybody's sign-in links stand here, so it exists only on a server that nobody else
can reach.
"""

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from blueprints import security
from blueprints.config import is_loopback
from blueprints.launch import exposed_by
from blueprints.mailing import outbox_folder
from blueprints.rendering import page_or_partial

bp = Blueprint("dev_mail", __name__, url_prefix="/dev/mail")

# A proxy in front lets others in, though this server was not told of it.
FORWARDED = ("Forwarded", "X-Forwarded-")

NAME = re.compile(r"[0-9]{8,}-[0-9a-f]{8}")

# The mail is somebody else's words: no script, no form, no request to anywhere.
OF_A_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True)
class Letter:
    """A mail in the folder; `written_at` in milliseconds."""

    name: str
    subject: str
    sender: str
    to: str
    text: str
    html: str
    written_at: int


@bp.before_request
def only_in_private() -> None:
    """Answer 404 where this must not exist."""
    # Another site could give its name our address and read along (DNS rebinding): the browser
    # then still says that other name.
    host = urlsplit(f"//{request.host}").hostname or ""
    forwarded = any(name.startswith(FORWARDED) for name, _ in request.headers)
    here = is_loopback(host) and is_loopback(request.remote_addr or "")
    if exposed_by(current_app) or forwarded or not here:
        abort(404)


@bp.get("")
def all_mails() -> Response:
    """The mails, the newest first."""
    paths = (path for path in outbox_folder(current_app).glob("*.eml") if NAME.fullmatch(path.stem))
    newest = sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    return page_or_partial("dev_mail", letters=[_read(path) for path in newest[:100]])


@bp.get("/<name>")
def one_mail(name: str) -> Response:
    """One mail: its headers, its text, and its HTML in a frame that may do nothing."""
    response = page_or_partial("dev_letter", letter=_letter_or_404(name))
    response.headers["Content-Security-Policy"] = (
        f"{security.content_security_policy(current_app)}; frame-src 'self'"
    )
    return response


@bp.get("/<name>/html")
def html_of_mail(name: str) -> Response:
    """The HTML of a mail as a document of its own."""
    letter = _letter_or_404(name)
    response: Response = make_response(render_template("emails/framed.html", html=letter.html))
    response.headers["Content-Security-Policy"] = OF_A_MAIL
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _letter_or_404(name: str) -> Letter:
    path = outbox_folder(current_app) / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        abort(404)
    return _read(path)


def _read(path: Path) -> Letter:
    parsed = BytesParser(EmailMessage, policy=policy.default).parsebytes(path.read_bytes())
    return Letter(
        name=path.stem,
        subject=str(parsed["subject"]),
        sender=str(parsed["from"]),
        to=str(parsed["to"]),
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
        written_at=path.stat().st_mtime_ns // 1_000_000,
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
