"""No disagreement is worth what the oracle can see: each fault planted here must be seen."""

import gc
import inspect
import textwrap
from dataclasses import dataclass

import pytest

from models import (
    database,
    inbox,
    leaving,
    policy,
    reading,
    record,
    seen,
    sync,
    view,
    windows,
)
from models.database import db
from models.prepared import Prepared
from models.property import is_home
from models.requests import sharing
from models.requests.view import RequestView
from tests.agreement import differences
from tests.histories import History

MOST_HISTORIES = 120
STEPS = 40
TALK = {"post": 10, "wait": 1}


@dataclass
class Fault:
    """At each place of the code a text becomes another; `steps` are likely to show it."""

    places: list[tuple[object, str, str]]
    steps: dict[str, int]


FAULTS = {
    "audience ignored": Fault(
        [
            (view._lie_in, "(Message.audience.bin_and(side) != 0) & seq", "seq"),
            (seen.Span.holds, " and bool(audience & self.side)", ""),
        ],
        {"share_request": 6},
    ),
    "a canceled request goes on": Fault(
        [(sharing.end_all, "windows.close_every_window(thread.id, version)", "pass")],
        {"share_request": 6, "set_status": 8},
    ),
    "a request left is seen as it is now": Fault(
        [(RequestView.__init__, "if self.until != OPEN:", "if False:")],
        {"share_request": 4, "unshare_request": 4, "set_status": 8},
    ),
    "a request goes on after a disconnect": Fault(
        [(leaving.part, "sharing.leave_all(contact, requests, by, at)", "[]")],
        {"disconnect": 4, "connect": 2, "share_request": 4},
    ),
    "who was away comes back to a reopened request": Fault(
        [
            (
                sharing.ended_with,
                "& (Connection.connected_at.is_null() | (Connection.connected_at <= before))",
                "",
            )
        ],
        {"set_status": 12, "disconnect": 6, "connect": 8, "wait": 4, "share_request": 4},
    ),
    "owners shown in Landlord mode": Fault(
        [(policy._through_rights, "(topic.channel != OWNERS)", "(topic.channel != '')")],
        {"switch_mode": 3},
    ),
    "team rights for the contact": Fault(
        [(policy._through_rights, "~fn.EXISTS(taking_part),", "")],
        {"disconnect": 4, "hire": 4},
    ),
    "later edits shown after leaving": Fault(
        [(seen._sees_present, "_hold(spans, message, message.body_version)", "True")],
        {"edit": 10, "unshare_request": 4, "share_request": 4, "disconnect": 2},
    ),
    "group seen with any member": Fault(
        [
            (
                policy._members_in_list,
                "fn.EXISTS(present) & ~fn.EXISTS(outside)",
                "fn.EXISTS(present.where(_contact_in_list(me, member.connection, at)))",
            )
        ],
        {"gather": 4, "change_list": 4},
    ),
    "latest tenancy ignored": Fault(
        [(is_home, " | ~fn.EXISTS(better)", "")],
        {"move": 6, "wait": 6, "change_list": 4},
    ),
    "window left open at disconnect": Fault(
        [(windows.close_window, "window.to_seq = window.version = ", "window.version = ")],
        {"disconnect": 4, "connect": 2},
    ),
    "readers of announcements see who comes": Fault(
        [(record.append_event, "thread.kind == ANNOUNCEMENT and subject is not None", "False")],
        {"gather": 4, "share": 6, "unshare": 4},
    ),
    "own messages counted": Fault(
        [(inbox._build_positions, "& (message.author != person)", "")], {"read": 1}
    ),
    "deletion hidden from who has left": Fault(
        [(seen._sees_present, "message.deleted_version is not None or ", "")],
        {"delete": 8, "unshare_request": 4, "share_request": 4, "disconnect": 2},
    ),
    "client kept as the view changes": Fault(
        [(sync._changes, "not view.version <= after", "not 0 <= after")],
        {"poll": 10, "share_request": 6, "clear": 4},
    ),
    "read position falls": Fault(
        [
            (reading.set_read_position, "held = view.reached", "held = 0"),
            (reading.set_read_position, "| (ThreadPerson.read_seq < seq)", "| True"),
        ],
        {"read": 6},
    ),
    "mention marked after reading": Fault(
        [(inbox._build_positions, "& (mention.message > read)", "")], {"read": 6}
    ),
    "cleared messages counted": Fault(
        [(inbox._build_positions, "& (message.id > cleared)", "")], {"clear": 6}
    ),
}


@pytest.fixture
def plant(monkeypatch):
    """Put a fault into its function wherever that is held already; taken out at the end."""

    def put(fault):
        for function in {place for place, _, _ in fault.places}:
            source = textwrap.dedent(inspect.getsource(function))
            for place, before, after in fault.places:
                if place is function:
                    assert source.count(before) == 1, "the place of the fault has moved"
                    source = source.replace(before, after)
            made = {}
            exec(source, function.__globals__, made)  # the project's own text
            monkeypatch.setattr(function, "__code__", made[function.__name__].__code__)
        forget_prepared()

    yield put
    monkeypatch.undo()
    forget_prepared()


def forget_prepared():
    for one in gc.get_objects():
        if isinstance(one, Prepared):
            one._compiled.clear()


@pytest.fixture
def quick(sqlite_url):
    database.connect_to(sqlite_url)
    with db.connection_context():
        db.execute_sql("PRAGMA synchronous = OFF")
        yield
    db.obj.close_all()


@pytest.mark.parametrize("name", FAULTS)
def test_oracle_catches(name, quick, plant):
    fault = FAULTS[name]
    plant(fault)
    assert any(is_caught(seed, fault) for seed in range(MOST_HISTORIES))


def is_caught(seed, fault):
    history = History(seed, TALK | fault.steps)
    try:
        history.run(STEPS)
    except AssertionError:  # an answer the oracle did not expect
        return True
    return bool(differences(history.world))
