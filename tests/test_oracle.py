"""Random histories in which the policy must agree with the oracle (MODEL 8).

HALLWAY_HISTORIES says how many on SQLite, an eighth of it runs on PostgreSQL.
"""

import os

import pytest

from models import database
from models.database import db
from tests.agreement import differences
from tests.histories import History

HISTORIES = int(os.environ.get("HALLWAY_HISTORIES", "60"))
STEPS = 70


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("sqlite", HISTORIES),
        pytest.param("postgres", max(HISTORIES // 8, 1), marks=pytest.mark.postgres),
    ],
)
def test_everybody_sees_what_was_handed_to_them_and_nothing_else(kind, count, request):
    database.connect_to(request.getfixturevalue(f"{kind}_url"))
    with db.connection_context():
        if kind == "sqlite":
            # What is checked here is what is said, not what a power cut leaves.
            db.execute_sql("PRAGMA synchronous = OFF")
        for seed in range(count):
            agree(seed)
    db.obj.close_all()


def agree(seed):
    history = History(seed)
    try:
        for _ in range(2):
            history.run(STEPS // 2)
            found = differences(history.world)
            assert not found, found
    except Exception as error:
        error.add_note(f"history {seed}")
        raise
