"""Pages go out compressed, to who can read that."""

import gzip

import brotli
import pytest


@pytest.mark.parametrize(
    ("asked", "encoding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, deflate", "gzip", gzip.decompress),
        ("gzip;q=1, br;q=0.5", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("br;q=0", None, bytes),
        ("", None, bytes),
    ],
)
def test_a_page_is_sent_as_asked_for(client, asked, encoding, unpack):
    response = client.get("/sign-in", headers={"Accept-Encoding": asked})
    assert response.headers.get("Content-Encoding") == encoding
    assert b"</html>" in unpack(response.data)
    assert int(response.headers["Content-Length"]) == len(response.data)
    assert {"Accept-Encoding", "HX-Request"} <= set(response.vary)


def test_an_error_is_compressed_too(client):
    response = client.get("/nowhere", headers={"Accept-Encoding": "br"})
    assert response.status_code == 404
    assert b"This door" in brotli.decompress(response.data)


@pytest.mark.parametrize("address", ["/healthz", "/static/icons/icon-32.png"])
def test_what_is_short_or_compressed_already_stays_as_it_is(client, address):
    with client.get(address, headers={"Accept-Encoding": "br"}) as response:
        assert response.status_code == 200
        assert "Content-Encoding" not in response.headers


def test_a_page_is_not_sent_again_until_it_changes(client):
    first = client.get("/sign-in", headers={"Accept-Encoding": "br"})
    known = {"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    again = client.get("/sign-in", headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert "HX-Request" in again.vary
    other = client.get("/sign-in?next=/help", headers=known)
    assert other.status_code == 200
    assert b"</html>" in brotli.decompress(other.data)
