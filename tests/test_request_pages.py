"""Writing a request over HTTP: its files, once for each client_id, live on both sides."""

import io
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blueprints.extensions import socketio
from models import clock
from models.connection import SERVICE_PRO, VIEW
from models.leaving import disconnect
from models.maintenance import NEW, RESOLVED, URGENT, MaintenanceRequest, times_of
from models.message import Attachment
from models.posting import delete_message
from models.requests import beginning, statuses
from models.requests.view import RequestView
from models.team import RIGHTS
from models.thread import MAINTENANCE, Thread
from models.user import User
from models.view import View
from tests.factories import (
    contact,
    dialogue_of,
    member,
    move_in,
    office,
    person,
    property_of,
    set_list,
    tie_of,
    unit,
)
from tests.signed_in import browser_of
from tests.test_files import JSON, picture

NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}


SOON = clock.to_datetime(clock.now() + 2 * clock.DAY).date().isoformat()


class House:
    """Daniel of the office and his tenant Priya, each with a browser."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.office = office()
        self.tie = contact(self.office.account, home=self.office.unit)
        self.tenant: User = self.tie.user
        self.hers = browser_of(app, self.tenant)
        self.his = browser_of(app, self.office.admin)

    def form(self, **other: Any) -> dict[str, Any]:
        home = f"unit:{self.office.unit.id}"
        form = {"client_id": str(uuid.uuid4()), "title": "Kitchen faucet leaking", "home": home}
        return form | {"category": "plumbing"} | other

    def send(self, client: FlaskClient | None = None, **other: Any) -> TestResponse:
        return self.post(self.form(**other), client)

    def post(self, form: dict[str, Any], client: FlaskClient | None = None) -> TestResponse:
        return (client or self.hers).post("/maintenance", data=form, headers=JSON)

    def upload(self, data: bytes, name: str = "a.jpg", client_id: str = "") -> TestResponse:
        address = f"/maintenance/uploads/{client_id or uuid.uuid4()}"
        return self.hers.put(address, query_string={"name": name}, data=data, headers=JSON)

    def view(self, made: TestResponse, by: User | None = None) -> RequestView:
        return RequestView.load(by or self.tenant, made.json["id"])


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


def test_a_tenant_submits_with_all_there_is_to_say(house: House) -> None:
    made = house.send(
        description="Dripping about once a second.",
        urgent="yes",
        may_enter="yes",
        access_notes="The lockbox is at the side door.",
        pets="A shy cat",
        day1=SOON,
        begins1="09:00",
        ends1="12:00",
        day2="",
        begins2="",
        ends2="",
        uploads=[house.upload(picture()).json["id"]],
    )
    assert (made.status_code, made.headers["Location"]) == (201, f"/maintenance/{made.json['id']}")
    view = house.view(made, house.office.admin)
    request = view.request
    assert (request.title, request.priority, request.may_enter) == (
        "Kitchen faucet leaking",
        URGENT,
        True,
    )
    assert (request.access_notes, request.pets) == (
        "The lockbox is at the side door.",
        "A shy cat",
    )
    assert len(times_of(request)) == 1
    assert [file.name for file in view.files] == ["a.jpg"]


def test_it_appears_live_on_both_sides(house: House) -> None:
    sockets = [
        socketio.test_client(house.app, flask_test_client=client)
        for client in (house.his, house.hers, browser_of(house.app, person("Sten Ranger")))
    ]
    made = house.send()
    thread = Thread.get(Thread.request == made.json["id"])
    told = [
        [one["args"][0] for one in socket.get_received() if one["name"] == "threads:changed"]
        for socket in sockets
    ]
    assert [{"thread_ids": [thread.id]} in one for one in told] == [True, True, False]


def test_sending_twice_makes_one_request(house: House) -> None:
    form = house.form(uploads=[house.upload(picture()).json["id"]])
    first, again = house.post(form), house.post(form)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    other = house.post(form | {"title": "Another"})
    assert other.status_code == 409
    assert other.json["sentence"]
    assert MaintenanceRequest.select().count() == 1


def test_every_mistake_is_named_by_its_field(house: House) -> None:
    answer = house.send(title="", category="magic", day1=SOON, begins1="12:00", ends1="9")
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"title", "category", "times"}
    assert house.send(home="unit:x").json["errors"].keys() == {"home"}
    assert house.post({"title": "Without an id"}).status_code == 422


def test_an_upload_is_kept_once_until_a_request_carries_it(house: House) -> None:
    client_id = str(uuid.uuid4())
    address = f"/maintenance/uploads/{client_id}"
    assert house.hers.get(address).status_code == 204
    made = house.upload(picture(), client_id=client_id)
    again = house.upload(b"not even read", client_id=client_id)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json == again.json == house.hers.get(address).json
    assert house.his.get(made.json["address"]).status_code == 404
    sent = house.send(uploads=[made.json["id"]])
    assert house.his.get(made.json["address"]).status_code == 200
    stranger = browser_of(house.app, person("Sten Ranger"))
    assert stranger.get(made.json["address"]).status_code == 404
    assert house.send(uploads=[made.json["id"]]).json["errors"].keys() == {"files"}
    assert sent.status_code == 201


def test_what_is_no_photo_and_no_video_is_refused_at_once(house: House) -> None:
    refused = house.upload(b"%PDF-1.4\n%%EOF\n", "lease.pdf")
    assert refused.status_code == 422
    assert "photos and a video" in refused.json["errors"]["files"]
    assert not Attachment.select().exists()


def test_an_upload_for_a_conversation_goes_with_no_request(house: House) -> None:
    address = f"/threads/{dialogue_of(house.tie).id}/uploads/{uuid.uuid4()}"
    query = {"name": "a.jpg"}
    made = house.hers.put(address, query_string=query, data=picture(), headers=JSON).json
    assert house.send(uploads=[made["id"]]).json["errors"].keys() == {"files"}


def test_a_plain_form_brings_its_photos_and_leads_to_the_request(house: House) -> None:
    form = house.form(files=[(io.BytesIO(picture()), "a.jpg"), (io.BytesIO(picture()), "b.jpg")])
    answer = house.hers.post("/maintenance", data=form, headers=NAVIGATES)
    made = MaintenanceRequest.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/maintenance/{made.id}")
    assert [file.name for file in RequestView.load(house.tenant, made.id).files] == [
        "a.jpg",
        "b.jpg",
    ]


def test_photos_of_a_message_are_copied_for_who_sees_it(house: House) -> None:
    dialogue = dialogue_of(house.tie)
    address = f"/threads/{dialogue.id}/uploads/{uuid.uuid4()}"
    query = {"name": "drip.jpg"}
    made = house.hers.put(address, query_string=query, data=picture(), headers=JSON).json
    sent = house.hers.post(
        f"/threads/{dialogue.id}/messages",
        data={"body": "It drips.", "client_id": str(uuid.uuid4()), "uploads": [made["id"]]},
    )
    form = house.form(copies=[made["id"]])
    answer = house.post(form, house.his)
    assert (answer.status_code, house.post(form, house.his).status_code) == (201, 200)
    (copy,) = house.view(answer, house.office.admin).files
    assert (copy.name, copy.uploader_id) == ("drip.jpg", house.office.admin.id)
    assert Attachment.select().count() == 2
    # It stands on its own: the message may go.
    delete_message(house.tenant, dialogue.id, int(sent.headers["X-Message-Seq"]))
    assert house.his.get(made["address"]).status_code == 404
    thumbnail = house.his.get(f"/files/{copy.id}/thumbnail")
    assert thumbnail.content_type == "image/webp"
    kept = house.his.get(f"/files/{copy.id}/{copy.name}")
    assert kept.data[:3] == b"\xff\xd8\xff"
    # Nobody copies what they do not see.
    next_door = unit(house.office.place)
    other = contact(house.office.account, "Nick Door", home=next_door)
    nick, theirs = browser_of(house.app, other.user), f"unit:{next_door.id}"
    refused = [house.post(house.form(copies=[one], home=theirs), nick) for one in (copy.id, 99)]
    assert [one.status_code for one in refused] == [422, 422]
    assert refused[0].json == refused[1].json
    assert not Attachment.select().where(Attachment.uploader == other.user).exists()


def test_a_message_deleted_while_one_writes_costs_nothing_typed(house: House) -> None:
    dialogue, files = dialogue_of(house.tie), f"/threads/{dialogue_of(house.tie).id}"
    made = house.hers.put(f"{files}/uploads/{uuid.uuid4()}?name=drip.jpg", data=picture()).json
    data = {"body": "It drips.", "client_id": str(uuid.uuid4()), "uploads": [made["id"]]}
    sent = house.hers.post(f"{files}/messages", data=data)
    form = house.form(copies=[made["id"]], description="About once a second.")
    delete_message(house.tenant, dialogue.id, int(sent.headers["X-Message-Seq"]))
    refused = house.his.post("/maintenance", data=form, headers=NAVIGATES)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "About once a second." in page
    assert "A file is not here any more" in page
    assert f'name="copies" value="{made["id"]}"' not in page


def test_a_repeat_is_the_same_request_also_when_no_more_can_be_written(house: House) -> None:
    form, other = house.form(), house.form(title="Another")
    made, his = house.post(form), house.form()
    helper = member(house.office.account, "Dora Helper")
    hers = browser_of(house.app, helper)
    assert house.post(his, hers).status_code == 201
    disconnect(house.office.admin, house.tie.id)
    again = house.post(form)
    assert (again.status_code, again.json) == (200, made.json)
    assert house.post(other).status_code == 422
    assert house.hers.post("/maintenance", data=other, headers=NAVIGATES).status_code == 422
    assert house.post(form | {"title": "Another"}).status_code == 409
    # Who is not on the team any more sees nothing of it, by whatever answer.
    set_list(tie_of(helper, house.office.account), [property_of(house.office.account, "Elm")])
    for one in (his, his | {"title": "Another"}):
        assert house.post(one, hers).status_code == 404


def test_the_team_shares_it_at_once_with_those_it_names(house: House) -> None:
    pro = contact(house.office.account, "Tomasz Pro", role=SERVICE_PRO)
    answer = house.send(house.his, people=[house.tie.id, pro.id], priority="high")
    assert answer.status_code == 201
    thread = Thread.get(Thread.request == answer.json["id"])
    for one in (house.tenant, pro.user):
        assert View.load(one, thread.id).takes_part
    neighbour = contact(house.office.account, "Nick Door", home=unit(house.office.place))
    refused = house.send(house.his, people=[neighbour.id])
    assert refused.json["errors"].keys() == {"people"}
    # A tenant shares nothing; a team that may only look writes nothing.
    assert house.send(people=[pro.id]).status_code == 404
    looks = browser_of(house.app, member(house.office.account, "Vera Lind", rights=1))
    assert house.post(house.form(), looks).status_code == 404


def test_nobody_uploads_without_a_home_to_write_for(house: House) -> None:
    away = contact(house.office.account, "Olga Past")
    answer = browser_of(house.app, away.user).put(
        f"/maintenance/uploads/{uuid.uuid4()}", query_string={"name": "a.jpg"}, data=picture()
    )
    assert answer.status_code == 404


def test_the_form_of_a_tenant_asks_what_there_is_to_know(house: House) -> None:
    page = house.hers.get("/maintenance/new").text
    assert f'name="home" value="unit:{house.office.unit.id}"' in page
    assert f"Send to {house.office.account.name}" in page
    assert "It can’t wait" in page
    assert 'name="people"' not in page
    stranger = browser_of(house.app, person("Sten Ranger"))
    assert stranger.get("/maintenance/new").status_code == 404


def test_who_lives_in_two_homes_chooses_one(house: House) -> None:
    other = unit(house.office.place, "Unit 9")
    move_in(house.tie, other)
    page = house.hers.get("/maintenance/new").text
    assert "Which home?" in page
    refused = house.hers.post("/maintenance", data=house.form(home=""), headers=NAVIGATES)
    assert refused.status_code == 422
    assert "Choose the home this is about." in refused.text
    assert house.send(home=f"unit:{other.id}").status_code == 201


def test_a_form_that_is_refused_comes_back_with_everything(house: House) -> None:
    form = house.form(
        title="",
        description="Dripping about once a second.",
        urgent="yes",
        pets="A shy cat",
        day1=SOON,
        begins1="12:00",
        ends1="09:00",
        files=[(io.BytesIO(picture()), "a.jpg")],
    )
    refused = house.hers.post("/maintenance", data=form, headers=NAVIGATES)
    assert refused.status_code == 422
    for words in (
        "Say what needs fixing.",
        "A time ends before it begins.",
        "Dripping about once a second.",
        "A shy cat",
        f'value="{SOON}"',
        form["client_id"],
    ):
        assert words in refused.text
    kept = Attachment.get()
    assert f'name="uploads" value="{kept.id}"' in refused.text
    again = form | {"title": "Kitchen faucet", "uploads": [kept.id], "ends1": "13:00", "files": []}
    assert house.hers.post("/maintenance", data=again, headers=NAVIGATES).status_code == 303
    assert [file.id for file in RequestView.load(house.tenant, 1).files] == [kept.id]
    other = house.hers.post("/maintenance", data=again | {"title": "Bath"}, headers=NAVIGATES)
    assert other.status_code == 409
    assert "already sent with other content" in other.text
    assert form["client_id"] not in other.text


def test_the_team_chooses_a_place_and_who_takes_part(house: House) -> None:
    pro = contact(house.office.account, "Tomasz Pro", role=SERVICE_PRO)
    away = contact(house.office.account, "Nick Door", home=unit(house.office.place, "Unit 7"))
    page = house.his.get("/maintenance/new").text
    assert f'value="property:{house.office.place.id}"' in page
    assert f'value="unit:{house.office.unit.id}"' in page
    assert "Create request" in page
    address = "/maintenance/new/people"
    shown = house.his.get(address, query_string={"home": f"unit:{house.office.unit.id}"}).text
    for one, is_offered in ((house.tie, True), (pro, True), (away, False)):
        assert (f'name="people" value="{one.id}"' in shown) is is_offered
    common = {"home": f"property:{house.office.place.id}", "people": away.id}
    assert (
        f'value="{away.id}" data-name="Nick Door" checked'
        in house.his.get(address, query_string=common).text
    )
    own = {"home": f"unit:{house.office.unit.id}"}
    assert house.hers.get(address, query_string=own).status_code == 404


def test_who_manages_one_house_and_lives_in_another_writes_for_either(house: House) -> None:
    home = unit(property_of(house.office.account, "88 Quay Rd"), "Unit 12")
    elsewhere = office("Elm Partners")
    contact(house.office.account, "Sam Ortiz", home=home, user=elsewhere.admin)
    client = browser_of(house.app, elsewhere.admin)
    as_team = client.get("/maintenance/new").text
    assert "Create request" in as_team
    assert "Is it about your own home?" in as_team
    as_tenant = client.get("/maintenance/new?as=tenant").text
    assert f"Send to {house.office.account.name}" in as_tenant
    assert house.send(client, home=f"unit:{home.id}").status_code == 201
    assert house.send(client, home=f"unit:{elsewhere.unit.id}").status_code == 201
    assert house.send(client, home=f"unit:{house.office.unit.id}").status_code == 422


def test_a_message_becomes_a_request_of_the_tenant_or_of_the_team(house: House) -> None:
    dialogue = dialogue_of(house.tie)
    address = f"/threads/{dialogue.id}/uploads/{uuid.uuid4()}"
    query = {"name": "drip.jpg"}
    made = house.hers.put(address, query_string=query, data=picture(), headers=JSON).json
    sent = house.hers.post(
        f"/threads/{dialogue.id}/messages",
        data={
            "body": "The faucet drips. About once a second, day and night.",
            "client_id": str(uuid.uuid4()),
            "uploads": [made["id"]],
        },
    )
    source = f"/maintenance/new?message={dialogue.id}.{sent.headers['X-Message-Seq']}"
    hers, his = house.hers.get(source).text, house.his.get(source).text
    for page in (hers, his):
        assert 'value="The faucet drips"' in page
        assert "About once a second, day and night." in page
        assert f'name="copies" value="{made["id"]}"' in page
    assert f'name="people" value="{house.tie.id}" data-name="Priya Raman" checked' in his
    assert f'value="unit:{house.office.unit.id}" selected' in his
    for other in (
        browser_of(house.app, contact(house.office.account, "Ravi", home=house.office.unit).user),
        browser_of(house.app, member(house.office.account, "Vera Lind", rights=1)),
    ):
        assert other.get(source).status_code == 404
    joined = View.load(house.tenant, dialogue.id).newest()[0]
    assert house.hers.get(f"/maintenance/new?message={dialogue.id}.{joined.id}").status_code == 404
    delete_message(house.tenant, dialogue.id, int(sent.headers["X-Message-Seq"]))
    assert house.hers.get(source).status_code == 404


@pytest.mark.parametrize(
    ("body", "title", "description"),
    [
        ("The faucet drips.", "The faucet drips", ""),
        ("No heat! It is 14 degrees.", "No heat", "No heat! It is 14 degrees."),
        ("Two things\nthe lock and the light", "Two things", "Two things\nthe lock and the light"),
        ("It is 3.5 m long", "It is 3.5 m long", ""),
        ("long " * 30, "", "long " * 30),
        ("", "", ""),
    ],
)
def test_a_text_is_told_as_title_and_description(body: str, title: str, description: str) -> None:
    assert beginning.told(body) == (title, description)


def test_a_dialogue_leads_to_a_new_request_and_shows_the_open_ones(house: House) -> None:
    dialogue = dialogue_of(house.tie)
    made = house.send(title="Kitchen faucet leaking").json["id"]
    shown = f'href="/maintenance/{made}" dir="auto">Kitchen faucet leaking'
    for client in (house.hers, house.his):
        page = client.get(f"/threads/{dialogue.id}").text
        assert f'href="/maintenance/new?message={dialogue.id}"' in page
        assert shown in page
    form = house.his.get(f"/maintenance/new?message={dialogue.id}").text
    assert f'value="unit:{house.office.unit.id}" selected' in form
    assert f'name="people" value="{house.tie.id}" data-name="Priya Raman" checked' in form
    # Who sees the tenant and not their requests is told of none.
    levels = dict.fromkeys(RIGHTS, VIEW) | {MAINTENANCE: 0}
    looks = browser_of(house.app, member(house.office.account, "Vera Lind", rights=levels))
    page = looks.get(f"/threads/{dialogue.id}").text
    assert shown not in page
    assert "/maintenance/new" not in page
    statuses.set_status(house.office.admin, made, RESOLVED, NEW)
    assert shown not in house.hers.get(f"/threads/{dialogue.id}").text
