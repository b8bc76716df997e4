"""Groups and announcements: who may open and change them, and what their members see (SPEC 2)."""

import pytest

from models import chain, groups, leaving, readers
from models.account import LANDLORD
from models.clock import DAY, FOREVER, MINUTE, now
from models.connection import OWNER, SERVICE_PRO, VIEW
from models.errors import Conflict, Invalid, Missing, Refused
from models.groups import EVERYBODY, Change, Wanted
from models.inbox import positions, rows
from models.message import Message
from models.thread import (
    ANNOUNCEMENT,
    CONVERSATION,
    OWNERS,
    SERVICE_PROS,
    TENANTS,
    AccessWindow,
)
from models.view import View
from tests import factories
from tests.factories import contact, disconnect, member, move_in, own, property_of, say, unit


class House:
    """412 Alder St with Beth and Jonah, Elm Court with Ade; a plumber and an owner."""

    def __init__(self):
        self.office = factories.office("Birch & Vine")
        self.account, self.admin, self.alder = (
            self.office.account,
            self.office.admin,
            self.office.place,
        )
        self.elm = property_of(self.account, "Elm Court")
        self.beth = contact(self.account, "Beth Whitaker", home=self.office.unit)
        self.jonah = contact(self.account, "Jonah Whitaker", home=unit(self.alder))
        self.ade = contact(self.account, "Ade Nwosu", home=unit(self.elm))
        self.tomasz = contact(self.account, "Tomasz Kowalczyk", SERVICE_PRO)
        self.helen = contact(self.account, "Helen Archer", OWNER)
        own(self.helen, self.alder)

    def create(self, *members, person=None, at=None, **wanted):
        wanted = {"channel": TENANTS, "members": [str(tie.id) for tie in members]} | wanted
        return groups.create(person or self.admin, self.account.id, Wanted(**wanted), at)

    def change(self, group, *, person=None, add=(), remove=(), title=None, earlier=False):
        wanted = Change(
            title or group.title,
            [str(tie.id) for tie in add],
            [str(tie.id) for tie in remove],
            earlier,
        )
        return groups.change(person or self.admin, group.id, wanted)


@pytest.fixture
def house(bound):
    return House()


def texts(person, thread):
    return [seen.body for seen in View.load(person, thread.id).newest() if not seen.is_event]


def unread(person, thread):
    return next(at.unread for at in positions(person) if at.thread == thread.id)


def happened(person, thread):
    return [seen.event["event"] for seen in View.load(person, thread.id).newest() if seen.is_event]


def members(thread):
    query = AccessWindow.select().where(
        (AccessWindow.thread == thread) & (AccessWindow.to_seq == 2**63 - 1)
    )
    return {window.user.name for window in query}


def test_everybody_in_a_conversation_writes_and_reads(house):
    group = house.create(house.beth, house.jonah)
    assert group.title == "Beth & Jonah Whitaker"
    say(house.beth.user, group, "Who has the key?")
    say(house.admin, group, "I do.")
    for person in (house.admin, house.beth.user, house.jonah.user):
        assert texts(person, group) == ["Who has the key?", "I do."]
        assert happened(person, group) == ["created"]
    with pytest.raises(Missing):
        View.load(house.ade.user, group.id)
    assert chain.faults(group.id) == []


def test_a_member_finds_the_group_among_their_landlords(house):
    group = house.create(house.beth, house.jonah, title="Household")
    (position,) = [p for p in positions(house.beth.user) if p.thread == group.id]
    (row,) = rows(house.beth.user, [position])
    assert (position.channel, row.name, row.detail) == (
        "landlords",
        "Household",
        "Group · Birch & Vine",
    )


def test_readers_of_an_announcement_see_what_the_team_writes_and_nothing_of_each_other(house):
    group = house.create(house.beth, house.jonah, kind=ANNOUNCEMENT, title="Water")
    say(house.admin, group, "Off on Thursday.")
    house.change(group, add=[house.ade])
    house.change(group, remove=[house.jonah])
    disconnect(house.ade, by=house.admin)
    assert texts(house.beth.user, group) == ["Off on Thursday."]
    assert happened(house.beth.user, group) == ["created"]
    assert happened(house.admin, group) == ["created", "joined", "left", "left"]
    view = View.load(house.beth.user, group.id)
    assert readers.of(view) is None
    with pytest.raises(Refused):
        say(house.beth.user, group)
    # Not even how late something happened there.
    newest = Message.select().where(Message.thread == group).order_by(Message.id.desc()).get()
    assert view.version < newest.id


def test_a_renamed_group_says_so_to_everybody(house):
    group = house.create(house.beth, house.jonah, kind=ANNOUNCEMENT)
    house.change(group, title="Alder news")
    assert happened(house.beth.user, group) == ["created", "renamed"]
    assert View.load(house.beth.user, group.id).heading().name == "Alder news"
    house.change(group, title="Alder news")
    assert happened(house.beth.user, group) == ["created", "renamed"]


@pytest.mark.parametrize(("earlier", "seen"), [(False, ["After."]), (True, ["Before.", "After."])])
def test_who_is_added_sees_what_is_said_from_then_on_or_all_of_it(house, earlier, seen):
    group = house.create(house.beth, house.jonah)
    say(house.admin, group, "Before.")
    assert house.change(group, add=[house.ade], earlier=earlier) == {house.ade.user_id}
    say(house.admin, group, "After.")
    assert texts(house.ade.user, group) == seen


def test_earlier_messages_are_shown_to_those_who_come_and_not_to_those_who_are_there(house):
    group = house.create(house.beth, house.jonah)
    say(house.admin, group, "Before.")
    house.change(group, add=[house.ade])
    assert house.change(group, add=[house.ade], earlier=True) == set()
    assert texts(house.ade.user, group) == []


def test_who_is_removed_keeps_what_they_saw_and_sees_no_more(house):
    group = house.create(house.beth, house.jonah)
    say(house.admin, group, "One.")
    assert house.change(group, remove=[house.beth]) == {house.beth.user_id}
    say(house.admin, group, "Two.")
    assert texts(house.beth.user, group) == ["One."]
    with pytest.raises(Refused):
        say(house.beth.user, group)


def test_in_a_group_a_disconnect_is_a_leaving(house):
    group = house.create(house.beth, house.jonah)
    disconnect(house.beth, by=house.admin)
    assert happened(house.jonah.user, group) == ["created", "left"]
    assert members(group) == {"Jonah Whitaker"}


@pytest.mark.parametrize("way", ["disconnected", "taken out"])
def test_what_comes_into_sight_as_somebody_leaves_counts_as_read(house, way):
    sue = member(house.account, properties=[house.alder])
    group = house.create(house.beth, house.jonah, house.ade)
    say(house.beth.user, group, "One.")
    with pytest.raises(Missing):
        View.load(sue, group.id)
    if way == "disconnected":
        leaving.disconnect(house.admin, house.ade.id)
    else:
        house.change(group, remove=[house.ade])
    assert texts(sue, group) == ["One."]
    assert unread(sue, group) == 0
    say(house.beth.user, group, "Two.")
    assert unread(sue, group) == 1


def test_a_group_with_nobody_in_it_is_read_by_who_works_for_all(house):
    group = house.create(house.beth, house.jonah)
    say(house.beth.user, group, "Hello.")
    somebody = member(house.account, properties=[house.alder])
    assert texts(somebody, group) == ["Hello."]
    house.change(group, person=somebody, remove=[house.beth, house.jonah])
    assert texts(house.admin, group) == ["Hello."]
    with pytest.raises(Missing):
        View.load(somebody, group.id)


class TestWho:
    """Who may open and change a group."""

    def test_manages_the_channel(self, house):
        viewer = member(house.account, rights={TENANTS: VIEW})
        stranger = member(house.account, rights={SERVICE_PROS: 2})
        outsider = factories.office("Elm Partners").admin
        for person, error in ((viewer, Refused), (stranger, Missing), (outsider, Missing)):
            with pytest.raises(error):
                house.create(house.beth, house.jonah, person=person)
        with pytest.raises(Missing):
            house.create(house.beth, house.jonah, person=house.beth.user)

    def test_needs_no_right_to_keep_contacts(self, house):
        writer = member(house.account, rights={TENANTS: 2})
        group = house.create(house.beth, house.jonah, person=writer)
        assert View.load(writer, group.id).refusal() is None

    def test_owners_are_there_in_property_manager_mode(self, house):
        group = house.create(channel=OWNERS, who=EVERYBODY)
        assert members(group) == {"Helen Archer"}
        factories.set_mode(house.account, LANDLORD)
        with pytest.raises(Missing):
            house.create(channel=OWNERS, who=EVERYBODY)
        with pytest.raises(Missing):
            house.change(group, title="Owners")
        assert "no messages from owners" in View.load(house.helen.user, group.id).refusal()

    def test_is_no_member(self, house):
        group = house.create(house.beth, house.jonah)
        with pytest.raises(Refused):
            house.change(group, person=house.beth.user, title="Mine")
        with pytest.raises(Missing):
            house.change(group, person=house.ade.user, title="Mine")

    def test_only_reads(self, house):
        group = house.create(house.beth, house.jonah)
        viewer = member(house.account, rights={TENANTS: VIEW})
        with pytest.raises(Refused):
            house.change(group, person=viewer, title="Mine")

    def test_a_dialogue_is_no_group(self, house):
        with pytest.raises(Missing):
            house.change(factories.dialogue_of(house.beth), title="Mine")

    def test_with_a_list_brings_in_whom_they_see(self, house):
        listed = member(house.account, properties=[house.alder])
        with pytest.raises(Invalid) as refused:
            house.create(house.beth, house.ade, person=listed)
        assert refused.value.errors == {"members": groups.GONE}
        group = house.create(house.beth, house.jonah, person=listed)
        with pytest.raises(Invalid):
            house.change(group, person=listed, add=[house.ade])
        # Somebody else may, and then they do not see all of its members any more.
        house.change(group, add=[house.ade])
        with pytest.raises(Missing):
            house.change(group, person=listed, remove=[house.ade])

    def test_with_a_list_takes_the_rules_of_the_list(self, house):
        listed = member(house.account, properties=[house.alder])
        assert groups.rules(listed, house.account.id, TENANTS) == {
            str(house.alder.id): "Everyone at 412 Alder St"
        }
        assert groups.rules(listed, house.account.id, SERVICE_PROS) == {
            EVERYBODY: "All service pros"
        }
        for who in (EVERYBODY, str(house.elm.id)):
            with pytest.raises(Invalid):
                house.create(person=listed, who=who)
        group = house.create(person=listed, who=str(house.alder.id))
        assert View.load(listed, group.id).refusal() is None


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"kind": "dialogue"}, "kind"),
        ({"kind": "team"}, "kind"),
        ({"title": "x" * 81}, "title"),
        ({"who": "everybody"}, "who"),
        ({"who": "9" * 30}, "who"),
        ({"members": []}, "members"),
        ({"members": ["x", "-1"]}, "members"),
        ({"members": ["9" * 18, "1"]}, "members"),
    ],
)
def test_what_cannot_be_taken_is_said(house, wanted, field):
    with pytest.raises(Invalid) as refused:
        house.create(house.beth, house.jonah, **wanted)
    assert field in refused.value.errors


def test_a_group_holds_one_role_of_one_account_and_who_is_connected(house):
    other = contact(factories.office("Elm Partners").account)
    away = contact(house.account, "Grace Bellamy", state="invited")
    disconnect(house.jonah)
    for odd in (house.tomasz, other, away, house.jonah):
        with pytest.raises(Invalid):
            house.create(house.beth, house.ade, odd)
    assert [one.name for one in groups.people(house.admin, house.account.id, TENANTS)] == [
        "Ade Nwosu",
        "Beth Whitaker",
    ]


def test_the_same_group_twice_in_a_minute_is_one(house):
    alder = str(house.alder.id)
    for members, wanted in (((house.beth, house.jonah), {}), ((), {"who": alder})):
        first = house.create(*members, at=now(), **wanted)
        assert house.create(*members, at=now(), **wanted) == first
        assert happened(house.admin, first) == ["created"]
        assert house.create(*members, at=now() + 2 * MINUTE, **wanted) != first
        assert house.create(*members, kind=ANNOUNCEMENT, **wanted) != first
    assert house.create(house.beth, house.ade) != house.create(house.beth, house.ade, house.jonah)


def test_nobody_to_follow_is_nobody_to_write_to(house):
    empty = property_of(house.account, "7 Empty Rd")
    with pytest.raises(Invalid) as refused:
        house.create(who=str(empty.id))
    assert refused.value.errors == {"who": groups.NOBODY}


def test_a_group_of_a_house_holds_who_lives_there_now(house):
    later, before = (contact(house.account, name) for name in ("Lena Late", "Otto Once"))
    move_in(later, unit(house.alder), now() + DAY, FOREVER)
    move_in(before, unit(house.alder), 0, now() - DAY)
    group = house.create(who=str(house.alder.id))
    assert group.title == "412 Alder St"
    assert members(group) == {"Beth Whitaker", "Jonah Whitaker"}
    with pytest.raises(Conflict):
        house.change(group, add=[house.ade])
    house.change(group, title="Alder")
    assert happened(house.beth.user, group) == ["created", "renamed"]


@pytest.mark.parametrize(
    ("names", "title"),
    [
        (["Jonah Whitaker", "Beth Whitaker"], "Jonah & Beth Whitaker"),
        (["Jonah Whitaker", "Ade Nwosu"], "Jonah & Ade"),
        (["Ade Nwosu", "Lena Thorvald", "Sam Ortiz"], "Ade, Lena & Sam"),
        (["Ade Nwosu", "Lena Thorvald", "Sam Ortiz", "Beth Whitaker"], "Ade, Lena & 2 more"),
        (["Jonah", "Beth"], "Jonah & Beth"),
        (["Jonah"], "Jonah"),
    ],
)
def test_a_group_is_called_after_its_members(names, title):
    assert groups.suggested_title(names) == title


class TestReaders:
    """ "Who reads this", before anything is sent."""

    def test_are_told_to_the_team_with_homes(self, house):
        maya = member(house.account, "Maya Okafor")
        member(house.account, "Ruth Only", rights={SERVICE_PROS: 2})
        group = house.create(house.jonah, house.beth, kind=ANNOUNCEMENT)
        found = readers.of(View.load(maya, group.id))
        assert [one.name for one in found.members] == ["Beth Whitaker", "Jonah Whitaker"]
        assert found.members[0].place.startswith("412 Alder St, Unit")
        assert found.team == ["Daniel Foster", "Maya Okafor"]

    def test_are_the_others_for_a_member_of_a_conversation(self, house):
        group = house.create(house.beth, house.jonah)
        found = readers.of(View.load(house.beth.user, group.id))
        assert [(one.name, one.place) for one in found.members] == [("Jonah Whitaker", "")]
        assert found.team == []
        house.change(group, remove=[house.beth])
        assert readers.of(View.load(house.beth.user, group.id)) is None

    def test_of_a_dialogue_need_no_telling(self, house):
        thread = factories.dialogue_of(house.beth)
        assert readers.of(View.load(house.admin, thread.id)) is None

    def test_are_counted_in_words(self, house):
        alder = str(house.alder.id)
        for kind, who, told in (
            (
                ANNOUNCEMENT,
                alder,
                "2 tenants of 412 Alder St read this. They don’t see each other.",
            ),
            (ANNOUNCEMENT, str(house.elm.id), "1 tenant of Elm Court reads this."),
            (ANNOUNCEMENT, EVERYBODY, "3 tenants read this. They don’t see each other."),
            (CONVERSATION, alder, "Read by Beth, Jonah and the team of Birch & Vine"),
            (CONVERSATION, EVERYBODY, "Read by Ade, Beth, Jonah and the team of Birch & Vine"),
        ):
            group = house.create(kind=kind, who=who)
            assert readers.of(View.load(house.admin, group.id)).sentence == told

    def test_of_whom_there_are_many_are_the_first_and_a_number(self, house, monkeypatch):
        monkeypatch.setattr(readers, "SHOWN", 2)
        group = house.create(who=EVERYBODY)
        found = readers.of(View.load(house.admin, group.id))
        assert (len(found.members), found.rest) == (2, 1)
        assert found.sentence == "Read by Ade, Beth, 1 other and the team of Birch & Vine"

    def test_are_the_team_alone_when_everybody_has_gone(self, house):
        for kind, told in (
            (CONVERSATION, "Read by the team of Birch & Vine alone."),
            (ANNOUNCEMENT, "Nobody is in this group now. Only the team reads this."),
        ):
            group = house.create(house.beth, house.jonah, kind=kind)
            house.change(group, remove=[house.beth, house.jonah])
            assert readers.of(View.load(house.admin, group.id)).sentence == told
