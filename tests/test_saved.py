"""What a device has saved is brought up to date, and dropped where the right is lost."""

import pytest

from models import posting, reading
from models.thread import TENANTS
from tests import factories
from tests.signed_in import browser_of


@pytest.fixture
def office(app):
    return factories.office("Birch & Vine")


@pytest.fixture
def priya(office):
    return factories.contact(office.account, "Priya Raman", home=office.unit)


@pytest.fixture
def thread(priya):
    return factories.dialogue_of(priya)


@pytest.fixture
def maya(office):
    return factories.member(office.account, "Maya Okafor")


@pytest.fixture
def device(app, maya):
    return browser_of(app, maya)


def version_of(device, thread):
    page = device.get(f"/threads/{thread.id}/messages?after_version=0")
    return int(page.headers["X-Thread-Version"])


def test_several_conversations_catch_up_in_one_answer(device, office, priya, thread, maya):
    quiet = factories.dialogue_of(factories.contact(office.account, "Marcus Feld"))
    first = factories.say(priya.user, thread, "The code is 1234.")
    held = {one.id: version_of(device, one) for one in (thread, quiet)}
    posting.edit_message(priya.user, thread.id, first.id, "The code is 9876.")
    factories.say(priya.user, thread, "Did you get it?")
    reading.set_read_position(maya, thread.id, first.id)
    query = "&".join(f"held={one}-{version}" for one, version in held.items())
    answer = device.get(f"/threads/changes?{query}").json
    news = answer[str(thread.id)]
    assert "The code is 9876." in news["html"]
    assert "1234" not in news["html"]
    assert "Did you get it?" in news["html"]
    assert (news["reset"], news["read"]) == (False, first.id)
    assert news["version"] == version_of(device, thread)
    assert answer[str(quiet.id)]["html"] == ""


def test_a_conversation_whose_sight_was_lost_is_not_in_the_answer(device, office, thread, maya):
    held = version_of(device, thread)
    factories.set_right(factories.tie_of(maya, office.account), TENANTS, 0)
    assert device.get(f"/threads/changes?held={thread.id}-{held}").json == {}
    assert device.get(f"/threads/changes?held={2**40}-{held}").json == {}


def test_a_device_that_holds_another_past_begins_anew(device, thread, priya):
    factories.say(priya.user, thread, "Hello.")
    answer = device.get(f"/threads/changes?held={thread.id}-{2**40}").json
    assert answer[str(thread.id)]["reset"]
    assert "Hello." in answer[str(thread.id)]["html"]


def test_what_cannot_be_read_is_not_found(device):
    for held in ("x-1", "1-x", "1", "-", "1-2-3"):
        assert device.get(f"/threads/changes?held={held}").status_code == 404


def test_what_is_asked_for_at_once_is_bounded(device, thread):
    held = version_of(device, thread)
    query = "&".join(f"held={2**40 + number}-1" for number in range(10))
    answer = device.get(f"/threads/changes?{query}&held={thread.id}-{held}")
    assert answer.json == {}


def test_catching_up_says_how_far_was_read_elsewhere(device, thread, priya, maya):
    said = factories.say(priya.user, thread, "Hello.")
    reading.set_read_position(maya, thread.id, said.id)
    answer = device.get(f"/threads/{thread.id}/messages?after_version=0")
    assert answer.headers["X-Read-Seq"] == str(said.id)


def test_the_stamp_of_what_is_shown_changes_with_the_right_alone(
    device, office, thread, priya, maya
):
    def digest():
        return device.get("/badge").headers["X-Hallway-Stamp"]

    before = digest()
    factories.say(priya.user, thread, "Hello.")
    assert digest() == before
    factories.clear(maya, thread)
    cleared = digest()
    assert cleared != before
    factories.set_right(factories.tie_of(maya, office.account), TENANTS, 0)
    assert digest() not in {before, cleared}
    assert f'data-stamp="{digest()}"' in device.get("/messages").text


def test_what_stands_around_a_log_comes_without_it(device, thread, priya):
    factories.say(priya.user, thread, "Hello.")
    around = device.get(f"/threads/{thread.id}?frame=1", headers={"HX-Request": "true"}).text
    assert "Hello." not in around
    assert 'id="composer"' in around
    assert "<!--log--><!--/log-->" in around


def test_a_page_can_be_taken_apart_where_it_is_marked(device, thread):
    page = device.get(f"/threads/{thread.id}").text
    places = {name: page.index(f"<!--{name}-->") for name in ("messenger", "list", "rows")}
    assert places["messenger"] < places["list"] < places["rows"]
    for name in ("messenger", "list", "rows", "conversation", "log", "articles", "once"):
        assert page.count(f"<!--{name}-->") == page.count(f"<!--/{name}-->") == 1


def test_nobody_can_write_where_a_page_is_cut(device, thread, priya):
    factories.say(priya.user, thread, "<!--/articles--><!--/conversation-->")
    page = device.get(f"/threads/{thread.id}").text
    assert page.count("<!--/articles-->") == page.count("<!--/conversation-->") == 1


def test_a_list_that_did_not_change_is_not_sent_again(device, thread, priya):
    rows = device.get("/messages/rows?channel=tenants")
    again = {"If-None-Match": rows.headers["ETag"]}
    assert device.get("/messages/rows?channel=tenants", headers=again).status_code == 304
    factories.say(priya.user, thread, "Hello.")
    assert device.get("/messages/rows?channel=tenants", headers=again).status_code == 200
