"""Dispatches one message again and again, killed one step later each time.

Every round a child is forked that dispatches and kills itself (SIGKILL) at its n-th step; then
the parent dispatches what the dead one left behind. Ends with the first child that lives.
Prints the steps at which children died. Arguments: database, instance folder, SMTP port, ids of
who writes and of the thread.
"""

import os
import signal
import smtplib
import sys

from app import create_app
from blueprints import emails, mailing
from blueprints.dispatcher import dispatch_due
from models import bundle, clock, outbox, unread
from models.database import connected, db
from models.posting import post_message
from models.user import User
from tests.factories import draft

STEPS = [
    (outbox, "claim_next"),
    (outbox, "finish"),
    (outbox, "put_unread"),
    (outbox, "remember"),
    (outbox, "mail_went_out"),
    (unread, "fan_out"),
    (unread, "take"),
    (unread, "close"),
    (bundle, "told_by"),
    (emails, "message_of"),
    (mailing, "hand_over"),
    (smtplib.SMTP, "getreply"),
]
AT = 1_795_424_400_000


class Reaper:
    """Counts steps, before and after each function, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.left = last

    def watch(self, owner: object, name: str) -> None:
        function = getattr(owner, name)

        def watched(*args: object, **kwargs: object) -> object:
            self.step(f"before {name}")
            result = function(*args, **kwargs)
            self.step(f"after {name}")
            return result

        setattr(owner, name, watched)

    def step(self, name: str) -> None:
        self.left -= 1
        if not self.left:
            os.write(1, f"{name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, folder: str, port: str, writer: str, thread: str) -> None:
    app = create_app(
        {
            "INSTANCE_PATH": folder,
            "DATABASE_URL": url,
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": int(port),
            "NOTIFY_DELAY_S": 60,
        }
    )
    number, lives = 0, False
    while not lives:
        number += 1
        at = AT + number * clock.DAY
        with connected():
            post_message(User.get_by_id(writer), int(thread), draft(f"Number {number}."), at)
        # Nobody may share a connection with a process that is about to die.
        db.obj.close_all()
        child = os.fork()
        if not child:
            reaper = Reaper(number)
            for owner, name in STEPS:
                reaper.watch(owner, name)
            dispatch_due(app, at)
            dispatch_due(app, at + clock.MINUTE)
            os._exit(0)
        lives = os.waitpid(child, 0)[1] == 0
        for later in (clock.HOUR, 2 * clock.HOUR):
            dispatch_due(app, at + later)
        db.obj.close_all()


if __name__ == "__main__":
    main(*sys.argv[1:])
