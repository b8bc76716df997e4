"""What time brings by itself: what served its purpose long ago goes, everything else stays."""

import os
import uuid
from pathlib import Path

import pytest
from flask import Flask

from blueprints import dispatcher, rounds
from blueprints.dispatcher import dispatch_due
from models import ending, inviting, link, outbox, retention, signing_in
from models.clock import DAY, HOUR, MINUTE, SECOND, now
from models.connection import INVITED, NOT_CONNECTED
from models.database import transaction
from models.link import RESET, SIGN_IN, Link
from models.message import Attachment
from models.outbox import Outbox
from models.retention import KEPT_FOR
from tests.factories import contact, dialogue_of, office, person, say

PASSED = ending.Passed()


@pytest.mark.usefixtures("bound")
class TestRetention:
    def test_rows_told_long_ago_go_and_open_ones_stay(self) -> None:
        house = office()
        thread = dialogue_of(contact(house.account))
        for number in range(3):
            say(house.admin, thread, f"Number {number}.", at=0)
        done, recent, waiting = Outbox.select().order_by(Outbox.id)
        for row, at in ((done, 0), (recent, DAY)):
            Outbox.update(done_at=at).where(Outbox.id == row.id).execute()
        assert retention.clear(KEPT_FOR) == 0
        assert retention.clear(KEPT_FOR + 1) == 1
        assert [row.id for row in Outbox.select().order_by(Outbox.id)] == [recent.id, waiting.id]

    def test_links_that_open_nothing_go_with_their_rows(self) -> None:
        priya = person()
        signing_in.ask(SIGN_IN, priya.email, at=0)
        with transaction():
            used, expired, void, fresh = (
                link.make(kind, priya.email, at, user=priya)
                for kind, at in ((RESET, 0), (RESET, 0), (RESET, 0), (SIGN_IN, 31 * DAY))
            )
            link.claim(used, MINUTE)
            link.void(Link.id == void.id, MINUTE)
            outbox.put(outbox.LINK, 0, expired)
        later = 31 * DAY
        retention.clear(later)
        # A row that still waits holds its link.
        assert {one.id for one in Link.select()} == {expired.id, fresh.id}
        Outbox.update(done_at=0).execute()
        retention.clear(later)
        assert [one.id for one in Link.select()] == [fresh.id]
        assert Outbox.select().count() == 0

    def test_an_invitation_stays_while_its_contact_counts_as_invited(self) -> None:
        house = office()
        waits = contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
        gone = contact(house.account, "Leo Park", state=NOT_CONNECTED)
        kept = inviting.invite(house.admin, waits.id, "grace@example.com", at=0)
        inviting.invite(house.admin, gone.id, "leo@example.com", at=0)
        inviting.revoke(house.admin, gone.id, at=DAY)
        Outbox.update(done_at=0).execute()
        retention.clear(60 * DAY)
        assert [one.id for one in Link.select()] == [kept.id]
        assert type(waits).get_by_id(waits.id).state == INVITED

    def test_many_go_in_small_portions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "AT_ONCE", 3)
        with transaction():
            for _ in range(10):
                outbox.put(outbox.LINK, 0)
        Outbox.update(done_at=0).execute()
        assert retention.clear(KEPT_FOR + 1) == 10


class TestRound:
    def test_files_of_no_message_go_and_the_others_stay(self, app: Flask) -> None:
        storage = app.extensions["hallway.storage"]
        house = office()
        thread = dialogue_of(contact(house.account))
        kept = say(house.admin, thread)
        keys = {}
        for name, message in (("carried", kept), ("waiting", None), ("crashed", None)):
            path = Path(app.instance_path) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(name)
            keys[name] = storage.put(path)
            os.utime(storage._path(keys[name]), (0, 0))
            if name != "crashed":
                Attachment.create(
                    message=message, thread=thread, uploader=house.admin, client_id=uuid.uuid4(),
                    name=name, kind="file", content_type="text/plain", size=1, sha256="",
                    received="", storage_key=keys[name], created_at=0,
                )  # fmt: skip
        rounds.go(app)
        assert [key for key, _ in storage.stored()] == [keys["carried"]]
        assert [file.name for file in Attachment.select()] == ["carried"]

    def test_files_are_listed_and_deleted_off_the_hub(self, app: Flask) -> None:
        class Listed:
            def stored(self):
                yield "a", 0.0

            def delete(self, key: str) -> None:
                deleted.append(key)

        deleted: list[str] = []
        off_hub: list[object] = []
        app.config["OFF_HUB"] = lambda work, *args: off_hub.append(work) or work(*args)
        app.extensions["hallway.storage"] = Listed()
        rounds.go(app)
        assert deleted == ["a"]
        assert len(off_hub) == 2

    def test_the_dispatcher_goes_a_round_every_hour(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at, gone, looked = now(), [], []
        times = iter(range(at, at + 3 * HOUR, 20 * MINUTE))

        def sleep(_seconds: float) -> None:
            nonlocal at
            at = next(times)

        monkeypatch.setattr(dispatcher.clock, "now", lambda: at)
        monkeypatch.setattr(dispatcher, "dispatch_due", lambda _: looked.append(at))
        monkeypatch.setattr(rounds, "go", lambda _: gone.append(at))
        monkeypatch.setattr(dispatcher.socketio, "sleep", sleep)
        with pytest.raises(StopIteration):  # the clock has run out
            dispatcher._run(app)
        assert len(looked) == 10
        assert [one - gone[0] for one in gone] == [0, HOUR, 2 * HOUR]

    def test_a_round_that_fails_ends_nothing(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError("the store is away")

        monkeypatch.setattr(rounds, "go", fail)
        turns = iter([None])
        monkeypatch.setattr(dispatcher.socketio, "sleep", lambda _: next(turns))
        with pytest.raises(StopIteration):
            dispatcher._run(app)
        assert dispatch_due(app) == 0

    def test_the_dispatcher_looks_at_the_tenancies_from_where_it_looked_before(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at, seen = now(), []
        times = iter([at + 20 * SECOND, at + 30 * SECOND, at + 40 * SECOND])

        def sleep(_seconds: float) -> None:
            nonlocal at
            at = next(times)

        monkeypatch.setattr(dispatcher.clock, "now", lambda: at)
        monkeypatch.setattr(dispatcher, "dispatch_due", lambda _: 0)
        monkeypatch.setattr(rounds, "go", lambda _: None)
        monkeypatch.setattr(
            ending, "pass_time", lambda since, at: seen.append((since, at)) or PASSED
        )
        monkeypatch.setattr(dispatcher.socketio, "sleep", sleep)
        start = at
        with pytest.raises(StopIteration):
            dispatcher._run(app)
        first, second, third = (start, start + 20 * SECOND, start + 40 * SECOND)
        assert seen == [
            (None, first),
            (first - rounds.OVERLAP, second),
            (second - rounds.OVERLAP, third),
        ]
