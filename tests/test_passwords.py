"""Passwords: what may be chosen, and that comparing tells nothing but yes and no."""

import hashlib

import pytest

from models import passwords
from tests import quick


@pytest.fixture(autouse=True)
def _as_everywhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "METHOD", quick.THOROUGHLY)


@pytest.mark.parametrize("password", ["", " " * 20, "ninechars", "         a", "short 🦊"])
def test_a_short_password_cannot_be_chosen(password: str) -> None:
    assert passwords.fault(password) == "Use at least 10 characters."


def test_a_very_long_password_cannot_be_chosen() -> None:
    assert passwords.fault("x" * 201) == "Use at most 200 characters."


@pytest.mark.parametrize(
    "password", ["x" * 10, "x" * 200, "לילה טוב לכולם", "🦊" * 10, "a\x00b" * 5]
)
def test_a_chosen_password_is_the_only_one_that_fits(password: str) -> None:
    assert passwords.fault(password) is None
    kept = passwords.hash_of(password)
    assert passwords.verify(kept, password)
    assert not passwords.verify(kept, password + "x")
    assert password not in kept


def test_nobody_has_a_password() -> None:
    assert not passwords.verify(None, "")
    assert not passwords.verify(None, "hallway-demo")
    assert not passwords.verify("", "")


def test_comparing_for_nobody_is_the_same_work_as_for_somebody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, work = passwords.hash_of("hallway-demo"), []
    scrypt = hashlib.scrypt

    def counted(*given: bytes, salt: bytes, n: int, r: int, p: int, **others: int) -> bytes:
        work.append((n, r, p, len(salt)))
        return scrypt(*given, salt=salt, n=n, r=r, p=p, **others)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    passwords.verify(kept, "another password")
    passwords.verify(None, "another password")
    passwords.verify(kept, "x" * 201)
    assert work == [(32768, 8, 1, 16)] * 3
