"""What is served of the static folder, under which addresses, and how long it keeps."""

import gzip
import json
import re

import brotli
import pytest

from tests.servers import ROOT


@pytest.fixture
def assets(app):
    return app.extensions["hallway.assets"]


@pytest.fixture
def get(app):
    def get(address, **headers):
        with app.test_client().get(address, headers=headers) as response:
            response.get_data()
            return response

    return get


def test_a_file_is_kept_for_ever_under_its_hashed_address_only(assets, get):
    kept = get(assets.address("vendor/htmx.min.js"))
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.headers["Vary"] == "Accept-Encoding"
    assert get("/static/vendor/htmx.min.js").headers["Cache-Control"] == "no-cache"


def test_a_page_of_another_release_is_given_nothing_that_does_not_fit_into_it(get):
    other = get("/static/js/signed_in.js?v=0123456789")
    assert (other.status_code, other.data) == (404, b"")
    assert "immutable" not in other.headers["Cache-Control"]


@pytest.mark.parametrize(("asked", "encoding"), [("gzip, deflate, br", "br"), ("gzip", "gzip")])
def test_a_script_is_sent_compressed_to_who_can_read_that(assets, get, asked, encoding):
    address = assets.address("js/signed_in.js")
    plain = get(address)
    packed = get(address, **{"Accept-Encoding": asked})
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}[encoding]
    assert packed.headers["Content-Encoding"] == encoding
    assert unpack(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Content-Encoding" not in plain.headers


def test_a_font_is_not_compressed_again(assets, get):
    font = get(assets.address("fonts/hanken-grotesk-latin.woff2"), **{"Accept-Encoding": "br"})
    assert "Content-Encoding" not in font.headers
    assert font.data == (ROOT / "static/fonts/hanken-grotesk-latin.woff2").read_bytes()


def test_what_a_browser_holds_already_is_not_sent_again(get):
    first = get("/static/icons/icon.svg")
    again = get("/static/icons/icon.svg", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_misspelt_asset_is_noticed(app):
    with app.test_request_context(), pytest.raises(KeyError):
        app.jinja_env.globals["asset"]("js/nothing.js")


def test_an_icon_is_drawn_from_the_one_file_that_has_them_all(assets, get):
    address, name = assets.icon("bell", "fill").split("#")
    drawn = get(address)
    assert f'<symbol id="{name}"' in drawn.text
    assert drawn.text.count("<symbol ") == len(assets.glyphs)
    assert (drawn.mimetype, address in assets.shell) == ("image/svg+xml", True)
    with pytest.raises(KeyError):
        assets.icon("bell", "fil")


def test_every_address_the_build_made_is_there(assets, get):
    scripts = json.loads(assets.import_map)["imports"]
    sheets = "".join(
        file.content.decode() for name, file in assets.files.items() if name.endswith(".css")
    )
    fonts = re.findall(r'url\(["\']?(.*?)["\']?\)', sheets)
    assert fonts
    for address in [*scripts.values(), *assets.shell, *fonts]:
        response = get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"], address


def test_pages_before_signing_in_never_bring_what_others_are_made_of(assets):
    """Who imports late finds the one script of that name, whichever entry it was made for."""
    reached = ["main"]
    for name in reached:
        script = assets.file(f"js/{name}.js").content.decode()
        reached += set(re.findall(r"hallway/([\w/]+)", script)) - {*reached}
    assert "removing" in reached
    assert "signed_in" not in reached


def test_the_sources_themselves_are_not_served(get):
    for name in ("js/events.js", "css/tokens.css"):
        assert get(f"/static/{name}").status_code == 404
