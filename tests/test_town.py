"""Random acts of random people, through the pages: nobody is shown more than the model allows.

Nor less: after every step each person's conversations, numbers, mentions, contacts, search results,
photos and socket events are compared with those of tests/town.py.
"""

import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from PIL import Image

from blueprints import live
from blueprints.tokens import address_of
from models import clock, database, team_chats
from models.account import LANDLORD, PROPERTY_MANAGER
from models.database import last_seq, transaction
from models.link import Link
from models.thread import ANNOUNCEMENT, CONVERSATION, PERSONAL, AccessWindow, Thread
from models.thread import COMMON as COMMON_CHAT
from models.user import User
from tests import factories
from tests.factories import draft
from tests.lives import Played, case_of
from tests.town import CHANNEL, COMMON, LEVELS, Chat, Colleague, Group, Neighbour, Said, Town

COLLEAGUES = ("Ann Admin", "Sue Somewhere", "Vic Varying")
SUBS = COLLEAGUES[1:]
NEIGHBOURS = {
    "Tim Quill": ("tenant", "Here"),
    "Tara Moss": ("tenant", "There"),
    "Pete Flint": ("service_pro", None),
    "Olga Reed": ("owner", "Here"),
    "Otto Brook": ("tenant", "There"),  # who is the admin of another account
}
ALREADY = ("Tim Quill", "Tara Moss", "Pete Flint", "Olga Reed")  # so that there is something to see
EVERYBODY = (*COLLEAGUES, *NEIGHBOURS)
OUTSIDERS = ("Tim Quill",)  # in whose name it is tried whether the chats of the team are closed
WORD = re.compile(r"word\d+")
FACE = re.compile(r"/photos/(\d+)/")
MOST_GROUPS = 4
MOST_IMPORTS = 2
NAMES = ("none", "view", "manage")

LIVES = int(os.environ.get("LIVES", "5"))
"""How many towns live, each for thirty acts; in the first, Hypothesis does the simplest only."""

neighbour = st.sampled_from(list(NEIGHBOURS))
anybody = st.sampled_from(EVERYBODY)
colleague = st.sampled_from(COLLEAGUES)
some = st.sets(neighbour, min_size=1, max_size=3)


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(made, "PNG")
    return made.getvalue()


PICTURE = picture()


class Life(Played):
    """The town and the product, side by side."""

    @initialize()
    def begin(self) -> None:
        self.open()
        self.written = self.imported = 0
        self.faces: dict[str, set[int]] = {who: set() for who in EVERYBODY}
        self._people()
        self.let_in(self.users)
        self.town = Town(
            [Colleague(who, places={"Here"} if who == SUBS[0] else None) for who in COLLEAGUES],
            [Neighbour(role, name=who, place=place) for who, (role, place) in NEIGHBOURS.items()],
        )
        self.town.chats = self._chats()
        for who in ALREADY:
            self._join(who)
            self._send(who, who, None)
        for announces in (True, False):
            self._gather("Ann Admin", "tenant", {"Tim Quill", "Tara Moss"}, False, announces)
        self.hear()

    def _join(self, who: str) -> None:
        tie = self.ties[who]
        type(tie).update(user=self.users[who]).where(type(tie).id == tie.id).execute()
        self.town.join(who, factories.connect(type(tie).get_by_id(tie.id)).id)

    def _chats(self) -> dict[str, Chat]:
        of_team = Thread.select().where(Thread.account == self.account)
        common = of_team.where(Thread.kind == COMMON_CHAT).get()
        chats = {COMMON: Chat("team", common.id, members=frozenset(COLLEAGUES))}
        names = {user.id: who for who, user in self.users.items()}
        for chat in of_team.where(Thread.kind == PERSONAL):
            windows = AccessWindow.select().where(AccessWindow.thread == chat)
            members = frozenset(names[window.user_id] for window in windows)
            chats[" and ".join(sorted(members))] = Chat("team", chat.id, members=members)
        return chats

    def _people(self) -> None:
        office = factories.office()
        self.account = office.account
        self.places = {"Here": office.place, "There": factories.property_of(self.account, "There")}
        self.users = {"Ann Admin": office.admin, "Otto Brook": factories.office("Other").admin}
        for who in SUBS:
            places = [self.places["Here"]] if who == SUBS[0] else None
            self.users[who] = factories.member(self.account, who, properties=places)
        for house in self.places.values():
            factories.unit(house, "Spare")
        self.ties = {}
        for who, (role, place) in NEIGHBOURS.items():
            home = factories.unit(self.places[place]) if role == "tenant" else None
            tie = factories.contact(self.account, who, role, home, "not_connected")
            if role == "owner":
                factories.own(tie, self.places[place])
            self.ties[who] = tie
            self.users.setdefault(who, factories.person(who))
        for who, user in self.users.items():
            User.update(name=who).where(User.id == user).execute()
        for who in SUBS:
            with transaction():
                tie = factories.tie_of(self.users[who], self.account)
                team_chats.enter(tie, office.admin.id, clock.now())

    # What people do

    @precondition(lambda self: any(one.may_be_asked for one in self._first()))
    @rule(data=st.data())
    def invite(self, data: st.DataObject) -> None:
        of = self._who(data, "may_be_asked")
        one = self.town.neighbours[of]
        hidden = not self.town.keeps("Ann Admin", of)
        path, form = f"/contacts/{self.ties[of].id}/invite", {"email": self.users[of].email}
        self._post("Ann Admin", path, 404 if hidden else 303, **form)
        if not hidden:
            one.asked = True
            one.state = "invited" if one.state == "not_connected" else one.state
        self.agree()

    @precondition(lambda self: any(one.asked for one in self._first()))
    @rule(data=st.data(), yes=st.sampled_from([True, True, True, False]))
    def answer(self, data: st.DataObject, yes: bool) -> None:
        of = self._who(data, "asked")
        one = self.town.neighbours[of]
        path = self._invitation(of)
        self._post(of, path if yes else f"{path}/decline", 302 if yes else 200)
        one.asked = False
        if yes:
            self.town.join(of, Thread.get(Thread.contact == self.ties[of]).id)
        elif one.state == "invited":
            one.state, one.asked_in_vain = "declined", True
        self.agree()

    @precondition(lambda self: any(one.asked for one in self._first()))
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        of = self._who(data, "asked")
        hidden = not self.town.keeps("Ann Admin", of)
        self._post("Ann Admin", f"/contacts/{self.ties[of].id}/revoke", 404 if hidden else 303)
        if not hidden:
            self._post(of, self._invitation(of), 410)
            self.town.take_back(of)
        self.agree()

    @precondition(lambda self: any(one.connected for one in self._neighbours()))
    @rule(of=neighbour, by_team=st.booleans())
    def disconnect(self, of: str, by_team: bool) -> None:
        one = self.town.neighbours[of]
        if not one.connected:
            return
        hidden = by_team and not self.town.keeps("Ann Admin", of)
        path = f"/contacts/{self.ties[of].id}" if by_team else f"/threads/{one.thread}"
        who = "Ann Admin" if by_team else of
        self._post(who, f"{path}/disconnect", 404 if hidden else 303)
        if not hidden:
            self.town.part(of, last_seq())
        self.agree()

    @rule(data=st.data())
    def say(self, data: st.DataObject) -> None:
        said = []
        for _ in range(data.draw(st.integers(1, 6))):
            of = self._topic(data)
            somebody = [self._somebody(data, of)] * 3
            named = data.draw(st.sampled_from([None, "everyone", *somebody]))
            text = self._send(self._somebody(data, of), of, named)
            said += [(of, text)] if text else []
        self.agree(said)

    def _send(self, who: str, of: str, named: str | None) -> str | None:
        """Somebody writes; answers the words that were taken."""
        self.written += 1
        text = f"word{self.written}"
        sent = draft(f"@{named} {text}" if named else text)
        answer = self.browsers[who].post(
            f"/threads/{self.town.topics[of].thread}/messages",
            data={"body": sent.body, "client_id": sent.client_id},
        )
        assert answer.status_code == self.town.writes(who, of), answer.text
        if answer.status_code != 201:
            return None
        self.town.say(who, of, int(answer.headers["X-Message-Seq"]), text, named)
        return text

    @precondition(lambda self: hasattr(self, "town") and self.town.unread_anywhere())
    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        pairs = self.town.unread_anywhere()
        called = [pair for pair in pairs if self.town.is_mentioned(*pair)]
        who, of = data.draw(st.sampled_from(called or pairs) | st.sampled_from(pairs))
        shown = self.town.shown(who, of)
        form = {"seq": shown[-1].seq}
        path = f"/threads/{self.town.topics[of].thread}/read-position"
        answer = self.browsers[who].put(path, data=form)
        assert answer.status_code == 204
        news = self.town.read_on(who, of, shown[-1].seq)
        self.agree(read=(who, of, news))

    @rule(data=st.data())
    def type(self, data: st.DataObject) -> None:
        of = self._topic(data)
        who = self._somebody(data, of)
        self.hear()
        self.sockets[who].emit("typing", {"thread_id": self.town.topics[of].thread})
        heard = {one for one, events in self.hear().items() if "typing:started" in str(events)}
        may = self.town.writes(who, of) == 201
        told = {one for one in EVERYBODY if one != who and self.town.takes_part(one, of)}
        assert heard == (told if may else set()), f"{who} types in {of}"

    @rule(data=st.data(), act=st.sampled_from(["mark-unread", "mute", "unmute"]))
    def mark(self, data: st.DataObject, act: str) -> None:
        of = self._topic(data)
        who = self._somebody(data, of)
        path = f"/threads/{self.town.topics[of].thread}/{act}"
        answer = self.browsers[who].post(path, data={"how": "always"})
        assert (answer.status_code == 404) is not self.town.sees(who, of)
        if self.town.sees(who, of):
            if act == "mark-unread":
                self.town.marked.add((who, of))
            else:
                change = self.town.muted.add if act == "mute" else self.town.muted.discard
                change((who, of))
            self.agree()

    @precondition(lambda self: len(self.town.groups) < MOST_GROUPS)
    @rule(
        who=colleague,
        role=st.sampled_from(["tenant", "tenant", "service_pro", "owner"]),
        picked=some,
        everybody=st.booleans(),
        announces=st.booleans(),
    )
    def gather(
        self, who: str, role: str, picked: set[str], everybody: bool, announces: bool
    ) -> None:
        if self._gather(who, role, picked, everybody, announces):
            self.agree()

    def _gather(
        self, who: str, role: str, picked: set[str], everybody: bool, announces: bool
    ) -> bool:
        """Somebody opens a group; answers whether they may."""
        title = f"Circle {len(self.town.groups)}x"
        made = Group(role, title=title, announces=announces, follows=everybody)
        should = self.town.gathers(who, role, sorted(picked), everybody)
        form = {
            "channel": CHANNEL[role],
            "kind": ANNOUNCEMENT if announces else CONVERSATION,
            "title": made.title,
            "who": "all" if everybody else "picked",
            "members": [self.ties[of].id for of in sorted(picked)],
        }
        answer = self.browsers[who].post("/groups/new", data=form)
        assert answer.status_code == should, f"{who} gathers: {answer.status_code}"
        if should == 303:
            made.thread = int(answer.location.split("/")[-1])
            self.town.groups[made.title] = made
            for of in self.town.connected(role) if everybody else picked:
                made.enter(of)
        return should == 303

    @precondition(lambda self: self.town.groups)
    @rule(data=st.data(), who=anybody, of=neighbour)
    def regroup(self, data: st.DataObject, who: str, of: str) -> None:
        group = self.town.groups[data.draw(st.sampled_from(sorted(self.town.groups)))]
        goes, was = of in group.present, group.present
        members = was - {of} if goes else was | {of}
        form = {
            "title": group.title,
            "was": [self.ties[one].id for one in was],
            "members": [self.ties[one].id for one in members],
        }
        answer = self.browsers[who].post(f"/threads/{group.thread}/group", data=form)
        level = self.town.level_of(who, group.title)
        if not self.town.sees(who, group.title):
            should = 404
        elif level < 2:
            should = 403
        elif group.follows:
            should = 409
        else:
            should = 303 if goes or self.town.may_gather(who, of, group.role) else 422
        assert answer.status_code == should, f"{who} changes {group}: {answer.status_code}"
        if should == 303:
            self.town.regroup(group.title, members - was, was - members, last_seq())
            self.agree()

    @rule(who=anybody, on=st.sampled_from([True, True, False]))
    def look_otherwise(self, who: str, on: bool) -> None:
        if on:
            answer = self.browsers[who].post(
                "/settings/photo", data={"photo": (io.BytesIO(PICTURE), "me.png")}
            )
        else:
            answer = self.browsers[who].post("/settings/photo/remove")
        assert answer.status_code == 303
        (self.town.photos.add if on else self.town.photos.discard)(who)
        self.agree()

    @precondition(lambda self: self.imported < MOST_IMPORTS)
    @rule(place=st.sampled_from(["Here", "There"]), without_faults=st.booleans())
    def bring(self, place: str, without_faults: bool) -> None:
        self.imported += 1
        name = f"Ivy{self.imported} Imported"
        lines = (
            "Role,Name,Email,Property,Unit",
            f"Tenant,{name},ivy{self.imported}@example.com,{self.places[place].name},Spare",
            "Tenant,Nora Nowhere,nora@example.com,No Such House,1",
            "Tenant,Tim Quill,,,",
        )
        answer = self.browsers["Ann Admin"].post(
            "/contacts/import", data={"text": "\n".join(lines)}
        )
        path = urlsplit(answer.location).path
        page = self._text("Ann Admin", path)
        seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
        form = {"seen": seen} | ({"without_faults": "yes"} if without_faults else {})
        answer = self.browsers["Ann Admin"].post(path, data=form)
        assert answer.status_code == (303 if without_faults else 422), answer.text
        if without_faults:
            self.town.neighbours[name] = Neighbour("tenant", name=name, place=place)
        self.agree()

    @rule(who=st.sampled_from(SUBS), what=st.sampled_from(LEVELS), level=st.integers(0, 2))
    def permit(self, who: str, what: str, level: int) -> None:
        tie, one = factories.tie_of(self.users[who], self.account), self.town.colleagues[who]
        self._post("Ann Admin", f"/settings/team/{tie.id}", 303, **{what: NAMES[level]})
        self.town.rights_change(who, {what: level}, one.places, last_seq())
        self.agree()

    @rule(who=st.sampled_from(SUBS), places=st.sampled_from([None, ["Here"], ["There"]]))
    def limit(self, who: str, places: list[str] | None) -> None:
        tie = factories.tie_of(self.users[who], self.account)
        ids = [self.places[place].id for place in places or ()]
        form = {"reach": "all" if places is None else "some", "places": ids}
        self._post("Ann Admin", f"/settings/team/{tie.id}/properties", 303, **form)
        self.town.rights_change(who, {}, None if places is None else set(places), last_seq())
        self.agree()

    @rule()
    def switch(self) -> None:
        mode = LANDLORD if self.town.has_owners else PROPERTY_MANAGER
        self._post("Ann Admin", "/settings/account/mode", 303, mode=mode)
        self.town.has_owners = not self.town.has_owners
        self.agree()

    # What everybody is shown

    def agree(
        self,
        said: Sequence[tuple[str, str]] = (),
        read: tuple[str, str, list[Said]] | None = None,
    ) -> None:
        heard = self.hear()
        for who in EVERYBODY:
            self.faces[who] = set()
            self._agree_on_conversations(who)
            self._agree_on_groups(who)
            self._agree_on_numbers(who)
            self._agree_on_people(who)
            self._agree_on_events(who, heard[who], said)
            self._agree_on_reading(who, heard[who], read)
            self._agree_on_photos(who)

    def _agree_on_conversations(self, who: str) -> None:
        for of, topic in self.town.topics.items():
            if of in self.town.chats and who not in (*COLLEAGUES, *OUTSIDERS):
                continue
            answer = self.browsers[who].get(f"/threads/{topic.thread}/messages")
            assert (answer.status_code == 404) is not self.town.sees(who, of), (who, of)
            shown = self.town.shown(who, of)
            assert WORD.findall(answer.text) == [said.text for said in shown], (who, of)
            faces = self._shown_in(who, answer.text)
            if answer.status_code == 200:  # what refuses shows one's own
                authors = {said.author for said in shown} & self.town.photos
                assert faces == {self.users[one].id for one in authors}, (who, of)

    def _agree_on_groups(self, who: str) -> None:
        for title, group in self.town.groups.items():
            details = self._text(who, f"/threads/{group.thread}/details")
            among = not group.announces and who in group.present
            told = self.town.sees(who, title) and (who in COLLEAGUES or among)
            for other in set(NEIGHBOURS) - {who}:
                listed = told and other in group.present
                assert (other in details) is listed, f"{who} reads of {other} in {group}"
        if self.town.groups:
            results = self._found(who, "circle")
            for title in self.town.groups:
                assert (title in results) is self.town.sees(who, title), f"{who} finds {title}"

    def _agree_on_numbers(self, who: str) -> None:
        numbers = self.browsers[who].get("/badge").json
        topics = self.town.topics
        wanted = {
            str(topic.thread): self.town.unread(who, of)
            for of, topic in topics.items()
            if self.town.unread(who, of)
        }
        own = {str(topic.thread) for topic in topics.values()}
        found = {thread: n for thread, n in numbers["threads"].items() if thread in own}
        assert (found, numbers["unread"]) == (wanted, self.town.counted(who)), who
        lamps = {topic.thread for of, topic in topics.items() if self.town.is_mentioned(who, of)}
        assert set(numbers.get("mentioned", ())) == lamps, f"{who} is mentioned"

    def _agree_on_people(self, who: str) -> None:
        results = self._found(who, "example.com")  # where everybody has their e-mail
        for of in self.town.neighbours:
            if who != of:
                assert (of in results) is self.town.knows(who, of), f"{who} searches {of}"
        for channel in set(CHANNEL.values()):
            page = self._text(who, f"/contacts?role={channel}")
            assert "Nora Nowhere" not in page
            for of, one in self.town.neighbours.items():
                if CHANNEL[one.role] == channel and who != of:
                    kept = who in COLLEAGUES and self.town.keeps(who, of)
                    assert (of in page) is kept, f"{who} among contacts: {of}"

    def _agree_on_events(
        self, who: str, events: list[dict], said: Sequence[tuple[str, str]]
    ) -> None:
        allowed = {s.text for of in self.town.topics for s in self.town.shown(who, of)}
        told = set(WORD.findall(str(events)))
        assert told <= allowed, who
        self._shown_in(who, str(events))
        for of, text in said:
            assert (text in told) is (text in {s.text for s in self.town.shown(who, of)}), who

    def _agree_on_reading(
        self, who: str, events: list[dict], read: tuple[str, str, list[Said]] | None
    ) -> None:
        told = [one["args"][0] for one in events if one["name"] == "read:changed"]
        if not read:
            assert not told, who
            return
        reader, of, news = read
        may = self.town.learns_of_reading(who, reader, of)
        assert all(one["thread_id"] == self.town.topics[of].thread for one in told)
        assert may or not told, f"{who} learns that {reader} has read {of}"
        # Of what is read along with events alone, which the model does not know, it may be told.
        theirs = {one.seq for one in self.town.shown(who, of)}
        if may and any(one.seq in theirs for one in news):
            assert told, f"{who} does not learn that {reader} has read {of}"

    def _agree_on_photos(self, who: str) -> None:
        theirs = {one for one in self.town.photos if self.town.may_see(who, one)}
        for one in self.town.photos:
            face = User.get_by_id(self.users[one].id).portrait
            answer = self.browsers[who].get(f"/photos/{face}/small", buffered=True)
            assert (answer.status_code == 200) is (one in theirs), f"{who} looks at {one}"
        assert self.faces[who] <= {self.users[one].id for one in theirs}, f"{who} is shown faces"

    # How

    def _who(self, data: st.DataObject, stands: str) -> str:
        """One of the neighbours of this town's beginning who stand like that."""
        there = [of for of in NEIGHBOURS if getattr(self.town.neighbours[of], stands)]
        return data.draw(st.sampled_from(there))

    def _somebody(self, data: st.DataObject, of: str) -> str:
        """Mostly somebody who takes part, so that something happens; else anybody at all."""
        there = [who for who in EVERYBODY if self.town.takes_part(who, of)]
        return data.draw(st.sampled_from(there * 3 + list(EVERYBODY)))

    def _topic(self, data: st.DataObject) -> str:
        """Often a group, where most can go wrong."""
        return data.draw(st.sampled_from(sorted(self.town.topics) + sorted(self.town.groups) * 2))

    def _invitation(self, of: str) -> str:
        """The path in the newest invitation of somebody."""
        link = Link.select().where(Link.connection == self.ties[of]).order_by(Link.id.desc()).get()
        with self.app.test_request_context():
            return urlsplit(address_of(link)).path

    def _found(self, who: str, words: str) -> str:
        return re.sub(r"</?mark[^>]*>", "", self._text(who, f"/search?q={words}"))

    def _shown_in(self, who: str, text: str) -> set[int]:
        """The ids of those whose photo stands in a page that somebody was given."""
        found = {int(number) for number in FACE.findall(text)}
        self.faces[who] |= found
        return found

    def _first(self) -> list[Neighbour]:
        return [self.town.neighbours[of] for of in NEIGHBOURS] if hasattr(self, "town") else []

    def _neighbours(self) -> list[Neighbour]:
        return list(self.town.neighbours.values()) if hasattr(self, "town") else []

    def _post(self, who: str, path: str, status: int, **form: Any) -> None:
        answer = self.browsers[who].post(path, data=form)
        assert answer.status_code == status, f"{who} {path}: {answer.status_code}"

    def _text(self, who: str, path: str) -> str:
        text = self.browsers[who].get(path, headers={"HX-Request": "true"}).text
        self._shown_in(who, text)
        return text


@pytest.fixture(autouse=True)
def _migrated(migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TYPING_S", 0)
    Life.migrated = migrated_file
    database.db.initialize(None)


TestLife = case_of(Life, LIVES)
