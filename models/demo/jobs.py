"""What happens to the requests of the demo, each act through the write function of the product."""

from uuid import uuid4

from models import clock, outbox
from models.connection import Connection
from models.demo import script
from models.demo.cast import ZONE, Company, Job
from models.demo.house import House
from models.demo.script import Line
from models.maintenance import MaintenanceRequest
from models.outbox import CHANGE, Outbox
from models.requests import homes, sharing, statuses, submitting, visits
from models.requests.homes import Home
from models.requests.submitting import Wanted
from models.requests.times import Typed
from models.thread import Thread
from models.user import User


def play(house: House, company: Company, job: Job, line: Line, now: int, at: int) -> None:
    """One line of the conversation of a request; the first one submits it."""
    if line.act not in script.ACTS_ON_REQUESTS:
        house.play(job, line, at)
        return
    person, account = house.people[line.who], house.accounts[company.name][1]
    if line.act == script.SUBMITS:
        _submit(house, person, _home(person, company, house, job, at), job, line, now, at)
    request = MaintenanceRequest.get(
        (MaintenanceRequest.account == account) & (MaintenanceRequest.title == job.title)
    )
    _act(house, person, request, line, at)
    thread = Thread.get_or_none(Thread.request == request)
    if thread:
        house.threads[job] = thread.id


def told(now: int) -> None:
    """Whoever was to be told of what happened has been."""
    for row in Outbox.select().where((Outbox.kind == CHANGE) & (Outbox.due_at <= now)):
        outbox.done(row, now)


def _act(house: House, person: User, request: MaintenanceRequest, line: Line, at: int) -> None:
    if line.act == script.STARTS:
        sharing.start_conversation(person, request.id, at)
    elif line.act == script.SHARES:
        people = [house.people[name] for name in line.words.split(", ")]
        ties = Connection.select().where(
            (Connection.account == request.account_id) & Connection.user.in_(people)
        )
        sharing.share(person, request.id, [tie.id for tie in ties], at=at)
    elif line.act == script.SETS:
        status = line.words.replace(" ", "_")
        statuses.set_status(person, request.id, status, request.status, at)
    elif line.act == script.RANKS:
        statuses.set_priority(person, request.id, line.words, request.priority, at)
    elif line.act == script.PROPOSES:
        visits.propose(person, request.id, line.span, line.words, at=at)
    elif line.act == script.ACCEPTS:
        visit = visits.pending(request.id)
        if visit:
            visits.accept(person, request.id, visit.id, at)


def _submit(
    house: House, person: User, home: Home, job: Job, line: Line, now: int, at: int
) -> None:
    wanted = Wanted(
        client_id=str(uuid4()),
        title=job.title,
        home=home.key,
        description=line.words,
        category=job.category,
        priority=job.priority,
        times=tuple(_typed(time, now) for time in job.times),
        may_enter=job.may_enter,
        access_notes=job.access_notes,
        pets=job.pets,
        files=tuple(house.luggage.keep(person, None, name) for name in line.files),
    )
    submitting.submit(person, wanted, at)


def _home(person: User, company: Company, house: House, job: Job, at: int) -> Home:
    account = house.accounts[company.name][1]
    offered = [*homes.tenant_homes(person, at), *homes.team_homes(person, account)]
    return next(home for home in offered if home.name == job.home)


def _typed(time: str, now: int) -> Typed:
    days, begins, ends = time.split()
    day = clock.to_datetime(script.on_day(int(days), begins, now), ZONE).date()
    return Typed(day.isoformat(), begins, ends)
