"""Static files under content-hashed addresses, and the two inline scripts that pages carry."""

import hashlib
import json
from base64 import b64encode
from functools import cached_property
from pathlib import Path

from flask import Flask, current_app, request
from markupsafe import Markup
from werkzeug.wrappers import Response

YEAR = 60 * 60 * 24 * 365
WEEK = 60 * 60 * 24 * 7

# Sets the colour scheme before the first paint; the choice is kept by static/js.
THEME = """\
(() => {
  let choice = null;
  try { choice = localStorage.getItem("hallway-theme"); } catch {}
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme =
    choice === "light" || choice === "dark" ? choice : dark ? "dark" : "light";
})();
"""


class Assets:
    """The static folder as it was when the server started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def versions(self) -> dict[str, str]:
        """Each file's version: the first ten digits of the SHA-256 of what is in it."""
        return {
            path.relative_to(self.folder).as_posix(): digest(path)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    @cached_property
    def import_map(self) -> str:
        """JSON that gives every module of static/js its bare name, as `hallway/times`."""
        modules = {
            "hallway/" + name.removeprefix("js/").removesuffix(".js"): self.address(name)
            for name in self.versions
            if name.startswith("js/") and name.endswith(".js")
        }
        return json.dumps({"imports": modules}, indent=1)

    @cached_property
    def inline_hashes(self) -> list[str]:
        """What the content security policy must name so that the two inline scripts run."""
        return [f"'sha256-{sha256_base64(text)}'" for text in (self.import_map, THEME)]

    def address(self, name: str) -> str:
        """The address of a file of the static folder that changes with its content.

        :raises KeyError: when there is no such file, so that a misspelt name is noticed.
        """
        return f"/static/{name}?v={self.versions[name]}"


def init_app(app: Flask) -> None:
    """Give templates `asset()`, `import_map()`, `theme_script()`; set how long files keep."""
    app.extensions["hallway.assets"] = Assets(Path(app.static_folder or "static"))
    app.jinja_env.globals.update(asset=asset, import_map=import_map, theme_script=theme_script)
    app.after_request(_keep_static)


def of_app() -> Assets:
    """The assets of the current application."""
    assets: Assets = current_app.extensions["hallway.assets"]
    return assets


def asset(name: str) -> str:
    """The content-hashed address of a static file, as `asset("js/main.js")`."""
    return of_app().address(name)


def import_map() -> Markup:
    """The whole `<script type="importmap">` element."""
    # Nothing of a visitor's is in it: file names and digits.
    return Markup(f'<script type="importmap">{of_app().import_map}</script>')  # noqa: S704


def theme_script() -> Markup:
    """The whole `<script>` element that sets the colour scheme; stands first in the head."""
    return Markup(f"<script>{THEME}</script>")  # noqa: S704  # a constant


def digest(path: Path) -> str:
    """The version of a file, by its content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def sha256_base64(text: str) -> str:
    """The digest of an inline script as a content security policy writes it."""
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _keep_static(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code not in {200, 206, 304}:
        return response
    name = (request.view_args or {}).get("filename", "")
    version = of_app().versions.get(name)
    if version and request.args.get("v") == version:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    elif name.startswith("fonts/"):
        # Stylesheets name fonts without a version; a font that changes gets a new name.
        response.headers["Cache-Control"] = f"public, max-age={WEEK}"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response
