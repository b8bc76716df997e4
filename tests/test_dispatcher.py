"""The dispatcher: a real mail server, one that is down, one that dies half-way, none at all."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from app import create_app
from blueprints import broadcasts, mailing
from blueprints.dispatcher import dispatch_due
from models import inviting, joining, outbox, retention, signing_in
from models.clock import DAY, HOUR, SECOND, now
from models.connection import NOT_CONNECTED
from models.database import connected, db
from models.link import SIGN_IN, Link
from models.outbox import FIRST_PAUSE, LEASE, Outbox
from models.thread import TENANTS
from tests.factories import contact, member, office, person, set_right, tie_of
from tests.mailbox import Read, files, mails, parsed
from tests.servers import free_port
from tests.test_links import at_once


class Inbox:
    """A mail server's memory; `refusal` is answered to the data instead of 250."""

    def __init__(self) -> None:
        self.letters: list[Read] = []
        self.refusal: str | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refusal:
            return self.refusal
        self.letters.append(parsed(envelope.content))
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    memory = Inbox()
    controller = Controller(memory, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield memory, controller.port
    controller.stop()


def app_with(tmp_path: Path, url: str, **settings: object) -> Flask:
    return create_app(
        {
            "TESTING": True,
            "INSTANCE_PATH": str(tmp_path / "instance"),
            "DATABASE_URL": url,
            "MAIL_SUPPRESS_SEND": False,
            "IN_BACKGROUND": lambda work: work(),
        }
        | settings
    )


@pytest.fixture
def mailed(tmp_path: Path, sqlite_url: str, inbox: tuple[Inbox, int]) -> Iterator[Flask]:
    """The application with the mail server of `inbox`."""
    made = app_with(tmp_path, sqlite_url, MAIL_SERVER="127.0.0.1", MAIL_PORT=inbox[1])
    with connected():
        yield made
    db.obj.close_all()


def asked(at: int | None = None) -> Outbox:
    """Somebody's wish for a sign-in link, waiting in the outbox."""
    signing_in.ask(SIGN_IN, person("Priya Raman").email, at=at)
    return Outbox.select().order_by(Outbox.id.desc()).first()


def again(row: Outbox) -> Outbox:
    return Outbox.get_by_id(row.id)


def test_a_mail_server_gets_the_mail_once(mailed: Flask, inbox: tuple[Inbox, int]) -> None:
    row = asked()
    assert dispatch_due(mailed) == 1
    assert dispatch_due(mailed) == 0
    [letter] = inbox[0].letters
    assert letter.subject == "Your sign-in link for Hallway"
    assert letter.message["Message-ID"] == f"<{row.remembered['reference']}@127.0.0.1>"
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert "Replying to this mail does nothing" in letter.text
    assert letter.path.startswith("/links/")
    assert again(row).done_at is not None
    assert not files(mailed)


def test_lines_are_short_and_every_character_arrives(
    mailed: Flask, inbox: tuple[Inbox, int]
) -> None:
    house = office("Ünïcode " + "🦊" * 100)
    grace = contact(house.account, "מרים " * 20, state=NOT_CONNECTED)
    note = "Grüße {{ 7*7 }} <b>& more</b> " * 20
    inviting.invite(house.admin, grace.id, "grace@example.com", note)
    dispatch_due(mailed)
    [letter] = inbox[0].letters
    raw = bytes(letter.message)
    assert max(map(len, raw.split(b"\n"))) < 998
    assert raw.isascii()
    assert note.strip() in letter.text
    assert "&lt;b&gt;&amp; more&lt;/b&gt;" in letter.html
    assert house.account.name in letter.subject


def test_a_server_that_is_down_is_tried_again_later_with_longer_pauses(
    tmp_path: Path, sqlite_url: str, inbox: tuple[Inbox, int]
) -> None:
    down = app_with(tmp_path, sqlite_url, MAIL_SERVER="127.0.0.1", MAIL_PORT=1)
    with connected():
        at = now()
        row = asked(at)
        assert dispatch_due(down, at) == 0
        assert again(row).due_at == at + FIRST_PAUSE
        assert dispatch_due(down, at + FIRST_PAUSE - 1) == 0
        assert again(row).attempts == 1
        dispatch_due(down, at + FIRST_PAUSE)
        assert again(row).due_at == at + 3 * FIRST_PAUSE
        down.extensions["mail"].port = inbox[1]
        assert dispatch_due(down, at + 3 * FIRST_PAUSE) == 1
        assert len(inbox[0].letters) == 1
        assert Link.select().count() == 1
    db.obj.close_all()


def test_pauses_end_at_an_hour_and_tries_end_some_day(mailed: Flask) -> None:
    row = asked(0)
    Outbox.update(attempts=outbox.GIVE_UP - 1, lease="mine").execute()
    assert outbox.put_off(again(row), at=0)
    assert again(row).due_at == HOUR
    Outbox.update(attempts=outbox.GIVE_UP, lease="mine").execute()
    assert not outbox.put_off(again(row), at=DAY)
    assert outbox.put_off(again(row), at=DAY, server_fails=True)


def test_a_full_mailbox_is_tried_again_and_a_refusal_for_good_is_not(
    mailed: Flask, inbox: tuple[Inbox, int]
) -> None:
    inbox[0].refusal = "452 Mailbox full"
    at = now()
    row = asked(at)
    assert dispatch_due(mailed, at) == 0
    assert again(row).done_at is None
    inbox[0].refusal = "554 Not wanted"
    assert dispatch_due(mailed, at + HOUR // 12) == 0
    assert again(row).done_at is not None


def test_an_invitation_refused_for_good_is_remembered_and_the_team_hears_of_it(
    mailed: Flask, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(broadcasts, "account_changed", told.append)
    house = office()
    grace = contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
    sent = inviting.invite(house.admin, grace.id, "nobody@example.com")
    inbox[0].refusal = "550 No such user here"
    at = now()
    dispatch_due(mailed, at)
    row = Outbox.get(Outbox.link == sent)
    assert (row.done_at, row.refused_at) == (at, at)
    assert told == [house.account.id]
    inbox[0].refusal = None
    inviting.invite(house.admin, grace.id, "grace@example.com")
    assert dispatch_due(mailed) == 1
    assert [one.refused for one in inviting.sent_to([grace.id])] == [False, True]
    retention.clear(at + 90 * DAY)
    assert Outbox.get_by_id(row.id)  # as long as they count as invited


class HangsUp(socketserver.StreamRequestHandler):
    """Takes the whole message, then dies before it says so."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
                return
            self.wfile.write(b"250 OK\r\n")


def test_a_server_that_dies_half_way_gets_the_same_mail_again(
    mailed: Flask, inbox: tuple[Inbox, int]
) -> None:
    at = now()
    row = asked(at)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as dying:
        threading.Thread(target=dying.serve_forever, daemon=True).start()
        mailed.extensions["mail"].port = dying.server_address[1]
        assert dispatch_due(mailed, at) == 0
        dying.shutdown()
    assert again(row).done_at is None
    mailed.extensions["mail"].port = inbox[1]
    assert dispatch_due(mailed, at + FIRST_PAUSE) == 1
    reference = row.remembered["reference"]
    assert inbox[0].letters[0].message["Message-ID"] == f"<{reference}@127.0.0.1>"


def test_a_dispatcher_killed_while_sending_leaves_a_lease_and_a_repeat_is_the_same_mail(
    mailed: Flask, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now()
    row = asked(at)

    def sent_then_killed(*sent: object) -> None:
        hand_over(*sent)
        raise KeyboardInterrupt

    hand_over = mailing.hand_over
    with monkeypatch.context() as patch:
        patch.setattr(mailing, "hand_over", sent_then_killed)
        with pytest.raises(KeyboardInterrupt):
            dispatch_due(mailed, at)
    assert dispatch_due(mailed, at + LEASE - 1) == 0
    assert dispatch_due(mailed, at + LEASE) == 1
    first, second = inbox[0].letters
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.path == second.path
    assert again(row).attempts == 2


def test_a_silent_server_is_left_after_a_while(
    mailed: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "TIMEOUT_S", 0.2)
    row = asked()
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as silent:
        mailed.extensions["mail"].port = silent.server_address[1]
        assert dispatch_due(mailed) == 0
    assert again(row).due_at > now()
    assert LEASE > 10 * 20 * SECOND


def test_a_row_that_cannot_be_built_holds_nobody_up(app: Flask) -> None:
    bad = asked(0)
    Outbox.update(details="{}").where(Outbox.id == bad.id).execute()
    good = asked(1)
    assert len(mails(app)) == 1
    assert again(good).done_at is not None
    assert again(bad).done_at is None


def test_what_is_not_worth_telling_any_more_is_dropped(app: Flask) -> None:
    house = office()
    grace = contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
    inviting.invite(house.admin, grace.id, "grace@example.com")
    inviting.revoke(house.admin, grace.id)
    assert mails(app) == []
    assert Outbox.get().done_at is not None


def test_nobody_without_a_user_is_mailed(app: Flask) -> None:
    signing_in.ask(SIGN_IN, "stranger@example.com")
    assert mails(app) == []
    assert Outbox.get().done_at is not None


def test_the_team_is_told_of_both_addresses(app: Flask) -> None:
    house = office()
    grace = contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
    link = inviting.invite(house.admin, grace.id, "grace@example.com")
    other = person("Grace Bellamy")
    joining.accept(link, other)
    told = mails(app)[-1]
    assert told.to == house.admin.email
    assert "grace@example.com" in told.text
    assert other.email in told.text


def test_an_inviter_who_does_not_see_the_contact_any_more_is_not_told(app: Flask) -> None:
    house = office()
    maya = member(house.account)
    grace = contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
    link = inviting.invite(maya, grace.id, "grace@example.com")
    set_right(tie_of(maya, house.account), TENANTS, 0)
    joining.accept(link, person("Grace Bellamy"))
    assert [mail.to for mail in mails(app)] == [house.admin.email]


def test_files_are_whole_and_private_and_a_repeat_overwrites_its_own(app: Flask) -> None:
    row = asked()
    assert len(mails(app)) == 1
    [path] = files(app)
    Outbox.update(done_at=None, leased_until=0).where(Outbox.id == row.id).execute()
    assert len(mails(app)) == 1
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert path.parent.stat().st_mode & 0o077 == 0


def test_no_transaction_is_open_while_a_mail_is_sent(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked()
    open_then: list[bool] = []
    monkeypatch.setattr(mailing, "hand_over", lambda *_: open_then.append(db.in_transaction()))
    dispatch_due(app)
    assert open_then == [False]


@pytest.mark.usefixtures("bound")
def test_many_dispatchers_at_once_take_each_row_once() -> None:
    for _ in range(6):
        asked(0)

    def take(_: int) -> list[int]:
        taken = []
        while row := outbox.claim_next(1):
            taken.append(row.id)
        return taken

    taken = [row for one in at_once(take, 4) for row in one]
    assert sorted(taken) == sorted(row.id for row in Outbox.select())


@pytest.mark.usefixtures("bound")
def test_a_lost_lease_marks_nothing() -> None:
    asked(0)
    late = outbox.claim_next(0)
    outbox.claim_next(LEASE)
    outbox.done(late, LEASE)
    outbox.put_off(late, LEASE)
    assert again(late).done_at is None
    assert again(late).leased_until == 2 * LEASE
