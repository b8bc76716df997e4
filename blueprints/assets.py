"""Static files under content-hashed addresses, and the two inline scripts that pages carry."""

import hashlib
import json
import mimetypes
import re
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask, abort, current_app, request
from jinja2 import Environment
from markupsafe import Markup
from werkzeug.wrappers import Response

from blueprints import building, compression, esmodules
from blueprints.glyphs import on_grid

LATE = "late.html"
ICONS = "icons/all.svg"
YEAR = 60 * 60 * 24 * 365
IMPORTED = re.compile(r"js/(?!main\.|worker\.)(.*)\.js")
# What the messenger is made of, and what it shows late. Other pages are kept as they are visited.
SHELL = re.compile(
    r"js/(?!worker\.)|sheets/(messenger|late)\.|vendor/.*\.js|fonts/.*-latin\.woff2|icons/icon\.svg"
)

# Sets the colour scheme before the first paint; the choice is kept by static/js. What a browser
# needs for dates it reads once, which takes a slow phone a twentieth of a second: it does so while
# styles and scripts are on their way, and not when they are there. A page whose
# script or stylesheet is of a release that is gone asks for itself as it is now: once, or it would
# do so for ever where nothing answers.
HEAD = building.small(
    "text/javascript",
    """\
(() => {
  let choice = null;
  try { choice = localStorage.getItem("hallway-theme"); } catch {}
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme =
    choice === "light" || choice === "dark" ? choice : dark ? "dark" : "light";
  setTimeout(Intl.DateTimeFormat);
  addEventListener("error", ({ target }) => {
    if (!target.matches?.("script, link[rel=stylesheet]")) return;
    try {
      if (Date.now() - sessionStorage.getItem("hallway-asked-again") < 60_000) return;
      sessionStorage.setItem("hallway-asked-again", Date.now());
      location.reload();
    } catch {}
  }, true);
})();
""",
)


@dataclass(frozen=True)
class Asset:
    """One file as it is served, and compressed once somebody asks for that."""

    name: str
    content: bytes
    packed: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def address(self) -> str:
        """Its address, which changes with its content."""
        return building.address(self.name, self.content)

    @cached_property
    def type(self) -> str:
        """Its media type."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def body(self, encoding: str | None) -> bytes:
        """The content in an encoding; takes up to a fifth of a second the first time."""
        if encoding is None:
            return self.content
        if encoding not in self.packed:
            self.packed[encoding] = compression.pack(self.content, encoding, 11)
        return self.packed[encoding]


class Assets:
    """What is served of the static folder, as it was when the server started."""

    def __init__(self, folder: Path, templates: Path, drawn: Environment) -> None:
        self.drawn = drawn
        self.templates = b"".join(path.read_bytes() for path in sorted(templates.rglob("*.html")))
        self.files = {
            name: Asset(name, content) for name, content in building.build(folder).items()
        }

    @cached_property
    def late(self) -> Asset:
        """Parts that scripts fetch when one of them is needed, the same for everybody."""
        template = self.drawn.get_template("partials/late_parts.html")
        return Asset(LATE, template.render(asset=self.address).encode())

    @cached_property
    def glyphs(self) -> dict[str, str]:
        """The outlines of the icons by name and weight, as `bell:regular`."""
        module: Any = self.drawn.get_template("macros/icons.html").module
        glyphs: dict[str, str] = module.glyphs
        return glyphs

    @cached_property
    def icons(self) -> Asset:
        """Every icon in one file, which pages draw from: a device keeps it."""
        symbols = "".join(
            f'<symbol id="{name}" viewBox="0 0 256 256"><path d="{on_grid(path)}"/></symbol>'
            for name, path in self.glyphs.items()
        )
        return Asset(ICONS, f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'.encode())

    @cached_property
    def import_map(self) -> str:
        """JSON that tells scripts where those are that they import late, as `hallway/viewer`."""
        scripts = {
            esmodules.PREFIX + found[1]: self.address(name)
            for name in self.files
            if (found := IMPORTED.match(name))
        }
        return json.dumps({"imports": scripts}, separators=(",", ":"))

    @cached_property
    def inline_hashes(self) -> list[str]:
        """What the content security policy must name so that the two inline scripts run."""
        return [f"'sha256-{sha256_base64(text)}'" for text in (self.import_map, HEAD)]

    @cached_property
    def shell(self) -> list[str]:
        """The addresses of what the messenger is made of, for a device to keep."""
        kept = [file.address for name, file in self.files.items() if SHELL.match(name)]
        return [*kept, self.late.address, self.icons.address]

    @cached_property
    def release(self) -> str:
        """What names this release: a digest of everything that is served and drawn from."""
        addresses = "".join(sorted(file.address for file in self.files.values()))
        return hashlib.sha256(addresses.encode() + self.templates).hexdigest()[:10]

    def draw(self) -> None:
        """Draw what is drawn once, before the first request waits for it and others with it."""
        _ = self.shell, self.release, self.inline_hashes

    def file(self, name: str) -> Asset:
        """A file by its name.

        :raises KeyError: when there is none, so that a misspelt name is noticed.
        """
        if name == LATE:
            return self.late
        return self.icons if name == ICONS else self.files[name]

    def address(self, name: str) -> str:
        """The address of a file, which changes with its content.

        :raises KeyError: when there is no such file.
        """
        return self.file(name).address

    def icon(self, name: str, weight: str = "regular") -> str:
        """The address of an icon.

        :raises KeyError: when it is not drawn in that weight.
        """
        key = f"{name}:{weight}"
        if key not in self.glyphs:
            raise KeyError(key)
        return f"{self.icons.address}#{key}"


def init_app(app: Flask) -> None:
    """Serve the static folder; give templates `asset()`, `import_map()` and the like."""
    static, templates = app.static_folder or "static", app.template_folder or "templates"
    made = Assets(Path(static), Path(app.root_path) / templates, app.jinja_env)
    app.extensions["hallway.assets"] = made
    app.jinja_env.globals.update(
        asset=asset,
        icon_address=made.icon,
        import_map=import_map,
        head_script=head_script,
        release=release,
    )
    app.view_functions["static"] = serve


def serve(filename: str) -> Response:
    """A file of the static folder; under its present address it may be kept for ever."""
    try:
        file = of_app().file(filename)
    except KeyError:
        abort(404)
    current = request.full_path.rstrip("?") == file.address
    if "v" in request.args and not current:
        # A page of another release: what has the name now would not fit into it.
        return Response(status=404)
    encoding = compression.asked_for(file.type, len(file.content))
    # Whoever asks first for it compressed waits, and nobody else with them.
    body = current_app.config["OFF_HUB"](file.body, encoding)
    response = Response(body, mimetype=file.type)
    compression.label(response, file.type, encoding)
    response.set_etag(f"{file.address[-10:]}-{encoding or 'plain'}")
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if current else "no-cache"
    )
    return response.make_conditional(request)


def of_app() -> Assets:
    """The assets of the current application."""
    assets: Assets = current_app.extensions["hallway.assets"]
    return assets


def asset(name: str) -> str:
    """The content-hashed address of a static file, as `asset("js/main.js")`."""
    return of_app().address(name)


def release() -> str:
    """The name of the release that is running, see `Assets.release`."""
    return of_app().release


def import_map() -> Markup:
    """The whole `<script type="importmap">` element."""
    # Nothing of a visitor's is in it: file names and digits.
    return Markup(f'<script type="importmap">{of_app().import_map}</script>')  # noqa: S704


def head_script() -> Markup:
    """The whole `<script>` element that must run before everything; stands first in the head."""
    return Markup(f"<script>{HEAD}</script>")  # noqa: S704  # a constant


def sha256_base64(text: str) -> str:
    """The digest of an inline script as a content security policy writes it."""
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()
