"""The settings: read from the environment once, with the prefix HALLWAY_ (table in the README)."""

import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from models import clock

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024


ENGINES = ("eventlet", "threading")
WORDS = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(
    ("0", "false", "no", "off"), False
)


def truth(text: str) -> bool:
    """Whether a setting says yes: `yes`, `true`, `on` or `1`, in any case.

    :raises ValueError: with what it must be, for any other word than these and their opposites.
    """
    try:
        return WORDS[text.strip().lower()]
    except KeyError:
        raise ValueError("must be yes or no") from None


def number(least: int, most: int) -> Callable[[str], int]:
    """The reading of a whole number from `least` to `most`.

    It raises ValueError, with what the setting must be, for anything else.
    """

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"must be a number from {least} to {most}")
        return int(text)

    return read


def engine(text: str) -> str:
    """The name of a way to serve.

    :raises ValueError: with those there are, for any other.
    """
    if text not in ENGINES:
        raise ValueError(f"must be {' or '.join(ENGINES)}")
    return text


port = number(1, 2**16 - 1)

SETTINGS: dict[str, tuple[Callable[[str], Any], Any]] = {
    "ASYNC_MODE": (engine, "eventlet"),
    "BASE_URL": (str, ""),
    "DATABASE_URL": (str, ""),
    "DEMO": (truth, True),
    "HOST": (str, "127.0.0.1"),
    "MAIL_DEFAULT_SENDER": (str, ""),
    "MAIL_PASSWORD": (str, None),
    "MAIL_PORT": (port, 25),
    "MAIL_SERVER": (str, ""),
    "MAIL_USERNAME": (str, None),
    "MAX_FILE_MB": (number(1, 1000), 50),
    "MAIL_USE_SSL": (truth, False),
    "MAIL_USE_TLS": (truth, False),
    "NOTIFY_DELAY_S": (number(0, 86_400), 120),
    "PORT": (port, 5000),
    "PROXIES": (number(0, 9), 0),
    "SECRET_KEY": (str, ""),
    "STORAGE_URL": (str, ""),
}
"""Every setting with the reading of its text and its default.

A reading raises ValueError with what the setting must be, as "must be yes or no".
"""

FIXED: dict[str, Any] = {
    # A message is 10,000 characters at most; files bring limits of their own.
    "MAX_CONTENT_LENGTH": MEGABYTE,
    "MAX_FORM_MEMORY_SIZE": MEGABYTE // 2,
    "MAX_FORM_PARTS": 100,
    "SESSION_COOKIE_NAME": "hallway_session",
    "SESSION_REFRESH_EACH_REQUEST": False,  # see signing.person_of
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    # Its row ends a session; the cookie only must not go before.
    "PERMANENT_SESSION_LIFETIME": 365 * clock.DAY // clock.SECOND,
}


SHORTEST_KEY = 32
"""Characters."""


class BadSetting(ValueError):
    """A setting that cannot be used; its text is a sentence for the operator."""


def instance_path(environ: Mapping[str, str] = os.environ) -> str:
    """The folder that holds database, keys and mails: HALLWAY_INSTANCE_PATH or `instance/`."""
    return str(Path(environ.get("HALLWAY_INSTANCE_PATH") or ROOT / "instance").absolute())


def settings(
    folder: Path, overrides: Mapping[str, Any], environ: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """The whole configuration, by Flask's names.

    :param folder: the instance folder; made here, with the secret key, when missing.
    :param overrides: names and values that win over the environment.
    :raises BadSetting: for a text its reading refuses, or a base address that is not http(s).
    """
    values = FIXED | {name: _read(environ, name) for name in SETTINGS} | dict(overrides)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    values["SECRET_KEY"] = values["SECRET_KEY"] or secret_key(folder / "secret_key")
    values["DATABASE_URL"] = values["DATABASE_URL"] or f"sqlite:///{folder}/hallway.db"
    values["STORAGE_URL"] = values["STORAGE_URL"] or f"file://{quote(str(folder / 'files'))}"
    values["PUBLIC"] = bool(values["BASE_URL"]) and not is_loopback(
        urlsplit(values["BASE_URL"]).hostname or ""
    )
    values["BASE_URL"] = (values["BASE_URL"] or _own_address(values)).rstrip("/")
    address = urlsplit(values["BASE_URL"])
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise BadSetting("HALLWAY_BASE_URL must be an address as https://hallway.example.com.")
    values["SERVER_NAME"] = address.netloc
    values["PREFERRED_URL_SCHEME"] = address.scheme
    values["SESSION_COOKIE_SECURE"] = address.scheme == "https"
    values["MAIL_DEFAULT_SENDER"] = (
        values["MAIL_DEFAULT_SENDER"] or f"Hallway <hallway@{address.hostname}>"
    )
    return values


def is_loopback(host: str) -> bool:
    """Whether `host` can only be reached from this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def secret_key(path: Path) -> str:
    """The key kept at `path`, written there (mode 0600) when there is none.

    Two processes may start at once: the key is written aside and linked into place, which
    only the first can do, so both read the same whole key.

    :raises BadSetting: when the file is empty or its key is short enough to be guessed.
    """
    if not path.exists():
        aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    key = path.read_text().strip()
    if len(key) < SHORTEST_KEY:
        raise BadSetting(f"{path.name} in the instance folder holds no key. Delete that file.")
    return key


def _read(environ: Mapping[str, str], name: str) -> Any:
    parse, default = SETTINGS[name]
    # HOST and PORT are what people type before `make run`.
    text = environ.get(f"HALLWAY_{name}") or (
        environ.get(name) if name in {"HOST", "PORT"} else None
    )
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as error:
        raise BadSetting(f"HALLWAY_{name} {error}, not “{text}”.") from error


def _own_address(values: Mapping[str, Any]) -> str:
    host = values["HOST"]
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104  # compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{values['PORT']}" if ":" in host else f"http://{host}:{values['PORT']}"
