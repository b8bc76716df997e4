"""The messenger's pages: the list, its channels, a conversation opened in it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.account import LANDLORD
from models.connection import MANAGE, VIEW
from models.user import User
from tests.factories import (
    Office,
    contact,
    dialogue_of,
    disconnect,
    member,
    office,
    person,
    property_of,
    say,
    set_mode,
    unit,
)
from tests.signed_in import browser_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def channels(client: FlaskClient) -> list[str]:
    return re.findall(r'data-channel="([a-z-]+)"', client.get("/messages").text)[:-1] or []


def rows(client: FlaskClient, channel: str) -> list[str]:
    html = client.get(f"/messages/rows?channel={channel}").text
    return re.findall(r'class="row-name"[^>]*>([^<]+)<', html)


def test_the_team_lists_contacts_by_channel(app: Flask, place: Office) -> None:
    for name, role in (("Priya", "tenant"), ("Tomasz", "service_pro"), ("Helen", "owner")):
        say(place.admin, dialogue_of(contact(place.account, name, role)))
    client = browser_of(app, place.admin)
    assert rows(client, "tenants") == ["Priya"]
    assert rows(client, "service-pros") == ["Tomasz"]
    assert rows(client, "owners") == ["Helen"]
    assert client.get("/messages?channel=landlords").status_code == 404


def test_owners_are_not_there_in_landlord_mode(app: Flask, place: Office) -> None:
    helen = contact(place.account, "Helen", "owner")
    thread = dialogue_of(helen)
    say(helen.user, thread, "From an owner.")
    set_mode(place.account, LANDLORD)
    client = browser_of(app, place.admin)
    assert client.get("/messages?channel=owners").status_code == 404
    assert client.get(f"/threads/{thread.id}").status_code == 404
    assert client.get("/badge").json == {"unread": 0, "threads": {}}
    hers = browser_of(app, helen.user).get(f"/threads/{thread.id}").text
    assert "From an owner." in hers
    assert "takes no messages from owners" in hers


def test_a_list_of_properties_hides_the_other_tenants(app: Flask, place: Office) -> None:
    elsewhere = property_of(place.account, "88 Quay Rd")
    contact(place.account, "Priya", home=place.unit)
    sofia = contact(place.account, "Sofia", home=unit(elsewhere))
    ruth = member(place.account, "Ruth", rights={"tenants": VIEW}, properties=[elsewhere])
    client = browser_of(app, ruth)
    assert rows(client, "tenants") == ["Sofia"]
    page = client.get(f"/threads/{dialogue_of(sofia).id}").text
    assert "<textarea" not in page
    assert "Ask an admin" in page


def test_a_contact_sees_the_account_and_no_note_about_themselves(app: Flask, place: Office) -> None:
    tie = contact(place.account, "Priya", home=place.unit)
    tie.note, tie.phone = "Pays late.", "555-0100"
    tie.save()
    client = browser_of(app, tie.user)
    assert rows(client, "landlords") == ["Harbor Homes"]
    page = client.get(f"/threads/{dialogue_of(tie).id}").text
    assert "Pays late." not in page
    assert "555-0100" not in page
    assert client.get("/messages?channel=tenants").status_code == 404
    assert client.get("/", follow_redirects=False).location == "/messages"


def test_who_is_on_both_sides_has_both_sets(app: Flask, place: Office) -> None:
    sam = office("Birch & Vine").admin
    contact(place.account, "Sam", user=sam)
    client = browser_of(app, sam)
    assert rows(client, "landlords") == ["Harbor Homes"]
    assert rows(client, "tenants") == []


def test_a_partial_for_htmx_and_a_page_for_everybody_else(app: Flask, place: Office) -> None:
    thread = dialogue_of(contact(place.account))
    client = browser_of(app, place.admin)
    page, part = (client.get(f"/threads/{thread.id}", headers=h) for h in ({}, HTMX))
    assert "<html" in page.text
    assert "<html" not in part.text
    assert 'role="log"' in part.text
    assert "HX-Request" in part.headers["Vary"]
    back = client.get(
        f"/threads/{thread.id}", headers=HTMX | {"HX-History-Restore-Request": "true"}
    )
    assert "<html" in back.text


def test_opening_at_a_message_shows_its_neighbours(app: Flask, place: Office) -> None:
    tie = contact(place.account)
    thread = dialogue_of(tie)
    said = [say(tie.user, thread, f"Message {n}").id for n in range(120)]
    client = browser_of(app, place.admin)
    page = client.get(f"/threads/{thread.id}?at={said[40]}").text
    assert f'id="message-{said[40]}"' in page
    assert re.search(r'id="log"[^>]* data-newer>', page)
    assert f'id="message-{said[-1]}"' not in page
    newest = client.get(f"/threads/{thread.id}").text
    assert not re.search(r'id="log"[^>]* data-newer>', newest)
    for wrong in (999_999, "x", -1, 2**70):
        assert client.get(f"/threads/{thread.id}?at={wrong}").status_code == 404


def test_newest_first_and_unread_counted(app: Flask, place: Office) -> None:
    first, second = contact(place.account, "First"), contact(place.account, "Second")
    say(second.user, dialogue_of(second))
    say(first.user, dialogue_of(first))
    say(first.user, dialogue_of(first), "  Two\nlines <b> ")
    client = browser_of(app, place.admin)
    assert rows(client, "tenants") == ["First", "Second"]
    html = client.get("/messages?channel=tenants").text
    assert "Messages, 3 unread" in html
    assert "Two lines &lt;b&gt;" in html
    assert "<title>(3) " in html


def test_an_ended_dialogue_counts_for_neither_side(app: Flask, place: Office) -> None:
    tie = contact(place.account)
    say(tie.user, dialogue_of(tie))
    say(place.admin, dialogue_of(tie))
    disconnect(tie, by=place.admin)
    for user in (place.admin, tie.user):
        assert browser_of(app, user).get("/badge").json["unread"] == 0


def test_long_lists_come_in_parts(app: Flask, place: Office) -> None:
    for number in range(53):
        contact(place.account, f"Tenant {number}")
    client = browser_of(app, place.admin)
    assert len(rows(client, "tenants")) == 50
    html = client.get("/messages/rows?channel=tenants&limit=100").text
    assert html.count('class="thread-row') == 53
    for odd in ("x", "-5", "9" * 30):
        assert client.get(f"/messages/rows?channel=tenants&limit={odd}").status_code == 200


@pytest.mark.parametrize("channel", ["", "team", "nonsense", "<script>", "tenants\0"])
def test_a_channel_that_is_not_theirs_is_missing(app: Flask, place: Office, channel: str) -> None:
    client = browser_of(app, place.admin)
    assert client.get("/messages", query_string={"channel": channel}).status_code in (404, 422)


def test_home_greets_the_team_and_lists_what_is_unread(app: Flask, place: Office) -> None:
    tie = contact(place.account, "Priya", home=place.unit)
    say(tie.user, dialogue_of(tie), "Unread words.")
    contact(place.account, "Grace Bellamy", state="invited")
    html = browser_of(app, place.admin).get("/").text
    for words in ("Daniel", "Unread words.", "Grace Bellamy", "Pending invitations"):
        assert words in html


def test_a_new_person_without_anything_gets_words_not_errors(app: Flask, place: Office) -> None:
    nobody: User = person("New Person")
    client = browser_of(app, nobody)
    page = client.get("/messages")
    assert page.status_code == 200
    assert "No conversations yet" in page.text


def test_names_of_every_kind_are_text(app: Flask, place: Office) -> None:
    for name in ("<script>alert(1)</script>", "{{ 7 * 7 }}", "مريم", "👩‍🔧", "a" * 120):
        tie = contact(place.account, name)
        thread = dialogue_of(tie)
        html = browser_of(app, place.admin).get(f"/threads/{thread.id}").text
        assert "<script>alert" not in html
        assert name in html or "&lt;script&gt;" in html


def test_rights_of_one_account_say_nothing_about_another(app: Flask, place: Office) -> None:
    other = office("Birch & Vine")
    thread = dialogue_of(contact(other.account))
    member(place.account, user=other.admin, rights=MANAGE)
    client = browser_of(app, place.admin)
    assert client.get(f"/threads/{thread.id}").status_code == 404


def test_who_has_no_contacts_right_is_shown_no_way_to_contacts(app: Flask, place: Office) -> None:
    ruth = browser_of(app, member(place.account, "Ruth", rights={"tenants": VIEW}))
    manager = browser_of(app, place.admin)
    for address in ("/", "/messages?channel=tenants"):
        assert 'href="/contacts' not in ruth.get(address).text
        assert 'href="/contacts/new"' in manager.get(address).text


def test_a_persons_own_number_is_shown_to_the_team_only_with_consent(
    app: Flask, place: Office
) -> None:
    tie = contact(place.account, "Priya")
    thread, client = dialogue_of(tie), browser_of(app, place.admin)
    tie.user.phone = "555-0148"
    tie.user.save()
    assert "555-0148" not in client.get(f"/threads/{thread.id}").text
    tie.user.phone_consent = True
    tie.user.save()
    assert "tel:555-0148" in client.get(f"/threads/{thread.id}").text


def test_who_left_does_not_learn_how_far_the_others_read(app: Flask, place: Office) -> None:
    tie = contact(place.account)
    thread = dialogue_of(tie)
    seq = say(tie.user, thread).id
    hers, his = browser_of(app, tie.user), browser_of(app, place.admin)
    his.put(f"/threads/{thread.id}/read-position", data={"seq": seq})
    assert f'data-seen-seq="{seq}"' in hers.get(f"/threads/{thread.id}").text
    disconnect(tie)
    assert 'data-seen-seq="0"' in hers.get(f"/threads/{thread.id}").text


def test_an_ended_conversation_leads_back_for_who_may_invite(app):
    house = office()
    tie = contact(house.account)
    viewer = member(house.account, rights=VIEW)
    page = f"/threads/{dialogue_of(tie).id}"
    assert "Reconnect" not in browser_of(app, house.admin).get(page).text
    disconnect(tie)
    assert "Reconnect" in browser_of(app, house.admin).get(page, headers=HTMX).text
    for other in (viewer, tie.user):
        assert "Reconnect" not in browser_of(app, other).get(page).text


def test_who_cannot_write_is_not_asked_to_say_hello(app):
    house = office()
    tie = contact(house.account)
    page = f"/threads/{dialogue_of(tie).id}"
    assert "Say hello" in browser_of(app, house.admin).get(page).text
    disconnect(tie)
    assert "Say hello" not in browser_of(app, house.admin).get(page).text
