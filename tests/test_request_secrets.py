"""What is written to some of those in a request reaches nobody else, by whichever way one looks."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from blueprints import broadcasts, files
from models import audiences, clock, mentioning, reading
from models.errors import Missing, Refused
from models.leaving import disconnect
from models.mention import Mention
from models.message import Attachment, Message
from models.posting import delete_message, edit_message, post_message
from models.requests import sharing, statuses
from models.thread import AUDIENCES, SIDE_OF_ROLE, Side, Thread
from models.user import User
from models.view import View
from tests import factories
from tests.mailbox import mails
from tests.signed_in import browser_of
from tests.test_live import Device
from tests.test_requests import House, thread_of

WORD = re.compile(r"secret\d+x")


class Secrets(House):
    """A request with its people; whatever is written in it is a word of its own.

    `due` notes for everybody the words handed to them, by whom was there: it asks no policy.
    """

    def __init__(self, app: Flask, chance: random.Random, folder: Path) -> None:
        super().__init__()
        self.app, self.random, self.folder = app, chance, folder
        account, elsewhere = self.account, factories.property_of(self.account, "Elm Court")
        self.maya = factories.member(account, "Maya Team")
        self.ruth = factories.member(account, "Ruth Reads", 1, [self.office.place])
        self.ella = factories.member(account, "Ella Elsewhere", properties=[elsewhere])
        self.stranger = factories.contact(factories.office("Elm Partners").account, "Omar Out").user
        self.request = self.submitted()
        self.thread: Thread = thread_of(self.request)
        self.ties = [self.tie, self.co_tie, self.pro_tie, self.other_pro_tie]
        self.team = [self.admin, self.maya, self.ruth]
        self.inside = {self.tie.id}
        self.said: list[tuple[str, int, int, User]] = []
        self.due: dict[int, set[str]] = {user.id: set() for user in self.everybody}

    @property
    def everybody(self) -> list[User]:
        contacts = [tie.user for tie in self.ties]
        return [*self.team, *contacts, self.ella, self.stranger, self.neighbour.user]

    # What happens

    def say(self) -> None:
        present = [tie.user for tie in self.ties if tie.id in self.inside]
        author = self.random.choice([self.admin, self.maya, *present])
        names = View.load(author, self.thread.id).audiences()
        audience = self.random.choice(names)
        word, mentioned = f"secret{len(self.said)}x", self.random.choice(self.everybody)
        draft = factories.draft(
            f"{word} @{mentioned.name}", audience, files=(self.file(author, word),),
            mentions=(mentioned.id,),
        )  # fmt: skip
        message, _ = post_message(author, self.thread.id, draft)
        self.said.append((word, message.id, AUDIENCES[audience], author))
        for user in self.team:
            self.due[user.id].add(word)
        for tie in self.ties:
            if tie.id in self.inside and AUDIENCES[audience] & SIDE_OF_ROLE[tie.role]:
                self.due[tie.user_id].add(word)

    def file(self, author: User, word: str) -> Attachment:
        path = self.folder / word
        path.write_text(word)
        with self.app.app_context():
            key = files.keeper().put(path)
        return Attachment.create(
            thread=self.thread, uploader=author, client_id=str(uuid4()), kind="file",
            content_type="text/plain", name=f"{word}.txt", size=len(word), sha256=word,
            received=word, storage_key=key, created_at=clock.now(),
        )  # fmt: skip

    def come(self) -> None:
        tie, earlier = self.random.choice(self.ties), self.random.random() < 0.4
        try:
            coming = sharing.share(self.admin, self.request.id, [tie.id], earlier)
        except Refused:
            return
        if coming and earlier:
            side = SIDE_OF_ROLE[tie.role]
            self.due[tie.user_id] |= {word for word, _, mask, _ in self.said if mask & side}
        self.inside |= {one.id for one in coming}

    def go(self) -> None:
        tie = self.random.choice(self.ties)
        try:
            if self.random.random() < 0.5:
                sharing.unshare(self.admin, self.request.id, tie.id)
            else:
                sharing.decline(tie.user, self.request.id)
        except (Missing, Refused):
            return
        self.inside.discard(tie.id)

    def cancel_and_reopen(self) -> None:
        now = self.request.__class__.get_by_id(self.request.id).status
        statuses.set_status(self.admin, self.request.id, "canceled", now)
        inside, self.inside = self.inside, set()
        self.say()
        statuses.set_status(self.admin, self.request.id, "in_progress", "canceled")
        self.inside = inside

    def edit_or_delete(self) -> None:
        """What is changed keeps its word, so that it can be followed."""
        if not self.said:
            return
        word, seq, _, author = self.random.choice(self.said)
        try:
            edit_message(author, self.thread.id, seq, f"{word} changed")
        except Refused:
            return

    def live(self, steps: int) -> None:
        acts = [self.say, self.say, self.say, self.come, self.come, self.go, self.edit_or_delete]
        for _ in range(steps):
            self.random.choice([*acts, self.cancel_and_reopen])()

    # What each is shown

    def shown(self, user: User) -> dict[str, str]:
        thread, browser = self.thread.id, browser_of(self.app, user)
        log = f"/threads/{thread}/messages"
        addresses = [
            "/messages?channel=maintenance-requests", "/messages/rows?channel=maintenance-requests",
            "/badge", "/", "/search?q=secret1x", "/search?q=faucet",
            f"/threads/{thread}", log, f"{log}?after_version=1", f"{log}?before=99999999",
            f"/threads/{thread}/details", f"/threads/{thread}/files",
            *(f"/threads/{thread}/people?audience={name}" for name in AUDIENCES),
            f"/maintenance/{self.request.id}", "/maintenance", "/maintenance?q=secret1x",
            f"/maintenance/{self.request.id}/share", f"/maintenance/{self.request.id}/visit",
        ]  # fmt: skip
        return {address: browser.get(address).text for address in addresses}


@pytest.mark.parametrize("seed", range(4))
def test_nothing_of_it_is_anywhere_else(app: Flask, tmp_path: Path, seed: int) -> None:
    story = Secrets(app, random.Random(seed), tmp_path)
    story.live(24)
    everything = {word for word, *_ in story.said}
    assert len(everything) > 5
    hidden = 0
    for user in story.everybody:
        due, pages = story.due[user.id], story.shown(user)
        for address, page in pages.items():
            # The page of results repeats what was typed.
            found = set(WORD.findall(page)) - ({"secret1x"} if "q=secret1x" in address else set())
            assert found <= due, (seed, user.name, address)
        assert set(WORD.findall(pages[f"/threads/{story.thread.id}/messages"])) == due, user.name
        hidden += len(everything - due)
        browser = browser_of(app, user)
        for file in Attachment.select():
            word = file.name.removesuffix(".txt")
            status = browser.get(f"/files/{file.id}/{file.name}").status_code
            assert (status == 200) == (word in due), (seed, user.name, word)
    assert hidden > 10
    for mention in Mention.select(Mention, Message).join(Message):
        (word,) = (word for word, seq, *_ in story.said if seq == mention.message_id)
        assert word in story.due[mention.user_id], "mentioned, but it was not for them"
    for mail in mails(app, clock.now() + clock.DAY):
        (user,) = (one for one in story.everybody if one.email == mail.to)
        words = WORD.findall(f"{mail.subject} {mail.text} {mail.html}")
        assert set(words) <= story.due[user.id], (seed, user.name)


class Room(House):
    """A request with a tenant, a co-tenant and two pros, and everybody's device."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.app = app
        self.maya = factories.member(self.account, "Maya Team")
        self.request = self.shared(self.co_tie, self.pro_tie, self.other_pro_tie)
        self.thread: Thread = thread_of(self.request)
        people = [self.admin, self.maya, self.tenant, self.co_tie.user, self.pro]
        self.people = {one.first_name: one for one in [*people, self.other_pro_tie.user]}
        self.devices = {name: Device(app, one) for name, one in self.people.items()}

    def heard(self) -> dict[str, list[str]]:
        """The names of the events that arrived, for each device where any did."""
        told = {name: [event for event, _ in one.events()] for name, one in self.devices.items()}
        return {name: events for name, events in told.items() if events}

    def tell(self, broadcast: Callable[..., None], *what: Any) -> None:
        self.heard()
        with self.app.app_context():
            broadcast(*what)

    def say(self, author: User, audience: str, body: str = "Psst.") -> Message:
        message = factories.say(author, self.thread, body, audience)
        self.heard()
        return message


@pytest.fixture
def room(app: Flask) -> Room:
    return Room(app)


SEEN_BY = {
    "everyone": {"Daniel", "Maya", "Priya", "Ravi", "Tomasz", "Nadia"},
    "team": {"Daniel", "Maya"},
    "tenants": {"Daniel", "Maya", "Priya", "Ravi"},
    "pros": {"Daniel", "Maya", "Tomasz", "Nadia"},
}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_socket_hears_nothing_at_all_of_what_is_for_others(room: Room, audience: str) -> None:
    seq = room.say(room.admin, audience).id
    room.tell(broadcasts.message_created, room.thread.id, seq)
    assert set(room.heard()) == SEEN_BY[audience]
    edit_message(room.admin, room.thread.id, seq, "Pssst.")
    room.tell(broadcasts.message_changed, room.thread.id, seq)
    assert set(room.heard()) == SEEN_BY[audience]
    delete_message(room.admin, room.thread.id, seq)
    room.tell(broadcasts.message_changed, room.thread.id, seq)
    assert set(room.heard()) == SEEN_BY[audience]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_typing_shows_to_those_alone_who_will_see_it(room: Room, audience: str) -> None:
    room.heard()
    said = {"thread_id": room.thread.id, "audience": audience}
    room.devices["Maya"].socket.emit("typing", said)
    assert set(room.heard()) == SEEN_BY[audience] - {"Maya"}


@pytest.mark.parametrize("audience", ["team", "pros", "", None, 5, [], {"team": 1}])
def test_who_may_not_write_to_an_audience_types_to_nobody(room: Room, audience: Any) -> None:
    room.heard()
    said = {"thread_id": room.thread.id, "audience": audience}
    room.devices["Priya"].socket.emit("typing", said)
    assert room.heard() == {}


def test_who_has_left_neither_types_nor_hears_of_it(room: Room) -> None:
    sharing.decline(room.pro, room.request.id)
    room.heard()
    room.devices["Tomasz"].socket.emit("typing", {"thread_id": room.thread.id})
    assert room.heard() == {}
    room.devices["Maya"].socket.emit("typing", {"thread_id": room.thread.id})
    assert set(room.heard()) == SEEN_BY["everyone"] - {"Maya", "Tomasz"}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_reading_a_note_shows_to_those_alone_who_see_it(room: Room, audience: str) -> None:
    open_to_all = room.say(room.admin, "everyone").id
    note = room.say(room.admin, audience).id
    reading.set_read_position(room.maya, room.thread.id, open_to_all)
    room.heard()
    room.devices["Maya"].http.put(f"/threads/{room.thread.id}/read-position", data={"seq": 2**62})
    told = {
        name: [payload["seq"] for event, payload in one.events() if event == "read:changed"]
        for name, one in room.devices.items()
    }
    assert {name for name, seqs in told.items() if seqs} == SEEN_BY[audience] - {"Maya"}
    assert {seq for seqs in told.values() for seq in seqs} == {note}
    for name, person in room.people.items():
        readers = reading.readers(View.load(person, room.thread.id))
        how = {one.person.first_name: (one.seq, one.at is not None) for one in readers}
        assert name not in how
        if name != "Maya":
            may_know = name in SEEN_BY[audience]
            assert how["Maya"] == ((note, True) if may_know else (open_to_all, False))


def test_who_of_the_team_takes_part_is_learnt_from_their_reading(room: Room) -> None:
    seq = room.say(room.tenant, "everyone").id
    page = f"/threads/{room.thread.id}"

    def named(name: str) -> str:
        return room.devices[name].http.get(page).text.split('id="seen"')[1].split("</ul>")[0]

    assert "Maya" in named("Daniel")
    assert "Maya" not in named("Priya")
    reading.set_read_position(room.maya, room.thread.id, seq)
    assert "Maya" in named("Priya")
    assert "Daniel" not in named("Priya")


def test_reading_on_is_told_up_to_what_each_sees(room: Room) -> None:
    first = room.say(room.admin, "everyone").id
    room.say(room.admin, "pros")
    room.heard()
    room.devices["Maya"].http.put(f"/threads/{room.thread.id}/read-position", data={"seq": 2**62})
    told = dict(event for event in room.devices["Priya"].events())
    assert told["read:changed"]["seq"] == first


def test_who_reads_a_request_is_known_to_those_in_it_and_nobody_else(room: Room) -> None:
    first = room.say(room.admin, "everyone").id
    for person in room.people.values():
        reading.set_read_position(person, room.thread.id, first)
    sharing.decline(room.pro, room.request.id)
    assert reading.readers(View.load(room.pro, room.thread.id)) == []
    left = {one.person for one in reading.readers(View.load(room.admin, room.thread.id))}
    assert room.pro not in left
    sharing.share(room.admin, room.request.id, [room.pro_tie.id])
    (again,) = (
        one
        for one in reading.readers(View.load(room.admin, room.thread.id))
        if one.person == room.pro
    )
    assert again.begins > first, "what was said while they were away was not seen by them"
    stranger = factories.contact(factories.office("Elm").account).user
    with pytest.raises(Missing):
        View.load(stranger, room.thread.id)


def test_that_the_team_archived_it_is_told_to_the_team_alone(room: Room) -> None:
    statuses.set_status(room.admin, room.request.id, "resolved", "new")
    room.tell(broadcasts.request_changed, room.request.id)
    assert set(room.heard()) == SEEN_BY["everyone"]
    statuses.set_archived(room.admin, room.request.id, archived=True)
    room.tell(broadcasts.request_changed, room.request.id)
    assert set(room.heard()) == SEEN_BY["team"]
    statuses.set_status(room.admin, room.request.id, "canceled", "resolved")
    room.tell(broadcasts.request_changed, room.request.id)
    assert set(room.heard()) == SEEN_BY["everyone"]
    statuses.set_priority(room.admin, room.request.id, "high", "normal")
    room.tell(broadcasts.request_changed, room.request.id)
    assert set(room.heard()) == SEEN_BY["team"]


def sentences(person: User, thread: Thread) -> dict[str, str]:
    choices = audiences.of(View.load(person, thread.id))
    return {one.audience: one.sentence for one in choices.choices} if choices else {}


def test_who_will_see_it_is_said_before_it_is_sent(app: Flask) -> None:
    house = House()
    request = house.shared(house.pro_tie)
    thread = thread_of(request)
    assert sentences(house.admin, thread) == {
        "everyone": "Will be seen by Priya and Tomasz",
        "team": "Only you will see this, not by Priya and Tomasz",
        "tenants": "Will be seen by Priya, not by Tomasz",
        "pros": "Will be seen by Tomasz, not by Priya",
    }
    factories.member(house.account, "Maya Chen")
    factories.member(house.account, "Vera View", rights=1)
    factories.member(house.account, "Paul Weak", rights={"tenants": 2})
    assert sentences(house.admin, thread) == {
        "everyone": "Will be seen by Priya, Tomasz, Maya and Vera",
        "team": "Will be seen by Maya and Vera, not by Priya and Tomasz",
        "tenants": "Will be seen by Priya, Maya and Vera, not by Tomasz",
        "pros": "Will be seen by Tomasz, Maya and Vera, not by Priya",
    }
    assert sentences(house.tenant, thread) == {
        "everyone": "Will be seen by Tomasz and Harbor Homes",
        "tenants": "Will be seen by Harbor Homes, not by Tomasz",
    }
    sharing.share(house.admin, request.id, [house.co_tie.id, house.other_pro_tie.id])
    assert sentences(house.tenant, thread) == {
        "everyone": "Will be seen by Nadia, Ravi, Tomasz and Harbor Homes",
        "tenants": "Will be seen by Ravi and Harbor Homes, not by Nadia and Tomasz",
    }
    sharing.decline(house.pro, request.id)
    sharing.decline(house.other_pro_tie.user, request.id)
    assert sentences(house.tenant, thread)["tenants"] == (
        "Will be seen by Ravi and Harbor Homes only"
    )
    assert sentences(house.pro, thread) == {}


def test_the_names_said_are_those_who_then_see_it(app: Flask) -> None:
    """As people come and go: the sentence, the list of mentions, and the log agree."""
    chance = random.Random(7)
    house = House()
    request = house.submitted()
    thread = thread_of(request)
    ties = [house.co_tie, house.pro_tie, house.other_pro_tie]
    people = [house.admin, house.tenant, *(tie.user for tie in ties)]
    for turn in range(12):
        tie = chance.choice(ties)
        if not sharing.share(house.admin, request.id, [tie.id]):
            sharing.unshare(house.admin, request.id, tie.id)
        for author in people:
            try:
                view = View.load(author, thread.id)
            except Missing:
                continue
            choices = audiences.of(view)
            if choices is None:
                assert view.refusal()
                continue
            for name in view.audiences():
                word = f"turn{turn} {author.first_name} {name}"
                named = {
                    user.id
                    for user, side in choices.people
                    if AUDIENCES[name] & next(s for s in Side if s.name and _is(s, side))
                }
                offered = {one.id for one in mentioning.mentionable(view, name)}
                seq = factories.say(author, thread, word, name).id
                seeing = {one.id for one in people if one != author and _sees(one, thread, seq)}
                team = {house.admin.id} - {author.id}
                assert named | team == seeing == offered, (turn, author.name, name)


def _is(side: Side, name: str) -> bool:
    return {"team": Side.TEAM, "tenant": Side.TENANT, "service_pro": Side.PRO}[name] == side


def _sees(person: User, thread: Thread, seq: int) -> bool:
    try:
        View.load(person, thread.id).message(seq)
    except Missing:
        return False
    return True


def test_names_of_the_team_are_not_told_to_contacts_beside_the_field(room: Room) -> None:
    for name in ("Priya", "Tomasz"):
        page = room.devices[name].http.get(f"/threads/{room.thread.id}").text
        beside = page.split('id="readers"')[1].split("</details>")[0]
        assert "Maya" not in beside
        assert "Harbor Homes" in beside
    page = room.devices["Daniel"].http.get(f"/threads/{room.thread.id}").text
    assert "Maya Team" in page.split('id="readers"')[1].split("</details>")[0]


def test_who_was_disconnected_is_named_nowhere_any_more(room: Room) -> None:
    disconnect(room.admin, room.pro_tie.id)
    for name in ("Daniel", "Priya", "Nadia"):
        page = room.devices[name].http.get(f"/threads/{room.thread.id}").text
        for part in ("readers", "seen"):
            assert "Tomasz" not in page.split(f'id="{part}"')[1].split("</ul>")[0]


def test_an_audience_that_is_not_theirs_is_refused_whole(room: Room) -> None:
    refused = {"Priya": ["team", "pros"], "Tomasz": ["team", "tenants"], "Daniel": []}
    for name, audiences_ in refused.items():
        for audience in AUDIENCES:
            form = {"body": "Psst.", "client_id": str(uuid4()), "audience": audience}
            answer = room.devices[name].http.post(f"/threads/{room.thread.id}/messages", data=form)
            assert (answer.status_code == 403) == (audience in audiences_), (name, audience)
            assert answer.status_code in (201, 403)
    nonsense = {"body": "Psst.", "client_id": str(uuid4()), "audience": "all"}
    answer = room.devices["Daniel"].http.post(f"/threads/{room.thread.id}/messages", data=nonsense)
    assert answer.status_code == 422
