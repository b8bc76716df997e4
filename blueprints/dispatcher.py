"""Tells what waits in the outbox: claims a row, builds its mail, hands it over, marks it."""

import logging
import smtplib

from flask import Flask

from blueprints import emails, mailing
from blueprints.extensions import socketio
from models import clock, outbox, signing_in
from models.database import connected
from models.outbox import Outbox

log = logging.getLogger(__name__)

ROUND_S = 1
"""Seconds between two looks into the outbox."""


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
    return sent


def _run(app: Flask) -> None:
    while True:
        try:
            dispatch_due(app)
        except Exception:
            log.exception("The outbox could not be read; trying again")
        socketio.sleep(ROUND_S)


def _dispatch(row: Outbox, at: int) -> bool:
    try:
        told = _tell(row, at)
    except Exception as error:  # noqa: BLE001  # one bad row must not hold up the others
        _failed(row, error, at)
        return False
    outbox.done(row, at)
    return told


def _tell(row: Outbox, at: int) -> bool:
    if row.kind == outbox.ASKED and row.link is None and signing_in.answer(row, at) is None:
        return False
    mail = emails.mail_of(row, at)
    if mail is None:
        return False
    mailing.hand_over(emails.message_of(mail), f"{row.id:08}-{mail.reference[:8]}")
    return True


def _failed(row: Outbox, error: Exception, at: int) -> None:
    if mailing.is_final(error):
        log.warning("Mail %s was refused for good: %s", row.id, error)
        outbox.done(row, at)
        return
    if isinstance(error, OSError | smtplib.SMTPException):
        log.warning("Mail %s could not be handed over, try %s: %s", row.id, row.attempts, error)
    else:
        log.error("Mail %s could not be built, try %s", row.id, row.attempts, exc_info=error)
    outbox.put_off(row, at)
