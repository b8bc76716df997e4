"""Random acts of random people around maintenance requests: nobody is shown more than they may.

Nor less: after every act everybody's lists, requests, conversations, numbers, search results and
socket events are compared with the model of tests/repairs.py.
"""

import os
import re
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from models import database
from models.account import Account
from models.connection import SERVICE_PRO, Connection
from models.database import last_seq
from models.maintenance import STATUSES
from models.requests import sharing
from models.requests.view import RequestView
from models.thread import Thread
from tests import factories
from tests.lives import Played, case_of
from tests.repairs import SIDES, Job, Person, Repairs

TENANTS = ("Tim Quill", "Tara Moss")
PROS = ("Pete Flint", "Paula Marsh")
PEOPLE = (
    Person("Ann Admin", "team", manages=True),
    Person("Vic Viewer", "team"),
    Person("Far Away", "team", manages=True, works_here=False),
    *(Person(who, "tenant") for who in TENANTS),
    *(Person(who, "pro") for who in PROS),
    Person("Ned Next", "tenant"),
)
EVERYBODY = tuple(one.name for one in PEOPLE)
WORD = re.compile(r"word\d+")
MOST_JOBS = 3

LIVES = int(os.environ.get("LIVES", "4"))
"""How many houses are lived in; each for thirty acts."""

anybody = st.sampled_from(EVERYBODY)
contact = st.sampled_from((*TENANTS, *PROS))


class Life(Played):
    """The model and the product, side by side."""

    @initialize()
    def begin(self) -> None:
        self.open()
        self.words = 0
        self.model = Repairs([Person(**vars(one)) for one in PEOPLE])
        self._people()
        self.let_in(self.users)
        self.hear()

    def _people(self) -> None:
        office = factories.office()
        self.account, self.unit = office.account, office.unit
        there = factories.property_of(self.account, "There")
        self.users = {
            "Ann Admin": office.admin,
            "Vic Viewer": factories.member(self.account, "Vic Viewer", rights=1),
            "Far Away": factories.member(self.account, "Far Away", properties=[there]),
        }
        self.ties = {}
        for who in TENANTS:
            self.ties[who] = factories.contact(self.account, who, home=self.unit)
        for who in PROS:
            self.ties[who] = factories.contact(self.account, who, role=SERVICE_PRO)
        next_door = factories.unit(office.place)
        self.ties["Ned Next"] = factories.contact(self.account, "Ned Next", home=next_door)
        self.users |= {who: tie.user for who, tie in self.ties.items()}

    # What people do

    @precondition(lambda self: len(self._jobs()) < MOST_JOBS)
    @rule(who=st.sampled_from(TENANTS))
    def submit(self, who: str) -> None:
        title = f"Leak{len(self.model.jobs)}{uuid4().hex[:6]}"
        form = {"title": title, "home": f"unit:{self.unit.id}", "client_id": str(uuid4())}
        answer = self.browsers[who].post("/maintenance", data=form)
        if not self.model.people[who].connected:
            assert answer.status_code in (404, 422)
            return
        assert answer.status_code == 201, answer.text
        job = Job(answer.json["id"], title, who)
        self.model.jobs.append(job)
        job.shared.add(who)
        job.ever.add(who)
        if self.model.starts:
            self._find_thread(job)
            self.model.enter(job, who, last_seq())
        self.agree()

    @precondition(lambda self: self._jobs())
    @rule(pick=st.integers(0, 9), of=contact, earlier=st.booleans())
    def share(self, pick: int, of: str, earlier: bool) -> None:
        job = self._job(pick)
        able = self.model.people[of].connected and job.status != "canceled"
        if of in job.shared or not able:
            return
        sharing.share(self.users["Ann Admin"], job.id, [self.ties[of].id], earlier)
        self._find_thread(job)
        self.model.share(job, of, last_seq())
        if earlier:
            self.model.widen(job, of)
        self.agree()

    @precondition(lambda self: self._jobs())
    @rule(pick=st.integers(0, 9), of=contact)
    def go(self, pick: int, of: str) -> None:
        job = self._job(pick)
        if of not in job.shared:
            return
        if self.model.people[of].side == "pro":
            self._post(of, f"/maintenance/{job.id}/decline", 303)
        else:
            sharing.unshare(self.users["Ann Admin"], job.id, self.ties[of].id)
        self.model.go(job, of)
        self.agree()

    @precondition(lambda self: self._jobs())
    @rule(pick=st.integers(0, 9))
    def start(self, pick: int) -> None:
        job = self._job(pick)
        missing = job.shared - set(job.inside)
        if job.status == "canceled" or (job.thread and not missing):
            return
        sharing.start_conversation(self.users["Ann Admin"], job.id)
        self._find_thread(job)
        for who in missing:
            self.model.enter(job, who, last_seq())
        self.agree()

    @precondition(lambda self: self._jobs())
    @rule(pick=st.integers(0, 9), who=anybody, status=st.sampled_from(STATUSES))
    def set_status(self, pick: int, who: str, status: str) -> None:
        job = self._job(pick)
        expected = self.model.sets(who, job, status)
        view = RequestView.load(self.users[who], job.id) if self.model.sees(who, job) else None
        was = view.request.status if view else job.status
        self._post(who, f"/maintenance/{job.id}/status", expected, status=status, was=was)
        if expected == 303:
            self.model.set_status(job, status, last_seq())
            self.agree()

    @precondition(lambda self: self._jobs())
    @rule(pick=st.integers(0, 9), who=anybody, audience=st.sampled_from(list(SIDES)))
    def say(self, pick: int, who: str, audience: str) -> None:
        self._say(self._job(pick), who, audience)

    @precondition(lambda self: self._jobs())
    @rule(pick=st.integers(0, 9), audience=st.sampled_from(list(SIDES)))
    def answer(self, pick: int, audience: str) -> None:
        self._say(self._job(pick), "Ann Admin", audience)

    @precondition(lambda self: self._jobs())
    @rule(pick=st.integers(0, 9), who=anybody)
    def read(self, pick: int, who: str) -> None:
        job = self._job(pick)
        shown = self.model.shown(who, job)
        if not shown:
            return
        address = f"/threads/{job.thread}/read-position"
        answer = self.browsers[who].put(address, data={"seq": shown[-1].seq})
        assert answer.status_code == 204
        job.read[who] = max(job.read.get(who, 0), shown[-1].seq)
        self.agree()

    @rule(of=contact)
    def disconnect(self, of: str) -> None:
        one, tie = self.model.people[of], self.ties[of]
        if not one.connected:
            factories.connect(Connection.get_by_id(tie.id))
        else:
            self._post("Ann Admin", f"/contacts/{tie.id}/disconnect", 303)
            for job in self.model.jobs:
                self.model.go(job, of)
        one.connected = not one.connected
        self.agree()

    @rule()
    def change_setting(self) -> None:
        self.model.starts = not self.model.starts
        Account.update(starts_conversation=self.model.starts).execute()

    # What everybody is shown

    def agree(self, said: tuple[Job, str] | None = None) -> None:
        heard = self.hear()
        for who in EVERYBODY:
            listed = self._text(who, "/maintenance?tab=all")
            numbers = self.browsers[who].get("/badge").json
            for job in self.model.jobs:
                self._agree_on_job(who, job, listed, numbers["threads"])
            told = set(WORD.findall(str(heard[who])))
            allowed = {s.text for job in self.model.jobs for s in self.model.shown(who, job)}
            assert told <= allowed, who
            rows = self._text(who, "/messages/rows?channel=maintenance-requests", missing=True)
            assert set(WORD.findall(rows)) <= allowed, who
            if said:
                job, text = said
                shown = text in {one.text for one in self.model.shown(who, job)}
                assert (text in told) is shown, who

    def _agree_on_job(self, who: str, job: Job, listed: str, numbers: dict[str, int]) -> None:
        sees, browser = self.model.sees(who, job), self.browsers[who]
        assert browser.get(f"/maintenance/{job.id}").status_code == (200 if sees else 404), who
        assert (job.title in listed) is sees, f"{who} lists {job.title}"
        if job.thread is None:
            return
        inside = self.model.in_conversation(who, job)
        page = browser.get(f"/threads/{job.thread}/messages")
        assert (page.status_code == 404) is not inside, who
        if inside:
            shown = self.model.shown(who, job)
            assert WORD.findall(page.text) == [one.text for one in shown], who
        found = self._text(who, f"/search?q={job.title}")
        assert (f"/threads/{job.thread}" in found) is inside, f"{who} finds {job.title}"
        assert numbers.get(str(job.thread), 0) == self.model.unread(who, job), (who, job)

    # How

    def _say(self, job: Job, who: str, audience: str) -> None:
        if job.thread is None:
            return
        self.words += 1
        text = f"word{self.words}"
        form = {"body": text, "client_id": str(uuid4()), "audience": audience}
        answer = self.browsers[who].post(f"/threads/{job.thread}/messages", data=form)
        assert answer.status_code == self.model.says(who, job, audience), answer.text
        if answer.status_code == 201:
            seq = int(answer.headers["X-Message-Seq"])
            self.model.say(job, who, audience, seq, text)
            self.agree((job, text))

    def _jobs(self) -> list[Job]:
        return self.model.jobs if hasattr(self, "model") else []

    def _job(self, pick: int) -> Job:
        return self.model.jobs[pick % len(self.model.jobs)]

    def _find_thread(self, job: Job) -> None:
        job.thread = Thread.get(Thread.request == job.id).id

    def _post(self, who: str, path: str, expected: int, **form: str) -> None:
        answer = self.browsers[who].post(path, data=form)
        assert answer.status_code == expected, f"{who} {path} {form}: {answer.status_code}"

    def _text(self, who: str, path: str, missing: bool = False) -> str:
        answer = self.browsers[who].get(path, headers={"HX-Request": "true"})
        assert answer.status_code == 200 or missing, f"{who} {path}: {answer.status_code}"
        return re.sub(r"</?mark[^>]*>", "", answer.text)


@pytest.fixture(autouse=True)
def _migrated(migrated_file: Path) -> None:
    Life.migrated = migrated_file
    database.db.initialize(None)


TestLife = case_of(Life, LIVES)
