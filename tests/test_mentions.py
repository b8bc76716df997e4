"""Mentions: whom one can, whom a text means, what is kept of it and where it marks (SPEC 3)."""

import pytest
from playhouse.test_utils import count_queries

from models import chain, inbox, mentioning
from models.clock import HOUR, now
from models.connection import OWNER, SERVICE_PRO, VIEW
from models.errors import Conflict, Invalid
from models.mention import EVERYONE, Mention, token
from models.posting import LONGEST, delete_message, edit_message, post_message
from models.reading import set_read_position
from models.seen import SeenMessage
from models.thread import ANNOUNCEMENT, CONVERSATION, SERVICE_PROS, TENANTS
from models.user import User
from models.view import View, seen_by_all
from tests import factories
from tests.factories import contact, dialogue_of, draft, keep, member, say


class House:
    """Daniel runs it; Maya sees all, Ruth another house; Ivo reads tenants, Sol only pros."""

    def __init__(self):
        self.office = factories.office("Birch & Vine")
        account = self.office.account
        self.daniel = self.office.admin
        elsewhere = factories.property_of(account, "88 Quay Rd")
        self.maya = member(account, "Maya Okafor")
        self.ruth = member(account, "Ruth Lindqvist", properties=[elsewhere])
        self.ivo = member(account, "Ivo Petrescu", {TENANTS: VIEW})
        self.sol = member(account, "Sol Adler", {SERVICE_PROS: VIEW})
        self.tie = contact(account, "Priya Raman", home=self.office.unit)
        self.priya = self.tie.user
        self.thread = dialogue_of(self.tie)
        self.beth_tie = contact(account, "Beth Whitaker", home=self.office.unit)
        self.beth = self.beth_tie.user
        self.omar_tie = contact(account, "Omar Haddad", SERVICE_PRO)
        self.omar = self.omar_tie.user
        self.helen_tie = contact(account, "Helen Archer", OWNER)

    def group(self, kind):
        return factories.group(self.office.account, TENANTS, kind, [self.tie, self.beth_tie])

    def request(self):
        made = factories.request_thread(self.office.place, self.daniel)
        for tie in (self.tie, self.beth_tie, self.omar_tie):
            factories.share(made, tie)
        return made


@pytest.fixture
def house(bound):
    return House()


def offered(user, thread, audience="everyone"):
    """First names of whom somebody can mention."""
    found = mentioning.mentionable(View.load(user, thread.id), audience)
    return {one.name.split()[0] for one in found}


def last(user, thread) -> SeenMessage:
    return View.load(user, thread.id).newest()[-1]


def marked(user, thread) -> list[tuple[str, int]]:
    """The mentions in the last message of a thread: the words and whom they mean."""
    seen = last(user, thread)
    return [(seen.body[one.start : one.end], one.user_id) for one in seen.mentions]


def noted(message) -> set[int]:
    return {row.user_id for row in Mention.select().where(Mention.message == message.id)}


def is_marked(user, thread) -> bool:
    [position] = [p for p in inbox.positions(user) if p.thread == thread.id]
    return position.mentioned


# Who can be mentioned

WHO = {
    ("daniel", "dialogue", "everyone"): {"Maya", "Ivo", "Priya"},
    ("priya", "dialogue", "everyone"): {"Daniel", "Maya", "Ivo"},
    ("ivo", "dialogue", "everyone"): set(),  # may read and not write
    ("daniel", "dialogue", "team"): set(),  # there are no audiences here
    ("daniel", "common", "everyone"): {"Maya", "Ruth"},
    ("maya", "personal", "everyone"): {"Daniel"},
    ("daniel", "group", "everyone"): {"Maya", "Ivo", "Priya", "Beth"},
    ("beth", "group", "everyone"): {"Daniel", "Maya", "Ivo", "Priya"},
    ("daniel", "announcement", "everyone"): {"Maya", "Ivo"},
    ("priya", "announcement", "everyone"): set(),
    ("daniel", "request", "everyone"): {"Maya", "Priya", "Beth", "Omar"},
    ("daniel", "request", "team"): {"Maya"},
    ("daniel", "request", "tenants"): {"Maya", "Priya", "Beth"},
    ("daniel", "request", "pros"): {"Maya", "Omar"},
    ("omar", "request", "everyone"): {"Daniel", "Maya", "Priya", "Beth"},
    ("omar", "request", "pros"): {"Daniel", "Maya"},
    ("omar", "request", "tenants"): set(),
    ("omar", "request", "team"): set(),
    ("daniel", "owner", "everyone"): {"Maya", "Helen"},
}


def test_who_can_be_mentioned_where_by_whom(house):
    threads = {
        "dialogue": house.thread,
        "common": factories.common_chat(house.office.account),
        "personal": factories.personal_chat(house.office.account, house.maya, house.daniel),
        "group": house.group(CONVERSATION),
        "announcement": house.group(ANNOUNCEMENT),
        "request": house.request(),
        "owner": dialogue_of(house.helen_tie),
    }
    found = {
        (who, kind, audience): offered(getattr(house, who), threads[kind], audience)
        for who, kind, audience in WHO
    }
    assert found == WHO


@pytest.mark.parametrize("kind", [CONVERSATION, "request"])
def test_who_is_not_offered_is_not_mentioned_either(house, kind):
    thread = house.request() if kind == "request" else house.group(kind)
    audience = "team" if kind == "request" else "everyone"
    names = "@Priya Raman @Beth Whitaker @Omar Haddad @Maya Okafor @Sol Adler @Daniel Foster"
    message = say(house.daniel, thread, names, audience)
    able = {
        "request": {house.maya.id},
        CONVERSATION: {house.priya.id, house.beth.id, house.maya.id},
    }
    assert noted(message) == able[kind]
    assert last(house.daniel, thread).body == names


def test_who_has_left_is_neither_offered_nor_told_nor_offers(house):
    thread = house.group(CONVERSATION)
    factories.unshare(thread, house.beth_tie)
    assert offered(house.priya, thread) == {"Daniel", "Maya", "Ivo"}
    assert offered(house.beth, thread) == set()
    assert noted(say(house.priya, thread, "@Beth Whitaker, are you there?")) == set()
    factories.disconnect(house.tie)
    assert offered(house.daniel, house.thread) == set()
    assert offered(house.priya, house.thread) == set()


def test_a_right_that_was_taken_away_ends_being_offered(house):
    factories.set_right(factories.tie_of(house.maya, house.office.account), TENANTS, 0)
    assert offered(house.priya, house.thread) == {"Daniel", "Ivo"}
    factories.set_mode(house.office.account, "landlord")
    assert offered(house.daniel, house.thread) == {"Ivo", "Priya"}


def test_roles_are_told_as_each_side_knows_them(house):
    account = house.office.account.name
    roles = {
        user.first_name: {
            one.name.split()[0]: one.role
            for one in mentioning.mentionable(View.load(user, house.thread.id), "everyone")
        }
        for user in (house.daniel, house.priya, house.maya)
    }
    assert roles["Daniel"] == {"Ivo": "Teammate", "Maya": "Teammate", "Priya": "Tenant"}
    assert roles["Maya"]["Daniel"] == "Admin"
    assert set(roles["Priya"].values()) == {account}


# What a text means


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Priya Raman the tap drips", ["@Priya Raman"]),
        ("Please, @priya RAMAN.", ["@Priya Raman"]),
        ("(@Priya Raman) and @Ivo Petrescu's key", ["@Priya Raman", "@Ivo Petrescu"]),
        ("@Priya Raman\n@Priya Raman", ["@Priya Raman", "@Priya Raman"]),
        ("@Priya", []),
        ("@Priya Ramanujan", []),
        ("@Priya Raman-Lee", []),
        ("mail me@Priya Raman", []),
        ("https://example.com/@Priya Raman", []),
        ("@@Priya Raman", []),
        ("@ Priya Raman", []),
        ("Priya Raman", []),
        ("@everyone", []),
        ("@<b>Priya Raman</b>", []),
    ],
)
def test_a_name_is_a_mention_only_as_a_whole_and_where_a_word_begins(house, text, found):
    message = say(house.maya, house.thread, text)
    assert [words for words, _ in marked(house.priya, house.thread)] == found
    assert bool(noted(message)) == bool(found)
    assert chain.faults(house.thread.id) == []


def test_the_longest_name_counts(house):
    short, long = (member(house.office.account, name) for name in ("Sam", "Sam Lee"))
    message = say(house.priya, house.thread, "@Sam Lee and @Sam Li")
    assert marked(house.priya, house.thread) == [("@Sam Lee", long.id), ("@Sam", short.id)]
    assert noted(message) == {short.id, long.id}


def test_people_of_one_name_are_told_apart_by_who_was_chosen(house):
    one, other = (member(house.office.account, "Sam Lee") for _ in range(2))

    def mention(text, *chosen):
        post_message(house.priya, house.thread.id, draft(text, mentions=chosen))
        return [user for _, user in marked(house.priya, house.thread)]

    assert mention("@Sam Lee", other.id) == [other.id]
    assert mention("@Sam Lee, @Sam Lee", other.id, one.id) == [other.id, one.id]
    assert mention("@Sam Lee, @Sam Lee", other.id) == [other.id, other.id]
    assert mention("@Sam Lee", house.sol.id, one.id) == [one.id]
    # Telling the wrong one is worse than telling nobody.
    assert mention("@Sam Lee") == []
    assert mention("@Sam Lee", house.sol.id) == []
    away = member(house.office.account, "Sol Adler", {})
    factories.set_right(factories.tie_of(house.sol, house.office.account), TENANTS, VIEW)
    assert mention("@Sol Adler", away.id) == []
    assert mention("@Sol Adler") == [house.sol.id]


def test_one_does_not_mention_oneself(house):
    assert noted(say(house.priya, house.thread, "@Priya Raman was here")) == set()


def test_everyone_is_all_others_of_the_team_chat_and_nobody_elsewhere(house):
    chat = factories.common_chat(house.office.account)
    message = say(house.daniel, chat, "@Everyone, lunch is here")
    assert noted(message) == {house.maya.id, house.ruth.id}
    assert marked(house.maya, chat) == [("@everyone", EVERYONE)]
    assert is_marked(house.ruth, chat)
    assert not is_marked(house.daniel, chat)
    hired = member(house.office.account, "Nia Cole")
    assert not is_marked(hired, chat)
    assert noted(say(house.daniel, house.group(CONVERSATION), "@everyone")) == set()


@pytest.mark.parametrize("forged", [token(1), token(EVERYONE), "\x02", "1\x03"])
def test_nobody_types_a_token(house, forged):
    with pytest.raises(Invalid):
        say(house.priya, house.thread, f"Look: {forged}")
    sent = say(house.priya, house.thread, "Fine.")
    with pytest.raises(Invalid):
        edit_message(house.priya, house.thread.id, sent.id, forged)


def test_a_name_that_looks_like_a_pattern_is_only_a_name(house):
    odd = member(house.office.account, "A.* (B) \\d|Priya")
    say(house.priya, house.thread, "@A.* (B) \\d|Priya")
    assert marked(house.priya, house.thread) == [("@A.* (B) \\d|Priya", odd.id)]


def test_the_limit_counts_what_was_typed(house):
    text = ("@Priya Raman " * 2_000)[:LONGEST].strip()
    say(house.maya, house.thread, text)
    assert last(house.priya, house.thread).body == text
    with pytest.raises(Invalid):
        say(house.maya, house.thread, "@Priya Raman " * 800)


def test_a_repeat_is_known_by_what_was_received(house):
    once = draft("@Maya Okafor", mentions=(house.maya.id,))
    first, _ = post_message(house.priya, house.thread.id, once)
    rename(house.maya, "Maya Lind")
    again, created = post_message(house.priya, house.thread.id, once)
    assert (again.id, created) == (first.id, False)
    other = draft(once.body, client_id=once.client_id, mentions=(house.ivo.id,))
    with pytest.raises(Conflict):
        post_message(house.priya, house.thread.id, other)


# What is kept, and how it is read


def rename(user, name):
    User.update(name=name).where(User.id == user.id).execute()


def test_a_mention_is_stored_by_person_and_survives_a_rename(house):
    say(house.priya, house.thread, "Ask @Maya Okafor, or Ivo")
    rename(house.maya, "Maya Lind")
    seen = last(house.daniel, house.thread)
    assert seen.body == "Ask @Maya Lind, or Ivo"
    assert [(one.user_id, one.start, one.end) for one in seen.mentions] == [(house.maya.id, 4, 14)]
    [row] = inbox.rows(
        house.ivo,
        [p for p in inbox.positions(house.ivo) if p.mentioned]
        or [p for p in inbox.positions(house.ivo) if p.thread == house.thread.id],
    )
    assert row.snippet == "Ask @Maya Lind, or Ivo"
    assert chain.faults(house.thread.id) == []


def test_an_edit_mentions_anew_and_a_deletion_nobody(house):
    message = say(house.priya, house.thread, "@Maya Okafor, the key?")
    assert is_marked(house.maya, house.thread)
    edited = edit_message(house.priya, house.thread.id, message.id, "@Ivo Petrescu, the key?")
    assert noted(edited) == {house.ivo.id}
    assert not is_marked(house.maya, house.thread)
    assert is_marked(house.ivo, house.thread)
    delete_message(house.priya, house.thread.id, message.id)
    assert noted(edited) == set()
    assert not is_marked(house.ivo, house.thread)
    assert last(house.ivo, house.thread).mentions == ()
    assert chain.faults(house.thread.id) == []


def test_an_edit_of_other_words_keeps_who_was_chosen(house):
    one, other = (member(house.office.account, "Sam Lee") for _ in range(2))
    message, _ = post_message(
        house.priya, house.thread.id, draft("@Sam Lee, now", mentions=(other.id,))
    )
    edit_message(house.priya, house.thread.id, message.id, "@Sam Lee, later")
    assert marked(house.priya, house.thread) == [("@Sam Lee", other.id)]
    edit_message(house.priya, house.thread.id, message.id, "@Sam Lee, later", mentions=(one.id,))
    assert marked(house.priya, house.thread) == [("@Sam Lee", one.id)]


def test_saving_the_text_as_it_was_handed_out_is_no_edit(house):
    message = say(house.priya, house.thread, "Ask @Maya Okafor")
    rename(house.maya, "Maya Lind")
    same = edit_message(house.priya, house.thread.id, message.id, "Ask @Maya Lind")
    assert same.version == message.id
    assert noted(same) == {house.maya.id}


def test_who_left_reads_the_mention_of_the_edition_that_is_theirs(house):
    thread = house.group(CONVERSATION)
    message = say(house.priya, thread, "@Maya Okafor knows")
    factories.unshare(thread, house.beth_tie)
    edit_message(house.priya, thread.id, message.id, "Nobody knows")
    seen = View.load(house.beth, thread.id).message(message.id)
    assert (seen.body, [one.user_id for one in seen.mentions]) == (
        "@Maya Okafor knows",
        [house.maya.id],
    )


# Where it marks


def test_a_mention_marks_until_it_is_read(house):
    message = say(house.priya, house.thread, "@Maya Okafor?")
    assert is_marked(house.maya, house.thread)
    assert not is_marked(house.daniel, house.thread)
    assert not is_marked(house.priya, house.thread)
    found = inbox.positions(house.maya)
    assert inbox.badge(found)["mentioned"] == [house.thread.id]
    assert inbox.channels_with_mention(found) == {TENANTS}
    set_read_position(house.maya, house.thread.id, message.id)
    assert inbox.badge(inbox.positions(house.maya)).get("mentioned") is None


def test_a_muted_mention_marks_and_counts_nothing(house):
    keep(house.maya, house.thread, muted_until=now() + HOUR)
    say(house.priya, house.thread, "@Maya Okafor?")
    found = inbox.positions(house.maya)
    assert inbox.badge(found) == {
        "unread": 0,
        "threads": {str(house.thread.id): 1},
        "mentioned": [house.thread.id],
    }
    assert inbox.channels_with_mention(found) == {TENANTS}


def test_cleared_ended_and_unseen_mentions_mark_no_channel(house):
    say(house.priya, house.thread, "@Maya Okafor?")
    factories.clear(house.maya, house.thread)
    assert not is_marked(house.maya, house.thread)
    say(house.priya, house.thread, "@Maya Okafor?")
    factories.disconnect(house.tie)
    assert inbox.channels_with_mention(inbox.positions(house.maya)) == set()
    factories.set_right(factories.tie_of(house.maya, house.office.account), TENANTS, 0)
    assert inbox.badge(inbox.positions(house.maya)).get("mentioned") is None


def test_under_another_audience_than_ones_own_nothing_marks(house):
    """As after "include earlier" under another side; the row is there, the message not theirs."""
    request = house.request()
    message = say(house.daniel, request, "The lock is broken", "team")
    Mention.create(user=house.omar, thread=request, message=message)
    assert not is_marked(house.omar, request)


# What it costs


def test_mentions_cost_one_query_on_a_page_however_many_and_none_without(house):
    view = View.load(house.daniel, house.thread.id)
    say(house.priya, house.thread, "me@example.com")
    with count_queries() as without:
        view.newest()
    for _ in range(12):
        say(house.priya, house.thread, "@Maya Okafor @Ivo Petrescu")
    with count_queries() as asked:
        view.newest()
    assert asked.count == without.count + 1


def test_a_broadcast_reads_once_for_everybody_who_sees_the_same(house):
    message = say(house.priya, house.thread, "@Maya Okafor")
    with count_queries() as few:
        seen_by_all(house.thread.id, message.id)
    for number in range(6):
        member(house.office.account, f"Colleague {number}")
    with count_queries() as many:
        found = seen_by_all(house.thread.id, message.id)
    assert many.count == few.count
    assert {seen.body for _, seen in found} == {"@Maya Okafor"}


def test_a_mention_does_not_tell_whose_number_it_is(house):
    """Only whoever of the thread is not reached now lets a name stay plain text."""
    stranger, group = factories.person(house.beth.name), house.group(CONVERSATION)
    for number in (stranger.id, stranger.id + 1):
        typed = factories.draft(f"@{house.beth.name}", mentions=(number,))
        post_message(house.priya, group.id, typed)
        assert marked(house.maya, group) == [(f"@{house.beth.name}", house.beth.id)]
