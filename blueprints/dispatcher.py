"""Tells what waits in the outbox: claims a row, builds its mail, hands it over, marks it."""

import logging
import smtplib
from collections.abc import Callable
from typing import Final

from flask import Flask

from blueprints import broadcasts, emails, mailing, request_mails, rounds, unread_mails
from blueprints.emails import Mail
from blueprints.extensions import socketio
from models import clock, outbox, signing_in, unread
from models.database import connected
from models.outbox import (
    ASKED,
    CHANGE,
    DIGEST,
    MESSAGE,
    NEWS,
    REMIND,
    REMINDER,
    UNREAD,
    Outbox,
)
from models.requests import news, reminders

log = logging.getLogger(__name__)

ROUND_S = 1
"""Seconds between two looks into the outbox."""


FANNED_OUT: Final[dict[str, Callable[[Outbox, int], None]]] = {
    MESSAGE: lambda row, at: unread.fan_out(row, at, unread_mails.delay()),
    CHANGE: lambda row, at: news.fan_out(row, at, unread_mails.delay(), lambda: socketio.sleep(0)),
    REMINDER: reminders.fan_out,
}
"""Kinds of rows that become a row for each person."""


def start(app: Flask) -> None:
    """Look into the outbox in the background for as long as the process lives."""
    socketio.start_background_task(_run, app)


def dispatch_due(app: Flask, at: int | None = None) -> int:
    """Tell everything that is due, and return how many mails were handed over.

    No transaction is open while a mail is on its way. A process that dies in between leaves
    a lease behind: when it has run out, the mail is sent again under the same Message-ID.

    :param at: the instant (ms) at which things are due; now if None.
    """
    sent = 0
    with app.app_context(), connected():
        while row := outbox.claim_next(clock.now() if at is None else at):
            sent += _dispatch(row, clock.now() if at is None else at)
            # A row that sends nothing may wait for nothing: others get their turn here.
            socketio.sleep(0)
    return sent


def _run(app: Flask) -> None:
    next_round = next_look = 0
    looked: int | None = None
    while True:
        try:
            dispatch_due(app)
            if clock.now() >= next_look:
                next_look = clock.now() + rounds.GLANCE
                looked = rounds.look(app, looked)
            if clock.now() >= next_round:
                next_round = clock.now() + rounds.PAUSE
                rounds.go(app)
        except Exception:
            log.exception("The outbox could not be read; trying again")
        socketio.sleep(ROUND_S)


def _dispatch(row: Outbox, at: int) -> bool:
    try:
        if row.kind in FANNED_OUT:
            FANNED_OUT[row.kind](row, at)
            return False
        mail = _mail_of(row, at)
        if mail is not None:
            mailing.hand_over(emails.message_of(mail), f"{row.id:08}-{mail.reference[:8]}")
    except Exception as error:  # noqa: BLE001  # one bad row must not hold up the others
        _failed(row, error, at)
        return False
    _close(row, at)
    if mail is not None:
        outbox.mail_went_out(at)
    return mail is not None


def _mail_of(row: Outbox, at: int) -> Mail | None:
    if row.kind in (UNREAD, DIGEST):
        return unread_mails.mail_of(row, at)
    if row.kind in (NEWS, REMIND):
        return request_mails.mail_of(row, at)
    if row.kind == ASKED and row.link is None and signing_in.answer(row, at) is None:
        return None
    return emails.mail_of(row, at)


def _close(row: Outbox, at: int) -> None:
    if row.kind in (UNREAD, DIGEST):
        unread.close(row, at, unread_mails.delay())
    elif row.kind == NEWS:
        news.close(row, at, unread_mails.delay())
    else:
        outbox.done(row, at)


def _failed(row: Outbox, error: Exception, at: int) -> None:
    if mailing.is_final(error):
        log.warning("Mail %s was refused for good: %s", row.id, error)
        _give_up(row, at)
        return
    if isinstance(error, OSError | smtplib.SMTPException):
        log.warning("Mail %s could not be handed over, try %s: %s", row.id, row.attempts, error)
    else:
        log.error("Mail %s could not be built, try %s", row.id, row.attempts, exc_info=error)
    if not outbox.put_off(row, at, server_fails=mailing.server_fails(error)):
        _give_up(row, at)


def _give_up(row: Outbox, at: int) -> None:
    """Close a row whose mail will not arrive; an account's team sees that of an invitation."""
    if row.link is None:
        _close(row, at)
        return
    outbox.give_up(row, at)
    if row.link.connection_id:
        broadcasts.account_changed(row.link.connection.account_id)
