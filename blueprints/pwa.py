"""What makes Hallway an app on a device: manifest, service worker, and the page without signal."""

import json
from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from blueprints.assets import asset, of_app
from blueprints.rendering import page_or_partial

bp = Blueprint("pwa", __name__)

GROUND = "#F5F5F2"
"""Behind the icon while the app starts; tokens.css has it as --bg."""

BAR = "#FFFFFF"
"""Around the page until it says itself; tokens.css has it as --surface."""

SHORTCUTS = (("Messages", "/messages"), ("Find somebody", "/search"))
"""What everybody has. An installed app cannot know whose channels are whose."""

SCREENSHOTS = (
    ("list-phone", "780x1688", "narrow", "Your conversations, the newest first"),
    ("conversation-phone", "780x1688", "narrow", "A conversation with your landlord"),
    ("messenger-desktop", "2160x1350", "wide", "Conversations, messages and details side by side"),
)
"""What a browser may show before it installs; docs/screenshots.py takes them."""

SHARED = [
    "image/*",
    "video/*",
    "audio/*",
    "text/*",
    "application/pdf",
    "application/zip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.*",
    "application/vnd.oasis.opendocument.*",
]
"""What other apps may share to Hallway, as a message may carry it."""


@bp.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a browser reads to install Hallway (SPEC 7)."""
    return Response(json.dumps(described()), mimetype="application/manifest+json")


@bp.get("/sw.js")
def worker() -> Response:
    """The service worker with the release it belongs to; stands at the root, for all pages."""
    assets = of_app()
    release = {"release": assets.release, "shell": [*assets.shell, "/offline"]}
    script = assets.files["js/worker.js"].content
    response = Response(
        f"self.hallway={json.dumps(release)};\n".encode() + script, mimetype="text/javascript"
    )
    response.set_etag(assets.release)
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


@bp.post("/share")
def share() -> Response:
    """Where other apps share to; the device takes it before it comes here (SPEC 7).

    It comes here only where there is no worker yet. Nothing of it is read.
    """
    flash("Hallway was not ready for that. Share it once more.")
    return redirect("/messages", 303)


@bp.get("/offline")
def offline() -> Response:
    """What the worker shows in place of a page that cannot be had, the same for everybody."""
    return page_or_partial("offline")


def described() -> dict[str, Any]:
    """The manifest, as W3C's "Web Application Manifest" names its members."""
    return {
        # Stays what it is when the page that opens first becomes another.
        "id": "/",
        "name": "Hallway",
        "short_name": "Hallway",
        "description": "Messages between tenants, landlords and service pros, with photos and "
        "files, on the record.",
        "lang": "en",
        "dir": "ltr",
        "start_url": "/messages",
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": BAR,
        "categories": ["communication", "business"],
        "icons": [
            _icon("icon-192.png", "192x192"),
            _icon("icon-512.png", "512x512"),
            _icon("icon.svg", "any"),
            _icon("icon-maskable-192.png", "192x192", "maskable"),
            _icon("icon-maskable-512.png", "512x512", "maskable"),
            _icon("icon-mono-96.png", "96x96", "monochrome"),
            _icon("icon-mono-512.png", "512x512", "monochrome"),
        ],
        "shortcuts": [
            {"name": name, "url": address, "icons": [_icon("icon-192.png", "192x192")]}
            for name, address in SHORTCUTS
        ],
        "share_target": {
            "action": "/share",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "files", "accept": SHARED}],
            },
        },
        "screenshots": [
            {
                "src": asset(f"screenshots/{name}.webp"),
                "type": "image/webp",
                "sizes": sizes,
                "form_factor": form,
                "label": label,
            }
            for name, sizes, form, label in SCREENSHOTS
        ],
    }


def _icon(name: str, sizes: str, purpose: str = "any") -> dict[str, str]:
    kind = "image/svg+xml" if name.endswith(".svg") else "image/png"
    return {"src": asset(f"icons/{name}"), "sizes": sizes, "type": kind, "purpose": purpose}
