"""Every event of a socket, for everybody, in every relation to one contact: who hears it, who not.

The tables below are held against what the server can send and what it listens to: an event without
an entry fails. Who hears is written down by hand in `tests/standing.py`, as for routes; and nothing
that anybody hears says the contact's name or words to who may not know them.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

import blueprints
from blueprints import broadcasts
from blueprints.extensions import socketio
from models.account import LANDLORD, PROPERTY_MANAGER
from models.connection import CONNECTED, OWNER
from models.posting import delete_message, edit_message
from models.thread import Thread
from tests import factories
from tests.signed_in import browser_of, sockets_of
from tests.standing import (
    ASKED,
    NAME,
    NOTHING,
    PEOPLE,
    READS,
    SCENARIOS,
    SECRET,
    TEAM,
    WRITES,
    Scenario,
    Standing,
)

SIGNED_IN = PEOPLE[1:]
GATE = "And the gate code is 4711"


class Screens:
    """Everybody with a browser and an open socket, in one standing."""

    def __init__(self, app: Flask, world: Standing) -> None:
        self.app, self.world = app, world
        self.browsers = {who: browser_of(app, world.people[who]) for who in SIGNED_IN}
        self.sockets = sockets_of(app, self.browsers)

    def heard(self) -> dict[str, list[dict[str, Any]]]:
        """What each heard since the last time, and with it that their socket was closed."""
        heard = {}
        for who, socket in self.sockets.items():
            # The test client itself refuses to say what a closed socket has heard.
            heard[who] = [] if socket.is_connected() else [{"name": "session:ended"}]
            heard[who] += socket.queue
            socket.queue = []
        return heard

    def writers(self) -> list[str]:
        return [who for who in SIGNED_IN if self.world.sight(who) == WRITES]

    def seeing(self) -> set[str]:
        return {who for who in SIGNED_IN if self.world.sight(who) != NOTHING}

    def asking(self) -> set[str]:
        return {who for who in SIGNED_IN if self.world.asking(who) != NOTHING}

    def still_asking(self) -> set[str]:
        """Who is in the request: whoever has left is told of nothing that follows."""
        gone = {"themself"} if self.world.asking("themself") == READS else set()
        return self.asking() - gone

    def thread_of_the_request(self) -> int:
        return int(Thread.get(Thread.request == self.world.request).id)

    def change(self, act: Callable[..., Any], *how: str) -> None:
        """Edit or delete a message by who may write; no page does that yet."""
        author, thread = self.world.people[self.writers()[0]], self.world.thread.id
        message = factories.say(author, self.world.thread, GATE)
        act(author, thread, message.id, *how)
        with self.app.test_request_context():
            broadcasts.message_changed(thread, message.id)


Heard = set[str]
"""Who should hear the event; an empty set where nobody does."""


def posted(screens: Screens) -> Heard:
    thread, writer = screens.world.thread, screens.writers()[0]
    sent = {"body": f"{GATE}.", "client_id": str(uuid4())}
    assert post(screens.browsers[writer], f"/threads/{thread.id}/messages", sent) == 201
    return screens.seeing()


def edited(screens: Screens) -> Heard:
    screens.change(edit_message, f"{GATE}, or 4712")
    return screens.seeing()


def deleted(screens: Screens) -> Heard:
    screens.change(delete_message)
    return screens.seeing()


def typed(screens: Screens) -> Heard:
    writer = screens.writers()[0]
    screens.sockets[writer].emit("typing", {"thread_id": screens.world.thread.id})
    return screens.seeing() - {writer}


def typed_in_vain(screens: Screens) -> Heard:
    """Who may not write is not shown to be writing."""
    for who in set(SIGNED_IN) - set(screens.writers()):
        screens.sockets[who].emit("typing", {"thread_id": screens.world.thread.id})
    return set()


def typed_about_the_request(screens: Screens) -> Heard:
    screens.sockets["admin"].emit("typing", {"thread_id": screens.thread_of_the_request()})
    return screens.still_asking() - {"admin"}


def noted_in_the_request(screens: Screens) -> Heard:
    """A note of the team reaches nobody else, whoever else takes part."""
    form = {"body": ASKED, "client_id": str(uuid4()), "audience": "team"}
    path = f"/threads/{screens.thread_of_the_request()}/messages"
    assert post(screens.browsers["admin"], path, form) == 201
    return screens.asking() - {"themself"}


def read_by_the_team(screens: Screens) -> Heard:
    """The contact learns how far the account has read, its colleagues do not."""
    contact = screens.world.people["themself"]
    message = factories.say(contact, screens.world.thread, GATE)
    read(screens, "admin", message.id)
    return {"themself"}


def read_by_the_contact(screens: Screens) -> Heard:
    admin = screens.world.people["admin"]
    message = factories.say(admin, screens.world.thread, GATE)
    read(screens, "themself", message.id)
    return screens.seeing() - {"themself"}


def muted(screens: Screens) -> Heard:
    """What one does to a conversation for oneself is one's own devices' business."""
    path = f"/threads/{screens.world.thread.id}/mute"
    assert post(screens.browsers["themself"], path, {"how": "1h"}) == 303
    return {"themself"}


def prioritised(screens: Screens) -> Heard:
    form = {"priority": "high", "was": "normal"}
    path = f"/maintenance/{screens.world.request.id}/priority"
    assert post(screens.browsers["admin"], path, form) == 303
    return screens.still_asking()


def noted(screens: Screens) -> Heard:
    """The contact's entry changed: the team of the account draws its pages anew."""
    world = screens.world
    form = {"name": NAME, "email": world.contact.email, "note": SECRET}
    assert post(screens.browsers["admin"], f"/contacts/{world.contact.id}/edit", form) == 303
    known = {"themself"} if world.contact.user_id else set()
    return set(TEAM) | known


def permitted(screens: Screens) -> Heard:
    """What one of a team may do stands in the settings of all of it."""
    world = screens.world
    member = factories.tie_of(world.people["views"], world.office.account)
    form = {"tenants": "none", "tenants-was": "view"}
    assert post(screens.browsers["admin"], f"/settings/team/{member.id}", form) == 303
    return set(TEAM)


def switched(screens: Screens) -> Heard:
    """The mode concerns the team and the owners who are connected."""
    form = {"mode": LANDLORD if screens.world.scenario.mode != LANDLORD else PROPERTY_MANAGER}
    assert post(screens.browsers["admin"], "/settings/account/mode", form) == 303
    contact = screens.world.scenario
    is_connected_owner = contact.role == OWNER and contact.state == CONNECTED
    return set(TEAM) | ({"themself"} if is_connected_owner else set())


def set_for_everybody(screens: Screens) -> Heard:
    """Whether requests start conversations concerns everybody who is connected."""
    form = {"setting": "starts_conversation", "on": "no"}
    assert post(screens.browsers["admin"], "/settings/maintenance", form) == 303
    is_connected = screens.world.scenario.state == CONNECTED
    return {*TEAM, "neighbour"} | ({"themself"} if is_connected else set())


def left(screens: Screens) -> Heard:
    assert post(screens.browsers["views"], "/sign-out", {}) == 302
    return {"views"}


def ended(screens: Screens) -> Heard:
    path = f"/threads/{screens.world.thread.id}/disconnect"
    assert post(screens.browsers["themself"], path, {}) == 303
    return screens.seeing()


def post(browser: FlaskClient, path: str, form: dict[str, Any]) -> int:
    return browser.post(path, data=form).status_code


def read(screens: Screens, who: str, seq: int) -> None:
    screens.heard()
    path = f"/threads/{screens.world.thread.id}/read-position"
    assert screens.browsers[who].put(path, data={"seq": seq}).status_code == 204


def is_open(scenario: Scenario) -> bool:
    return WRITES in scenario.sight.values()


def is_kept(scenario: Scenario) -> bool:
    return bool(scenario.keeping)


def is_there(scenario: Scenario) -> bool:
    return bool(scenario.sight)


def is_asked(scenario: Scenario) -> bool:
    return bool(scenario.asked)


def always(_scenario: Scenario) -> bool:
    return True


def is_shared_with_both(scenario: Scenario) -> bool:
    return is_open(scenario) and scenario.sight.get("themself") == WRITES


Act = Callable[[Screens], Heard]
EVENTS: list[tuple[str, Act, Callable[[Scenario], bool]]] = [
    ("message:created", posted, is_open),
    ("threads:changed", posted, is_open),
    ("badge:changed", posted, is_open),
    ("message:changed", edited, is_open),
    ("message:changed", deleted, is_open),
    ("typing:started", typed, is_open),
    ("typing:started", typed_in_vain, is_there),
    ("typing:started", typed_about_the_request, is_asked),
    ("message:created", noted_in_the_request, is_asked),
    ("badge:changed", noted_in_the_request, is_asked),
    ("read:changed", read_by_the_team, is_shared_with_both),
    ("read:changed", read_by_the_contact, is_shared_with_both),
    ("threads:changed", muted, is_there),
    ("badge:changed", muted, is_there),
    ("threads:changed", ended, is_shared_with_both),
    ("requests:changed", prioritised, always),
    ("access:changed", noted, is_kept),
    ("access:changed", permitted, always),
    ("access:changed", switched, always),
    ("access:changed", set_for_everybody, always),
    ("session:ended", left, always),
]
"""Each event that the server sends: an act that causes it, and in which scenarios there is one."""

LISTENS = {"connect", "typing"}
"""What a client may say; what is not the policy's business is in tests/test_live.py."""

CASES = [
    pytest.param(scenario, event, act, id=f"{scenario}-{event}-{act.__name__}")
    for event, act, happens in EVENTS
    for scenario, one in SCENARIOS.items()
    if happens(one)
]


def test_every_event_that_the_server_sends_has_an_entry() -> None:
    names: set[str] = set()
    for module in Path(blueprints.__path__[0]).glob("*.py"):
        names |= set(re.findall(r'"([a-z]+:[a-z]+)"', module.read_text()))
    assert names == {event for event, _, _ in EVENTS}


def test_every_event_that_the_server_listens_to_has_an_entry(app: Flask) -> None:
    assert set(socketio.server.handlers["/"]) == LISTENS


@pytest.mark.parametrize(("scenario", "event", "act"), CASES)
def test_who_hears_it(scenario: str, event: str, act: Act, app: Flask, tmp_path: Path) -> None:
    world = Standing(SCENARIOS[scenario], app.extensions["hallway.storage"], tmp_path)
    screens = Screens(app, world)
    screens.heard()
    expected = act(screens)
    heard = screens.heard()
    assert {who for who in SIGNED_IN if event in names_of(heard[who], world)} == expected
    for who in SIGNED_IN:
        assert not told(world, who, str(heard[who])), f"{who} is told of the contact"


def names_of(events: list[dict[str, Any]], world: Standing) -> set[str]:
    """The names of events; it is no matter that another conversation changed."""
    ours = [{"thread_ids": [world.thread.id]}] if world.thread else []
    return {
        one["name"] for one in events if one["name"] != "threads:changed" or one["args"] == ours
    }


def told(world: Standing, who: str, text: str) -> list[str]:
    """What somebody heard of the contact who may know nothing of it."""
    knows_words = who == "themself" or world.sight(who)
    knows_name = knows_words or world.keeping(who) or world.asking(who)
    hidden = [] if knows_words else [SECRET, GATE]
    hidden += [] if knows_name else [NAME, NAME.split()[0]]
    hidden += [] if world.asking(who) else [ASKED]
    return [words for words in hidden if words in text]
