"""The pages of maintenance requests, what is done on them, and who hears of it."""

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints.extensions import socketio
from models.connection import SERVICE_PRO, Connection
from models.maintenance import MaintenanceRequest
from models.requests import sharing
from models.requests.submitting import Wanted, submit
from models.thread import Thread
from tests import factories
from tests.factories import Office
from tests.signed_in import browser_of

JSON = {"Accept": "application/json"}


@pytest.fixture
def house(app: Flask) -> Office:
    return factories.office("Birch & Vine")


@pytest.fixture
def desk(app: Flask, house: Office) -> FlaskClient:
    return browser_of(app, house.admin)


@pytest.fixture
def priya(house: Office) -> Connection:
    return factories.contact(house.account, "Priya Raman", home=house.unit)


@pytest.fixture
def tomasz(house: Office) -> Connection:
    return factories.contact(house.account, "Tomasz Kowalczyk", role=SERVICE_PRO)


@pytest.fixture
def faucet(house: Office, priya: Connection) -> MaintenanceRequest:
    return asked(priya, house, "Kitchen faucet leaking", category="plumbing")


def asked(tie: Connection, house: Office, title: str, **other: Any) -> MaintenanceRequest:
    wanted = Wanted(str(uuid4()), title, f"unit:{house.unit.id}", **other)
    return submit(tie.user, wanted)[0]


def shown(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def act(client: FlaskClient, request: MaintenanceRequest, what: str, **form: str) -> Any:
    return client.post(f"/maintenance/{request.id}/{what}", data=form, headers=JSON)


def now(request: MaintenanceRequest) -> MaintenanceRequest:
    return MaintenanceRequest.get_by_id(request.id)


def hearing(app: Flask, *ties: Connection) -> list[Any]:
    return [socketio.test_client(app, flask_test_client=browser_of(app, tie.user)) for tie in ties]


def told(socket: Any) -> list[list[int]]:
    heard = socket.get_received()
    return [one["args"][0]["request_ids"] for one in heard if one["name"] == "requests:changed"]


def test_the_page_says_what_where_and_who(desk, faucet):
    page = shown(desk, f"/maintenance/{faucet.id}")
    for words in ("Kitchen faucet leaking", "#1", "Plumbing", "Priya Raman", "New", "Normal"):
        assert words in page


def test_a_status_is_set_and_can_be_taken_back(desk, faucet):
    answer = act(desk, faucet, "status", status="resolved", was="new").json
    assert answer["sentence"] == "Request marked resolved."
    undo = answer["undo"]
    assert desk.post(undo.pop("action"), data=undo, headers=JSON).status_code == 200
    assert now(faucet).status == "new"


def test_two_people_at_once_are_told_instead_of_overwritten(app, desk, house, faucet):
    daniel = factories.member(house.account, "Daniel Reyes")
    assert act(browser_of(app, daniel), faucet, "status", status="resolved", was="new").json
    answer = act(desk, faucet, "status", status="in_progress", was="new")
    assert answer.status_code == 409
    assert answer.json["sentence"] == "Daniel just changed this to Resolved."
    assert now(faucet).status == "resolved"


def test_who_was_too_late_without_script_is_led_back_to_the_request(app, desk, house, faucet):
    daniel = factories.member(house.account, "Daniel Reyes")
    act(browser_of(app, daniel), faucet, "status", status="resolved", was="new")
    answer = desk.post(f"/maintenance/{faucet.id}/status", data={"status": "new", "was": "new"})
    assert answer.status_code == 409
    assert "Daniel just changed this to Resolved." in answer.text
    assert f'href="/maintenance/{faucet.id}">Show</a>' in answer.text
    nowhere = desk.post("/maintenance/999/status", data={"status": "resolved"})
    assert ">Show</a>" not in nowhere.text


def test_a_pro_who_resolved_is_offered_no_undo(app, house, tomasz, faucet):
    sharing.share(house.admin, faucet.id, [tomasz.id])
    pro = browser_of(app, tomasz.user)
    answer = act(pro, faucet, "status", status="resolved", was="new").json
    assert answer["undo"] is None
    assert act(pro, faucet, "status", status="new", was="resolved").status_code == 403


def test_who_it_concerns_hears_of_it_and_nobody_else(app, house, desk, priya, tomasz, faucet):
    sharing.share(house.admin, faucet.id, [tomasz.id])
    neighbour = factories.contact(house.account, "Nick Door", home=factories.unit(house.place))
    tenant, pro, other = hearing(app, priya, tomasz, neighbour)
    act(desk, faucet, "status", status="in_progress", was="new")
    assert (told(tenant), told(pro), told(other)) == ([[faucet.id]], [[faucet.id]], [])
    act(browser_of(app, tomasz.user), faucet, "decline")
    assert (told(tenant), told(pro)) == ([[faucet.id]], [[faucet.id]])
    act(desk, faucet, "priority", priority="high", was="normal")
    assert (told(tenant), told(pro), told(other)) == ([[faucet.id]], [], [])


def test_a_tenant_hears_that_an_archived_request_is_open_again(app, desk, priya, faucet):
    act(desk, faucet, "status", status="resolved", was="new")
    act(desk, faucet, "archived", archived="yes")
    (tenant,) = hearing(app, priya)
    act(desk, faucet, "status", status="new", was="resolved")
    assert told(tenant) == [[faucet.id]]


def test_a_tenant_is_asked_before_a_request_is_canceled(app, priya, faucet):
    tenant = browser_of(app, priya.user)
    assert f"/maintenance/{faucet.id}/cancel" in shown(tenant, f"/maintenance/{faucet.id}")
    assert "Cancel this request?" in shown(tenant, f"/maintenance/{faucet.id}/cancel")
    assert act(tenant, faucet, "status", status="canceled", was="new").status_code == 200
    page = shown(tenant, f"/maintenance/{faucet.id}")
    assert "This request was canceled. You can still read it." in page
    assert f"/maintenance/{faucet.id}/cancel" not in page


def test_without_script_an_act_leads_back_to_the_request(desk, faucet):
    answer = desk.post(
        f"/maintenance/{faucet.id}/priority", data={"priority": "high", "was": "normal"}
    )
    assert (answer.status_code, answer.location) == (303, f"/maintenance/{faucet.id}")


def test_the_share_dialog_says_who_can_be_chosen_and_what_they_would_see(
    desk, house, priya, tomasz, faucet
):
    thread = Thread.get(Thread.request == faucet.id)
    factories.say(priya.user, thread, "It drips.")
    factories.say(house.admin, thread, "Tomasz could go.", "team")
    factories.say(house.admin, thread, "We send somebody.", "tenants")
    factories.contact(house.account, "Nick Door", home=factories.unit(house.place))
    dialog = shown(desk, f"/maintenance/{faucet.id}/share")
    assert [name for name in ("Tomasz", "Priya", "Nick") if f">{name} " in dialog] == [
        "Tomasz",
        "Priya",
    ]
    assert re.search(rf'value="{priya.id}"[^>]*disabled', dialog)
    plain = " ".join(re.sub("<[^>]*>", "", dialog).split())
    assert "The one message since" in plain
    assert "All 2 messages since" in plain
    assert "including Priya’s" in plain
    assert "Priya’s phone number stays hidden." in plain


def test_sharing_shows_it_to_the_chosen_from_now_on_or_with_what_was_before(
    app, desk, house, priya, tomasz, faucet
):
    nadia = factories.contact(house.account, "Nadia Petrov", role=SERVICE_PRO)
    thread = Thread.get(Thread.request == faucet.id)
    factories.say(priya.user, thread, "It drips.")
    assert act(desk, faucet, "share").status_code == 422
    answer = act(desk, faucet, "share", people=str(tomasz.id), see="new").json
    assert answer["sentence"] == "Shared with Tomasz."
    act(desk, faucet, "share", people=str(nadia.id), see="earlier")
    assert "It drips." not in shown(browser_of(app, tomasz.user), f"/threads/{thread.id}")
    assert "It drips." in shown(browser_of(app, nadia.user), f"/threads/{thread.id}")
    again = act(desk, faucet, "share", people=str(nadia.id)).json
    assert again["sentence"] == "They were here already."


def test_without_script_a_refused_choice_keeps_what_was_chosen(desk, house, faucet):
    gone = factories.contact(house.account, "Gone Pro", role=SERVICE_PRO, state="disconnected")
    address = f"/maintenance/{faucet.id}/share"
    answer = desk.post(address, data={"people": gone.id, "see": "earlier"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Somebody you chose can&#39;t be added any more." in page
    assert re.search(r'value="earlier" checked', page)


def test_a_request_is_taken_back_from_somebody(app, desk, house, tomasz, faucet):
    sharing.share(house.admin, faucet.id, [tomasz.id])
    assert f"/people/{tomasz.id}/remove" in shown(desk, f"/maintenance/{faucet.id}")
    assert "Remove Tomasz" in shown(desk, f"/maintenance/{faucet.id}/people/{tomasz.id}/remove")
    assert act(desk, faucet, f"people/{tomasz.id}/remove").status_code == 200
    page = shown(browser_of(app, tomasz.user), f"/maintenance/{faucet.id}")
    assert "You are no longer part of this request." in page


def test_the_team_starts_a_conversation_by_hand(app, desk, house, priya):
    type(house.account).update(starts_conversation=False).execute()
    request = asked(priya, house, "Door sticks")
    page = shown(desk, f"/maintenance/{request.id}")
    assert "Start conversation" in page
    assert "Start conversation" not in shown(
        browser_of(app, priya.user), f"/maintenance/{request.id}"
    )
    answer = act(desk, request, "conversation").json
    assert answer["go"] == f"/threads/{Thread.get(Thread.request == request.id).id}"
    assert "Open conversation" in shown(browser_of(app, priya.user), f"/maintenance/{request.id}")


def test_a_tenant_comes_to_a_conversation_with_a_pro_when_the_team_starts_it_with_them(
    app, desk, house, priya, tomasz
):
    type(house.account).update(starts_conversation=False).execute()
    request = asked(priya, house, "Door sticks")
    act(desk, request, "share", people=str(tomasz.id))
    tenant = browser_of(app, priya.user)
    assert "Open conversation" not in shown(tenant, f"/maintenance/{request.id}")
    assert "Add Priya to the conversation" in shown(desk, f"/maintenance/{request.id}")
    assert act(desk, request, "conversation").status_code == 200
    assert "Open conversation" in shown(tenant, f"/maintenance/{request.id}")
    assert "to the conversation<" not in shown(desk, f"/maintenance/{request.id}")


def test_the_list_narrows_and_says_when_nothing_fits(desk, priya, house, faucet):
    asked(priya, house, "Door sticks", category="locks")
    act(desk, faucet, "status", status="resolved", was="new")
    assert 'href="/maintenance?tab=all&amp;q=faucet">Show all' in shown(
        desk, "/maintenance?q=faucet"
    )
    assert 'href="/maintenance?tab=all">Show all' in shown(desk, "/maintenance?tab=all&q=fridge")
    act(desk, faucet, "status", status="new", was="resolved")
    page = shown(desk, "/maintenance?q=faucet")
    assert "Kitchen faucet leaking" in page
    assert "Door sticks" not in page
    assert "Nothing found for “zebra”" in shown(desk, "/maintenance?q=zebra")
    assert "No request fits" in shown(desk, "/maintenance?status=deferred")
    assert "Nothing resolved yet" in shown(desk, "/maintenance?tab=resolved")
    for odd in ("?tab=x&status=y&priority=z&pro=q&property=-3", "?page=-1", "?page=99999999999"):
        assert desk.get(f"/maintenance{odd}").status_code == 200


def test_an_empty_list_speaks_to_who_reads_it(app, desk, house, priya, tomasz):
    assert "No open requests" in shown(desk, "/maintenance")
    assert "Nothing to fix" in shown(browser_of(app, priya.user), "/maintenance")
    page = shown(browser_of(app, tomasz.user), "/maintenance")
    assert "No jobs right now" in page
    assert "New request" not in page


def test_the_navigation_says_how_many_are_open(app, desk, house, priya, faucet):
    powerless = factories.member(house.account, "Paul Weak", rights={})
    assert 'aria-label="Maintenance, 1 open"' in shown(desk, "/help")
    assert 'aria-label="Requests, 1 open"' in shown(browser_of(app, priya.user), "/help")
    assert 'href="/maintenance"' not in shown(browser_of(app, powerless), "/settings/profile")
    assert browser_of(app, powerless).get("/maintenance").status_code == 404
    act(desk, faucet, "status", status="resolved", was="new")
    assert desk.get("/maintenance/open").json == {"open": 0}


def test_home_shows_what_is_to_repair(app, desk, house, faucet):
    page = " ".join(re.sub("<[^>]*>", "", shown(desk, "/")).split())
    assert "one open request" in page
    assert "Waiting since" in page
    powerless = factories.member(house.account, "Paul Weak", rights={"tenants": 1})
    assert "faucet" not in shown(browser_of(app, powerless), "/")


def test_the_admin_decides_what_holds_for_all_requests(app, desk, house, tomasz, faucet):
    def switch(client: FlaskClient, setting: str, on: str) -> Any:
        form = {"setting": setting, "on": on}
        return client.post("/settings/maintenance", data=form, headers={"HX-Request": "true"})

    sharing.share(house.admin, faucet.id, [tomasz.id])
    pro = browser_of(app, tomasz.user)
    (socket,) = hearing(app, tomasz)
    answer = switch(desk, "pros_set_status", "no")
    assert answer.headers["HX-Trigger"] == '{"toast": "Saved."}'
    assert re.search(r'id="pros_set_status"[^>]*aria-checked="false"', answer.text)
    assert "access:changed" in [one["name"] for one in socket.get_received()]
    assert act(pro, faucet, "status", status="resolved", was="new").status_code == 403
    assert switch(desk, "pros_set_status", "yes").status_code == 200
    assert act(pro, faucet, "status", status="resolved", was="new").status_code == 200
    assert switch(desk, "mode", "yes").status_code == 404
    ruth = browser_of(app, factories.member(house.account, "Ruth Lindqvist"))
    assert switch(ruth, "tells_status", "no").status_code == 403
    page = shown(ruth, "/settings/maintenance")
    assert "can change this account" in page
    assert 'role="switch"' not in page


def test_the_admin_decides_who_is_told_of_new_requests_first(app, desk, house):
    ruth = factories.member(house.account, "Ruth Lindqvist")

    def choose(client: FlaskClient, person: object) -> Any:
        return client.post("/settings/maintenance/first-told", data={"first_told": person})

    assert choose(desk, ruth.id).headers["Location"] == "/settings/maintenance"
    chosen = f'<option value="{ruth.id}" selected>Ruth Lindqvist</option>'
    assert chosen in shown(desk, "/settings/maintenance")
    theirs = browser_of(app, ruth)
    assert "New requests go to" in shown(theirs, "/settings/maintenance")
    assert "<select" not in shown(theirs, "/settings/maintenance")
    assert choose(theirs, ruth.id).status_code == 403
    weak = factories.member(house.account, "Paul Weak", rights={"tenants": 2})
    assert choose(desk, weak.id).status_code == 422
    assert choose(desk, "x").status_code == 404
    assert chosen in shown(desk, "/settings/maintenance")
    assert choose(desk, "").status_code == 303
    assert " selected" not in shown(desk, "/settings/maintenance")
