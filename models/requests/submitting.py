"""Writing a maintenance request, as a tenant or for the team, once for each `client_id`."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from peewee import IntegrityError

from models import attachments, clock, text, windows
from models.account import Account
from models.checking import Check
from models.connection import Connection
from models.database import locked, transaction
from models.errors import Conflict, Invalid, Missing
from models.maintenance import CATEGORIES, NORMAL, PRIORITIES, MaintenanceRequest, RequestShare
from models.media import IMAGE, VIDEO
from models.message import Attachment
from models.requests import history, homes, sharing, times
from models.requests.history import Act
from models.requests.homes import Home
from models.requests.times import Typed
from models.requests.view import RequestView
from models.thread import Side
from models.user import User

LONGEST_TITLE: Final = 120
LONGEST: Final = 4_000
LONGEST_NOTE: Final = 300
MOST_TIMES: Final = 3
MOST_PHOTOS: Final = 10
MOST_VIDEOS: Final = 1
"""Of one request (SPEC 5)."""
FARTHEST: Final = 366 * clock.DAY
"""Milliseconds to the last time that can be given."""

TOO_MANY: Final = f"Add at most {MOST_PHOTOS} photos and one video."
WRONG_KIND: Final = "A request takes photos and a video. Send other files as a message."


@dataclass(frozen=True)
class Wanted:
    """A request as received.

    `home` is named as by `Home.key`, `times` are read in its zone, `files` were uploaded before.
    `people` are the ids of connections with whom the team shares it at once.
    """

    client_id: str
    title: str
    home: str
    description: str = ""
    category: str = "other"
    priority: str = NORMAL
    times: tuple[Typed, ...] = ()
    may_enter: bool = False
    access_notes: str = ""
    pets: str = ""
    files: tuple[Attachment, ...] = ()
    people: tuple[int, ...] = ()

    def fingerprint(self) -> str:
        """SHA-256 (hex) by which a repeat is told from another request."""
        files = [(file.name, file.received) for file in self.files]
        parts = [
            self.title,
            self.home,
            self.description,
            self.category,
            self.priority,
            self.times,
            self.may_enter,
            self.access_notes,
            self.pets,
            files,
            sorted(self.people),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def check_may_write(person: User, at: int | None = None) -> None:
    """Let nobody else to the form for requests than who has a home or a team to write one for.

    :raises Missing: for everybody else.
    """
    if not homes.tenant_homes(person, at) and not homes.writes_for_a_team(person):
        raise Missing


def check_may_send(person: User) -> None:
    """Let only those send a request who may write one, or once did: it may be the same again.

    :raises Missing: for everybody else.
    """
    if not MaintenanceRequest.select().where(MaintenanceRequest.creator == person).exists():
        check_may_write(person)


def check_may_upload(person: User, at: int | None = None) -> None:
    """Let only those upload files for a request who may write one, and not without end.

    :raises Missing: for who may write none.
    :raises Refused: when too many of their files wait.
    """
    check_may_write(person, at)
    attachments.check_room(person)


def submit(person: User, wanted: Wanted, at: int | None = None) -> tuple[MaintenanceRequest, bool]:
    """Store a request, once: a repeat of the same `client_id` is the same request.

    A tenant's is theirs to see at once, and its conversation begins if the account wants that
    (SPEC 5). The team's is shared with `wanted.people`. Returns it and whether it is new.

    :param at: the instant in milliseconds; now if None.
    :raises Conflict: when the `client_id` was used for another request.
    :raises Invalid: with a sentence for each field that cannot be taken.
    :raises Missing: when somebody asks for people without being of the team, or repeats what is
        not theirs to see any more.
    """
    at = clock.now() if at is None else at
    client_id = _one_spelling(wanted.client_id)
    known = _known(person, client_id, wanted)
    if known:
        return known, False
    home = homes.home_of(person, wanted.home, at)
    columns = _checked(home, wanted, at)
    try:
        with transaction():
            # Again under the lock, as a message is sent: the request may be there by now, and
            # the tenancy or the right that allows it may be over.
            _lock(person, home, wanted.people)
            known = _known(person, client_id, wanted)
            if known:
                return known, False
            home = homes.home_of(person, wanted.home, at)
            request = MaintenanceRequest.create(
                account=home.account.id,
                number=_next_number(home.account),
                property=home.place.id,
                unit=home.unit.id if home.unit else None,
                creator=person.id,
                side=Side.TENANT if home.tie else Side.TEAM,
                client_id=client_id,
                request_hash=wanted.fingerprint(),
                created_at=at,
                changed_at=at,
                **columns,
            )
            _carry(request, wanted.files)
            _begin(request, home, person, at)
            if wanted.people:
                sharing.share_locked(RequestView.load(person, request.id, at), wanted.people)
            return request, True
    except IntegrityError:
        known = _known(person, client_id, wanted)
        if known is None:
            raise
        return known, False


def _begin(request: MaintenanceRequest, home: Home, person: User, at: int) -> None:
    """Note that a request was submitted, and let its tenant see it."""
    tie, act = home.tie, Act(person, request.side, at)
    if tie is None:
        history.note(request, history.SUBMITTED, act, title=request.title)
        return
    version = None
    if home.account.starts_conversation:
        thread = sharing.conversation(request, at)
        window = windows.open_window(
            thread.id, tie, person.id, at, history.SUBMITTED, title=request.title
        )
        version = window.opened_seq if window else None
    version = history.note(
        request,
        history.SUBMITTED,
        act,
        subject=person.id,
        version=version,
        title=request.title,
    )
    RequestShare.create(
        request=request.id, connection=tie.id, side=Side.TENANT, shared_version=version
    )


def _checked(home: Home, wanted: Wanted, at: int) -> dict[str, Any]:
    check = Check()
    columns: dict[str, Any] = {
        "title": check.read(
            "title", partial(text.line, limit=LONGEST_TITLE), wanted.title, "Say what needs fixing."
        ),
        "description": check.read(
            "description", partial(text.block, limit=LONGEST), wanted.description
        ),
        "access_notes": check.read(
            "access_notes", partial(text.line, limit=LONGEST_NOTE), wanted.access_notes
        ),
        "pets": check.read("pets", partial(text.line, limit=LONGEST_NOTE), wanted.pets),
        "category": wanted.category,
        "priority": wanted.priority,
        "may_enter": wanted.may_enter,
        "windows": json.dumps(_checked_times(check, wanted.times, home.place.zone, at)),
    }
    if wanted.category not in CATEGORIES:
        check.refuse("category", "Choose the kind of problem.")
    if wanted.priority not in PRIORITIES:
        check.refuse("priority", "Choose one of the four.")
    _check_files(check, wanted.files)
    if wanted.people and home.tie:
        raise Missing
    check.finish()
    return columns


def _checked_times(check: Check, typed: Sequence[Typed], zone: str, at: int) -> list[list[int]]:
    given = [one for one in typed if not one.is_blank]
    if len(given) > MOST_TIMES:
        check.refuse("times", f"Give at most {MOST_TIMES} times.")
    spans = set()
    for one in given:
        try:
            spans.add(times.read(one, zone))
        except ValueError as error:
            check.refuse("times", str(error))
    if any(ends <= at for _, ends in spans):
        check.refuse("times", "This time has passed already.")
    if any(begins > at + FARTHEST for begins, _ in spans):
        check.refuse("times", "Choose times within a year.")
    return [[begins, ends] for begins, ends in sorted(spans)]


def check_kind(kind: str) -> None:
    """Let only photos and videos go with a request.

    :raises Invalid: for the field `files`, for files of another kind.
    """
    if kind not in (IMAGE, VIDEO):
        raise Invalid({"files": WRONG_KIND})


def _check_files(check: Check, files: Sequence[Attachment]) -> None:
    kinds = [file.kind for file in files]
    if any(kind not in (IMAGE, VIDEO) for kind in kinds):
        check.refuse("files", WRONG_KIND)
    if kinds.count(IMAGE) > MOST_PHOTOS:
        check.refuse("files", f"Add at most {MOST_PHOTOS} photos.")
    if kinds.count(VIDEO) > MOST_VIDEOS:
        check.refuse("files", "Add at most one video.")


def _carry(request: MaintenanceRequest, files: Sequence[Attachment]) -> None:
    for position, file in enumerate(attachments.claim(files)):
        file.request, file.position = request, position
        file.save()


def _lock(person: User, home: Home, people: Sequence[int]) -> None:
    """Lock what decides whether the request may be written, in the order of MODEL 4."""
    own = (Connection.account == home.account.id) & (Connection.user == person)
    ties = Connection.select().where(own | Connection.id.in_(list(people)))
    list(locked(Account.select().where(Account.id == home.account.id)))
    list(locked(ties.order_by(Connection.id), "FOR SHARE"))


def _next_number(account: Account) -> int:
    """The number of a new request of a locked account: they are dense (SPEC 5)."""
    taking = Account.update(next_request=Account.next_request + 1).where(Account.id == account.id)
    (taken,) = taking.returning(Account.next_request).tuples().execute()
    return int(taken[0]) - 1


def _known(person: User, client_id: str, wanted: Wanted) -> MaintenanceRequest | None:
    stored = MaintenanceRequest.get_or_none(
        (MaintenanceRequest.creator == person.id) & (MaintenanceRequest.client_id == client_id)
    )
    if stored is None:
        return None
    RequestView.load(person, stored.id)
    if stored.request_hash not in ("", wanted.fingerprint()):
        raise Conflict("This was already sent with other content. Send it as a new request.")
    return stored


def _one_spelling(client_id: str) -> str:
    try:
        return str(UUID(client_id))
    except ValueError:
        raise Invalid({"client_id": "The sending app gave no proper request id."}) from None
