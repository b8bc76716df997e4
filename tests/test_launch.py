"""What a server does with its database before the first request."""

import pytest

from app import create_app
from blueprints import launch
from models import database, demo, reset
from models.database import db
from models.user import User


@pytest.fixture
def settings(tmp_path):
    return {
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.db",
    }


@pytest.fixture
def made(settings):
    """Makes applications on one database that does not exist yet."""
    yield lambda **more: create_app(settings | more)
    db.obj.close_all()


def people():
    with db.connection_context():
        return User.select().count()


def test_a_private_server_loads_the_demo_data_once(made):
    app = made()
    launch.prepare(app)
    count = people()
    assert count >= len(demo.SIGN_INS)
    launch.prepare(app)
    assert people() == count
    assert "maya@birchandvine.example" in launch.sign_ins()
    for exposed in ({"HOST": "0.0.0.0"}, {"MAIL_SERVER": "mail.example"}, {"PROXIES": 1}):
        with pytest.raises(launch.CannotStart, match=r"password is public, and .* Use another"):
            launch.prepare(made(**exposed))


def test_a_server_others_reach_loads_no_demo_data(made):
    launch.prepare(made(BASE_URL="https://hallway.example.com"))
    assert people() == 0
    assert launch.sign_ins() == ""


def test_demo_data_can_be_declined(made):
    launch.prepare(made(DEMO=False))
    assert people() == 0


def test_demo_data_is_not_added_to_what_is_there(made):
    app = made()
    database.migrate()
    with db.connection_context():
        User.create(name="Ann", email="ann@example.com", password_hash="", created_at=1)
    launch.prepare(app)
    assert people() == 1


def test_the_demo_command_starts_afresh(made):
    app = made()
    database.migrate()
    with db.connection_context():
        User.create(name="Ann", email="ann@example.com", password_hash="", created_at=1)
    result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 0
    assert "hallway-demo" in result.output
    with db.connection_context():
        assert User.get_or_none(email="ann@example.com") is None
        assert demo.is_present()


def test_the_demo_command_spares_a_server_others_reach(made):
    app = made(BASE_URL="https://hallway.example.com")
    database.migrate()
    result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 1
    assert "private server only, and HALLWAY_BASE_URL is" in result.output
    assert people() == 0


def test_everything_can_be_dropped_and_made_again(database_url):
    database.connect_to(database_url)
    with db.connection_context():
        User.create(name="Ann", email="ann@example.com", password_hash="", created_at=1)
    reset.drop_everything()
    assert database.migrate()
    assert people() == 0
    db.obj.close_all()
