"""`python -m benchmarks`: how cost grows with what is stored, as ratios within one run."""

import tempfile
import uuid
from functools import partial
from pathlib import Path

from benchmarks import data
from benchmarks.measuring import ratio, show
from models import clock, database, inbox, policy, sync, view
from models.database import db, transaction
from models.posting import Draft, post_message
from models.requests import listing, sight
from models.requests.listing import Wish
from models.search import search
from models.seen import SeenMessage
from models.thread import ThreadPerson
from models.user import User
from models.view import View

FEW, MANY = 60, 600
SHORT, LONG = 1_000, 100_000
KNOWN, EVERYBODY = 500, 5_000
DONE, MANY_DONE, OPEN = 500, 5_000, 50


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database.connect_to(f"sqlite:///{Path(folder) / 'bench.db'}")
        database.migrate()
        with db.connection_context():
            print(f"{'':<68} {'this':>11} {'that':>11} {'ratio':>9}")
            lists()
            logs()
            sending()
            searching()
            requests()
        db.obj.close_all()


def lists() -> None:
    """The inbox: everything one person sees, with unread numbers and last messages."""
    small, large = data.office("Harbor Homes"), data.office("Elm Partners")
    data.dialogues(small, FEW, 10)
    data.dialogues(large, MANY, 10)

    def inbox_of(admin: User) -> None:
        found = inbox.positions(admin)
        inbox.badge(found)
        inbox.rows(admin, found[:30])

    show(
        f"list, totals and badge: {MANY} conversations / {FEW}",
        *ratio(lambda: inbox_of(large.admin), lambda: inbox_of(small.admin)),
    )
    thread, now = large.threads[0].id, clock.now()
    admin = large.admin.id
    show(
        "one person's way into one thread: built each time / prepared",
        *ratio(
            lambda: list(policy.access(admin, thread, now).bind(db).tuples()),
            lambda: view._access.rows(person=admin, thread=thread, at=now),  # noqa: SLF001  as it is
        ),
    )


def logs() -> None:
    """One conversation, long or short: how long it is should not matter."""
    short, long = Log("Pine Street", SHORT), Log("Oak Street", LONG)
    # The planner chooses by these numbers, as it does in a database that has lived for a while.
    db.execute_sql("ANALYZE")
    for what, act in (
        ("newest page", Log.newest),
        ("page in the middle", Log.middle),
        ("catch-up of 20", Log.catch_up),
        ("unread, none ever read", Log.unread),
    ):
        times = ratio(partial(act, long), partial(act, short))
        show(f"{what}: {LONG:,} messages / {SHORT:,}", *times)


class Log:
    """One conversation of this many messages, read by the admin of its account."""

    def __init__(self, name: str, messages: int) -> None:
        office = data.office(name)
        data.dialogues(office, 1, messages)
        self.reader, self.thread = office.admin, office.threads[0]
        page, first = self.newest(), self.view().after(0, 1)
        self.half = (first[0].id + page[-1].id) // 2
        self.held = page[-21].version

    def view(self) -> View:
        return View.load(self.reader, self.thread.id)

    def newest(self) -> list[SeenMessage]:
        return self.view().newest()

    def middle(self) -> list[SeenMessage]:
        return self.view().before(self.half)

    def catch_up(self) -> sync.Changes:
        return sync.changes(self.view(), self.held)

    def unread(self) -> list[inbox.Position]:
        return inbox.positions(self.reader)


def sending() -> None:
    """A send is durable when answered; that is compared with the least that is durable."""
    office = data.office("Cedar Row")
    data.dialogues(office, 1, 10)
    (thread,) = office.threads
    admin = office.admin
    ThreadPerson.create(user=admin, thread=thread, read_seq=0)
    once = Draft("The plumber comes at ten.", str(uuid.uuid4()))

    def send() -> None:
        post_message(admin, thread.id, Draft(once.body, str(uuid.uuid4())))

    def least() -> None:
        with transaction():
            ThreadPerson.update(read_seq=ThreadPerson.read_seq + 1).where(
                ThreadPerson.thread == thread
            ).execute()

    show("send, durable / the smallest durable write", *ratio(send, least))
    post_message(admin, thread.id, once)
    show("send, durable / its repeat", *ratio(send, lambda: post_message(admin, thread.id, once)))


def searching() -> None:
    """What a keystroke in the search bar costs, from the query to the results."""
    small, large = data.office("Lark Lane"), data.office("Finch Row")
    data.contacts(small, KNOWN)
    data.contacts(large, EVERYBODY)
    db.execute_sql("ANALYZE")

    def typed(where: data.Office, query: str) -> None:
        search(where.admin, where.account.id, query)

    for what, query in (("a beginning", "pri"), ("a mistake", "pirya kowla")):
        show(
            f"search, {what}: {EVERYBODY:,} contacts / {KNOWN}",
            *ratio(partial(typed, large, query), partial(typed, small, query)),
        )


def requests() -> None:
    """The list of requests: what is open of few or of many, and all of them."""
    small, large = data.office("Larch Court"), data.office("Elm Row")
    data.requests(small, DONE, OPEN)
    data.requests(large, MANY_DONE, OPEN)
    db.execute_sql("ANALYZE")

    def listed(where: data.Office, tab: str) -> None:
        listing.listing(where.admin, where.account.id, (), Wish(tab=tab))

    def counted(where: data.Office) -> None:
        sight.open_count(where.admin, where.account.id)

    size = f"{MANY_DONE:,} requests / {DONE}"
    show(
        f"the number of {OPEN} open: {size}", *ratio(*(partial(counted, o) for o in (large, small)))
    )
    for what, tab in ((f"the list of {OPEN} open", "open"), ("the list of all", "all")):
        show(f"{what}: {size}", *ratio(partial(listed, large, tab), partial(listed, small, tab)))


if __name__ == "__main__":
    main()
