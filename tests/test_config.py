import stat
import threading

import pytest

from app import RUNNERS, create_app
from blueprints import config, launch


def read(tmp_path, overrides=None, **environ):
    return config.settings(tmp_path, overrides or {}, environ)


def test_defaults_serve_this_machine_only(tmp_path):
    values = read(tmp_path)
    assert values["BASE_URL"] == "http://127.0.0.1:5000"
    assert values["DATABASE_URL"] == f"sqlite:///{tmp_path}/hallway.db"
    assert not values["PUBLIC"]
    assert not values["SESSION_COOKIE_SECURE"]


def test_settings_are_text_whatever_they_look_like(tmp_path):
    values = read(tmp_path, HALLWAY_SECRET_KEY="12345", HALLWAY_MAIL_PASSWORD="true")
    assert values["SECRET_KEY"] == "12345"
    assert values["MAIL_PASSWORD"] == "true"


def test_host_and_port_work_without_the_prefix(tmp_path):
    assert read(tmp_path, HOST="::1", PORT="5100")["BASE_URL"] == "http://[::1]:5100"
    assert read(tmp_path, HOST="0.0.0.0")["BASE_URL"] == "http://127.0.0.1:5000"
    assert read(tmp_path, PORT="1", HALLWAY_PORT="2")["PORT"] == 2


@pytest.mark.parametrize("text", ["five", "70000", "0", "-1"])
def test_a_port_that_is_none_is_a_sentence(tmp_path, text):
    with pytest.raises(config.BadSetting, match=f"HALLWAY_PORT must be .* not “{text}”"):
        read(tmp_path, PORT=text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("yes", True), (" ON ", True), ("1", True), ("no", False), ("False", False), ("0", False)],
)
def test_yes_and_no_are_read_in_every_usual_word(tmp_path, text, meant):
    assert read(tmp_path, HALLWAY_DEMO=text)["DEMO"] is meant


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("MAIL_USE_TLS", "ture", "HALLWAY_MAIL_USE_TLS must be yes or no, not “ture”."),
        ("DEMO", "never", "HALLWAY_DEMO must be yes or no, not “never”."),
        ("PROXIES", "-1", "HALLWAY_PROXIES must be a number from 0 to 9, not “-1”."),
        ("PROXIES", "one", "HALLWAY_PROXIES must be a number from 0 to 9, not “one”."),
        ("PROXIES", "²", "HALLWAY_PROXIES must be a number from 0 to 9, not “²”."),
        ("ASYNC_MODE", "gevent", "HALLWAY_ASYNC_MODE must be eventlet or threading, not “gevent”."),
    ],
)
def test_each_setting_says_what_it_must_be(tmp_path, name, text, sentence):
    with pytest.raises(config.BadSetting) as refusal:
        read(tmp_path, **{f"HALLWAY_{name}": text})
    assert str(refusal.value) == sentence


def test_every_engine_has_its_runner():
    assert set(config.ENGINES) == set(RUNNERS)


@pytest.mark.parametrize("address", ["hallway.example.com", "ftp://hallway.example.com", "http://"])
def test_a_base_address_must_be_one(tmp_path, address):
    with pytest.raises(config.BadSetting, match="HALLWAY_BASE_URL"):
        read(tmp_path, HALLWAY_BASE_URL=address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("http://127.0.0.1:5100", False),
        ("http://localhost", False),
        ("http://[::1]:80/", False),
        ("http://192.168.1.4", True),
        ("https://hallway.example.com", True),
        ("http://127.0.0.1.example.com", True),
    ],
)
def test_a_base_address_is_public_unless_it_is_this_machine(tmp_path, address, public):
    assert read(tmp_path, HALLWAY_BASE_URL=address)["PUBLIC"] is public


def test_the_secret_key_is_made_once_and_readable_by_nobody_else(tmp_path):
    folder = tmp_path / "instance"
    key = read(folder)["SECRET_KEY"]
    assert len(key) == 64
    assert read(folder)["SECRET_KEY"] == key
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("kept", ["", " \n", "x" * 31])
def test_a_secret_key_that_can_be_guessed_is_refused(tmp_path, kept):
    (tmp_path / "secret_key").write_text(kept)
    with pytest.raises(config.BadSetting, match="secret_key"):
        read(tmp_path)


def test_servers_that_start_at_once_share_one_secret_key(tmp_path):
    keys = []
    start = threading.Barrier(8)

    def ask():
        start.wait()
        keys.append(config.secret_key(tmp_path / "secret_key"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({}, None),
        ({"HOST": "::1"}, None),
        ({"BASE_URL": "http://localhost:5000"}, None),
        ({"HOST": "0.0.0.0"}, "it listens on 0.0.0.0"),
        ({"HOST": "192.168.1.4"}, "it listens on 192.168.1.4"),
        ({"BASE_URL": "https://hallway.example.com"}, "HALLWAY_BASE_URL is"),
        ({"MAIL_SERVER": "localhost"}, "HALLWAY_MAIL_SERVER is localhost"),
        ({"PROXIES": 1}, "HALLWAY_PROXIES trusts"),
    ],
)
def test_a_server_others_can_reach_is_noticed(tmp_path, sqlite_url, overrides, reason):
    app = create_app({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": sqlite_url} | overrides)
    exposure = launch.exposed_by(app)
    assert exposure is None if reason is None else exposure.startswith(reason)


def test_a_host_that_is_elsewhere_is_a_sentence():
    with pytest.raises(launch.CannotStart, match=r"Cannot listen on 192\.0\.2\.1"):
        launch.listen("192.0.2.1", 5199)
