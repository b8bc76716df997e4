"""Handing a message over: to the mail server, or into the outbox folder when there is none."""

import os
import smtplib
import time
from pathlib import Path

import flask_mail
from flask import Flask, current_app

TIMEOUT_S = 20
"""Seconds that one step of the conversation with a mail server may take."""


class TimedConnection(flask_mail.Connection):
    """Flask-Mail's connection with a time limit, of which it knows none."""

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in as Flask-Mail's settings say."""
        kind = smtplib.SMTP_SSL if self.mail.use_ssl else smtplib.SMTP
        host = kind(self.mail.server, self.mail.port, timeout=TIMEOUT_S)
        if self.mail.use_tls:
            host.starttls()
        if self.mail.username and self.mail.password:
            host.login(self.mail.username, self.mail.password)
        return host

    def __exit__(self, *_: object) -> None:
        # The message is accepted by now: a failing farewell must not send it again.
        if self.host is not None:
            try:
                self.host.quit()
            except (OSError, smtplib.SMTPException):
                self.host.close()


def hand_over(message: flask_mail.Message, name: str) -> None:
    """Send `message`, or write it to `<instance>/outbox/<name>.eml`.

    :raises OSError: when the mail server does not answer, or the disk is full.
    :raises smtplib.SMTPException: when the mail server refuses.
    """
    if not current_app.config["MAIL_SERVER"]:
        write(message, outbox_folder(current_app) / f"{name}.eml")
        return
    with TimedConnection(current_app.extensions["mail"]) as connection:
        connection.send(message)


def outbox_folder(app: Flask) -> Path:
    """Where mails are put when no mail server is set."""
    return Path(app.instance_path) / "outbox"


def write(message: flask_mail.Message, path: Path) -> None:
    """Write a message to a file that is never there by half."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    message.date = message.date or time.time()
    aside = path.with_suffix(".part")
    with aside.open("wb") as file:
        file.write(message.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def is_final(error: Exception) -> bool:
    """Whether trying again is useless: the server refused this message for good (5xx)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return 500 <= error.smtp_code < 600
    return False


def server_fails(error: Exception) -> bool:
    """Whether the mail server takes nothing at all, whatever the message.

    It does not answer, refuses the sign-in, or refuses the sender, which is the same in all
    mails.
    """
    about_the_message = smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError
    return isinstance(error, OSError) and not isinstance(error, about_the_message)
