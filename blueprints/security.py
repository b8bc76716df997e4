"""What every request must pass and every response carries: origin, headers, clean input."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, abort, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

log = logging.getLogger(__name__)

# The program that shows a mail stops such mails with a POST of its own (RFC 8058). The address
# carries the right to it; no cookie is read.
# What other apps share is posted by the browser in nobody's name, and nothing of it is read.
OPEN_TO_ALL = frozenset({"notifications.unsubscribe", "pwa.share"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LARGEST_ID = 2**63 - 1
HALF_A_YEAR = 60 * 60 * 24 * 182

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    "Cache-Control": "private, no-cache",
}

NO_CONTENT = "204"
# Not so a 304: its headers take the place of those of the page that the browser has kept.
# Static files and data are no pages: they load nothing, and need nothing of the device.
OF_FILES = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

StartResponse = Callable[..., Callable[[bytes], object]]


class IdConverter(IntegerConverter):
    """`<int:…>` in an address: what no database can store is not found, instead of an error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"max": LARGEST_ID} | kwargs))


class Guard:
    """The outermost layer: headers on every response, those of Socket.IO and of errors too.

    It also answers what fails outside Flask, so that no server shows a traceback.
    """

    def __init__(self, inner: Callable[..., Iterable[bytes]], headers: dict[str, str]) -> None:
        self.inner = inner
        self.headers = headers
        self.of_files = {n: v for n, v in headers.items() if n != "Permissions-Policy"}
        self.of_files["Content-Security-Policy"] = OF_FILES

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI asks."""
        started = False
        is_file = environ.get("PATH_INFO", "").startswith("/static/")

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal started
            started = True
            complete = Headers(headers)
            data = complete.get("Content-Type", "").startswith("application/json")
            small = is_file or data or status.startswith(NO_CONTENT)
            for name, value in (self.of_files if small else self.headers).items():
                complete.setdefault(name, value)
            if complete["Cache-Control"].startswith("public"):
                # The login extension reads the session of every request, static files included.
                complete["Vary"] = "Accept-Encoding"
            return start_response(status, complete.to_wsgi_list(), *more)

        if any("\0" in value for name, value in environ.items() if name.startswith("HTTP_")):
            return _plain(start, "400 Bad Request", b"That request cannot be read.")
        try:
            return self.inner(environ, start)
        except Exception:
            log.exception("A request failed outside the application")
            if started:
                raise
            return _plain(start, "500 Internal Server Error", b"Something broke on our side.")


def prepare(app: Flask) -> None:
    """What must be in place before the first route is registered."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(refuse_foreign)
    app.url_value_preprocessor(_refuse_null_bytes)


def wrap(app: Flask) -> None:
    """Put the outer layers round the application, Socket.IO included."""
    trusted = app.config["PROXIES"]
    if trusted:
        # The host is taken from Host alone: a proxy must pass it on, nobody can add another.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=0)  # type: ignore[method-assign]
    headers = HEADERS | {"Content-Security-Policy": content_security_policy(app)}
    if app.config["PREFERRED_URL_SCHEME"] == "https":
        headers["Strict-Transport-Security"] = f"max-age={HALF_A_YEAR}"
    app.wsgi_app = Guard(app.wsgi_app, headers)  # type: ignore[method-assign]


def content_security_policy(app: Flask) -> str:
    """Own scripts and styles only; the two inline scripts by the digest of their very text."""
    inline = " ".join(app.extensions["hallway.assets"].inline_hashes)
    return (
        f"default-src 'none'; script-src 'self' {inline}; style-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self'; font-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def is_foreign() -> bool:
    """Whether another site made the browser send this request.

    A request with neither header is no browser's, and only browsers add cookies by themselves.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site != "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and origin.lower() != f"{request.scheme}://{request.host}".lower()


def refuse_foreign() -> None:
    """Answer 403 to an unsafe request that another site caused."""
    if request.endpoint in OPEN_TO_ALL:
        return
    if request.method not in SAFE_METHODS and is_foreign():
        current_app.logger.warning("Refused a foreign %s %s", request.method, logged_address())
        abort(403)


def logged_address() -> str:
    """The rule that the request's address fits, for a log.

    The address itself may hold the right to a link, or characters that forge a line.
    """
    return str(request.url_rule or "?")


def _refuse_null_bytes(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if any(isinstance(value, str) and "\0" in value for value in (values or {}).values()):
        abort(404)


def _plain(start: Callable[..., Any], status: str, text: bytes) -> Iterable[bytes]:
    start(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]
