"""What is served of the static folder: scripts and stylesheets made of parts, the rest as is."""

import hashlib
import importlib
import importlib.util
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from blueprints.bundling import bundle

# The modules that pages begin with, before signing in and after, and the service worker.
ENTRIES = ("main", "signed_in", "worker")

# The stylesheets that pages link, each of these parts of static/css: for the pages before signing
# in, for the messenger, for what it shows once somebody touches it or of a maintenance request, and
# for all other pages.
SHEETS = {
    "auth": (
        "layers", "tokens", "base", "layout", "buttons", "fields", "avatars", "chips", "header",
        "toasts", "auth", "utilities",
    ),
    "messenger": (
        "layers", "tokens", "base", "layout", "buttons", "avatars", "chips", "header",
        "navigation", "panes", "rows", "install", "search", "conversation", "log",
        "files", "composer", "mentions", "detail", "groups", "toasts", "empty", "utilities",
    ),
    "late": (
        "layers", "menus", "fields", "mentioning", "message_acts", "uploads", "viewer", "dialogs",
        "pages", "requests", "requesting", "sharing", "about", "audience",
    ),
    "pages": (
        "layers", "tokens", "base", "layout", "buttons", "fields", "avatars", "chips", "header",
        "navigation", "menus", "panes", "rows", "search", "files", "mentions", "uploads", "viewer",
        "detail", "dialogs", "toasts", "empty", "pages", "dashboard", "contacts", "contact",
        "requests", "requesting", "sharing", "groups", "import", "about",
        "audience", "settings", "team", "help", "utilities",
    ),
}  # fmt: skip

# Where it has no wheel, everything is served as it is written, and works alike.
minifier: Any = importlib.import_module("minify") if importlib.util.find_spec("minify") else None
FONT = re.compile(r'url\("\.\./(fonts/[\w.-]+)"\)')


@cache
def build(folder: Path) -> Mapping[str, bytes]:
    """Each file to serve by its name, as `js/main.js` or `fonts/hanken-grotesk-latin.woff2`.

    Of a script that is imported late, the name is that of its module. What is in the folder is
    read once per process.

    :raises esmodules.CannotBundle: for a module that cannot be read.
    """
    parts = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    as_is = {
        name: path.read_bytes()
        for name, path in parts.items()
        if path.is_file() and not name.startswith(("js/", "css/"))
    }
    return as_is | _scripts(folder / "js") | _sheets(folder / "css", as_is)


def address(name: str, content: bytes) -> str:
    """The address of a file, which changes with what is in it."""
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def _scripts(folder: Path) -> dict[str, bytes]:
    sources = {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text()
        for path in sorted(folder.rglob("*.js"))
    }
    scripts: dict[str, bytes] = {}
    for entry in ENTRIES:
        made = bundle(sources, entry)
        scripts |= {f"js/{name}.js": small("text/javascript", made[name]).encode() for name in made}
    return scripts


def _sheets(folder: Path, others: Mapping[str, bytes]) -> dict[str, bytes]:
    def at_its_address(font: re.Match[str]) -> str:
        return f'url("{address(font[1], others[font[1]])}")'

    sheets: dict[str, bytes] = {}
    for name, parts in SHEETS.items():
        text = "\n".join((folder / f"{part}.css").read_text() for part in parts)
        sheets[f"sheets/{name}.css"] = small("text/css", FONT.sub(at_its_address, text)).encode()
    return sheets


def small(kind: str, text: str) -> str:
    """A script or a stylesheet without what only people need.

    :param kind: its media type, `text/javascript` or `text/css`.
    """
    made: str = minifier.string(kind, text) if minifier else text
    return made
