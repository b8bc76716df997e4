"""Mails about unread messages: what the models found becomes subject, words and headers."""

from flask import current_app

from blueprints import tokens
from blueprints.emails import Mail
from blueprints.extensions import socketio
from blueprints.words import AUDIENCES
from models import bundle, clock, inbox, names, unread
from models.bundle import Part, Unread
from models.outbox import Outbox
from models.preferences import MESSAGES
from models.seen import SeenMessage
from models.thread import EVERYBODY

GROUP = 5 * clock.MINUTE
"""Messages of one author that are closer together stand under one name, as in the log."""

LONGEST = 1_500
"""Characters of one message that a mail shows; programs cut off mails that are too long."""


def delay() -> int:
    """How many milliseconds a message may stay unread before it is mailed, as set."""
    seconds: int = current_app.config["NOTIFY_DELAY_S"]
    return seconds * clock.SECOND


def mail_of(row: Outbox, at: int) -> Mail | None:
    """The mail of a claimed row; None when it is not to be sent, or not now."""
    if not unread.take(row, at, delay(), _let_others):
        return None
    told = bundle.told_by(row, at, _let_others)
    if told is None:
        return None
    subject = _of_all(told) if told.is_digest else _of_one(told.parts[0])
    stop = tokens.address_to_unsubscribe(told.user.id, MESSAGES)
    facts = {
        "unread": told,
        "lines": {part.thread: _lines(part, told.user.zone) for part in told.parts},
        "settings": f"{current_app.config['BASE_URL']}/settings/notifications",
        "stop": stop,
        "address": _address(None if told.is_digest else told.parts[0].thread),
        "address_of": _address,
    }
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return Mail(told.user.email, subject, "unread", row.remembered["reference"], facts, headers)


def _let_others() -> None:
    socketio.sleep(0)


def _address(thread: int | None) -> str:
    where = "messages" if thread is None else f"threads/{thread}"
    return f"{current_app.config['BASE_URL']}/{where}"


def _of_all(told: Unread) -> str:
    return f"{_number(told.total)} unread message{'' if told.total == 1 else 's'}"


def _of_one(part: Part) -> str:
    """Who mentioned them or wrote, from where; or how much there is, when it was several."""
    if part.mention:
        return _of_mention(part, part.mention)
    authors = {message.author_id for message in part.messages}
    what = "a message" if part.total == 1 else f"{_number(part.total)} messages"
    if len(authors) > 1 or part.more:
        return f"{what} in {part.where}" if part.has_name else f"{what} from {part.account_name}"
    message = part.messages[0]
    first = names.first(message.author_name)
    if part.is_request:
        return f"{first} wrote in {part.name}"
    if part.is_team and message.side == "team":
        return f"{first} wrote to {part.name}"
    origin = part.place if part.is_team else part.account_name
    return f"{first} from {origin} sent you {what}" if origin else f"{first} sent you {what}"


def _of_mention(part: Part, message: SeenMessage) -> str:
    first = names.first(message.author_name)
    if part.is_request or (part.is_team and message.side == "team"):
        return f"{first} mentioned you in {part.where}"
    origin = part.place if part.is_team else part.account_name
    return f"{first} from {origin} mentioned you" if origin else f"{first} mentioned you"


def _number(total: int) -> str:
    return f"{total:,}" if total < bundle.COUNTED else f"{bundle.COUNTED:,} or more"


def _lines(part: Part, zone: str) -> list[dict[str, str]]:
    """The messages in words; who goes on within a few minutes is not named again."""
    lines = []
    before = None
    for message in part.messages:
        goes_on = (
            before is not None
            and before.author_id == message.author_id
            and before.audience == message.audience
            and message.created_at - before.created_at < GROUP
        )
        lines.append(_line(message, zone) | ({"author": ""} if goes_on else {}))
        before = message
    return lines


def _line(message: SeenMessage, zone: str) -> dict[str, str]:
    """One message in words: author, time in the reader's zone, who else sees it, text, files."""
    local = clock.to_datetime(message.created_at, zone)
    body = message.body
    if len(body) > LONGEST:
        body = f"{body[:LONGEST].rstrip()}… (the rest is in Hallway)"
    return {
        "author": message.author_name,
        "time": f"{local:%b %-d, %H:%M}",
        "seen_by": "" if message.audience == EVERYBODY else AUDIENCES[message.audience],
        "body": body,
        "files": inbox.in_words(message.files) if message.files else "",
    }
