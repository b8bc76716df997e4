"""The account on its pages: choosing one, opening one, running it, and nothing of another."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints.extensions import socketio
from models import passwords
from models.account import LANDLORD, PROPERTY_MANAGER, Account
from models.connection import ADMIN, CONNECTED, OWNER, SERVICE_PRO, SUB_ADMIN, VIEW, Connection
from models.thread import CONTACTS, TENANTS
from models.user import User
from tests.factories import (
    Office,
    contact,
    dialogue_of,
    member,
    office,
    property_of,
    request_thread,
    say,
    share,
    tie_of,
)
from tests.signed_in import browser_of

PASSWORD = "a good password"
FETCHED = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def kept() -> str:
    return passwords.hash_of(PASSWORD)


@pytest.fixture
def house(app: Flask, kept: str) -> Office:
    made = office("Birch & Vine")
    User.update(password_hash=kept, name="Maya Okafor").where(User.id == made.admin.id).execute()
    made.admin.password_hash = kept
    return made


@pytest.fixture
def admin(app: Flask, house: Office) -> FlaskClient:
    return browser_of(app, house.admin)


def text(response) -> str:
    return re.sub(r"\s+", " ", response.text.replace("&#39;", "'").replace("&amp;", "&"))


def events(app: Flask, user: User):
    """The names of what a device of theirs has heard since it was asked last."""
    device = socketio.test_client(app, flask_test_client=browser_of(app, user))
    return lambda: [one["name"] for one in device.get_received()]


class Both:
    """Ruth is on the teams of two accounts, and a tenant of a third."""

    def __init__(self, app: Flask) -> None:
        self.birch, self.harbor, self.larch = (office(n) for n in ("Birch", "Harbor", "Larch"))
        self.ruth = member(self.birch.account, "Ruth Lindqvist")
        member(self.harbor.account, user=self.ruth)
        self.priya = contact(self.birch.account, "Priya Raman", home=self.birch.unit)
        self.omar = contact(self.harbor.account, "Omar Haddad", home=self.harbor.unit)
        self.landlord = contact(self.larch.account, user=self.ruth)
        property_of(self.harbor.account, "7 Harbor Row")
        say(self.priya.user, dialogue_of(self.priya), "Of the birch.")
        say(self.omar.user, dialogue_of(self.omar), "Of the harbor.")
        say(self.larch.admin, dialogue_of(self.landlord), "To the tenant.")
        contact(self.harbor.account, "Ivo Invited", state="invited")
        self.browser = browser_of(app, self.ruth)

    def choose(self, account: Account, area: str = "messages"):
        form = {"account_id": account.id, "area": area}
        return self.browser.post("/accounts/shown", data=form)


@pytest.fixture
def both(app: Flask) -> Both:
    return Both(app)


PAGES = (
    "/",
    "/messages",
    "/messages?channel=tenants",
    "/messages/rows?channel=tenants",
    "/messages?channel=landlords",
    "/contacts",
    "/properties",
    "/contacts/new",
    "/settings/account",
    "/settings/profile",
)
OF_BIRCH = ("Priya Raman", "Of the birch.")
OF_HARBOR = ("Omar Haddad", "Of the harbor.", "7 Harbor Row", "Ivo Invited")


class TestChoosing:
    @pytest.mark.parametrize("address", PAGES)
    def test_nothing_of_one_account_shows_in_the_other(self, both: Both, address: str) -> None:
        for shown, theirs, others in (
            (both.birch, OF_BIRCH, OF_HARBOR),
            (both.harbor, OF_HARBOR, OF_BIRCH),
        ):
            both.choose(shown.account)
            page = both.browser.get(address)
            assert page.status_code == 200
            assert not [words for words in others if words in page.text]
            if "tenants" in address:
                assert theirs[0] in page.text

    def test_the_first_is_shown_until_one_is_chosen_on_this_device(
        self, app: Flask, both: Both
    ) -> None:
        other = browser_of(app, both.ruth)
        assert "Priya Raman" in both.browser.get("/messages?channel=tenants").text
        chosen = both.choose(both.harbor.account)
        assert (chosen.status_code, chosen.location) == (303, "/messages")
        assert "Omar Haddad" in both.browser.get("/messages?channel=tenants").text
        assert "Omar Haddad" not in other.get("/messages?channel=tenants").text

    def test_the_badge_sums_all_and_own_dialogues_always_show(self, both: Both) -> None:
        for shown in (both.birch, both.harbor):
            both.choose(shown.account)
            assert both.browser.get("/badge").json["unread"] == 3
            assert "Two unread messages" in text(both.browser.get("/"))
            assert "To the tenant." in both.browser.get("/messages?channel=landlords").text

    def test_the_menu_says_where_what_is_unread(self, both: Both) -> None:
        page = both.browser.get("/")
        menu = page.text.split('id="accounts-menu"')[1].split("</div>")[0]
        assert "Birch" in menu
        assert "Harbor" in menu
        assert "Larch" not in menu
        assert "1 unread" in text(page)

    @pytest.mark.parametrize(
        ("area", "address"),
        [
            ("contacts", "/contacts"),
            ("settings", "/settings/account"),
            ("help", "/"),
            ("//evil.example", "/"),
            ("", "/"),
        ],
    )
    def test_it_leads_to_the_same_area(self, both: Both, area: str, address: str) -> None:
        assert both.choose(both.harbor.account, area).location == address

    def test_contacts_only_where_they_are_theirs(self, app: Flask, both: Both) -> None:
        otto = member(both.birch.account, "Otto")
        member(both.harbor.account, rights={TENANTS: VIEW}, user=otto)
        browser = browser_of(app, otto)
        form = {"account_id": both.harbor.account.id, "area": "contacts"}
        assert browser.post("/accounts/shown", data=form).location == "/"

    def test_no_account_of_others_can_be_chosen(self, both: Both) -> None:
        for account in (both.larch.account.id, 2**40, "x"):
            form = {"account_id": account}
            assert both.browser.post("/accounts/shown", data=form).status_code == 404

    def test_who_leaves_a_team_sees_the_other(self, both: Both) -> None:
        both.choose(both.harbor.account)
        type(both.omar).update(state="disconnected").where(
            type(both.omar).id == tie_of(both.ruth, both.harbor.account).id
        ).execute()
        assert "Priya Raman" in both.browser.get("/messages?channel=tenants").text

    def test_other_tabs_of_the_device_ask_again(self, app: Flask, both: Both) -> None:
        here = socketio.test_client(app, flask_test_client=both.browser)
        elsewhere = events(app, both.ruth)
        both.choose(both.harbor.account)
        assert [one["name"] for one in here.get_received()] == ["access:changed"]
        assert elsewhere() == []

    @pytest.mark.parametrize("under", ["", "/details", "/files"])
    def test_a_conversation_that_is_opened_chooses_its_account(
        self, both: Both, under: str
    ) -> None:
        address = f"/threads/{dialogue_of(both.omar).id}{under}"
        page = both.browser.get(address)
        assert "Priya Raman" not in page.text
        assert "Omar Haddad" in both.browser.get("/messages?channel=tenants").text

    @pytest.mark.parametrize("under", ["", "/edit", "/disconnect"])
    def test_so_does_the_page_of_a_contact(self, both: Both, under: str) -> None:
        page = both.browser.get(f"/contacts/{both.omar.id}{under}")
        assert page.status_code == 200
        assert '<span class="account-name" dir="auto">Harbor</span>' in page.text
        assert "Omar Haddad" in both.browser.get("/contacts").text

    def test_what_a_page_fetches_by_itself_chooses_nothing(self, both: Both) -> None:
        address = f"/threads/{dialogue_of(both.omar).id}"
        page = both.browser.get(address, headers=FETCHED)
        assert "Of the harbor." in page.text
        both.browser.get(address, headers={"HX-Request": "true"})
        both.browser.get(f"/threads/{dialogue_of(both.landlord).id}")
        assert "Priya Raman" in both.browser.get("/messages?channel=tenants").text


class TestOpeningOne:
    def test_a_tenant_becomes_a_landlord_and_stays_a_tenant(self, app: Flask) -> None:
        tie = contact(office("Birch").account, "Priya Raman")
        say(tie.user, dialogue_of(tie), "The tap.")
        browser = browser_of(app, tie.user)
        assert "Open your own account" in browser.get("/messages").text
        form = {"account": "Raman Homes", "mode": LANDLORD}
        opened = browser.post("/accounts/new", data=form)
        assert (opened.status_code, opened.location) == (303, "/")
        home = browser.get("/")
        assert "Raman Homes is open." in home.text
        assert "Open another account" in home.text
        account = Account.get(Account.name == "Raman Homes")
        assert (account.mode, account.zone) == (LANDLORD, tie.user.zone)
        assert tie_of(tie.user, account).role == ADMIN
        assert "The tap." in browser.get("/messages?channel=landlords").text
        assert browser.get("/contacts").status_code == 200

    def test_a_further_account_is_shown_at_once(self, admin: FlaskClient) -> None:
        admin.post("/accounts/new", data={"account": "Second", "mode": PROPERTY_MANAGER})
        assert "<h2" in admin.get("/settings/account").text
        assert 'value="Second"' in admin.get("/settings/account").text

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("account", " ", "Give your account a name."),
            ("account", "x" * 300, "Use at most 120 characters."),
            ("mode", "owner", "Choose one of the two."),
        ],
    )
    def test_what_cannot_be_taken_is_said(
        self, admin: FlaskClient, field: str, value: str, sentence: str
    ) -> None:
        form = {"account": "Second", "mode": LANDLORD} | {field: value}
        refused = admin.post("/accounts/new", data=form)
        assert refused.status_code == 422
        assert sentence in text(refused)
        assert Account.select().count() == 1


class TestSettings:
    def test_the_admin_changes_name_and_zone(self, admin: FlaskClient, house: Office) -> None:
        page = admin.get("/settings/account")
        assert 'value="Birch &amp; Vine"' in page.text
        form = {"account_id": house.account.id, "name": "Birch", "zone": "Europe/Berlin"}
        saved = admin.post("/settings/account", data=form)
        assert (saved.status_code, saved.location) == (303, "/settings/account")
        assert 'value="Birch"' in admin.get("/settings/account").text

    def test_a_name_that_is_none_comes_back(self, admin: FlaskClient) -> None:
        refused = admin.post("/settings/account", data={"name": "", "zone": "Europe/Berlin"})
        assert refused.status_code == 422
        assert "Give your account a name." in refused.text
        assert 'value="Europe/Berlin" selected' in refused.text

    def test_a_sub_admin_reads_whom_to_ask(self, app: Flask, house: Office) -> None:
        ruth = browser_of(app, member(house.account, "Ruth Lindqvist"))
        page = text(ruth.get("/settings/account"))
        assert "Only Maya Okafor can change this account. Ask them." in page
        assert "Property Manager" in page
        assert "Switch mode" not in page
        assert "Close account" not in page
        for path in ("mode?mode=landlord", "hand-over", "close"):
            refused = ruth.get(f"/settings/account/{path}")
            assert refused.status_code == 403
            assert "Maya Okafor" in refused.text

    def test_who_is_on_no_team_has_none(self, app: Flask, house: Office) -> None:
        priya = browser_of(app, contact(house.account).user)
        assert priya.get("/settings/account").status_code == 404
        assert "/settings/account" not in priya.get("/settings/profile").text

    @pytest.mark.parametrize(
        "address",
        [
            "/contacts/new",
            "/properties/new",
            "/settings/account",
            "/settings/account/mode?mode=landlord",
            "/settings/account/close",
            "/settings/team/new",
            "/settings/team/leave",
            "/groups/new?channel=tenants",
        ],
    )
    def test_forms_name_their_account(
        self, admin: FlaskClient, house: Office, address: str
    ) -> None:
        part = admin.get(address, headers={"HX-Request": "true"}).text
        assert f'name="account_id" value="{house.account.id}"' in part

    def test_a_form_names_its_account(self, both: Both) -> None:
        """Somebody chose another account in another tab before sending this one."""
        for account in (both.birch.account, both.harbor.account):
            Account.update(mode=PROPERTY_MANAGER).where(Account.id == account.id).execute()
            tie = tie_of(both.ruth, account)
            type(tie).update(role=ADMIN).where(type(tie).id == tie.id).execute()
        both.choose(both.harbor.account)
        form = {"account_id": both.birch.account.id, "mode": LANDLORD}
        both.browser.post("/settings/account/mode", data=form)
        modes = [Account.get_by_id(o.account.id).mode for o in (both.birch, both.harbor)]
        assert modes == [LANDLORD, PROPERTY_MANAGER]
        added = {"account_id": both.birch.account.id, "role": "service_pro", "name": "Tomasz"}
        assert both.browser.post("/contacts/new", data=added).status_code == 303
        assert Connection.get(Connection.name == "Tomasz").account == both.birch.account
        foreign = {"account_id": both.larch.account.id, "mode": LANDLORD}
        assert both.browser.post("/settings/account/mode", data=foreign).status_code == 404


class TestMode:
    def test_the_dialog_says_what_happens_with_numbers(
        self, admin: FlaskClient, house: Office
    ) -> None:
        address = "/settings/account/mode?mode=landlord"
        assert "There are no owners yet" in admin.get(address).text
        contact(house.account, "Helen Archer", OWNER)
        assert "1 owner and their conversation are hidden" in text(admin.get(address))
        contact(house.account, "Ida Berg", OWNER, state="not_connected")
        page = text(admin.get(address))
        assert "2 owners and their conversations are hidden" in page
        assert "They can still read, but not write to you." in page
        assert Account.get_by_id(house.account.id).mode == PROPERTY_MANAGER

    def test_switching_and_switching_back(self, admin: FlaskClient, house: Office) -> None:
        helen = contact(house.account, "Helen Archer", OWNER)
        switched = admin.post("/settings/account/mode", data={"mode": LANDLORD})
        assert switched.location == "/settings/account"
        assert "Birch & Vine is in Landlord mode." in text(admin.get("/settings/account"))
        assert admin.get("/messages?channel=owners").status_code == 404
        assert admin.get(f"/threads/{dialogue_of(helen).id}").status_code == 404
        assert admin.get("/contacts?role=owners").status_code == 404
        assert admin.get(f"/contacts/{helen.id}").status_code == 404
        assert "Archer" not in admin.get("/search?q=helen").text
        page = text(admin.get("/settings/account/mode?mode=property_manager"))
        assert "1 owner and their conversation come back" in page
        admin.post("/settings/account/mode", data={"mode": PROPERTY_MANAGER})
        assert "Helen Archer" in admin.get("/messages?channel=owners").text
        assert "Archer" in admin.get("/search?q=helen").text

    def test_the_mode_it_is_in_needs_no_dialog(self, admin: FlaskClient) -> None:
        answer = admin.get("/settings/account/mode?mode=property_manager")
        assert answer.location == "/settings/account"
        assert admin.get("/settings/account/mode?mode=x").status_code == 404
        assert admin.post("/settings/account/mode", data={"mode": "x"}).status_code == 422

    def test_team_and_owners_hear_of_it_and_nobody_else(
        self, app: Flask, admin: FlaskClient, house: Office
    ) -> None:
        ruth, helen = member(house.account), contact(house.account, "Helen", OWNER).user
        tenant, stranger = contact(house.account).user, office("Harbor").admin
        heard = {who.id: events(app, who) for who in (ruth, helen, tenant, stranger, house.admin)}
        admin.post("/settings/account/mode", data={"mode": LANDLORD})
        told = {who for who, ask in heard.items() if "access:changed" in ask()}
        assert told == {ruth.id, helen.id, house.admin.id}
        admin.post("/settings/account/mode", data={"mode": LANDLORD})
        assert heard[helen.id]() == []


class TestHandingOver:
    def form(self, house: Office, user: User, **other: str) -> dict[str, object]:
        tie = tie_of(user, house.account)
        return {
            "account_id": house.account.id,
            "successor": tie.id,
            "current_password": PASSWORD,
        } | (other)

    def test_the_sub_admin_is_the_admin_from_then_on(
        self, app: Flask, admin: FlaskClient, house: Office
    ) -> None:
        ruth = member(house.account, "Ruth Lindqvist", {TENANTS: VIEW, CONTACTS: VIEW})
        heard = events(app, ruth)
        assert "Ruth Lindqvist" in admin.get("/settings/account/hand-over").text
        done = admin.post("/settings/account/hand-over", data=self.form(house, ruth))
        assert done.location == "/settings/account"
        page = text(admin.get("/settings/account"))
        assert "Ruth Lindqvist is the admin of Birch & Vine now." in page
        assert "Only Ruth Lindqvist can change this account." in page
        assert "access:changed" in heard()
        assert "Switch mode" in browser_of(app, ruth).get("/settings/account").text

    def test_not_without_the_password_nor_a_successor(
        self, admin: FlaskClient, house: Office
    ) -> None:
        ruth = member(house.account, "Ruth Lindqvist")
        wrong = self.form(house, ruth, current_password="wrong", successor="")
        refused = admin.post("/settings/account/hand-over", data=wrong)
        assert refused.status_code == 422
        assert "That is not your password." in refused.text
        assert "Choose who takes over." in refused.text
        assert tie_of(ruth, house.account).role == SUB_ADMIN

    def test_somebody_must_be_there(self, admin: FlaskClient, house: Office) -> None:
        assert "Somebody has to join it" in text(admin.get("/settings/account"))
        contact(house.account, "Tomasz", SERVICE_PRO)
        assert "Only a sub-admin who has joined" in text(admin.get("/settings/account/hand-over"))


class TestClosing:
    def test_it_is_closed_for_everybody_at_once(
        self, app: Flask, admin: FlaskClient, house: Office
    ) -> None:
        tie, ruth = contact(house.account), member(house.account, "Ruth Lindqvist")
        thread = dialogue_of(tie)
        say(tie.user, thread, "The tap.")
        heard = [events(app, who) for who in (tie.user, ruth, house.admin)]
        form = {"name": "Birch & Vine", "current_password": PASSWORD}
        closed = admin.post("/settings/account/close", data=form)
        assert closed.location == "/settings/account"
        page = text(admin.get("/settings/account"))
        assert "Closed" in page
        assert "Nothing can be changed there any more." in page
        assert all("access:changed" in ask() for ask in heard)
        for who in (house.admin, tie.user):
            browser = browser_of(app, who)
            page = text(browser.get(f"/threads/{thread.id}"))
            assert "The tap." in page
            assert "Birch & Vine is closed. You can still read this conversation." in page
            body = {"body": "Hello?", "client_id": "6f1c35f4-5f5f-4ac6-8f0e-1d2e9d2e7f10"}
            assert browser.post(f"/threads/{thread.id}/messages", data=body).status_code == 403
        assert browser_of(app, ruth).get(f"/threads/{thread.id}").status_code == 404
        assert "/contacts/new" not in admin.get("/contacts").text
        assert admin.get("/contacts/new").status_code == 403
        assert tie_of(house.admin, house.account).state == CONNECTED

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"name": "Birch", "current_password": PASSWORD}, "Type the name as it stands above."),
            ({"name": "Birch & Vine", "current_password": "no"}, "That is not your password."),
            ({}, "That is not your password."),
        ],
    )
    def test_not_without_its_name_and_the_password(
        self, admin: FlaskClient, house: Office, form: dict[str, str], sentence: str
    ) -> None:
        refused = admin.post("/settings/account/close", data=form)
        assert refused.status_code == 422
        assert sentence in refused.text
        assert not Account.get_by_id(house.account.id).is_closed


def test_what_a_contact_takes_part_in_says_whose_it_is(app: Flask, house: Office) -> None:
    """A pro of two accounts has one inbox, every row labelled with its account."""
    tomasz = contact(house.account, "Tomasz Kowalczyk", SERVICE_PRO)
    harbor = office("Harbor Homes")
    other = contact(harbor.account, user=tomasz.user, role=SERVICE_PRO)
    for place, tie in ((house, tomasz), (harbor, other)):
        topic = request_thread(place.place, place.admin)
        share(topic, tie)
        say(place.admin, topic, "Please look.")
    browser = browser_of(app, tomasz.user)
    for channel in ("landlords", "maintenance-requests"):
        rows = text(browser.get(f"/messages/rows?channel={channel}"))
        assert "Birch & Vine" in rows
        assert "Harbor Homes" in rows
