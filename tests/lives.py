"""Random acts of random people, played on an application of its own; see test_town.py."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine

from app import create_app
from models.database import db
from models.user import User
from tests.signed_in import browser_of, sockets_of

ACTS = 30
"""Acts in one life."""


class Played(RuleBasedStateMachine):
    """An application with people who are signed in; what it shows them is compared with a model.

    `migrated` is a SQLite file with the present schema, to be given before a life begins.
    """

    migrated: ClassVar[Path]
    browsers: dict[str, FlaskClient]

    def open(self) -> None:
        """Have an application and a connection to its database until the life is over."""
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.migrated, self.folder / "hallway.db")
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

    def let_in(self, users: dict[str, User]) -> None:
        """Give everybody a browser and an open socket."""
        self.browsers = {who: browser_of(self.app, user) for who, user in users.items()}
        self.sockets = sockets_of(self.app, self.browsers)

    def hear(self) -> dict[str, list[dict[str, Any]]]:
        """What everybody's socket was told since the last time."""
        return {who: socket.get_received() for who, socket in self.sockets.items()}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            db.close()
            db.obj.close_all()
            shutil.rmtree(self.folder)


def case_of(machine: type[Played], lives: int) -> Any:
    """The test case in which so many lives of a machine are lived."""
    case = machine.TestCase
    case.settings = settings(
        max_examples=lives,
        stateful_step_count=ACTS,
        deadline=None,
        # What failed before is lived through first. It is printed step by step; making it shorter
        # would take minutes.
        phases=[Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    return case
