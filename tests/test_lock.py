import hashlib
import re
import tomllib

import pytest

from tests.servers import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["postgres"],
]
LOCKS = {
    "requirements.txt": RUNTIME,
    "requirements-dev.txt": [*RUNTIME, *PROJECT["dependency-groups"]["dev"]],
}


def locked(name):
    """Each locked package (with its version) and how many hashes it has."""
    parts = re.split(r"^(?=[a-z])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    return {
        without_extras(re.split(r"[ ;]", part)[0].strip()): part.count("--hash=sha256:")
        for part in parts
    }


def without_extras(pin):
    """A pin as the locks are compared: an extra is locked as the packages it brings."""
    return re.sub(r"\[[\w,-]+\]|;.*", "", pin)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_registry_and_no_folder(name):
    text = (ROOT / name).read_text()
    for forbidden in ("://", "--index", "--find-links", "--trusted-host", " @ ", "/"):
        assert forbidden not in text


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name):
    assert all(locked(name).values())


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_holds_the_pins(name):
    assert {without_extras(pin) for pin in LOCKS[name]} <= set(locked(name))


def test_the_locks_agree():
    assert set(locked("requirements.txt")) <= set(locked("requirements-dev.txt"))


def test_every_pin_is_exact_and_has_its_reason():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    reason = False
    pins = 0
    for line in lines:
        if re.match(r'(  |\w+ = \[)"[\w-]+(\[[\w,-]+\])?==[\d.]+(; [^"]+)?"', line):
            assert reason, f"{line} has no reason"
            pins += 1
        elif line.strip().startswith("#"):
            reason = True
        elif not line.strip().startswith('"'):
            reason = False
    assert pins == len(LOCKS["requirements-dev.txt"])


@pytest.mark.parametrize("folder", ["static/vendor", "tests/vendor"])
def test_vendored_files_are_as_published(folder):
    table = (ROOT / folder / "VERSIONS.md").read_text()
    rows = re.findall(r"^\| (\S+\.js) \|.*\| ([0-9a-f]{64}) \|$", table, re.MULTILINE)
    assert {name for name, _ in rows} == {path.name for path in (ROOT / folder).glob("*.js")}
    for name, digest in rows:
        assert hashlib.sha256((ROOT / folder / name).read_bytes()).hexdigest() == digest
    for licence in re.findall(r"`(\S+LICENSE\S*?)`", table):
        assert (ROOT / folder / licence).is_file()
