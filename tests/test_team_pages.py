"""Settings → Team: who may open and change it, what a change does, inviting, removing, leaving."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.account import LANDLORD
from models.connection import CONNECTED, DISCONNECTED, MANAGE, VIEW, Connection, TeamRight
from models.property import Property, StaffProperty
from models.thread import COMMON, Thread
from models.user import User
from tests.factories import (
    Office,
    contact,
    dialogue_of,
    member,
    office,
    person,
    property_of,
    say,
    set_mode,
    tie_of,
)
from tests.mailbox import mails
from tests.signed_in import browser_of

HTMX = {"HX-Request": "true"}
HERE = "/settings/team"
RUTH = {"name": "Ruth Lindqvist", "email": "ruth@people.example", "tenants": "view"}


@pytest.fixture
def house(app: Flask) -> Office:
    return office("Birch & Vine")


@pytest.fixture
def admin(app: Flask, house: Office) -> FlaskClient:
    return browser_of(app, house.admin)


@pytest.fixture
def daniel(house: Office) -> User:
    return member(house.account, "Daniel Reyes")


def path_of(user: User, house: Office) -> str:
    return f"{HERE}/{tie_of(user, house.account).id}"


def levels(tie: Connection) -> dict[str, int]:
    query = TeamRight.select(TeamRight.channel, TeamRight.level)
    return dict(query.where(TeamRight.connection == tie).tuples())


def of_ruth() -> Connection:
    return Connection.get(Connection.email == RUTH["email"])


def invitation(app: Flask) -> str:
    return mails(app)[-1].path


# Who sees what


def test_an_admin_changes_and_a_sub_admin_reads_who_is_on_the_team(
    app: Flask, house: Office, admin: FlaskClient, daniel: User
) -> None:
    admin.post(f"{HERE}/new", data=RUTH)
    page = admin.get(HERE).text
    assert "Everyone here answers as <bdi>Birch &amp; Vine</bdi>" in page
    assert 'aria-label="Tenants for Daniel Reyes"' in page
    assert "Ruth Lindqvist" in page
    his = browser_of(app, daniel).get(HERE).text
    assert "Daniel Foster" in his
    assert "Admin" in his
    for hidden in ("Ruth Lindqvist", "<select", "Add teammate", "Limits by property"):
        assert hidden not in his


def test_the_page_is_not_there_for_who_is_on_no_team(app: Flask, house: Office) -> None:
    tenant = browser_of(app, contact(house.account).user)
    assert tenant.get(HERE).status_code == 404
    assert HERE not in tenant.get("/settings/profile").text


def test_owners_have_no_column_in_landlord_mode(
    house: Office, admin: FlaskClient, daniel: User
) -> None:
    assert "Owners for Daniel Reyes" in admin.get(HERE).text
    set_mode(house.account, LANDLORD)
    assert "Owners for" not in admin.get(HERE).text


@pytest.mark.parametrize("path", ["", "/properties", "/remove"])
def test_only_admins_change(app: Flask, house: Office, daniel: User, path: str) -> None:
    form = {"tenants": "none", "reach": "all"}
    target = path_of(member(house.account, "Ida"), house) + path
    mine = browser_of(app, daniel).post(target, data=form)
    assert mine.status_code == 403
    assert "Ask Daniel Foster to change your permissions." in mine.text
    stranger = browser_of(app, office("Other").admin)
    assert stranger.post(target, data=form).status_code == 404
    assert browser_of(app, contact(house.account).user).post(target).status_code == 404
    assert browser_of(app, daniel).get(f"{HERE}/new").status_code == 403
    assert browser_of(app, daniel).post(f"{HERE}/new", data=RUTH).status_code == 403


def test_what_an_admin_may_is_not_changed(house: Office, admin: FlaskClient) -> None:
    other = member(house.account, "Otto", role="admin")
    assert admin.post(path_of(other, house), data={"tenants": "none"}).status_code == 409


# Levels and lists


def test_a_level_is_changed_at_once(
    app: Flask, house: Office, admin: FlaskClient, daniel: User
) -> None:
    tenant = contact(house.account, "Priya", home=house.unit)
    thread = f"/threads/{dialogue_of(tenant).id}"
    his = browser_of(app, daniel)
    assert "<textarea" in his.get(thread).text
    form = {"tenants-was": "manage", "tenants": "view"}
    answer = admin.post(path_of(daniel, house), data=form, headers=HTMX)
    assert answer.headers["HX-Trigger"] == '{"toast": "Saved."}'
    assert '<option value="view" selected>' in answer.text
    assert "You can read this but not write" in his.get(thread).text
    admin.post(path_of(daniel, house), data={"tenants-was": "view", "tenants": "none"})
    assert his.get(thread).status_code == 404
    assert his.get("/messages?channel=tenants").status_code == 404
    assert his.get("/contacts?role=tenants").status_code == 404


def test_only_what_was_changed_on_the_page_is_changed(
    house: Office, admin: FlaskClient, daniel: User
) -> None:
    # The page is older than another admin's change of Owners.
    admin.post(path_of(daniel, house), data={"owners-was": "manage", "owners": "view"})
    form = {"owners-was": "manage", "owners": "manage", "contacts-was": "manage"}
    admin.post(path_of(daniel, house), data=form | {"contacts": "view", "tenants": "nonsense"})
    found = levels(tie_of(daniel, house.account))
    assert (found["owners"], found["contacts"], found["tenants"]) == (VIEW, VIEW, MANAGE)


def test_what_begins_counts_as_unread_from_now(
    app: Flask, house: Office, admin: FlaskClient
) -> None:
    priya = contact(house.account, "Priya", home=house.unit)
    say(priya.user, dialogue_of(priya), "Long ago.")
    ruth = member(house.account, "Ruth", rights={"team": MANAGE})
    hers = browser_of(app, ruth)
    admin.post(path_of(ruth, house), data={"tenants": "view"})
    assert "Long ago." in hers.get(f"/threads/{dialogue_of(priya).id}").text
    assert hers.get("/badge").json["unread"] == 0
    say(priya.user, dialogue_of(priya), "Today.")
    assert hers.get("/badge").json["unread"] == 1


def test_a_list_is_widened_without_old_messages_becoming_unread_or_seen(
    app: Flask, house: Office, admin: FlaskClient
) -> None:
    quay: Property = property_of(house.account, "88 Quay Rd")
    priya = contact(house.account, "Priya", home=house.unit)
    ruth = member(house.account, "Ruth", rights={"tenants": VIEW}, properties=[quay])
    for number in range(3):
        say(priya.user, dialogue_of(priya), f"Old {number}")
    hers, target = browser_of(app, ruth), path_of(ruth, house) + "/properties"
    thread = f"/threads/{dialogue_of(priya).id}"
    assert hers.get(thread).status_code == 404
    places = [quay.id, house.place.id]
    assert admin.post(target, data={"reach": "some", "places": places}).status_code == 303
    assert hers.get(thread).status_code == 200
    assert hers.get("/badge").json["unread"] == 0
    assert 'data-seen-seq="0"' in browser_of(app, priya.user).get(thread).text
    say(priya.user, dialogue_of(priya), "New.")
    assert hers.get("/badge").json["unread"] == 1
    admin.post(target, data={"reach": "all"})
    assert tie_of(ruth, house.account).all_properties
    assert StaffProperty.select().count() == 0


@pytest.mark.parametrize("places", [[], ["999"], ["x"]])
def test_a_list_must_name_properties_of_the_account(
    house: Office, admin: FlaskClient, daniel: User, places: list[str]
) -> None:
    foreign = office("Other").place
    form = {"reach": "some", "places": [*places, *([str(foreign.id)] if places else [])]}
    answer = admin.post(path_of(daniel, house) + "/properties", data=form)
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert tie_of(daniel, house.account).all_properties


def test_waiting_mail_about_what_was_taken_away_is_not_sent(
    app: Flask, house: Office, admin: FlaskClient, daniel: User
) -> None:
    priya = contact(house.account, "Priya", home=house.unit)
    app.config["NOTIFY_DELAY_S"] = 0
    say(priya.user, dialogue_of(priya), "A secret.")
    admin.post(path_of(daniel, house), data={"tenants": "none"})
    assert daniel.email not in [mail.to for mail in mails(app)]
    assert house.admin.email in [mail.to for mail in mails(app)]


# Inviting


def test_a_teammate_is_invited_with_what_they_will_be_allowed(
    app: Flask, house: Office, admin: FlaskClient
) -> None:
    quay = property_of(house.account, "88 Quay Rd")
    form = RUTH | {"reach": "some", "places": [quay.id], "note": "Welcome, Ruth."}
    answer = admin.post(f"{HERE}/new", data=form)
    assert answer.location == HERE
    page = admin.get(HERE).text
    assert "Invitation sent to Ruth." in page
    assert "Invited" in page
    assert "<bdi>Ruth</bdi> sees 88 Quay Rd" in page
    assert "Conversations from 412 Alder St stay hidden" in page
    mail = mails(app)[-1]
    assert mail.to == RUTH["email"]
    assert "from any phone or computer.\n\nWelcome, Ruth.\n\nSee the invitation" in mail.text
    stranger = app.test_client()
    shown = stranger.get(mail.path).text
    assert "team" in shown
    assert "Welcome, Ruth." in shown
    joined = stranger.post(mail.path, data={"name": "Ruth L", "password": "a long password"})
    assert joined.location == "/messages?channel=team"
    hers = stranger.get(joined.location).text
    assert "You are on the team of Birch &amp; Vine now." in hers
    assert "Team chat" in hers
    assert of_ruth().state == CONNECTED
    assert levels(of_ruth()) == {"team": MANAGE, "tenants": VIEW}
    assert not of_ruth().all_properties
    assert stranger.get("/messages?channel=owners").status_code == 404


def test_who_joins_another_team_goes_to_that_one(
    app: Flask, house: Office, admin: FlaskClient
) -> None:
    ruth = office("Harbor Homes").admin
    admin.post(f"{HERE}/new", data=RUTH | {"email": ruth.email})
    hers = browser_of(app, ruth)
    assert "Harbor Homes, choose an account" in hers.get("/messages").text
    page = hers.get(hers.post(invitation(app)).location).text
    assert "Birch &amp; Vine, choose an account" in page
    assert "Team chat" in page


def test_who_is_invited_sees_nothing_before_they_accept(
    app: Flask, house: Office, admin: FlaskClient
) -> None:
    ruth = person("Ruth")
    admin.post(f"{HERE}/new", data=RUTH | {"email": ruth.email, "tenants": "manage"})
    hers = browser_of(app, ruth)
    assert hers.get("/contacts").status_code == 404
    assert hers.get(HERE).status_code == 404
    assert Thread.select().where(Thread.kind == COMMON).count() == 0
    hers.post(invitation(app))
    assert hers.get("/contacts?role=tenants").status_code == 404
    assert hers.get("/messages?channel=tenants").status_code == 200


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": ""}, "Whom do you want on the team?"),
        ({"email": ""}, "Where should the invitation go?"),
        ({"email": "ruth"}, "That address looks incomplete."),
        ({"reach": "some"}, "Choose at least one property"),
        ({"note": "x" * 1000}, "field-error"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_lost(
    admin: FlaskClient, form: dict[str, str], sentence: str
) -> None:
    answer = admin.post(f"{HERE}/new", data=RUTH | {"owners": "manage"} | form, headers=HTMX)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert answer.text.count("selected") == 5
    assert Connection.select().count() == 1


def test_an_address_that_is_there_already_is_refused(
    house: Office, admin: FlaskClient, daniel: User
) -> None:
    priya = contact(house.account, "Priya Raman")
    for email, name in ((daniel.email, "Daniel Reyes"), (priya.email, "Priya Raman")):
        answer = admin.post(f"{HERE}/new", data=RUTH | {"email": email})
        assert answer.status_code == 422
        assert f"{name} has this address already." in answer.text


def test_a_second_role_is_refused_in_words(app: Flask, house: Office, admin: FlaskClient) -> None:
    tenant = contact(house.account, "Priya Raman").user
    admin.post(f"{HERE}/new", data=RUTH)
    answer = browser_of(app, tenant).post(invitation(app))
    assert answer.status_code == 409
    assert "You are a tenant of Birch &amp; Vine already." in answer.text


def test_declined_expired_revoked_and_handed_over_show_on_the_page(
    app: Flask, house: Office, admin: FlaskClient
) -> None:
    admin.post(f"{HERE}/new", data=RUTH)
    path = invitation(app)
    assert "Resend after" in admin.get(HERE).text
    app.test_client().post(f"{path}/decline")
    assert "Declined" in admin.get(HERE).text
    link = admin.post(f"/contacts/{of_ruth().id}/link", headers=HTMX)
    assert "/invitations/" in link.text
    assert "Invited" in admin.get(HERE).text
    admin.post(f"/contacts/{of_ruth().id}/revoke")
    assert "Ruth Lindqvist" not in admin.get(HERE).text.split("toasts")[0]
    again = admin.post(f"{HERE}/new", data=RUTH | {"act": "link", "owners": "manage"})
    assert re.search(r"/invitations/[\w.-]+", again.text)
    assert Connection.select().where(Connection.email == RUTH["email"]).count() == 1
    assert levels(of_ruth())["owners"] == MANAGE


def test_an_invitation_that_ran_out_says_so_and_goes_again(
    app: Flask, house: Office, admin: FlaskClient
) -> None:
    admin.post(f"{HERE}/new", data=RUTH)
    tie = of_ruth()
    for link in tie.links:
        link.created_at -= 8 * 24 * 3_600_000
        link.expires_at = link.created_at + 1
        link.save()
    page = admin.get(HERE).text
    assert "Expired" in page
    assert "Invite again" in page
    assert admin.post(f"/contacts/{tie.id}/invite", data={"email": RUTH["email"]}).location == HERE
    assert "Expired" not in admin.get(HERE).text


def test_teammates_are_no_contacts(app: Flask, house: Office, daniel: User) -> None:
    admin = browser_of(app, house.admin)
    admin.post(f"{HERE}/new", data=RUTH)
    tie = of_ruth()
    assert admin.get(f"/contacts/{tie.id}").status_code == 404
    assert admin.post(f"/contacts/{tie.id}/disconnect").status_code == 404
    assert "Ruth" not in admin.get("/contacts").text
    his = browser_of(app, daniel)
    assert his.post(f"/contacts/{tie.id}/revoke").status_code == 404
    assert his.post(f"/contacts/{tie.id}/link").status_code == 404


# Removing and leaving


def test_who_is_removed_loses_everything_at_once(
    app: Flask, house: Office, admin: FlaskClient
) -> None:
    admin.post(f"{HERE}/new", data=RUTH | {"tenants": "manage", "contacts": "manage"})
    hers = app.test_client()
    hers.post(invitation(app), data={"name": "Ruth Lindqvist", "password": "a long password"})
    target = f"{HERE}/{of_ruth().id}/remove"
    assert "sees nothing of Birch &amp; Vine from now on" in admin.get(target).text
    assert admin.post(target).location == HERE
    assert of_ruth().state == DISCONNECTED
    for gone in ("/contacts", "/properties", HERE, "/messages?channel=tenants"):
        assert hers.get(gone).status_code == 404
    shown = hers.get("/messages?channel=team").text
    assert "Daniel Foster" in shown
    assert "Team chat" not in shown
    page = admin.get(HERE).text
    assert "Not on the team any more" in page
    assert admin.post(target).location == HERE
    assert "Ruth Lindqvist is not on the team any more." in admin.get(HERE).text


def test_an_invitation_is_taken_off_the_list(app: Flask, admin: FlaskClient) -> None:
    admin.post(f"{HERE}/new", data=RUTH)
    path = invitation(app)
    admin.post(f"{HERE}/{of_ruth().id}/remove")
    admin.get(HERE)
    assert "Ruth" not in admin.get(HERE).text
    assert app.test_client().get(path).status_code == 410


def test_a_sub_admin_leaves_and_the_last_admin_cannot(
    app: Flask, house: Office, admin: FlaskClient, daniel: User
) -> None:
    assert "Leave the team" not in admin.get(HERE).text
    assert admin.post(f"{HERE}/leave").location == HERE
    assert "Hand the account over" in admin.get(HERE).text
    his = browser_of(app, daniel)
    assert "You see nothing of Birch &amp; Vine" in his.get(f"{HERE}/leave").text
    assert his.post(f"{HERE}/leave").location == "/messages"
    assert tie_of(daniel, house.account).state == DISCONNECTED
    assert his.get(HERE).status_code == 404
    assert his.get(f"{HERE}/leave").status_code == 404
    other = member(house.account, "Otto", role="admin")
    assert browser_of(app, other).post(f"{HERE}/leave").location == "/messages"


# Members with few rights


def test_who_has_the_team_chat_only_has_no_other_channel(
    app: Flask, house: Office, admin: FlaskClient
) -> None:
    admin.post(f"{HERE}/new", data=RUTH | {"tenants": "none"})
    hers = app.test_client()
    hers.post(invitation(app), data={"name": "Ruth", "password": "a long password"})
    page = hers.get("/messages").text
    assert set(re.findall(r'data-channel="([a-z-]+)"', page)) == {"team"}
    assert 'href="/contacts"' not in page
    assert hers.get("/").status_code == 200
    assert "Invite people" not in hers.get("/").text


def test_nothing_is_changed_on_the_team_of_a_closed_account(
    house: Office, admin: FlaskClient, daniel: User
) -> None:
    house.account.closed_at = 1
    house.account.save()
    page = admin.get(HERE)
    assert "Daniel Reyes" in page.text
    assert "<select" not in page.text
    assert admin.post(path_of(daniel, house), data={"tenants": "none"}).status_code == 403
    assert admin.post(f"{HERE}/new", data=RUTH).status_code == 403


def test_a_page_of_somebody_taken_off_the_list_is_gone(admin, house):
    admin.post(f"{HERE}/new", data=RUTH)
    here = f"{HERE}/{of_ruth().id}"
    assert admin.post(f"{here}/remove").status_code == 303
    for path in (f"{here}/remove", f"{here}/properties"):
        assert admin.get(path).status_code == 404
    for path, headers in ((here, HTMX), (here, {}), (f"{here}/properties", {})):
        assert admin.post(path, data={"tenants": "manage"}, headers=headers).status_code == 404
    assert levels(of_ruth())["tenants"] == VIEW
