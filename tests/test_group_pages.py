"""The pages of groups over HTTP, and what sockets say of them: everything works without script."""

import re

import pytest
from flask import Flask

from models import groups, inviting, joining
from models.account import LANDLORD
from models.connection import SERVICE_PRO, VIEW, Connection
from models.groups import EVERYBODY, PICKED, Wanted
from models.thread import ANNOUNCEMENT, CONVERSATION, TENANTS, Thread
from models.view import View
from tests import factories
from tests.factories import contact, dialogue_of, member, office, say, unit
from tests.signed_in import browser_of
from tests.test_live import Device
from tests.test_page_queries import counted


class Scene:
    """Beth and Jonah live at 412 Alder St, Ade elsewhere; Maya is on the team."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.office = office("Birch & Vine")
        self.account = self.office.account
        self.maya = member(self.account, "Maya Okafor")
        self.beth, self.jonah = (
            contact(self.account, f"{name} Whitaker", home=unit(self.office.place))
            for name in ("Beth", "Jonah")
        )
        self.ade = contact(
            self.account, "Ade Nwosu", home=unit(factories.property_of(self.account, "Elm Court"))
        )

    def client(self, user):
        return browser_of(self.app, user)

    def group(self, kind: str = CONVERSATION, *members: Connection, who: str = PICKED) -> Thread:
        ids = [str(tie.id) for tie in members or (self.beth, self.jonah)]
        wanted = Wanted(TENANTS, kind, "Alder news", who, ids)
        return groups.create(self.office.admin, self.account.id, wanted)


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(app)


def form(*members, **typed):
    ids = [str(tie.id) for tie in members]
    return {"channel": "tenants", "kind": CONVERSATION, "who": PICKED, "members": ids} | typed


def test_a_group_is_opened_from_the_list(scene):
    maya = scene.client(scene.maya)
    assert "/groups/new?channel=tenants" in maya.get("/messages?channel=tenants").text
    page = maya.get("/groups/new?channel=tenants").text
    for words in ("Beth Whitaker", "412 Alder St, Unit", "Everyone at 412 Alder St", "All tenants"):
        assert words in page
    answer = maya.post("/groups/new", data=form(scene.beth, scene.jonah))
    assert answer.status_code == 303
    shown = maya.get(answer.location).text
    assert "Beth &amp; Jonah Whitaker" in shown
    assert "Read by Beth, Jonah and the team of Birch &amp; Vine" in shown


def test_what_cannot_be_taken_comes_back_as_typed(scene):
    maya = scene.client(scene.maya)
    answer = maya.post("/groups/new", data=form(scene.ade, title="Bikes", kind=ANNOUNCEMENT))
    assert answer.status_code == 422
    assert groups.TOO_FEW in answer.text
    assert 'value="Bikes"' in answer.text
    assert re.search(rf'value="{scene.ade.id}"[^>]* checked', answer.text)
    assert re.search(r'value="announcement" checked', answer.text)


@pytest.mark.parametrize("channel", ["", "team", "landlords", "maintenance-requests", "nothing"])
def test_other_channels_have_no_groups(scene, channel):
    maya = scene.client(scene.maya)
    assert maya.get(f"/groups/new?channel={channel}").status_code == 404
    posted = form(scene.beth, scene.jonah, channel=channel)
    assert maya.post("/groups/new", data=posted).status_code == 404


@pytest.mark.parametrize(
    ("rights", "status"), [({TENANTS: VIEW}, 403), ({SERVICE_PRO: 2}, 404), ({TENANTS: 2}, 200)]
)
def test_only_who_manages_the_channel_is_offered_a_group(scene, rights, status):
    client = scene.client(member(scene.account, rights=rights))
    assert client.get("/groups/new?channel=tenants").status_code == status
    if status != 404:
        listed = client.get("/messages?channel=tenants").text
        assert ("/groups/new" in listed) == (status == 200)


def test_owners_have_none_in_landlord_mode(scene):
    factories.set_mode(scene.account, LANDLORD)
    assert scene.client(scene.maya).get("/groups/new?channel=owners").status_code == 404


def test_a_group_is_changed_all_at_once_and_only_where_something_was_changed(scene):
    group = scene.group()
    maya = scene.client(scene.maya)
    page = maya.get(f"/threads/{group.id}/group").text
    was = re.findall(r'name="was" value="([0-9]+)"', page)
    assert sorted(was) == sorted([str(scene.beth.id), str(scene.jonah.id)])
    # Meanwhile somebody lets Jonah go; Maya adds Ade and knows nothing of it.
    groups.change(
        scene.office.admin, group.id, groups.Change("Alder news", remove=[str(scene.jonah.id)])
    )
    typed = {"title": "Bikes", "was": was, "members": [*was, str(scene.ade.id)]}
    assert maya.post(f"/threads/{group.id}/group", data=typed).status_code == 303
    shown = maya.get(f"/threads/{group.id}").text
    assert "Read by Ade, Beth and the team" in shown
    assert "named this group" in shown
    assert "Jonah Whitaker</b> was removed by Daniel Foster" in shown


def test_a_change_that_cannot_be_taken_comes_back_as_typed(scene):
    group = scene.group()
    maya = scene.client(scene.maya)
    stranger = contact(office("Elm Partners").account, "Omar Haddad")
    for typed, words in (
        ({"title": " ", "members": []}, groups.TITLE_MISSING),
        ({"title": "Bikes", "members": [str(stranger.id)]}, groups.GONE),
    ):
        answer = maya.post(f"/threads/{group.id}/group", data=typed)
        assert answer.status_code == 422
        assert words in answer.text
    assert "Omar" not in answer.text


def test_a_group_that_follows_has_nobody_to_pick(scene):
    group = scene.group(who=str(scene.office.place.id))
    maya = scene.client(scene.maya)
    page = maya.get(f"/threads/{group.id}/group").text
    assert "who moves out leaves" in page
    assert 'name="members"' not in page
    posted = {"title": "Alder", "members": [str(scene.ade.id)]}
    assert maya.post(f"/threads/{group.id}/group", data=posted).status_code == 409
    assert maya.post(f"/threads/{group.id}/group", data={"title": "Alder"}).status_code == 303


def test_only_the_team_changes_a_group(scene):
    group = scene.group()
    address = f"/threads/{group.id}/group"
    people = {
        scene.beth.user: 403,
        scene.ade.user: 404,
        member(scene.account, "Vera Lind", rights=VIEW): 403,
        office("Elm Partners").admin: 404,
    }
    for user, status in people.items():
        client = scene.client(user)
        assert client.get(address).status_code == status
        assert client.post(address, data={"title": "Mine"}).status_code == status
        assert address not in client.get("/messages").text
    dialogue = dialogue_of(scene.beth)
    assert scene.client(scene.maya).get(f"/threads/{dialogue.id}/group").status_code == 404


def test_whoever_loses_sight_of_a_group_by_their_own_change_is_led_to_the_list(scene):
    listed = member(scene.account, "Ruth Only", properties=[scene.office.place])
    group = scene.group()
    was = [str(scene.beth.id), str(scene.jonah.id)]
    answer = scene.client(listed).post(
        f"/threads/{group.id}/group", data={"title": "Alder news", "was": was}
    )
    assert answer.location == "/messages?channel=tenants"


class TestAnnouncement:
    def test_tells_a_reader_nothing_of_the_others(self, scene):
        group = scene.group(ANNOUNCEMENT)
        say(scene.maya, group, "Water will be off.")
        groups.change(
            scene.maya, group.id, groups.Change("Alder news", [str(scene.ade.id)], earlier=True)
        )
        beth = scene.client(scene.beth.user)
        for address in ("", "/details", "/messages", "/messages?after_version=1", "/files"):
            page = beth.get(f"/threads/{group.id}{address}")
            assert page.status_code == 200
            assert "Jonah" not in page.text
            assert "Ade" not in page.text
        page = beth.get(f"/threads/{group.id}").text
        assert "Only the team writes here" in page
        assert "2 tenants" not in page
        assert "3 tenants" not in page

    def test_says_to_the_team_who_reads_it(self, scene):
        group = scene.group(ANNOUNCEMENT, who=str(scene.office.place.id))
        page = scene.client(scene.maya).get(f"/threads/{group.id}").text
        assert "2 tenants of 412 Alder St read this. They don’t see each other." in page
        assert "Beth Whitaker" in page

    def test_is_answered_in_ones_own_conversation(self, scene):
        group = scene.group(ANNOUNCEMENT)
        say(scene.maya, group, "Water will be off Thursday. " + "Keep a kettle filled. " * 20)
        beth = scene.client(scene.beth.user)
        page = beth.get(f"/threads/{group.id}").text
        (address,) = re.findall(r'class="btn[^"]*push" href="([^"]+)"', page)
        assert address.startswith(f"/threads/{dialogue_of(scene.beth).id}?quote={group.id}.")
        answer = beth.get(address).text
        (field,) = re.findall(
            r"<textarea[^>]*data-quoted[^>]*>\n(.*?)</textarea>", answer, re.DOTALL
        )
        assert field.startswith("&gt; Water will be off Thursday.")
        assert field.endswith(" …\n\n")
        assert len(field) < 180

    def test_is_quoted_to_nobody_else(self, scene):
        group = scene.group(ANNOUNCEMENT, scene.beth, scene.jonah)
        secret = say(scene.maya, group, "The code is 4711.")
        private = say(scene.maya, dialogue_of(scene.jonah), "The code is 4712.")
        own = dialogue_of(scene.beth).id
        elsewhere = contact(office("Elm Partners").account, user=scene.beth.user)
        for user, thread, quote in (
            (scene.ade.user, dialogue_of(scene.ade).id, f"{group.id}.{secret.id}"),
            (scene.beth.user, own, f"{dialogue_of(scene.jonah).id}.{private.id}"),
            (scene.beth.user, own, f"{group.id}.{private.id}"),
            (scene.beth.user, dialogue_of(elsewhere).id, f"{group.id}.{secret.id}"),
            (scene.beth.user, group.id, f"{group.id}.{secret.id}"),
            (scene.beth.user, own, f"{group.id}.{2**62}"),
            (scene.beth.user, own, "nonsense"),
            (scene.beth.user, own, ""),
        ):
            answer = scene.client(user).get(f"/threads/{thread}?quote={quote}")
            assert answer.status_code == 404
        assert scene.client(scene.beth.user).get(f"/threads/{own}?quote={group.id}.{secret.id}")

    def test_offers_no_answer_where_none_can_be_written(self, scene):
        group = scene.group(ANNOUNCEMENT)
        beth = scene.client(scene.beth.user)
        assert "quote=" not in beth.get(f"/threads/{group.id}").text  # nothing was said yet
        say(scene.maya, group, "Hello.")
        assert "quote=" in beth.get(f"/threads/{group.id}").text
        assert "quote=" not in scene.client(scene.maya).get(f"/threads/{group.id}").text
        groups.change(
            scene.maya, group.id, groups.Change("Alder news", remove=[str(scene.beth.id)])
        )
        assert "quote=" not in beth.get(f"/threads/{group.id}").text

    def test_sockets_of_readers_hear_of_the_team_alone(self, scene):
        group = scene.group(ANNOUNCEMENT)
        said = say(scene.maya, group, "Hello.")
        maya, beth, jonah = (
            Device(scene.app, user) for user in (scene.maya, scene.beth.user, scene.jonah.user)
        )
        jonah.http.put(f"/threads/{group.id}/read-position", data={"seq": said.id})
        jonah.socket.emit("typing", {"thread_id": group.id})
        maya.http.put(f"/threads/{group.id}/read-position", data={"seq": said.id})
        assert beth.events() == []
        assert "read:changed" in [name for name, _ in maya.events()]
        # Somebody comes, somebody goes: only they and the team hear of it.
        was = [str(scene.beth.id), str(scene.jonah.id)]
        change = {"title": "Alder news", "was": was, "members": [was[0], str(scene.ade.id)]}
        assert maya.http.post(f"/threads/{group.id}/group", data=change).status_code == 303
        assert beth.events() == []
        assert "threads:changed" in [name for name, _ in jonah.events()]
        assert "threads:changed" in [name for name, _ in maya.events()]
        # A new name is for everybody.
        maya.http.post(f"/threads/{group.id}/group", data={"title": "News"})
        assert "threads:changed" in [name for name, _ in beth.events()]

    def test_shows_the_team_how_far_somebody_has_read_and_readers_nothing(self, scene):
        group = scene.group(ANNOUNCEMENT)
        said = say(scene.maya, group, "Hello.")
        scene.client(scene.jonah.user).put(
            f"/threads/{group.id}/read-position", data={"seq": said.id}
        )
        seen = {
            user: re.search(
                r'data-seen-seq="(\d+)"', scene.client(user).get(f"/threads/{group.id}").text
            )[1]
            for user in (scene.maya, scene.beth.user)
        }
        assert seen == {scene.maya: str(said.id), scene.beth.user: "0"}


class TestConversation:
    def test_members_see_each_other(self, scene):
        group = scene.group()
        page = scene.client(scene.beth.user).get(f"/threads/{group.id}").text
        assert "Read by Jonah and the team of Birch &amp; Vine" in page
        assert "Jonah Whitaker" in page
        details = scene.client(scene.beth.user).get(f"/threads/{group.id}/details").text
        assert "412 Alder St" not in details  # where somebody lives is the team's to know
        assert "And from the team" not in page

    def test_members_see_how_far_others_have_read(self, scene):
        group = scene.group()
        said = say(scene.beth.user, group, "Hello.")
        beth, maya = (Device(scene.app, user) for user in (scene.beth.user, scene.maya))
        jonah = scene.client(scene.jonah.user)
        jonah.put(f"/threads/{group.id}/read-position", data={"seq": said.id})
        for device in (beth, maya):
            assert ("read:changed", said.id) in [
                (name, payload.get("seq")) for name, payload in device.events()
            ]
        assert f'data-seen-seq="{said.id}"' in beth.http.get(f"/threads/{group.id}").text

    def test_appears_at_once_for_its_members_and_ends_for_who_is_removed(self, scene):
        beth, ade = (Device(scene.app, user) for user in (scene.beth.user, scene.ade.user))
        maya = scene.client(scene.maya)
        made = maya.post("/groups/new", data=form(scene.beth, scene.jonah)).location
        number = int(made.rsplit("/", 1)[1])
        assert ("threads:changed", {"thread_ids": [number]}) in beth.events()
        assert ade.events() == []
        was = [str(scene.beth.id), str(scene.jonah.id)]
        maya.post(f"{made}/group", data={"title": "We", "was": was, "members": [was[1]]})
        assert ("threads:changed", {"thread_ids": [number]}) in beth.events()
        assert "no longer part of this conversation" in beth.http.get(made).text

    def test_a_sub_admin_who_does_not_see_everybody_any_more_is_told(self, scene):
        listed = Device(
            scene.app, member(scene.account, "Ruth Only", properties=[scene.office.place])
        )
        group = scene.group()
        assert listed.http.get(f"/threads/{group.id}").status_code == 200
        was = [str(scene.beth.id), str(scene.jonah.id)]
        typed = {"title": "Alder news", "was": was, "members": [*was, str(scene.ade.id)]}
        scene.client(scene.maya).post(f"/threads/{group.id}/group", data=typed)
        assert ("access:changed", {}) in listed.events()
        assert listed.http.get(f"/threads/{group.id}").status_code == 404


def test_who_accepts_joins_the_groups_that_follow(scene):
    group = scene.group(who=EVERYBODY)
    grace = contact(scene.account, "Grace Bellamy", state="not_connected")
    link = inviting.invite(scene.maya, grace.id, "grace@example.com")
    joined = joining.accept(link, factories.person("Grace Bellamy"))
    assert list(joined.groups) == [group.id]
    assert View.load(joined.user, group.id).takes_part


def test_the_pages_of_a_large_group_ask_no_more_than_those_of_a_small_one(scene):
    small = scene.group()
    many = [contact(scene.account, f"Tenant {number}") for number in range(20)]
    large = scene.group(CONVERSATION, *many)
    maya = scene.client(scene.maya)
    for address in ("", "/details", "/group"):
        asked = []
        for group in (small, small, large):
            with counted() as statements:
                assert maya.get(f"/threads/{group.id}{address}").status_code == 200
            asked.append(len(statements))
        assert asked[1] == asked[2]


def test_an_announcement_is_not_named_after_its_readers(scene):
    maya = scene.client(scene.maya)
    maya.post("/groups/new", data=form(scene.beth, scene.jonah, kind=ANNOUNCEMENT))
    made = Thread.get(Thread.kind == ANNOUNCEMENT)
    assert made.title == "Announcement"
    assert "Jonah" not in scene.client(scene.beth.user).get(f"/threads/{made.id}").text


def test_a_group_is_named_as_its_members_call_themselves(scene):
    Connection.update(name="Pays Late").where(Connection.id == scene.ade.id).execute()
    scene.client(scene.maya).post("/groups/new", data=form(scene.ade, scene.jonah))
    assert Thread.get(Thread.kind == CONVERSATION).title == "Ade & Jonah"


def test_who_left_learns_of_no_new_name(scene):
    made = scene.group(CONVERSATION, scene.beth, scene.jonah, scene.ade)
    here, maya = f"/threads/{made.id}/group", scene.client(scene.maya)
    ade = Device(scene.app, scene.ade.user)
    was = [scene.beth.id, scene.jonah.id, scene.ade.id]
    maya.post(here, data={"title": "Alder news", "was": was, "members": was[:2]})
    assert ("threads:changed", {"thread_ids": [made.id]}) in ade.events()
    for title in ("Without Ade", "Still without Ade"):
        maya.post(here, data={"title": title, "was": was[:2], "members": was[:2]})
    assert ade.events() == []
    for path in (f"/threads/{made.id}", "/messages"):
        page = ade.http.get(path).text
        assert "Alder news" in page
        assert "ithout Ade" not in page
    assert f"/threads/{made.id}" in ade.http.get("/search?q=alder").text
    assert f"/threads/{made.id}" not in ade.http.get("/search?q=without").text
    maya.post(here, data={"title": "All again", "was": was[:2], "members": was})
    assert "All again" in ade.http.get(f"/threads/{made.id}").text
