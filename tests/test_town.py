"""Random acts of random people, through the pages: nobody is shown more than the model allows.

Nor less: after every step each person's conversations, numbers, contacts, search results and
socket events are compared with those of tests/town.py.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from app import create_app
from blueprints.extensions import socketio
from blueprints.tokens import address_of
from models import database, permissions
from models.account import LANDLORD, PROPERTY_MANAGER
from models.database import db, last_seq
from models.link import Link
from models.thread import Thread
from tests import factories
from tests.factories import draft
from tests.signed_in import browser_of
from tests.town import CHANNEL, LEVELS, Colleague, Neighbour, Town

COLLEAGUES = ("Ann Admin", "Sue Somewhere", "Vic Varying")
SUBS = COLLEAGUES[1:]
NEIGHBOURS = {
    "Tim Quill": ("tenant", "Here"),
    "Tara Moss": ("tenant", "There"),
    "Pete Flint": ("service_pro", None),
    "Olga Reed": ("owner", "Here"),
    "Otto Brook": ("tenant", "There"),  # who is the admin of another account
}
ALREADY = ("Tim Quill", "Pete Flint", "Olga Reed")  # so that there is something to see at once
EVERYBODY = (*COLLEAGUES, *NEIGHBOURS)
WORD = re.compile(r"word\d+")

LIVES = int(os.environ.get("LIVES", "4"))
"""How many towns live; each for thirty acts."""

neighbour = st.sampled_from(list(NEIGHBOURS))
anybody = st.sampled_from(EVERYBODY)


class Life(RuleBasedStateMachine):
    """The town and the product, side by side."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(MIGRATED[0], self.folder / "hallway.db")
        self.app = create_app(
            {
                "TESTING": True,
                "INSTANCE_PATH": str(self.folder / "instance"),
                "DATABASE_URL": f"sqlite:///{self.folder / 'hallway.db'}",
                "RATELIMIT_ENABLED": False,
                "IN_BACKGROUND": lambda work: work(),
            }
        )
        db.connect()
        db.execute_sql("PRAGMA synchronous = OFF")
        self.written = self.turn = 0
        self._people()
        self.browsers = {who: browser_of(self.app, user) for who, user in self.users.items()}
        self.sockets = {
            who: socketio.test_client(self.app, flask_test_client=browser)
            for who, browser in self.browsers.items()
        }
        self.town = Town(
            [Colleague(who, places={"Here"} if who == SUBS[0] else None) for who in COLLEAGUES],
            [Neighbour(who, role, place) for who, (role, place) in NEIGHBOURS.items()],
        )
        for who in ALREADY:
            self._join(who)
        self._hear()

    def _join(self, who: str) -> None:
        tie, one = self.ties[who], self.town.neighbours[who]
        type(tie).update(user=self.users[who]).where(type(tie).id == tie.id).execute()
        one.state, one.thread = "connected", factories.connect(type(tie).get_by_id(tie.id)).id

    def _people(self) -> None:
        office = factories.office()
        self.account = office.account
        self.places = {"Here": office.place, "There": factories.property_of(self.account, "There")}
        self.users = {"Ann Admin": office.admin, "Otto Brook": factories.office("Other").admin}
        for who in SUBS:
            places = [self.places["Here"]] if who == SUBS[0] else None
            self.users[who] = factories.member(self.account, who, properties=places)
        self.ties = {}
        for who, (role, place) in NEIGHBOURS.items():
            home = factories.unit(self.places[place]) if role == "tenant" else None
            tie = factories.contact(self.account, who, role, home, "not_connected")
            if role == "owner":
                factories.own(tie, self.places[place])
            self.ties[who] = tie
            self.users.setdefault(who, factories.person(who))

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            db.close()
            db.obj.close_all()
            shutil.rmtree(self.folder)

    # What people do

    @precondition(lambda self: any(one.may_be_asked for one in self._neighbours()))
    @rule(of=neighbour)
    def invite(self, of: str) -> None:
        one = self.town.neighbours[of]
        if not one.may_be_asked:
            return
        hidden = not self.town.keeps("Ann Admin", of)
        path, form = f"/contacts/{self.ties[of].id}/invite", {"email": self.users[of].email}
        self._post("Ann Admin", path, 404 if hidden else 303, **form)
        if not hidden:
            one.asked = True
            one.state = "invited" if one.state == "not_connected" else one.state
        self.agree()

    @precondition(lambda self: any(one.asked for one in self._neighbours()))
    @rule(of=neighbour, yes=st.sampled_from([True, True, True, False]))
    def answer(self, of: str, yes: bool) -> None:
        one = self.town.neighbours[of]
        if not one.asked:
            return
        link = Link.select().where(Link.connection == self.ties[of]).order_by(Link.id.desc()).get()
        with self.app.test_request_context():
            path = urlsplit(address_of(link)).path
        self._post(of, path if yes else f"{path}/decline", 302 if yes else 200)
        one.asked = False
        if yes:
            one.state = "connected"
            one.thread = Thread.get(Thread.contact == self.ties[of]).id
        elif one.state == "invited":
            one.state, one.asked_in_vain = "declined", True
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
        one.state = one.state if hidden else "disconnected"
        self.agree()

    @precondition(lambda self: any(one.thread for one in self._neighbours()))
    @rule(who=anybody, of=neighbour, mentioning=st.booleans())
    def say(self, who: str, of: str, mentioning: bool) -> None:
        one = self.town.neighbours[of]
        if one.thread is None:
            return
        self.written += 1
        text = f"word{self.written}"
        body = f"@{of} {text}" if mentioning else text
        sent = draft(body)
        answer = self.browsers[who].post(
            f"/threads/{one.thread}/messages",
            data={"body": sent.body, "client_id": sent.client_id},
        )
        assert answer.status_code == self.town.writes(who, of), answer.text
        if answer.status_code == 201:
            self.town.say(who, of, int(answer.headers["X-Message-Seq"]), text)
            self.agree(said=(of, text))

    @precondition(lambda self: any(one.said for one in self._neighbours()))
    @rule(who=anybody, of=neighbour)
    def read(self, who: str, of: str) -> None:
        one = self.town.neighbours[of]
        shown = self.town.shown(who, of)
        if one.thread is None or not shown:
            return
        form = {"seq": shown[-1].seq}
        answer = self.browsers[who].put(f"/threads/{one.thread}/read-position", data=form)
        assert answer.status_code == 204
        self.town.read[who, of] = max(self.town.read.get((who, of), 0), shown[-1].seq)
        self.town.marked.discard((who, of))
        self.agree()

    @precondition(lambda self: any(one.thread for one in self._neighbours()))
    @rule(who=anybody, of=neighbour, act=st.sampled_from(["mark-unread", "mute", "unmute"]))
    def mark(self, who: str, of: str, act: str) -> None:
        one = self.town.neighbours[of]
        if one.thread is None:
            return
        answer = self.browsers[who].post(f"/threads/{one.thread}/{act}", data={"how": "always"})
        assert (answer.status_code == 404) is not self.town.sees(who, of)
        if self.town.sees(who, of):
            if act == "mark-unread":
                self.town.marked.add((who, of))
            else:
                change = self.town.muted.add if act == "mute" else self.town.muted.discard
                change((who, of))
            self.agree()

    @rule(who=st.sampled_from(SUBS), what=st.sampled_from(LEVELS), level=st.integers(0, 2))
    def permit(self, who: str, what: str, level: int) -> None:
        tie, one = factories.tie_of(self.users[who], self.account), self.town.colleagues[who]
        permissions.set_levels(self.users["Ann Admin"], tie.id, {what: level})
        self.town.rights_change(who, {what: level}, one.places, last_seq())
        self.agree()

    @rule(who=st.sampled_from(SUBS), places=st.sampled_from([None, ["Here"], ["There"]]))
    def limit(self, who: str, places: list[str] | None) -> None:
        tie = factories.tie_of(self.users[who], self.account)
        ids = None if places is None else [str(self.places[place].id) for place in places]
        permissions.set_places(self.users["Ann Admin"], tie.id, ids)
        self.town.rights_change(who, {}, None if places is None else set(places), last_seq())
        self.agree()

    @rule()
    def switch(self) -> None:
        mode = LANDLORD if self.town.has_owners else PROPERTY_MANAGER
        self._post("Ann Admin", "/settings/account/mode", 303, mode=mode)
        self.town.has_owners = not self.town.has_owners
        self.agree()

    # What everybody is shown

    def agree(self, said: tuple[str, str] | None = None) -> None:
        heard = self._hear()
        for who in EVERYBODY:
            self._agree_on_conversations(who)
            self._agree_on_numbers(who)
            self._agree_on_people(who)
            self._agree_on_events(who, heard[who], said)

    def _agree_on_conversations(self, who: str) -> None:
        for of, one in self.town.neighbours.items():
            if one.thread is None:
                continue
            answer = self.browsers[who].get(f"/threads/{one.thread}/messages")
            assert (answer.status_code == 404) is not self.town.sees(who, of), (who, of)
            shown = [said.text for said in self.town.shown(who, of)]
            assert WORD.findall(answer.text) == shown, (who, of)

    def _agree_on_numbers(self, who: str) -> None:
        numbers = self.browsers[who].get("/badge").json
        wanted = {
            str(one.thread): self.town.unread(who, of)
            for of, one in self.town.neighbours.items()
            if one.thread and self.town.unread(who, of)
        }
        own = {str(one.thread) for one in self._neighbours()}
        found = {thread: n for thread, n in numbers["threads"].items() if thread in own}
        assert (found, numbers["unread"]) == (wanted, self.town.counted(who)), who

    def _agree_on_people(self, who: str) -> None:
        for of in NEIGHBOURS:
            if who != of:
                results = re.sub(
                    r"</?mark[^>]*>", "", self._text(who, f"/search?q={of.split()[0]}")
                )
                assert (of in results) is self.town.knows(who, of), f"{who} searches {of}"
        for channel in set(CHANNEL.values()):
            page = self._text(who, f"/contacts?role={channel}")
            for of, one in self.town.neighbours.items():
                if CHANNEL[one.role] == channel and who != of:
                    kept = who in COLLEAGUES and self.town.keeps(who, of)
                    assert (of in page) is kept, f"{who} among contacts: {of}"

    def _agree_on_events(self, who: str, events: list[dict], said: tuple[str, str] | None) -> None:
        allowed = {s.text for of in NEIGHBOURS for s in self.town.shown(who, of)}
        told = set(WORD.findall(str(events)))
        assert told <= allowed, who
        if said:
            of, text = said
            assert (text in told) is (text in {s.text for s in self.town.shown(who, of)}), who

    # How

    def _neighbours(self) -> list[Neighbour]:
        return list(self.town.neighbours.values()) if hasattr(self, "town") else []

    def _post(self, who: str, path: str, status: int, **form: str) -> None:
        answer = self.browsers[who].post(path, data=form)
        assert answer.status_code == status, f"{who} {path}: {answer.status_code}"

    def _text(self, who: str, path: str) -> str:
        return self.browsers[who].get(path, headers={"HX-Request": "true"}).text

    def _hear(self) -> dict[str, list[dict]]:
        return {who: socket.get_received() for who, socket in self.sockets.items()}


MIGRATED: list[Path] = []


@pytest.fixture(autouse=True)
def _migrated(migrated_file: Path) -> None:
    MIGRATED[:] = [migrated_file]
    database.db.initialize(None)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=LIVES,
    stateful_step_count=30,
    deadline=None,
    # What fails is printed step by step; making it shorter would take minutes.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
