"""Mails: what a row of the outbox tells becomes data, the data becomes a message."""

from dataclasses import dataclass, field
from email.charset import QP, Charset
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.policy import SMTP
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_mail import Message

from blueprints import tokens
from models import clock, keeping, policy, team
from models import link as links
from models.connection import TEAM_ROLES
from models.homes import homes_of
from models.link import INVITATION, RESET, SIGN_IN, SIGN_UP, Link
from models.outbox import JOINED_ELSEWHERE, Outbox
from models.user import by_address

QUOTED = Charset("utf-8")
QUOTED.body_encoding = QP


class Letter(Message):
    """Flask-Mail's message with lines that every mail server takes.

    Unencoded, a long name or note makes a line longer than the 998 bytes mail may have, and
    bytes that a server without 8BITMIME may damage.
    """

    def _message(self) -> MIMEBase:
        # A folded address is none: the library would break the long one of List-Unsubscribe into
        # encoded words. Flask-Mail has folded names and subjects already.
        message = super()._message()
        message.policy = SMTP.clone(refold_source="none")
        return message

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        part = MIMEText("", subtype, "us-ascii")
        del part["Content-Transfer-Encoding"]
        part.set_payload(text or "", QUOTED)
        return part


@dataclass(frozen=True)
class Enclosed:
    """A file that goes with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """One mail as data: `template` names `templates/emails/<template>.html` and `.txt`.

    `reference` makes the Message-ID: the same for every repeat. `headers` are those that
    this kind of mail has besides.
    """

    to: str
    subject: str
    template: str
    reference: str
    facts: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    enclosed: tuple[Enclosed, ...] = ()


def mail_of(row: Outbox, at: int) -> Mail | None:
    """What a row about a link tells now, or None when it is not worth telling any more.

    A link that was used, replaced or has expired since is not sent; who is told of a team's
    affairs is on the team at this moment.
    """
    if row.link is None or (row.kind != JOINED_ELSEWHERE and row.link.state(at) != links.OPEN):
        return None
    if row.kind == JOINED_ELSEWHERE:
        return _joined_elsewhere(row)
    of_kind = {
        SIGN_IN: _sign_in, RESET: _reset, SIGN_UP: _sign_up, INVITATION: _invitation,
    }[row.link.kind]  # fmt: skip
    subject, template, facts = of_kind(row.link)
    facts["address"] = tokens.address_of(row.link)
    return Mail(row.link.email, subject, template, row.remembered["reference"], facts)


def message_of(mail: Mail) -> Letter:
    """The mail rendered as text and HTML, ready to send; nothing is sent here."""
    facts = mail.facts | {"base_url": current_app.config["BASE_URL"], "subject": mail.subject}
    message = Letter(
        mail.subject,
        recipients=[mail.to],
        body=render_template(f"emails/{mail.template}.txt", **facts),
        html=render_template(f"emails/{mail.template}.html", **facts),
        extra_headers={
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        }
        | mail.headers,
    )
    host = urlsplit(current_app.config["BASE_URL"]).hostname
    message.msgId = f"<{mail.reference}@{host}>"
    for file in mail.enclosed:
        message.attach(file.name, file.content_type, file.content)
    return message


Told = tuple[str, str, dict[str, Any]]


def _sign_in(link: Link) -> Told:
    return "Your sign-in link for Hallway", "sign_in", {"name": link.user.first_name}


def _reset(link: Link) -> Told:
    return "Set a new password for Hallway", "reset", {"name": link.user.first_name}


def _sign_up(link: Link) -> Told:
    wish = link.remembered
    known = by_address(link.email)
    return f"Open {wish['account']} on Hallway", "sign_up", wish | {"known": known}


def _invitation(link: Link) -> Told:
    contact = link.connection
    inviter = team.told_of(contact.account_id, link.sent_by)
    facts = {
        "account": contact.account.name,
        "name": link.remembered.get("name") or contact.name,
        "role": contact.role,
        "place": homes_of([contact.id]).get(contact.id, ""),
        "note": link.remembered.get("note", ""),
        "inviter": inviter.name if inviter else "",
        "until": f"{clock.to_datetime(link.expires_at, contact.account.zone):%B %-d}",
    }
    return f"{contact.account.name} invited you to Hallway", "invitation", facts


def _joined_elsewhere(row: Outbox) -> Mail | None:
    contact = row.link.connection
    told = keeping.told_of(contact, row.link.sent_by)
    if told is None or policy.is_hidden(contact):
        return None
    where = "/settings/team" if contact.role in TEAM_ROLES else "/contacts"
    facts = {
        "name": told.first_name,
        "contact": contact.name,
        "account": contact.account.name,
        "joined": row.remembered["joined"],
        "invited": row.remembered["invited"],
        "address": f"{current_app.config['BASE_URL']}{where}",
        "is_team": contact.role in TEAM_ROLES,
    }
    subject = f"{contact.name} joined {contact.account.name} with another address"
    return Mail(told.email, subject, "joined_elsewhere", row.remembered["reference"], facts)
