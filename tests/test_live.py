"""Sockets: who gets what, at the moment it happens, and nobody else."""

import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from blueprints import broadcasts, live
from blueprints.extensions import socketio
from models import session as sessions
from models.connection import VIEW
from models.posting import delete_message, edit_message
from models.session import Session
from models.user import User
from tests.factories import (
    contact,
    dialogue_of,
    disconnect,
    member,
    office,
    person,
    request_thread,
    say,
    set_list,
    set_right,
    share,
    tie_of,
)
from tests.mailbox import mails
from tests.signed_in import browser_of


class Device:
    """A browser with an open socket."""

    def __init__(self, app: Flask, user: User) -> None:
        self.http = browser_of(app, user)
        self.socket = socketio.test_client(app, flask_test_client=self.http)

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """What arrived since the last time, in order."""
        return [(event["name"], event["args"][0]) for event in self.socket.get_received()]

    def texts(self) -> list[str]:
        """The fragments among what arrived."""
        return [payload["html"] for _, payload in self.events() if "html" in payload]


class Scene:
    """Daniel and his teammates, the tenants Priya and Marcus, and Omar, a stranger."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.office = office()
        self.daniel = self.office.admin
        self.maya = member(self.office.account, "Maya Okafor")
        self.tie = contact(self.office.account, "Priya Raman", home=self.office.unit)
        self.priya: User = self.tie.user
        self.marcus: User = contact(self.office.account, "Marcus Feld").user
        self.omar = person("Omar Haddad")
        self.thread = dialogue_of(self.tie)

    def device(self, user: User) -> Device:
        return Device(self.app, user)

    def tell(self, broadcast: Callable[..., None], *what: Any) -> None:
        with self.app.app_context():
            broadcast(*what)

    def send(self, device: Device, body: str = "Hello.") -> int:
        form = {"body": body, "client_id": str(uuid.uuid4())}
        answer = device.http.post(f"/threads/{self.thread.id}/messages", data=form)
        return int(answer.headers["X-Message-Seq"])


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(app)


def test_a_message_reaches_those_in_the_thread_and_nobody_else(scene: Scene) -> None:
    people = {
        name: scene.device(getattr(scene, name))
        for name in ("daniel", "maya", "priya", "marcus", "omar")
    }
    seq = scene.send(people["priya"], "The tap drips.")
    for name in ("daniel", "maya"):
        events = dict(people[name].events())
        created = events["message:created"]
        assert (created["seq"], created["thread_id"]) == (seq, scene.thread.id)
        assert created["version"] == created["message_id"] == seq
        assert "The tap drips." in created["html"]
        assert events["badge:changed"] == {"unread": 1, "threads": {str(scene.thread.id): 1}}
        assert events["threads:changed"] == {"thread_ids": [scene.thread.id]}
    own = dict(people["priya"].events())
    assert own["message:created"]["html"] == created["html"]
    assert own["badge:changed"]["unread"] == 0
    assert people["marcus"].events() == []
    assert people["omar"].events() == []


def test_a_repeated_send_is_told_once(scene: Scene) -> None:
    hers, his = scene.device(scene.priya), scene.device(scene.daniel)
    form = {"body": "Once.", "client_id": str(uuid.uuid4())}
    for _ in range(3):
        hers.http.post(f"/threads/{scene.thread.id}/messages", data=form)
    assert len(his.texts()) == 1


def test_every_device_of_a_reader_is_cleared_at_once(scene: Scene) -> None:
    desktop, phone = scene.device(scene.daniel), scene.device(scene.daniel)
    seq = say(scene.priya, scene.thread).id
    desktop.http.put(f"/threads/{scene.thread.id}/read-position", data={"seq": seq})
    for device in (desktop, phone):
        assert ("badge:changed", {"unread": 0, "threads": {}}) in device.events()


def test_the_other_side_sees_how_far_was_read_and_colleagues_do_not(scene: Scene) -> None:
    hers, mayas = scene.device(scene.priya), scene.device(scene.maya)
    seq = say(scene.priya, scene.thread).id
    his = scene.device(scene.daniel)
    his.http.put(f"/threads/{scene.thread.id}/read-position", data={"seq": 2**62})
    expected = {"thread_id": scene.thread.id, "user_id": scene.daniel.id, "seq": seq}
    assert ("read:changed", expected) in hers.events()
    assert mayas.events() == []


def test_edits_and_deletions_arrive_with_their_version(scene: Scene) -> None:
    his = scene.device(scene.daniel)
    first, second = say(scene.priya, scene.thread, "One."), say(scene.priya, scene.thread, "Two.")
    edited = edit_message(scene.priya, scene.thread.id, first.id, "One, edited.")
    scene.tell(broadcasts.message_changed, scene.thread.id, first.id)
    delete_message(scene.priya, scene.thread.id, second.id)
    scene.tell(broadcasts.message_changed, scene.thread.id, second.id)
    changes = [payload for name, payload in his.events() if name == "message:changed"]
    assert [payload["seq"] for payload in changes] == [first.id, second.id]
    assert changes[0]["version"] == edited.version
    assert "One, edited." in changes[0]["html"]
    assert "Two." not in changes[1]["html"]


def test_who_left_hears_nothing_of_what_follows(scene: Scene) -> None:
    tradesman = contact(scene.office.account, "Tomasz Kowalczyk", role="service_pro")
    thread = request_thread(scene.office.place, scene.daniel)
    share(thread, tradesman)
    share(thread, scene.tie)
    earlier = say(scene.daniel, thread, "Before.")
    hers, his = scene.device(scene.priya), scene.device(tradesman.user)
    disconnect(scene.tie)
    edit_message(scene.daniel, thread.id, earlier.id, "Before, edited.")
    scene.tell(broadcasts.message_changed, thread.id, earlier.id)
    scene.tell(broadcasts.message_created, thread.id, say(scene.daniel, thread, "After.").id)
    assert any("After." in html for html in his.texts())
    assert all("edited" not in html and "After." not in html for html in hers.texts())


@pytest.mark.parametrize(
    ("audience", "tenant_hears", "pro_hears"),
    [
        ("everyone", True, True),
        ("team", False, False),
        ("tenants", True, False),
        ("pros", False, True),
    ],
)
def test_only_the_audience_hears(
    scene: Scene, audience: str, tenant_hears: bool, pro_hears: bool
) -> None:
    tradesman = contact(scene.office.account, "Tomasz Kowalczyk", role="service_pro")
    thread = request_thread(scene.office.place, scene.daniel)
    share(thread, scene.tie)
    share(thread, tradesman)
    tenant, pro, team = (scene.device(u) for u in (scene.priya, tradesman.user, scene.maya))
    scene.tell(
        broadcasts.message_created, thread.id, say(scene.daniel, thread, "Psst.", audience).id
    )
    assert [bool(d.texts()) for d in (tenant, pro, team)] == [tenant_hears, pro_hears, True]


def test_a_right_taken_away_counts_at_once_on_an_open_socket(scene: Scene) -> None:
    mayas = scene.device(scene.maya)
    tie = tie_of(scene.maya, scene.office.account)
    scene.send(scene.device(scene.priya), "While she may.")
    assert len(mayas.texts()) == 1
    set_right(tie, "tenants", 0)
    scene.send(scene.device(scene.priya), "When she may not.")
    assert mayas.events() == []
    set_right(tie, "tenants", VIEW)
    set_list(tie, [])
    scene.send(scene.device(scene.priya), "Not in her list.")
    assert mayas.events() == []


def test_nobody_without_a_session_gets_in(scene: Scene) -> None:
    anonymous = socketio.test_client(scene.app, flask_test_client=scene.app.test_client())
    assert not anonymous.is_connected()
    client = browser_of(scene.app, scene.priya)
    sessions.end_all(scene.priya)
    assert not socketio.test_client(scene.app, flask_test_client=client).is_connected()


def test_signing_out_closes_the_sockets_of_that_session_only(scene: Scene) -> None:
    here, there = scene.device(scene.priya), scene.device(scene.priya)
    here.http.post("/sign-out")
    assert not here.socket.is_connected()
    assert there.socket.is_connected()
    scene.send(scene.device(scene.daniel), "Only there.")
    assert len(there.texts()) == 1


def test_a_new_password_by_link_closes_every_socket(scene: Scene) -> None:
    here, his = scene.device(scene.priya), scene.device(scene.daniel)
    scene.app.test_client().post("/forgot", data={"email": scene.priya.email})
    [mail] = mails(scene.app)
    browser = scene.app.test_client()
    assert browser.post(mail.path, data={"password": "another password"}).status_code == 302
    assert not here.socket.is_connected()
    assert his.socket.is_connected()


def test_a_session_that_ends_during_the_handshake_gets_no_socket(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    join_room = live.join_room

    def ended_meanwhile(room: str) -> None:
        sessions.end_all(scene.priya)
        live.close_user(scene.priya.id)
        join_room(room)

    client = browser_of(scene.app, scene.priya)
    monkeypatch.setattr(live, "join_room", ended_meanwhile)
    assert not socketio.test_client(scene.app, flask_test_client=client).is_connected()
    assert list(socketio.server.manager.get_participants("/", f"user:{scene.priya.id}")) == []


def test_a_socket_ends_with_its_session(scene: Scene) -> None:
    hers, his = scene.device(scene.priya), scene.device(scene.daniel)
    live.close_expired()
    assert hers.socket.is_connected()
    Session.update(last_used_at=0).where(Session.user == scene.priya).execute()
    live.close_expired()
    assert not hers.socket.is_connected()
    assert his.socket.is_connected()


def test_it_is_looked_for_again_and_again_whatever_goes_wrong(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = []

    def look() -> None:
        rounds.append(len(rounds))
        raise RuntimeError("The database went away.")

    def sleep(_seconds: float) -> None:
        if len(rounds) == 2:
            raise SystemExit

    monkeypatch.setattr(live, "close_expired", look)
    monkeypatch.setattr(socketio, "sleep", sleep)
    monkeypatch.setattr(socketio, "start_background_task", lambda task, *about: task(*about))
    with pytest.raises(SystemExit):
        live.start(scene.app)
    assert rounds == [0, 1]


def test_a_failing_handshake_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_token: str) -> None:
        raise RuntimeError("The database went away.")

    client = browser_of(scene.app, scene.priya)
    monkeypatch.setattr(sessions, "find", broken)
    assert not socketio.test_client(scene.app, flask_test_client=client).is_connected()


def test_typing_is_shown_to_the_others_there_only(scene: Scene) -> None:
    hers, his, stranger = (scene.device(u) for u in (scene.priya, scene.daniel, scene.omar))
    hers.socket.emit("typing", {"thread_id": scene.thread.id})
    expected = {"thread_id": scene.thread.id, "user_id": scene.priya.id, "name": "Priya"}
    assert his.events() == [("typing:started", expected)]
    assert hers.events() == stranger.events() == []


def test_typing_is_told_once_a_second_at_most(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers, his = scene.device(scene.priya), scene.device(scene.daniel)
    for _ in range(20):
        hers.socket.emit("typing", {"thread_id": scene.thread.id})
    assert len(his.events()) == 1
    monkeypatch.setattr(live, "TYPING_S", 0)
    hers.socket.emit("typing", {"thread_id": scene.thread.id})
    assert len(his.events()) == 1


def test_a_stranger_cannot_type_into_a_thread(scene: Scene) -> None:
    his, stranger = scene.device(scene.daniel), scene.device(scene.omar)
    reader = scene.device(member(scene.office.account, "Ruth Lindqvist", rights=VIEW))
    for device in (stranger, reader):
        device.socket.emit("typing", {"thread_id": scene.thread.id})
    assert his.events() == []


@pytest.mark.parametrize(
    "payload", [None, 1, "x", [], {}, {"thread_id": "1"}, {"thread_id": 2**70}, {"thread_id": -1}]
)
def test_nonsense_on_a_socket_is_ignored(scene: Scene, payload: Any) -> None:
    device = scene.device(scene.priya)
    device.socket.emit("typing", payload)
    device.socket.emit("message:created", {"thread_id": scene.thread.id, "html": "<b>"})
    device.socket.emit("nonsense", payload)
    assert device.events() == []
    assert device.socket.is_connected()


def test_an_empty_list_of_people_sends_to_nobody(scene: Scene) -> None:
    """Socket.IO reads an empty list of rooms as everybody."""
    device = scene.device(scene.omar)
    thread = request_thread(scene.office.place, scene.daniel)
    scene.tell(broadcasts.message_created, thread.id, 999_999)
    scene.tell(broadcasts.badge_changed, [])
    assert device.events() == []


def test_what_a_stranger_sends_is_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = logging.getLogger("engineio.server")
    (one_line,) = (each for each in logger.filters if isinstance(each, live.OneLine))
    monkeypatch.setattr(one_line, "last", {})
    for sentence in ["message handler error"] * 3 + ["connect handler error"]:
        try:
            raise ValueError("x" * 1_000)
        except ValueError:
            logger.exception(sentence)
    logger.error("something else")
    assert [record.exc_info for record in caplog.records] == [None] * 3
    assert "message handler error: <class 'ValueError'>" in caplog.text
    assert "connect handler error" in caplog.text
    assert "something else" in caplog.text
    assert "Traceback" not in caplog.text
