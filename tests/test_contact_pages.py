"""The pages of contacts: list, filters, one contact, disconnecting, and what others hear."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints.extensions import socketio
from models import clock, inviting, outbox
from models.connection import (
    CONNECTED,
    DISCONNECTED,
    INVITED,
    NOT_CONNECTED,
    OWNER,
    SERVICE_PRO,
    VIEW,
    Connection,
)
from models.link import Link
from models.outbox import Outbox
from models.property import Tenancy
from models.thread import CONVERSATION, TENANTS
from models.user import User
from tests.factories import (
    Office,
    contact,
    dialogue_of,
    disconnect,
    group,
    member,
    move_in,
    office,
    own,
    property_of,
    say,
    unit,
)
from tests.signed_in import browser_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def house(app: Flask) -> Office:
    return office("Birch & Vine")


@pytest.fixture
def desk(app: Flask, house: Office) -> FlaskClient:
    return browser_of(app, house.admin)


@pytest.fixture
def priya(house: Office) -> Connection:
    tie = contact(house.account, "Priya Raman", home=house.unit)
    Connection.update(connected_at=1).where(Connection.id == tie.id).execute()
    return Connection.get_by_id(tie.id)


def again(tie: Connection) -> Connection:
    return Connection.get_by_id(tie.id)


def test_an_own_number_is_shown_with_consent_and_to_the_team_alone(
    app: Flask, house: Office, desk: FlaskClient, priya: Connection
) -> None:
    number, noted = "(503) 555-0148", "(503) 555-0199"
    marcus = contact(house.account, "Marcus Feld", home=house.unit)
    circle = group(house.account, TENANTS, CONVERSATION, [priya, marcus])
    neighbour = browser_of(app, marcus.user)

    def shown(words: str) -> tuple[bool, bool]:
        """On the pages that the team has of her, and on those a neighbour has."""
        team = (f"/contacts/{priya.id}", f"/threads/{dialogue_of(priya).id}/details", "/contacts")
        others = (f"/threads/{circle.id}", f"/threads/{circle.id}/details", "/messages")
        ours = [words in text(desk, path) for path in team]
        return any(ours), any(words in text(neighbour, path) for path in others)

    User.update(phone=number).where(User.id == priya.user_id).execute()
    assert shown(number) == (False, False)
    User.update(phone_consent=True).where(User.id == priya.user_id).execute()
    assert shown(number) == (True, False)
    # What the account noted is the account's, whatever the person says.
    Connection.update(phone=noted).where(Connection.id == priya.id).execute()
    assert (shown(noted), shown(number)) == ((True, False), (False, False))
    Connection.update(phone="").where(Connection.id == priya.id).execute()
    disconnect(again(priya))
    assert shown(number) == (False, False)


def text(client: FlaskClient, address: str, **options: Any) -> str:
    return client.get(address, **options).get_data(as_text=True)


def names(page: str) -> list[str]:
    return re.findall(r'table-link"[^>]*>([^<]+)<', page)


def heard(app: Flask, user: Any) -> Any:
    return socketio.test_client(app, flask_test_client=browser_of(app, user))


def events(socket: Any) -> set[str]:
    return {one["name"] for one in socket.get_received()}


class TestList:
    def test_states_and_properties_narrow_it(self, house: Office, desk: FlaskClient) -> None:
        larch = unit(property_of(house.account, "19 Larch Ct"))
        contact(house.account, "Ade", home=house.unit)
        contact(house.account, "Beth", home=larch, state=NOT_CONNECTED)
        camille = contact(house.account, "Camille", home=larch, state=DISCONNECTED)
        move_in(camille, house.unit, 0, 1)  # where she lived before does not count
        everybody = ["Ade", "Beth", "Camille"]
        place, at = house.place.id, larch.property_id
        for query, expected in {
            "": everybody,
            "&state=connected": ["Ade"],
            "&state=not_connected": ["Beth"],
            "&state=disconnected": ["Camille"],
            f"&property={place}": ["Ade"],
            f"&property={at}": ["Beth", "Camille"],
            f"&property={at}&state=disconnected": ["Camille"],
            "&state=nonsense": everybody,
            "&property=999": everybody,
            "&property=x": everybody,
            "&state=declined": [],
        }.items():
            assert names(text(desk, f"/contacts?role=tenants{query}")) == expected, query
        assert "Nobody fits" in text(desk, "/contacts?role=tenants&state=declined")

    def test_owners_by_what_they_own(self, house: Office, desk: FlaskClient) -> None:
        own(contact(house.account, "Helen", role=OWNER), house.place)
        contact(house.account, "Otto", role=OWNER)
        page = text(desk, f"/contacts?role=owners&property={house.place.id}")
        assert names(page) == ["Helen"]

    def test_words_narrow_it_in_spite_of_mistakes(self, house: Office, desk: FlaskClient) -> None:
        contact(house.account, "Zoë Castellano", home=house.unit)
        contact(house.account, "Ade Nwosu", state=NOT_CONNECTED)
        contact(house.account, "Otto Castellano", role=SERVICE_PRO)
        for query, expected in {
            "zoe": ["Zoë Castellano"],
            "castelano": ["Zoë Castellano"],
            f"alder {house.unit.name}": ["Zoë Castellano"],
            "zoe&state=not_connected": [],
            "%20%20": ["Ade Nwosu", "Zoë Castellano"],
            "xyzzy": [],
        }.items():
            assert names(text(desk, f"/contacts?role=tenants&q={query}")) == expected, query
        assert 'value="xyzzy"' in text(desk, "/contacts?q=xyzzy")

    def test_a_property_out_of_sight_narrows_nothing(self, app: Flask, house: Office) -> None:
        hidden = property_of(house.account, "Hidden Ct")
        ruth = browser_of(app, member(house.account, "Ruth", properties=[house.place]))
        contact(house.account, "Ade", home=house.unit)
        page = text(ruth, f"/contacts?role=tenants&property={hidden.id}")
        assert names(page) == ["Ade"]
        assert "Hidden Ct" not in page

    def test_a_contact_without_an_address_can_be_given_one(
        self, house: Office, desk: FlaskClient
    ) -> None:
        hanna = contact(house.account, "Hanna", state=NOT_CONNECTED)
        Connection.update(email="").where(Connection.id == hanna.id).execute()
        page = text(desk, "/contacts")
        assert "No email yet" in page
        assert f'hx-get="/contacts/{hanna.id}/edit"' in page
        desk.post(f"/contacts/{hanna.id}/edit", data={"email": "hanna@example.com"})
        assert (again(hanna).email, again(hanna).name) == ("hanna@example.com", "Hanna")


class TestUndelivered:
    @pytest.fixture
    def grace(self, house: Office) -> Connection:
        """Invited at an address which the mail server refused for good."""
        tie = contact(house.account, "Grace Bellamy", state=NOT_CONNECTED)
        inviting.invite(house.admin, tie.id, "grcae@bellamy.example")
        row = outbox.claim_next(clock.now())
        outbox.give_up(row, clock.now())
        return again(tie)

    def test_it_is_said_on_row_and_page(self, desk: FlaskClient, grace: Connection) -> None:
        for address in ("/contacts", f"/contacts/{grace.id}"):
            page = text(desk, address)
            assert "Invitation could not be delivered to grcae@bellamy.example" in page
            assert "Change email" in page

    def test_a_new_address_is_invited_at_once(self, desk: FlaskClient, grace: Connection) -> None:
        form = {"email": "grace@bellamy.example"}
        answer = desk.post(f"/contacts/{grace.id}/invite", data=form, follow_redirects=True)
        assert "Invitation sent to Grace." in answer.text
        assert "could not be delivered" not in answer.text
        assert again(grace).state == INVITED
        assert Outbox.select().where(Outbox.done_at.is_null()).count() == 1

    def test_so_is_the_same_one(self, desk: FlaskClient, grace: Connection) -> None:
        desk.post(f"/contacts/{grace.id}/invite", data={"email": grace.email})
        assert Link.select().count() == 2


class TestPage:
    def test_it_shows_what_is_known(self, house: Office, desk: FlaskClient) -> None:
        pro = contact(house.account, "Tomasz Kowalczyk", role=SERVICE_PRO)
        Connection.update(
            company="Kowalczyk Plumbing", trades="Heating", note="Rings twice."
        ).where(Connection.id == pro.id).execute()
        page = text(desk, f"/contacts/{pro.id}")
        for words in ("Kowalczyk Plumbing", "Heating", "Rings twice.", pro.email):
            assert words in page
        assert "Tenancies" not in page

    def test_when_a_connection_will_end_is_said_before(
        self, desk: FlaskClient, priya: Connection
    ) -> None:
        assert "the connection ends that night" not in text(desk, f"/contacts/{priya.id}")
        Tenancy.update(ends_at=clock.end_of(date(2090, 11, 30), "UTC")).execute()
        page = text(desk, f"/contacts/{priya.id}")
        assert re.search(r'Ends on <time datetime="2090-11-30"', page)
        desk.post(f"/contacts/{priya.id}/stays", data={"stays": "yes"})
        page = text(desk, f"/contacts/{priya.id}")
        assert "the connection ends that night" not in page
        assert 'aria-checked="true"' in page

    def test_who_may_only_look_finds_nothing_to_press(
        self, app: Flask, house: Office, priya: Connection
    ) -> None:
        vera = browser_of(app, member(house.account, "Vera", rights=VIEW))
        page = text(vera, f"/contacts/{priya.id}")
        assert "Priya Raman" in page
        for words in ("/edit", "/tenancies", "Disconnect", '<button class="toggle"'):
            assert words not in page
        assert vera.get(f"/contacts/{priya.id}/edit").status_code == 403

    def test_what_was_typed_comes_back_with_the_faults(
        self, desk: FlaskClient, house: Office, priya: Connection
    ) -> None:
        address = f"/contacts/{priya.id}/tenancies"
        form = {"unit": house.unit.id, "from_day": "2026-02-02", "to_day": "2026-01-01"}
        answer = desk.post(address, data=form, headers=HTMX)
        assert answer.status_code == 422
        assert "The last day comes before the first." in answer.text
        assert 'value="2026-02-02"' in answer.text
        answer = desk.post(f"/contacts/{priya.id}/edit", data={"name": "P", "email": "x"})
        assert answer.status_code == 422
        assert 'value="x"' in answer.text

    def test_a_tenancy_is_added_changed_and_removed(
        self, desk: FlaskClient, house: Office, priya: Connection
    ) -> None:
        address = f"/contacts/{priya.id}/tenancies"
        other = unit(house.place, "Unit 9")
        form = {"unit": other.id, "from_day": "2026-02-02", "to_day": ""}
        assert "Saved." in desk.post(address, data=form, follow_redirects=True).text
        added = Tenancy.get(Tenancy.unit == other)
        assert 'value="2026-02-02"' in text(desk, f"{address}/{added.id}", headers=HTMX)
        desk.post(f"{address}/{added.id}", data=form | {"to_day": "2090-01-01"})
        assert Tenancy.get_by_id(added.id).ends_at == clock.end_of(date(2090, 1, 1), "UTC")
        desk.post(f"{address}/{added.id}/remove")
        assert Tenancy.get_or_none(Tenancy.id == added.id) is None

    def test_a_last_day_that_is_over_says_what_it_brought(
        self, desk: FlaskClient, priya: Connection
    ) -> None:
        home = Tenancy.get()
        form = {"unit": home.unit_id, "from_day": "2020-01-01", "to_day": "2020-02-01"}
        answer = desk.post(
            f"/contacts/{priya.id}/tenancies/{home.id}", data=form, follow_redirects=True
        )
        assert "Priya&#39;s tenancy is over, so the connection has ended too." in answer.text
        assert "with the tenancy" in answer.text

    def test_who_works_for_some_houses_is_led_to_the_list_when_a_contact_goes_out_of_sight(
        self, app: Flask, house: Office, priya: Connection
    ) -> None:
        ruth = browser_of(app, member(house.account, "Ruth", properties=[house.place]))
        home = Tenancy.get()
        answer = ruth.post(f"/contacts/{priya.id}/tenancies/{home.id}/remove")
        assert answer.location == "/contacts?role=tenants"
        assert ruth.get(f"/contacts/{priya.id}").status_code == 404

    def test_what_an_owner_owns_is_changed(self, house: Office, desk: FlaskClient) -> None:
        helen = contact(house.account, "Helen Archer", role=OWNER)
        address = f"/contacts/{helen.id}/properties"
        desk.post(address, data={"properties": house.place.id})
        assert f'value="{house.place.id}" checked' in text(desk, address)
        assert desk.post(address, data={"properties": "99"}).status_code == 422
        assert house.place.name in text(desk, f"/contacts/{helen.id}")


class TestDisconnecting:
    @pytest.mark.parametrize("where", ["/contacts/{contact}", "/threads/{thread}"])
    def test_the_team_asks_first_and_then_both_only_read(
        self, app: Flask, desk: FlaskClient, priya: Connection, where: str
    ) -> None:
        thread = dialogue_of(priya)
        say(priya.user, thread, "Thank you.")
        here = where.format(contact=priya.id, thread=thread.id)
        assert f'hx-get="{here}/disconnect"' in text(desk, here)
        dialog = text(desk, f"{here}/disconnect", headers=HTMX)
        assert "Disconnect from Priya?" in dialog
        assert "You both keep the conversation, but nobody can write in it." in dialog
        assert again(priya).state == CONNECTED
        answer = desk.post(f"{here}/disconnect", follow_redirects=True)
        assert "You disconnected from Priya." in answer.text
        assert (again(priya).state, again(priya).ended_by_id is not None) == (DISCONNECTED, True)
        for client, sentence in (
            (desk, "You disconnected. You can&#39;t write here."),
            (
                browser_of(app, priya.user),
                "Birch &amp; Vine disconnected. You can&#39;t write here.",
            ),
        ):
            page = text(client, f"/threads/{thread.id}")
            assert "Thank you." in page
            assert sentence in page
            assert "/disconnect" not in page
        assert desk.get("/badge").json["unread"] == 0

    def test_the_contact_does_so_too(
        self, app: Flask, desk: FlaskClient, priya: Connection
    ) -> None:
        phone, here = browser_of(app, priya.user), f"/threads/{dialogue_of(priya).id}"
        assert f'hx-get="{here}/disconnect"' in text(phone, here)
        assert "Disconnect from Birch &amp; Vine?" in text(phone, f"{here}/disconnect")
        assert phone.post(f"{here}/disconnect").location == here
        assert "Priya disconnected. You can&#39;t write here." in text(desk, here)
        assert "Reconnect" in text(desk, f"/contacts/{priya.id}")
        assert phone.post(f"{here}/disconnect").status_code == 409

    def test_an_invitation_to_come_back_shows_beside_the_end(
        self, desk: FlaskClient, priya: Connection
    ) -> None:
        desk.post(f"/contacts/{priya.id}/disconnect")
        for page in ("/contacts?role=tenant", f"/contacts/{priya.id}"):
            assert "chip-lamp" not in text(desk, page)
        desk.post(f"/contacts/{priya.id}/invite", data={"email": priya.email})
        for page in ("/contacts?role=tenant", f"/contacts/{priya.id}"):
            shown = text(desk, page)
            assert "chip-slate" in shown
            assert "chip-lamp" in shown

    def test_who_keeps_no_contacts_is_told_whom_to_ask(
        self, app: Flask, house: Office, priya: Connection
    ) -> None:
        otto = browser_of(app, member(house.account, "Otto", rights={"tenants": 2}))
        here = f"/threads/{dialogue_of(priya).id}"
        assert "/disconnect" not in text(otto, here)
        for answer in (otto.get(f"{here}/disconnect"), otto.post(f"{here}/disconnect")):
            assert answer.status_code == 403
            assert "Ask Daniel Foster to change your permissions." in answer.text
        assert again(priya).state == CONNECTED


class TestLive:
    """What one does at a desk appears on the others' without reload."""

    def acts(self, house: Office) -> dict[str, tuple[str, dict[str, Any]]]:
        tie = contact(house.account, "Grace", state=NOT_CONNECTED, home=house.unit)
        here, home = f"/contacts/{tie.id}", Tenancy.get().id
        return {
            "added": ("/contacts/new", {"role": "tenant", "name": "Theo", "act": "add"}),
            "changed": (f"{here}/edit", {"name": "Grace B."}),
            "moved": (f"{here}/tenancies/{home}", {"unit": house.unit.id}),
            "stays": (f"{here}/stays", {"stays": "yes"}),
            "invited": (f"{here}/invite", {"email": "grace@example.com"}),
            "taken back": (f"{here}/revoke", {}),
            "link": (f"{here}/link", {}),
        }

    def test_the_team_hears_of_every_change(
        self, app: Flask, house: Office, desk: FlaskClient
    ) -> None:
        colleague = heard(app, member(house.account, "Maya"))
        stranger = heard(app, office("Other").admin)
        for act, (address, form) in self.acts(house).items():
            events(colleague)
            assert desk.post(address, data=form).status_code in (200, 303), act
            assert "access:changed" in events(colleague), act
            assert not events(stranger), act

    def test_both_sides_hear_of_a_disconnect(
        self, app: Flask, house: Office, desk: FlaskClient, priya: Connection
    ) -> None:
        sockets = [heard(app, house.admin), heard(app, priya.user)]
        desk.post(f"/contacts/{priya.id}/disconnect")
        for socket in sockets:
            assert {"threads:changed", "access:changed"} <= events(socket)
