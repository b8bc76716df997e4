"""Being told by mail: once, of what is still unread, and of nothing else."""

import html
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from blueprints import mailing
from blueprints.dispatcher import dispatch_due
from models import bundle, outbox, posting, preferences, reading, unread
from models.account import LANDLORD
from models.clock import DAY, HOUR, MINUTE, SECOND
from models.connection import OWNER, SERVICE_PRO, VIEW
from models.database import connected, db, transaction
from models.message import Attachment, Message
from models.outbox import DIGEST, MESSAGE, UNREAD, Outbox
from models.preferences import DAILY, HOURLY, INSTANTLY, OFF
from models.record import append
from models.thread import AUDIENCES, TENANTS, ThreadPerson
from models.user import User
from tests import factories
from tests.factories import contact, dialogue_of, keep, member, office, say
from tests.mailbox import Read, mails
from tests.test_dispatcher import app_with
from tests.together import at_once

DELAY = 2 * MINUTE
AT = 1_795_424_400_000  # 2026-11-23 09:00 UTC


class House:
    """Birch & Vine: Daniel runs it, Priya is a tenant; the mails of `app` can be read."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.office = office("Birch & Vine")
        self.daniel = self.office.admin
        self.tie = contact(self.office.account, "Priya Raman", home=self.office.unit)
        self.priya = self.tie.user
        self.thread = dialogue_of(self.tie)

    def say(self, user: User, body: str = "Hello.", at: int = AT) -> Message:
        return say(user, self.thread, body, at=at)

    def told(self, at: int) -> list[Read]:
        """The mails that go out at an instant, and not before."""
        before = len(mails(self.app, at=0))
        return mails(self.app, at=at)[before:]

    def wishes(self, user: User, mail: str, quiet: tuple[str, str] | None = None) -> None:
        preferences.save(user, mail, quiet is not None, *(quiet or ("22:00", "07:00")))


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """On SQLite and on PostgreSQL."""
    made = app_with(tmp_path, database_url)
    with connected():
        yield House(made)
    db.obj.close_all()


@pytest.fixture
def home(app: Flask) -> House:
    """On SQLite alone."""
    return House(app)


def to(found: list[Read], user: User) -> list[Read]:
    return [mail for mail in found if mail.to == user.email]


class TestOnce:
    def test_a_message_unread_after_the_delay_is_mailed_once(self, house: House) -> None:
        house.say(house.daniel, "The plumber comes at ten.")
        assert house.told(AT + DELAY - 1) == []
        [mail] = house.told(AT + DELAY)
        assert mail.to == house.priya.email
        assert mail.subject == "Daniel from Birch & Vine sent you a message"
        assert "The plumber comes at ten." in mail.text
        assert "Daniel Foster, Nov 23, 09:00" in mail.text
        assert house.told(AT + DAY) == []

    def test_it_holds_what_came_meanwhile_and_the_next_one_only_what_is_new(
        self, house: House
    ) -> None:
        house.say(house.daniel, "One.")
        house.say(house.daniel, "Two.", AT + MINUTE)
        house.say(house.priya, "Not about me.", AT + MINUTE)
        [mail] = to(house.told(AT + DELAY), house.priya)
        assert mail.subject == "Daniel from Birch & Vine sent you 2 messages"
        assert mail.text.index("One.") < mail.text.index("Two.")
        assert "Not about me." not in mail.text
        house.say(house.daniel, "Three.", AT + HOUR)
        [mail] = to(house.told(AT + HOUR + DELAY), house.priya)
        assert "Three." in mail.text
        assert "Two." not in mail.text

    def test_everybody_who_takes_part_is_told_but_the_author(self, house: House) -> None:
        ruth = member(house.office.account, "Ruth Lindqvist", VIEW)
        maya = member(house.office.account, "Maya Okafor")
        house.say(maya, "Daniel asks when you are home.")
        found = house.told(AT + DELAY)
        assert {mail.to for mail in found} == {
            ruth.email, house.daniel.email, house.priya.email,
        }  # fmt: skip
        assert to(found, ruth)[0].subject == "Maya wrote to Priya Raman"
        assert to(found, house.priya)[0].subject == "Maya from Birch & Vine sent you a message"

    def test_several_authors_are_told_by_the_conversation(self, house: House) -> None:
        maya = member(house.office.account, "Maya Okafor")
        house.say(maya, "Does it still drip?")
        house.say(house.priya, "It does.", AT + 1)
        [mail] = to(house.told(AT + DELAY), house.daniel)
        assert mail.subject == "2 messages in the conversation with Priya Raman"
        assert "\n\n-- \nSent by Hallway" in mail.text

    def test_the_team_reads_who_wrote_from_where(self, home: House) -> None:
        home.say(home.priya, "It drips.")
        [mail] = home.told(AT + DELAY)
        unit = home.office.unit.name
        assert mail.subject == f"Priya from 412 Alder St, {unit} sent you a message"
        assert f"Priya Raman · Tenant · 412 Alder St, {unit} · Birch & Vine" in mail.text

    def test_two_at_once_fan_a_message_out_once(self, house: House) -> None:
        for number in range(4):
            house.say(house.daniel, f"Number {number}.")
        at_once(*[partial(dispatch_due, house.app, AT) for _ in range(3)])
        rows = list(Outbox.select().where(Outbox.kind == UNREAD))
        assert [(row.user_id, row.thread_id) for row in rows] == [(house.priya.id, house.thread.id)]
        at_once(*[partial(dispatch_due, house.app, AT + DELAY) for _ in range(3)])
        [mail] = mails(house.app, at=0)
        assert all(f"Number {number}." in mail.text for number in range(4))

    def test_a_mail_of_two_kinds_of_row_tells_nothing_twice(self, house: House) -> None:
        """A digest waits when the person chooses mails for each conversation again."""
        house.wishes(house.priya, HOURLY)
        house.say(house.daniel, "In the digest.")
        dispatch_due(house.app, AT)
        house.wishes(house.priya, INSTANTLY)
        house.say(house.daniel, "And at once.", AT + MINUTE)
        [mail] = house.told(AT + 2 * MINUTE)
        assert "In the digest." in mail.text
        assert "And at once." in mail.text
        assert house.told(AT + 2 * HOUR) == []
        assert not Outbox.select().where(Outbox.done_at.is_null()).exists()

    def test_sending_stores_the_row_in_one_more_statement_and_one_transaction(
        self, home: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_then = []
        insert = outbox.put_message
        monkeypatch.setattr(
            outbox,
            "put_message",
            lambda *row: open_then.append(db.in_transaction()) or insert(*row),
        )
        message = home.say(home.daniel)
        row = Outbox.get(Outbox.message == message.id)
        assert (row.kind, row.thread_id, row.due_at) == (MESSAGE, home.thread.id, AT)
        assert open_then == [True]


class TestLookedAtAgain:
    """Between the message and its mail something happens; nobody is mailed."""

    @pytest.fixture
    def waiting(self, house: House) -> House:
        self.message = house.say(house.daniel, "Secret.")
        dispatch_due(house.app, AT)
        assert Outbox.select().where(Outbox.kind == UNREAD).count() == 1
        return house

    def nobody_is_told(self, house: House) -> None:
        assert house.told(AT + DELAY) == []
        assert not Outbox.select().where(Outbox.done_at.is_null()).exists()

    def test_it_was_read(self, waiting: House) -> None:
        reading.set_read_position(waiting.priya, waiting.thread.id, self.message.id)
        self.nobody_is_told(waiting)

    def test_it_was_deleted(self, waiting: House) -> None:
        posting.delete_message(waiting.daniel, waiting.thread.id, self.message.id, AT + MINUTE)
        self.nobody_is_told(waiting)

    def test_they_were_disconnected(self, waiting: House) -> None:
        factories.disconnect(waiting.tie, waiting.daniel)
        self.nobody_is_told(waiting)

    def test_it_was_muted(self, waiting: House) -> None:
        keep(waiting.priya, waiting.thread, muted_until=AT + DAY)
        self.nobody_is_told(waiting)

    def test_it_was_cleared(self, waiting: House) -> None:
        factories.clear(waiting.priya, waiting.thread)
        self.nobody_is_told(waiting)

    def test_they_want_no_mail_any_more(self, waiting: House) -> None:
        preferences.stop(waiting.priya.id, preferences.MESSAGES)
        self.nobody_is_told(waiting)

    def test_the_quiet_hours_have_begun(self, waiting: House) -> None:
        waiting.wishes(waiting.priya, preferences.DELAY, ("09:00", "10:00"))
        assert waiting.told(AT + DELAY) == []
        assert waiting.told(AT + HOUR - 1) == []
        assert len(waiting.told(AT + HOUR)) == 1

    def test_they_want_one_mail_a_day_now(self, waiting: House) -> None:
        waiting.wishes(waiting.priya, DAILY)
        assert waiting.told(AT + DELAY) == []
        [mail] = waiting.told(AT + 23 * HOUR)
        assert mail.subject == "1 unread message"


class TestWhoMayKnow:
    def test_a_right_that_was_lost_ends_mails_at_once(self, house: House) -> None:
        ruth = member(house.office.account, "Ruth Lindqvist")
        house.say(house.priya, "Secret.")
        dispatch_due(house.app, AT)
        factories.set_right(factories.tie_of(ruth, house.office.account), TENANTS, 0)
        assert [mail.to for mail in house.told(AT + DELAY)] == [house.daniel.email]

    def test_a_list_of_properties_narrows_mails(self, house: House) -> None:
        elsewhere = factories.property_of(house.office.account, "88 Quay Rd")
        member(house.office.account, "Ruth Lindqvist", properties=[elsewhere])
        house.say(house.priya, "Secret.")
        assert [mail.to for mail in house.told(AT + DELAY)] == [house.daniel.email]

    def test_owners_are_not_mailed_about_in_landlord_mode(self, house: House) -> None:
        helen = contact(house.office.account, "Helen Archer", OWNER)
        say(helen.user, dialogue_of(helen), "Secret.", at=AT)
        dispatch_due(house.app, AT)
        factories.set_mode(house.office.account, LANDLORD)
        assert house.told(AT + DELAY) == []

    def test_a_note_to_the_team_reaches_the_team_only(self, house: House) -> None:
        request = factories.request_thread(house.office.place, house.daniel)
        factories.share(request, house.tie)
        maya = member(house.office.account, "Maya Okafor")
        say(maya, request, "Between us.", "team", at=AT)
        found = house.told(AT + DELAY)
        assert [mail.to for mail in found] == [house.daniel.email]
        say(maya, request, "For her.", "tenants", at=AT + HOUR)
        found = house.told(AT + HOUR + DELAY)
        [hers] = to(found, house.priya)
        assert "Between us." not in hers.text + hers.html
        assert ", Team only\n" not in hers.text
        assert ", Team and tenants\n" in hers.text

    def test_a_request_is_named_to_everybody_who_is_mailed_about_it(self, home: House) -> None:
        request = factories.request_thread(home.office.place, home.daniel)
        factories.share(request, home.tie)
        tomasz = contact(home.office.account, "Tomasz Kowalczyk", SERVICE_PRO)
        factories.share(request, tomasz)
        say(tomasz.user, request, "The cartridge is cracked.", at=AT)
        found = home.told(AT + DELAY)
        assert {mail.to for mail in found} == {home.daniel.email, home.priya.email}
        for mail in found:
            assert mail.subject == "Tomasz wrote in Kitchen tap drips"
            assert "Kitchen tap drips · New · " in mail.text
            assert mail.html.count("Birch &amp; Vine · ") == (mail.to == home.priya.email)

    def test_strangers_and_other_accounts_hear_nothing(self, house: House) -> None:
        other = office("Harbor Homes")
        contact(other.account, "Omar Haddad")
        house.say(house.daniel, "Secret.")
        assert [mail.to for mail in house.told(AT + DELAY)] == [house.priya.email]

    def test_what_stands_in_an_old_database_is_not_mailed(self, house: House) -> None:
        """Messages of an earlier release have no row in the outbox: nothing tells of them."""
        with transaction():
            for number in range(3):
                append(
                    house.thread.id, AT, author=house.daniel.id, side=1, body=f"Old {number}.",
                    audience=AUDIENCES["everyone"],
                )  # fmt: skip
        assert house.told(AT + DAY) == []
        house.say(house.daniel, "New.", AT + DAY)
        [mail] = house.told(AT + DAY + DELAY)
        assert "New." in mail.text
        assert "Old" not in mail.text

    def test_what_came_while_no_mail_was_wanted_is_not_mailed_later(self, house: House) -> None:
        house.wishes(house.priya, OFF)
        house.say(house.daniel, "Unheard.")
        assert house.told(AT + DELAY) == []
        house.wishes(house.priya, INSTANTLY)
        house.say(house.daniel, "Heard.", AT + HOUR)
        [mail] = house.told(AT + HOUR + MINUTE)
        assert "Unheard." not in mail.text


class TestWords:
    def test_twenty_are_shown_and_the_rest_counted(self, home: House) -> None:
        for number in range(32):
            home.say(home.daniel, f"Number {number}.")
        [mail] = home.told(AT + DELAY)
        assert mail.subject == "32 messages from Birch & Vine"
        assert "Number 19." in mail.text
        assert "Number 20." not in mail.text
        assert "and 12 more" in mail.text
        assert "and 12 more" in mail.html

    def test_only_what_is_unread_is_shown(self, home: House) -> None:
        first = home.say(home.daniel, "First.")
        gone = home.say(home.daniel, "Gone.")
        changed = home.say(home.daniel, "Befor.")
        reading.set_read_position(home.priya, home.thread.id, first.id)
        posting.delete_message(home.daniel, home.thread.id, gone.id, AT + MINUTE)
        posting.edit_message(home.daniel, home.thread.id, changed.id, "After.", AT + MINUTE)
        [mail] = home.told(AT + DELAY)
        for part in (mail.text, mail.html):
            assert "After." in part
            assert not any(word in part for word in ("First.", "Gone.", "Befor."))

    def test_files_are_named_in_words(self, home: House) -> None:
        home_of = {"kind": "image", "content_type": "image/jpeg", "name": "a.jpg"}
        lease = {"kind": "file", "content_type": "application/pdf", "name": "Lease & more.pdf"}
        for body, found in (("", [home_of, home_of]), ("Look:", [lease])):
            files = tuple(
                Attachment.create(
                    thread=home.thread, uploader=home.daniel, client_id=f"{body}{number}",
                    size=1, sha256="", received="", storage_key=f"{body}{number}", created_at=AT,
                    **one,
                )
                for number, one in enumerate(found)
            )  # fmt: skip
            draft = factories.draft(body, files=files)
            posting.post_message(home.daniel, home.thread.id, draft, AT)
        [mail] = home.told(AT + DELAY)
        assert "[2 photos]" in mail.text
        assert "Look:\n" in mail.text
        assert "[Lease & more.pdf]" in mail.text
        assert "Lease &amp; more.pdf" in mail.html

    def test_words_of_people_stay_words(self, home: House) -> None:
        User.update(name="<b>Eve</b>\u202e").where(User.id == home.daniel.id).execute()
        nasty = "<script>alert(1)</script> {{ 7*7 }}\nhttps://evil.example/\n.\nFrom me"
        home.say(home.daniel, nasty)
        [mail] = home.told(AT + DELAY)
        assert "<script>" not in mail.html
        assert "<b>Eve" not in mail.html
        assert html.escape("<script>alert(1)</script>") in mail.html
        assert "{{ 7*7 }}" in mail.html
        assert mail.path == f"/threads/{home.thread.id}"
        assert "\n  .\n" in mail.text

    def test_a_very_long_message_is_cut(self, home: House) -> None:
        home.say(home.daniel, "long " * 1_900)
        [mail] = home.told(AT + DELAY)
        assert "(the rest is in Hallway)" in mail.text
        assert len(mail.html) < 20_000

    def test_headers_and_ways_out(self, home: House) -> None:
        home.say(home.daniel)
        [mail] = home.told(AT + DELAY)
        message = mail.message
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Date"]
        assert message["Message-ID"].endswith("@127.0.0.1>")
        assert message["List-Unsubscribe"].startswith("<http://127.0.0.1:5000/unsubscribe/")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        raw = next(Path(home.app.instance_path).glob("outbox/*.eml")).read_bytes()
        assert b"\r\nList-Unsubscribe: <http://127.0.0.1:5000/unsubscribe/" in raw
        for part in (mail.text, mail.html):
            assert "Replying to this mail does nothing" in part
            assert "/settings/notifications" in part
            assert message["List-Unsubscribe"].strip("<>") in part

    def test_times_are_those_of_the_reader(self, home: House) -> None:
        User.update(zone="Asia/Tokyo").where(User.id == home.priya.id).execute()
        home.say(home.daniel)
        [mail] = home.told(AT + DELAY)
        assert "Nov 23, 18:00" in mail.text

    def test_the_button_leads_through_sign_in_to_the_thread(self, home: House) -> None:
        home.say(home.daniel)
        [mail] = home.told(AT + DELAY)
        assert mail.path == f"/threads/{home.thread.id}"
        asked = home.app.test_client().get(mail.path)
        assert asked.location == f"/sign-in?next=/threads/{home.thread.id}"

    def test_a_company_is_where_a_pro_writes_from(self, home: House) -> None:
        tomasz = contact(home.office.account, "Tomasz Kowalczyk", SERVICE_PRO)
        type(tomasz).update(company="Kowalczyk Plumbing").where(
            type(tomasz).id == tomasz.id
        ).execute()
        say(tomasz.user, dialogue_of(tomasz), "On my way.", at=AT)
        [mail] = home.told(AT + DELAY)
        assert mail.subject == "Tomasz from Kowalczyk Plumbing sent you a message"


class TestDigest:
    def test_one_mail_tells_of_every_conversation(self, house: House) -> None:
        marcus = contact(house.office.account, "Marcus Feld")
        house.wishes(house.daniel, HOURLY)
        house.say(house.priya, "It drips.")
        say(marcus.user, dialogue_of(marcus), "Rent is paid.", at=AT + MINUTE)
        house.say(house.priya, "Still.", AT + 2 * MINUTE)
        assert house.told(AT + HOUR - 1) == []
        [mail] = house.told(AT + HOUR)
        assert mail.subject == "3 unread messages"
        assert mail.path == "/messages"
        assert mail.text.index("It drips.") < mail.text.index("Still.") < mail.text.index("Marcus")
        assert f"/threads/{house.thread.id}" in mail.html
        assert house.told(AT + DAY) == []

    def test_it_comes_in_the_morning_of_their_zone(self, home: House) -> None:
        User.update(zone="America/Los_Angeles").where(User.id == home.priya.id).execute()
        home.wishes(home.priya, DAILY)
        home.say(home.daniel)  # 1:00 there
        assert home.told(AT + 7 * HOUR - 1) == []
        assert len(home.told(AT + 7 * HOUR)) == 1

    def test_more_conversations_than_it_shows_are_counted(self, home: House) -> None:
        home.wishes(home.daniel, HOURLY)
        for number in range(23):
            tie = contact(home.office.account, f"Tenant {number}")
            say(tie.user, dialogue_of(tie), "Hello.", at=AT + number)
        [mail] = home.told(AT + HOUR)
        assert mail.subject == "23 unread messages"
        assert "and 3 more in 3 other conversations" in mail.text
        assert home.told(AT + DAY) == []

    def test_what_comes_while_it_is_sent_waits_for_the_next(
        self, home: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home.wishes(home.priya, HOURLY)
        home.say(home.daniel, "First.")
        late = partial(home.say, home.daniel, "Late.", AT + HOUR)
        said_while_sending(monkeypatch, late, AT + HOUR)
        assert len(home.told(AT + HOUR)) == 1
        [row] = Outbox.select().where((Outbox.kind == DIGEST) & Outbox.done_at.is_null())
        assert row.due_at == AT + 2 * HOUR
        [mail] = home.told(AT + 2 * HOUR)
        assert "Late." in mail.text
        assert "First." not in mail.text


def said_while_sending(monkeypatch: pytest.MonkeyPatch, late: partial, at: int) -> None:
    """Let `late` be said, and fanned out by another process, while the next mail is sent."""
    hand_over = mailing.hand_over

    def interrupted(*mail: object) -> None:
        monkeypatch.setattr(mailing, "hand_over", hand_over)
        late()
        while row := outbox.claim_next(at):
            assert row.kind == MESSAGE
            unread.fan_out(row, at, DELAY)
        hand_over(*mail)

    monkeypatch.setattr(mailing, "hand_over", interrupted)


class TestNothingIsLost:
    def test_what_comes_while_a_mail_is_sent_gets_one_of_its_own(
        self, home: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home.say(home.daniel, "First.")
        dispatch_due(home.app, AT)
        late = partial(home.say, home.daniel, "Late.", AT + DELAY)
        said_while_sending(monkeypatch, late, AT + DELAY)
        [mail] = home.told(AT + DELAY)
        assert "Late." not in mail.text
        [mail] = home.told(AT + HOUR)
        assert "Late." in mail.text
        assert "First." not in mail.text

    def test_a_long_outage_makes_one_more_mail_and_not_many(
        self, home: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home.say(home.daniel, "Number 0.")
        with monkeypatch.context() as patch:
            patch.setattr(mailing, "hand_over", refuse)
            for number in range(1, 30):
                dispatch_due(home.app, AT + number * 10 * MINUTE)
                home.say(home.daniel, f"Number {number}.", AT + number * 10 * MINUTE)
        found = home.told(AT + DAY)
        assert len(found) == 2
        assert "Number 0." in found[0].text
        assert "Number 1." in found[1].text

    def test_an_outage_of_a_week_gives_nothing_up(
        self, home: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home.say(home.daniel)
        with monkeypatch.context() as patch:
            patch.setattr(mailing, "hand_over", refuse)
            for hour in range(24 * 7):
                dispatch_due(home.app, AT + hour * HOUR)
        assert len(home.told(AT + 8 * DAY)) == 1

    def test_a_message_whose_fan_out_died_is_told_though_a_later_one_was(
        self, house: House
    ) -> None:
        house.say(house.daniel, "First.")
        outbox.claim_next(AT)  # and the process dies
        house.say(house.daniel, "Second.", AT + MINUTE)
        [mail] = house.told(AT + MINUTE + DELAY)
        assert "First." in mail.text
        assert "Second." in mail.text
        assert house.told(AT + DAY) == []

    def test_a_repeat_is_the_same_mail_though_more_was_said_since(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house.say(house.daniel, "First.")
        hand_over = mailing.hand_over

        def sent_then_killed(*mail: object) -> None:
            hand_over(*mail)
            raise KeyboardInterrupt

        dispatch_due(house.app, AT)
        with monkeypatch.context() as patch:
            patch.setattr(mailing, "hand_over", sent_then_killed)
            with pytest.raises(KeyboardInterrupt):
                dispatch_due(house.app, AT + DELAY)
        [first] = mails(house.app, at=0)
        house.say(house.daniel, "Later.", AT + DELAY + MINUTE)
        again, more = house.told(AT + HOUR) and mails(house.app, at=0)
        assert again.message["Message-ID"] == first.message["Message-ID"]
        assert (again.subject, again.text, again.html) == (first.subject, first.text, first.html)
        assert "Later." in more.text
        assert "First." not in more.text

    def test_a_repeat_leaves_out_what_was_deleted_or_read_since(self, home: House) -> None:
        kept, gone = home.say(home.daniel, "Kept."), home.say(home.daniel, "Gone.")
        dispatch_due(home.app, AT)
        row = outbox.claim_next(AT + DELAY)
        assert unread.take(row, AT + DELAY, DELAY)
        posting.delete_message(home.daniel, home.thread.id, gone.id, AT + 3 * MINUTE)
        [part] = bundle.told_by(row, AT + DELAY).parts
        assert [message.body for message in part.messages] == ["Kept."]
        reading.set_read_position(home.priya, home.thread.id, kept.id)
        assert bundle.told_by(row, AT + DELAY) is None

    def test_a_lost_lease_covers_nothing(self, house: House) -> None:
        house.say(house.daniel)
        dispatch_due(house.app, AT)
        slow = outbox.claim_next(AT + DELAY)
        outbox.claim_next(AT + DELAY + outbox.LEASE)
        assert not unread.take(slow, AT + DELAY, DELAY)
        assert not ThreadPerson.select().where(ThreadPerson.told_seq > 0).exists()

    def test_ten_dispatchers_cover_a_message_once(self, house: House) -> None:
        """A digest and a row of its thread meet: each message is in one mail."""
        house.wishes(house.priya, HOURLY)
        house.say(house.daniel, "Once.")
        dispatch_due(house.app, AT)
        with transaction():
            outbox.put_unread([(house.priya.id, house.thread.id, AT + HOUR)])
        at_once(*[partial(dispatch_due, house.app, AT + HOUR) for _ in range(4)])
        assert len(mails(house.app, at=0)) == 1


def refuse(*_: object) -> None:
    raise ConnectionRefusedError("nobody there")


def test_seconds_are_those_of_the_setting(app: Flask) -> None:
    house = House(app)
    app.config["NOTIFY_DELAY_S"] = 1
    house.say(house.daniel)
    assert house.told(AT + SECOND - 1) == []
    assert len(house.told(AT + SECOND)) == 1


class TestMentions:
    """A mention is told in a muted conversation too, and by its own words (SPEC 3)."""

    @pytest.fixture
    def mute(self, house: House) -> House:
        keep(house.daniel, house.thread, muted_until=AT + DAY)
        return house

    def test_a_mention_is_said_in_the_subject(self, house: House) -> None:
        maya = member(house.office.account, "Maya Okafor")
        house.say(house.priya, "Good morning.")
        house.say(house.priya, "@daniel foster, the tap drips.", AT + 1)
        found = house.told(AT + DELAY + 1)
        place = house.office.place.name
        subjects = {mail.to: mail.subject for mail in found}
        assert subjects[house.daniel.email].startswith(f"Priya from {place}")
        assert subjects[house.daniel.email].endswith("mentioned you")
        assert subjects[maya.email].endswith("sent you 2 messages")

    def test_a_colleague_and_the_team_are_named_as_ever(self, house: House) -> None:
        maya = member(house.office.account, "Maya Okafor")
        house.say(maya, "@Daniel Foster and @Priya Raman, at ten?")
        subjects = {mail.to: mail.subject for mail in house.told(AT + DELAY)}
        assert subjects == {
            house.daniel.email: "Maya mentioned you in the conversation with Priya Raman",
            house.priya.email: "Maya from Birch & Vine mentioned you",
        }

    def test_of_a_muted_conversation_only_the_mention_is_mailed(self, mute: House) -> None:
        mute.say(mute.priya, "Before it.")
        mute.say(mute.priya, "@Daniel Foster, the tap drips.", AT + 1)
        mute.say(mute.priya, "After it.", AT + 2)
        [mail] = mute.told(AT + DELAY + 2)
        assert mail.subject.endswith("mentioned you")
        assert "the tap drips" in mail.text
        assert "Before it." not in mail.text
        assert "After it." not in mail.text

    def test_what_is_said_beside_it_neither_loses_it_nor_is_mailed_later(self, mute: House) -> None:
        """Noting that the message after it is passed over must not pass over the mention."""
        mute.say(mute.priya, "@Daniel Foster, the tap drips.")
        assert mute.told(AT) == []
        mute.say(mute.priya, "After it.", AT + SECOND)
        assert mute.told(AT + SECOND) == []
        assert len(mute.told(AT + DELAY)) == 1
        keep(mute.daniel, mute.thread, muted_until=0)
        mute.say(mute.priya, "Loud again.", AT + HOUR)
        [mail] = mute.told(AT + HOUR + DELAY)
        assert "Loud again." in mail.text
        assert "After it." not in mail.text

    def test_a_mention_that_was_read_edited_away_or_deleted_is_not_mailed(
        self, mute: House
    ) -> None:
        read = mute.say(mute.priya, "@Daniel Foster, one.")
        reading.set_read_position(mute.daniel, mute.thread.id, read.id, AT + 1)
        edited = mute.say(mute.priya, "@Daniel Foster, two.", AT + 2)
        posting.edit_message(mute.priya, mute.thread.id, edited.id, "Never mind.", AT + 3)
        deleted = mute.say(mute.priya, "@Daniel Foster, three.", AT + 4)
        posting.delete_message(mute.priya, mute.thread.id, deleted.id, AT + 5)
        assert mute.told(AT + HOUR) == []

    def test_mail_that_is_off_stays_off(self, mute: House) -> None:
        mute.wishes(mute.daniel, OFF)
        mute.say(mute.priya, "@Daniel Foster, the tap drips.")
        assert mute.told(AT + DAY) == []

    def test_a_digest_says_where_one_was_mentioned(self, mute: House) -> None:
        mute.wishes(mute.daniel, HOURLY)
        mute.say(mute.priya, "Before it.")
        mute.say(mute.priya, "@Daniel Foster, the tap drips.", AT + 1)
        mute.say(mute.priya, "After it.", AT + 2)
        [mail] = mute.told(AT + HOUR)
        assert mail.subject == "1 unread message"
        assert "Priya mentioned you" in mail.text
        assert "After it." not in mail.text

    def test_a_rename_is_in_the_mail(self, house: House) -> None:
        house.say(house.priya, "@Daniel Foster, hello.")
        User.update(name="Daniel Reyes").where(User.id == house.daniel.id).execute()
        [mail] = house.told(AT + DELAY)
        assert "@Daniel Reyes, hello." in mail.text
