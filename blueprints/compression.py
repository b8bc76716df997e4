"""What is sent is compressed, when whoever asks can read that."""

import gzip
import hashlib

import brotli
from flask import Flask, current_app, request
from werkzeug.wrappers import Response

ENCODINGS = ("br", "gzip")  # the first of those asked for
PACKABLE = frozenset({
    "text/html",
    "text/css",
    "text/javascript",
    "text/plain",
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
})  # fmt: skip
WORTH_IT = 400
"""What is shorter, in bytes, hardly gets smaller."""
LONG = 16_384
"""What is longer, in bytes, is a whole page, and worth more effort."""


def init_app(app: Flask) -> None:
    """Compress every answer that is not compressed yet, and say when it is the same as before."""
    app.after_request(_compress)


def pack(body: bytes, encoding: str, effort: int = 5) -> bytes:
    """Compress with an effort of up to 11.

    :param encoding: `br` or `gzip`.
    """
    if encoding == "br":
        return brotli.compress(body, quality=effort)
    return gzip.compress(body, compresslevel=min(effort, 9), mtime=0)


def asked_for(kind: str, length: int) -> str | None:
    """The encoding in which to answer the present request; None for as it is.

    :param kind: the media type of the answer.
    :param length: how long it is, in bytes.
    """
    if kind not in PACKABLE or length < WORTH_IT:
        return None
    return request.accept_encodings.best_match(ENCODINGS)


def label(response: Response, kind: str, encoding: str | None) -> None:
    """Say in the headers how it is encoded, and that others may get it otherwise."""
    if kind in PACKABLE:
        response.vary.add("Accept-Encoding")
    if encoding:
        response.headers["Content-Encoding"] = encoding


def _compress(response: Response) -> Response:
    kind = response.mimetype or ""
    ready = response.direct_passthrough or response.is_streamed
    if ready or "Content-Encoding" in response.headers or response.status_code in {204, 206, 304}:
        return response
    if response.status_code == 200 and request.method == "GET" and "ETag" not in response.headers:
        # A page that is as the device holds it is not sent again.
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:16], weak=True)
        response.make_conditional(request)
    encoding = asked_for(kind, response.calculate_content_length() or 0)
    label(response, kind, encoding)
    if encoding and response.status_code != 304:
        response.set_data(_packed(response.get_data(), encoding))
    return response


def _packed(body: bytes, encoding: str) -> bytes:
    if len(body) < LONG:
        return pack(body, encoding)
    # A tenth smaller for a few hundredths of a second, which nobody else has to wait for.
    packed: bytes = current_app.config["OFF_HUB"](pack, body, encoding, 10)
    return packed
