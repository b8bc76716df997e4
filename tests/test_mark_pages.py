"""Mute, pin, mark unread and clear over HTTP: with script, without it, and on one's own devices."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import contact, dialogue_of, keep, member, say
from tests.signed_in import browser_of
from tests.test_live import Scene

JSON = {"Accept": "application/json"}
ACTS = {
    "mute": {"how": "tomorrow"},
    "unmute": {},
    "pin": {},
    "unpin": {},
    "mark-unread": {},
    "mark-read": {},
    "clear": {},
}


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(app)


@pytest.fixture
def his(app: Flask, scene: Scene) -> FlaskClient:
    say(scene.priya, scene.thread, "The tap drips.")
    return browser_of(app, scene.daniel)


def row(client: FlaskClient, query: str = "") -> str:
    return client.get(f"/messages/rows?channel=tenants{query}").text


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_told_to_ones_own_devices_and_to_nobody_else(act: str, scene: Scene) -> None:
    say(scene.priya, scene.thread)
    desktop, phone = scene.device(scene.daniel), scene.device(scene.daniel)
    others = [scene.device(user) for user in (scene.maya, scene.priya, scene.marcus)]
    address = f"/threads/{scene.thread.id}/{act}"
    answer = desktop.http.post(address, data=ACTS[act], headers=JSON)
    assert answer.status_code == 200
    for device in (desktop, phone):
        names = {name for name, _ in device.events()}
        assert names == {"threads:changed", "badge:changed"}
    heard = [{name for name, _ in device.events()} for device in others]
    # Only how far was read is the other side's business.
    assert heard == [set(), {"read:changed"} if act == "mark-read" else set(), set()]


@pytest.mark.parametrize("act", ACTS)
def test_without_script_a_form_leads_on_with_its_sentence(
    act: str, scene: Scene, his: FlaskClient
) -> None:
    thread = f"/threads/{scene.thread.id}"
    answer = his.post(f"{thread}/{act}", data=ACTS[act])
    to_list = act in ("mark-unread", "mark-read")
    assert (answer.status_code, answer.location) == (
        303,
        "/messages?channel=tenants" if to_list else thread,
    )
    assert 'class="toast"' in his.get(answer.location).text


def test_a_mute_says_until_when_in_the_persons_zone(scene: Scene, his: FlaskClient) -> None:
    address = f"/threads/{scene.thread.id}/mute"
    told = his.post(address, data={"how": "tomorrow"}, headers=JSON).json
    assert told["sentence"] == "Muted until tomorrow, 8:00."
    assert his.post(address, data={"how": "always"}, headers=JSON).json == {
        "sentence": "Muted.",
        "until": 0,
    }
    refused = his.post(address, data={"how": "never"}, headers=JSON)
    assert (refused.status_code, refused.json["errors"]) == (422, {"how": "Choose how long."})
    assert "Muted<" in his.get(address).text
    assert "data-turns-at" not in row(his)


def test_rows_and_menus_show_what_was_done(scene: Scene, his: FlaskClient) -> None:
    thread = f"/threads/{scene.thread.id}"
    for act in ("pin", "mute"):
        his.post(f"{thread}/{act}", data={"how": "8h"})
    shown = row(his)
    assert re.search(r"visually-hidden\">pinned muted", shown)
    assert re.search(r'data-turns-at="\d{13}"', shown)
    for page in (f"{thread}/menu", thread):
        html = his.get(page).text
        for way in ("unmute", "unpin"):
            assert f'action="{thread}/{way}"' in html
    assert "Mark read" in his.get(f"{thread}/menu").text
    his.post(f"{thread}/mark-read")
    assert "Mark unread" in his.get(f"{thread}/menu").text


def test_a_cleared_conversation_is_empty_in_every_place(scene: Scene, his: FlaskClient) -> None:
    thread = f"/threads/{scene.thread.id}"
    his.post(f"{thread}/clear")
    page = his.get(thread).text
    assert "The tap drips." not in page
    assert "You cleared what was here." in page
    assert "Cleared" in row(his)
    assert "stays on the record" in his.get(f"{thread}/clear").text
    hers = browser_of(scene.app, scene.priya)
    assert "The tap drips." in hers.get(thread).text


def test_the_unread_filter_lists_what_is_unread_and_what_is_open(
    app: Flask, scene: Scene, his: FlaskClient
) -> None:
    names = r'class="row-name"[^>]*>([^<]+)<'
    assert re.findall(names, row(his, "&unread=1")) == ["Priya Raman"]
    assert "1 unread" in row(his, "&unread=1")
    his.post(f"/threads/{scene.thread.id}/mark-read")
    empty = row(his, "&unread=1")
    assert "You&#39;re all caught up" in empty
    assert "Every message in Tenants is read." in empty
    opened = row(his, f"&unread=1&open={scene.thread.id}")
    assert re.findall(names, opened) == ["Priya Raman"]
    page = his.get("/messages?channel=tenants&unread=1").text
    assert 'href="/messages?channel=tenants"' in page
    assert "Show all conversations" in page
    for odd in ("x", "9" * 30, "-1"):
        assert his.get(f"/messages/rows?channel=tenants&unread=1&open={odd}").status_code == 200


def test_more_of_the_unread_stays_filtered(app: Flask, scene: Scene) -> None:
    for number in range(52):
        tie = contact(scene.office.account, f"Tenant {number}")
        say(tie.user, dialogue_of(tie))
    his = browser_of(app, scene.daniel)
    assert "limit=100&amp;unread=1" in row(his, "&unread=1")


def test_an_opened_conversation_says_that_it_was_marked(scene: Scene, his: FlaskClient) -> None:
    address = f"/threads/{scene.thread.id}"
    assert "data-marked" not in his.get(address).text
    keep(scene.daniel, scene.thread, marked_unread=True)
    assert "data-marked" in his.get(address).text
    maya = browser_of(scene.app, member(scene.office.account))
    assert "data-marked" not in maya.get(address).text
