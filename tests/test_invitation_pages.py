"""An invitation from the press on Send connection to the conversation, as browsers meet it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.clock import DAY, now
from models.connection import CONNECTED, DECLINED, INVITED, NOT_CONNECTED, Connection
from models.link import Link
from models.property import Property
from models.user import User
from tests.factories import contact, dialogue_of, member, office, person
from tests.mailbox import mails
from tests.signed_in import browser_of

GRACE = "grace@bellamy.example"
PASSWORD = {"name": "Grace Bellamy", "password": "a good password"}
HTMX = {"HX-Request": "true"}


class Case:
    """Daniel's browser, and what he typed about Grace."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.office = office("Birch & Vine")
        self.daniel = browser_of(app, self.office.admin)
        self.form = {
            "role": "tenant",
            "name": "Grace Bellamy",
            "email": GRACE,
            "unit": str(self.office.unit.id),
            "note": "Hi Grace,\n<b>welcome</b>.",
            "act": "invite",
        }

    def invited(self) -> str:
        """Send the invitation and return the path its mail leads to."""
        assert self.daniel.post("/contacts/new", data=self.form).status_code == 303
        return mails(self.app)[-1].path

    def by_hand(self) -> str:
        """The path of a link copied by hand."""
        page = self.daniel.post("/contacts/new", data=self.form | {"act": "link"})
        return "/invitations/" + page.text.split("/invitations/")[1].split('"')[0]

    @property
    def grace(self) -> Connection:
        return Connection.get(Connection.name == "Grace Bellamy")


@pytest.fixture
def case(app: Flask) -> Case:
    return Case(app)


def says(response: TestResponse, sentence: str) -> bool:
    return sentence in response.text.replace("&#39;", "'")


def test_the_whole_way_of_a_new_tenant(case: Case, client: FlaskClient) -> None:
    path = case.invited()
    mail = mails(case.app)[-1]
    assert mail.subject == "Birch & Vine invited you to Hallway"
    assert "Hi Grace,\n<b>welcome</b>." in mail.text
    assert "&lt;b&gt;welcome&lt;/b&gt;" in mail.html
    page = client.get(path)
    assert page.status_code == 200
    assert f'value="{GRACE}"' in page.text
    assert "&lt;b&gt;welcome&lt;/b&gt;" in page.text
    assert case.office.unit.name in page.text
    done = client.post(path, data=PASSWORD)
    thread = dialogue_of(case.grace)
    assert (done.status_code, done.location) == (302, f"/threads/{thread.id}")
    assert case.grace.state == CONNECTED
    assert client.get(done.location).status_code == 200
    listed = case.daniel.get("/contacts?role=tenants")
    assert f'href="/threads/{thread.id}"' in listed.text


def test_looking_at_an_invitation_answers_nothing(case: Case, client: FlaskClient) -> None:
    path = case.invited()
    for _ in range(3):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert case.grace.state == INVITED
    assert not User.select().where(User.email == GRACE).exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Tell us your name."),
        ({"name": "x" * 300}, "Use at most 120 characters."),
        ({"name": "a\x00b"}, "can't be stored"),
        ({"password": "short"}, "Use at least 10 characters."),
        ({"password": " " * 20}, "Use at least 10 characters."),
    ],
)
def test_what_cannot_be_taken_is_said_and_the_link_stays_open(
    case: Case, client: FlaskClient, typed: dict[str, str], sentence: str
) -> None:
    path = case.invited()
    answer = client.post(path, data=PASSWORD | typed)
    assert answer.status_code == 422
    assert says(answer, sentence)
    assert "a good password" not in answer.text
    assert case.grace.state == INVITED
    assert client.post(path, data=PASSWORD).status_code == 302


def test_all_that_cannot_be_taken_is_said_at_once(case: Case, client: FlaskClient) -> None:
    answer = client.post(case.invited(), data={"name": "", "password": "short"})
    assert answer.status_code == 422
    assert says(answer, "Tell us your name.")
    assert says(answer, "Use at least 10 characters.")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "مريم", "🦊"])
def test_names_of_every_kind_are_shown_as_typed(case: Case, client: FlaskClient, name: str) -> None:
    client.post(case.invited(), data=PASSWORD | {"name": name})
    page = client.get("/settings/profile")
    assert name.replace("<", "&lt;").replace(">", "&gt;") in page.text


def test_a_person_with_a_user_signs_in_first_and_keeps_their_password(
    case: Case, client: FlaskClient
) -> None:
    grace = User.create(name="Grace", email=GRACE, password_hash="hers", created_at=0)
    path = case.invited()
    page = client.get(path)
    assert 'name="password"' not in page.text
    assert f"/sign-in?next={path}" in page.text
    assert client.post(path, data=PASSWORD).status_code == 409
    assert User.get_by_id(grace.id).password_hash == "hers"
    hers = browser_of(case.app, grace)
    assert says(hers.get(path), "You are signed in as")
    assert hers.post(path).status_code == 302
    assert case.grace.user == grace


def test_accepting_with_another_sign_in_names_both_addresses_and_tells_the_inviter(
    case: Case,
) -> None:
    other = person("Grace Bellamy")
    path = case.invited()
    hers = browser_of(case.app, other)
    page = hers.get(path)
    assert GRACE in page.text
    assert other.email in page.text
    assert hers.post(path).status_code == 302
    told = mails(case.app)[-1]
    assert told.to == case.office.admin.email
    assert GRACE in told.text
    assert other.email in told.text


def test_a_second_role_is_refused_in_words(case: Case) -> None:
    path = case.invited()
    for somebody in (case.daniel, browser_of(case.app, contact(case.office.account).user)):
        answer = somebody.post(path)
        assert answer.status_code == 409
        assert says(answer, "Birch &amp; Vine already. One person has one role there.")
    assert case.grace.state == INVITED


def test_a_used_invitation_says_that_one_joined(case: Case, client: FlaskClient) -> None:
    path = case.invited()
    client.post(path, data=PASSWORD)
    for somebody in (client, case.app.test_client()):
        for answer in (somebody.get(path), somebody.post(path, data=PASSWORD)):
            assert answer.status_code == 410
            assert says(answer, "You already joined")


def test_an_expired_invitation_says_whom_to_ask(case: Case, client: FlaskClient) -> None:
    path = case.invited()
    Link.update(expires_at=now() - 1).execute()
    for answer in (
        client.get(path),
        client.post(path, data=PASSWORD),
        client.post(path, data={"name": "", "password": "short"}),
        client.post(f"{path}/decline"),
    ):
        assert answer.status_code == 410
        assert says(answer, "This invitation has expired. Ask Birch &amp; Vine for a new one.")
    assert case.grace.state == INVITED


def test_a_revoked_invitation_says_so(case: Case, client: FlaskClient) -> None:
    path = case.invited()
    assert case.daniel.post(f"/contacts/{case.grace.id}/revoke").status_code == 303
    assert case.grace.state == NOT_CONNECTED
    for answer in (client.get(path), client.post(path, data=PASSWORD)):
        assert answer.status_code == 410
        assert says(answer, "taken back or replaced")
    assert not User.select().where(User.email == GRACE).exists()


@pytest.mark.parametrize("by_hand", [False, True], ids=["mailed", "by hand"])
@pytest.mark.parametrize("form", [{}, {"email": "no address"}, PASSWORD | {"password": "short"}])
def test_a_dead_invitation_tells_nothing_of_the_contact(
    case: Case, client: FlaskClient, form: dict[str, str], by_hand: bool
) -> None:
    path = case.by_hand() if by_hand else case.invited()
    case.daniel.post(f"/contacts/{case.grace.id}/revoke")
    somebody = browser_of(case.app, person("Somebody Else"))
    for answer in (client.post(path, data=form), somebody.post(path, data=form)):
        assert answer.status_code == 410
        for known in ("Grace", GRACE, "Daniel", case.office.unit.name, case.office.place.name):
            assert known not in answer.text


def test_declining_is_seen_and_final_for_this_link(case: Case, client: FlaskClient) -> None:
    path = case.invited()
    assert says(client.post(f"{path}/decline"), "You declined")
    assert case.grace.state == DECLINED
    assert says(client.get(path), "You declined this invitation.")
    assert client.post(path, data=PASSWORD).status_code == 410
    assert "Declined" in case.daniel.get("/contacts").text


def test_a_forged_or_foreign_link_is_not_there(case: Case, client: FlaskClient) -> None:
    token = case.invited().rsplit("/", 1)[1]
    for path in (f"/invitations/{token[:-1]}", "/invitations/x", f"/links/{token}"):
        assert client.get(path).status_code == 404
        assert client.post(path, data=PASSWORD).status_code == 404
    assert client.post(f"/invitations/{token}x/decline").status_code == 404


class TestByHand:
    def test_it_asks_for_an_address_and_mails_the_invitation_there(
        self, case: Case, client: FlaskClient
    ) -> None:
        path = case.by_hand()
        assert mails(case.app) == []
        assert "we mail you one" in client.get(path).text
        asked = client.post(path, data={"name": "Grace", "email": "grace@new.example"})
        assert asked.status_code == 200
        assert "Check your email" in asked.text
        [mail] = mails(case.app)
        assert mail.to == "grace@new.example"
        page = client.get(mail.path)
        assert GRACE in page.text
        assert "grace@new.example" in page.text
        assert client.post(mail.path, data=PASSWORD).status_code == 302
        assert case.grace.user.email == "grace@new.example"
        assert client.get(path).status_code == 410

    def test_it_connects_nobody_by_itself(self, case: Case, client: FlaskClient) -> None:
        path = case.by_hand()
        answer = client.post(path, data=PASSWORD)
        assert answer.status_code == 422
        assert says(answer, "Tell us your email address.")
        assert browser_of(case.app, person()).post(path).status_code == 422
        assert client.post(f"{path}/decline").status_code == 404
        assert case.grace.state == INVITED

    def test_it_tells_nobody_whether_an_address_has_a_user(
        self, case: Case, client: FlaskClient
    ) -> None:
        path = case.by_hand()
        known = person().email
        answers = [
            client.post(path, data={"name": "Grace", "email": email}).text.replace(email, "")
            for email in (known, "nobody@example.com")
        ]
        assert answers[0] == answers[1]


class TestContactsPage:
    def test_the_list_has_tabs_with_counts_and_what_one_can_do(self, case: Case) -> None:
        case.invited()
        page = case.daniel.get("/contacts")
        assert "Tenants <small>1</small>" in page.text
        assert "Owners <small>0</small>" in page.text
        assert "Invited" in page.text
        assert "Take invitation back" in page.text
        assert "Resend" not in page.text
        Link.update(created_at=now() - DAY).execute()
        assert "Resend" in case.daniel.get("/contacts").text

    def test_resending_mails_a_new_link_and_voids_the_old(
        self, case: Case, client: FlaskClient
    ) -> None:
        path = case.invited()
        too_soon = case.daniel.post(f"/contacts/{case.grace.id}/invite")
        assert too_soon.status_code == 303
        assert "less than 24 hours ago" in case.daniel.get(too_soon.location).text
        Link.update(created_at=now() - DAY).execute()
        case.daniel.post(f"/contacts/{case.grace.id}/invite")
        newer = mails(case.app)[-1].path
        assert newer != path
        assert client.get(path).status_code == 410
        assert client.get(newer).status_code == 200
        assert "welcome" in client.get(newer).text
        assert "Hi Grace,\n<b>welcome</b>." in mails(case.app)[-1].text

    def test_adding_without_inviting_mails_nothing(self, case: Case) -> None:
        form = case.form | {"act": "add", "email": ""}
        assert case.daniel.post("/contacts/new", data=form).status_code == 303
        assert case.grace.state == NOT_CONNECTED
        assert mails(case.app) == []
        dialog = case.daniel.get(f"/contacts/{case.grace.id}/invite", headers=HTMX)
        assert "<dialog" in dialog.text
        sent = case.daniel.post(f"/contacts/{case.grace.id}/invite", data={"email": GRACE})
        assert sent.status_code == 303
        assert mails(case.app)[-1].to == GRACE

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"name": ""}, "Whom do you want to add?"),
            ({"name": "x" * 300}, "Use at most 120 characters. This has 300."),
            ({"email": "theo.ok@postbox"}, "That address looks incomplete. Try name@example.com."),
            ({"email": ""}, "Add an email address."),
            ({"email": "g\x00@b.co"}, "That address looks incomplete."),
            ({"note": "x" * 601}, "Use at most 600 characters."),
            ({"unit": "999"}, "Choose a unit from the list."),
        ],
    )
    def test_what_cannot_be_taken_is_said_in_the_dialog_and_the_rest_kept(
        self, case: Case, typed: dict[str, str], sentence: str
    ) -> None:
        answer = case.daniel.post("/contacts/new", data=case.form | typed, headers=HTMX)
        assert answer.status_code == 422
        assert says(answer, sentence)
        assert "<html" not in answer.text
        kept = case.form | typed
        assert f'value="{kept["name"]}"' in answer.text
        assert "&lt;b&gt;welcome" in answer.text or "note" in typed
        assert not Connection.select().where(Connection.name == "Grace Bellamy").exists()
        assert mails(case.app) == []

    def test_htmx_is_told_where_to_go(self, case: Case) -> None:
        answer = case.daniel.post("/contacts/new", data=case.form, headers=HTMX)
        assert answer.status_code == 204
        assert answer.headers["HX-Redirect"] == "/contacts?role=tenants"

    def test_owners_are_offered_in_property_manager_mode_only(self, case: Case, app: Flask) -> None:
        assert "Owner</b>" in case.daniel.get("/contacts/new").text
        landlord = browser_of(app, office("Harbor Homes", mode="landlord").admin)
        assert "Owner</b>" not in landlord.get("/contacts/new").text
        assert landlord.get("/contacts?role=owners").status_code == 404
        refused = landlord.post("/contacts/new", data=case.form | {"role": "owner", "unit": ""})
        assert refused.status_code == 422

    def test_outsiders_find_no_contacts(self, case: Case, client: FlaskClient) -> None:
        case.invited()
        tenant = contact(case.office.account).user
        without = member(case.office.account, "Ruth", rights={"tenants": 2})
        paths = ["/contacts", "/contacts/new", "/properties", "/properties/new"]
        for somebody in (tenant, without, person()):
            browser = browser_of(case.app, somebody)
            for path in [*paths, f"/contacts/{case.grace.id}/invite"]:
                assert browser.get(path).status_code == 404
            for act in ("invite", "revoke", "link"):
                assert browser.post(f"/contacts/{case.grace.id}/{act}").status_code == 404
            assert browser.post("/contacts/new", data=case.form).status_code == 404
        stranger = browser_of(case.app, office("Another house").admin)
        for act in ("invite", "revoke", "link"):
            assert stranger.post(f"/contacts/{case.grace.id}/{act}").status_code == 404
        assert "Grace" not in stranger.get("/contacts").text
        for path in paths:
            assert client.get(path).location.startswith("/sign-in")

    def test_who_may_only_look_sees_no_buttons_and_is_told_whom_to_ask(self, case: Case) -> None:
        case.invited()
        ruth = member(case.office.account, "Ruth", rights={"contacts": 1, "tenants": 1})
        browser = browser_of(case.app, ruth)
        page = browser.get("/contacts")
        assert "Grace Bellamy" in page.text
        assert "Take invitation back" not in page.text
        assert "/contacts/new" not in page.text
        assert "/properties/new" not in browser.get("/properties").text
        for address in (f"/contacts/{case.grace.id}/revoke", "/contacts/new", "/properties"):
            answer = browser.post(address, data=case.form)
            assert answer.status_code == 403
            assert says(answer, f"Ask {case.office.admin.name} to change your permissions.")
        for form in (f"/contacts/{case.grace.id}/invite", "/contacts/new", "/properties/new"):
            answer = browser.get(form)
            assert answer.status_code == 403
            assert says(answer, f"Ask {case.office.admin.name} to change your permissions.")
            assert "novalidate" not in answer.text


class TestProperties:
    def test_who_works_for_some_is_not_asked_to_name_another(self, case: Case) -> None:
        rights = {"contacts": 2, "tenants": 2}
        ruth = member(case.office.account, "Ruth", rights, properties=[case.office.place])
        browser = browser_of(case.app, ruth)
        page = browser.get("/properties")
        assert "Add unit" in page.text
        assert "/properties/new" not in page.text
        for answer in (browser.get("/properties/new"), browser.post("/properties")):
            assert answer.status_code == 403
            assert says(answer, "You work for some properties only. Ask an admin to add one.")

    def test_a_property_and_a_unit_are_added(self, case: Case) -> None:
        form = {"name": "19 Larch Ct", "zone": "Europe/Berlin", "units": "Unit A\r\nUnit B\r\n"}
        assert case.daniel.post("/properties", data=form).status_code == 303
        page = case.daniel.get("/properties")
        assert "19 Larch Ct" in page.text
        assert "Unit B" in page.text
        place = Property.get(Property.name == "19 Larch Ct").id
        assert (
            case.daniel.post(f"/properties/{place}/units", data={"name": "Unit C"}).status_code
            == 303
        )
        again = case.daniel.post(f"/properties/{place}/units", data={"name": "Unit C"})
        assert again.status_code == 422
        assert says(again, "19 Larch Ct has a Unit C already.")

    @pytest.mark.parametrize("name", ["", "  ", "x" * 300, "a\x00b"])
    def test_a_name_that_cannot_be_taken_keeps_the_rest(self, case: Case, name: str) -> None:
        form = {"name": name, "address": "Larch Ct 19", "zone": "Europe/Berlin", "units": "Unit A"}
        answer = case.daniel.post("/properties", data=form, headers=HTMX)
        assert answer.status_code == 422
        assert 'value="Larch Ct 19"' in answer.text
        assert "Unit A</textarea>" in answer.text
        assert 'value="Europe/Berlin" selected' in answer.text
