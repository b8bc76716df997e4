"""What makes Hallway an app: the manifest, the service worker, the page without signal."""

import io
import json
import re

import pytest
from PIL import Image

from blueprints.security import content_security_policy


@pytest.fixture
def manifest(client):
    response = client.get("/manifest.webmanifest")
    assert response.mimetype == "application/manifest+json"
    return response.json


def test_the_manifest_names_what_an_installed_app_needs(manifest):
    assert (manifest["id"], manifest["scope"]) == ("/", "/")
    assert manifest["start_url"] == "/messages"
    assert manifest["display"] == "standalone"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable", "monochrome"}
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    assert {shot["form_factor"] for shot in manifest["screenshots"]} == {"narrow", "wide"}


def test_every_picture_of_the_manifest_is_there_and_as_large_as_it_says(manifest, client):
    shortcuts = [icon for shortcut in manifest["shortcuts"] for icon in shortcut["icons"]]
    for picture in [*manifest["icons"], *manifest["screenshots"], *shortcuts]:
        with client.get(picture["src"]) as response:
            assert response.status_code == 200, picture
            assert "immutable" in response.headers["Cache-Control"]
            if picture["sizes"] != "any":
                width, height = Image.open(io.BytesIO(response.data)).size
                assert f"{width}x{height}" == picture["sizes"]


def test_maskable_icons_fill_their_square_and_keep_the_sign_inside(manifest, client):
    for icon in manifest["icons"]:
        if icon["purpose"] == "maskable":
            with client.get(icon["src"]) as response:
                drawn = Image.open(io.BytesIO(response.data)).convert("RGBA")
            side = drawn.width
            ground = drawn.getpixel((0, 0))
            assert ground[3] == 255
            # Outside the circle of four fifths nothing but ground may lie.
            outside = [
                drawn.getpixel((x, y))
                for x in range(side)
                for y in range(side)
                if (x - side / 2) ** 2 + (y - side / 2) ** 2 > (0.4 * side) ** 2
            ]
            assert set(outside) == {ground}


def test_every_page_leads_to_the_manifest_and_to_the_icon_of_apple(client):
    page = client.get("/sign-in").text
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    assert 'rel="apple-touch-icon"' in page
    assert '<meta name="apple-mobile-web-app-title" content="Hallway">' in page


def test_the_policy_lets_manifest_and_worker_be_ours_alone(app):
    policy = content_security_policy(app)
    assert "manifest-src 'self'; worker-src 'self';" in policy


def test_the_worker_is_checked_again_at_every_visit_and_knows_its_release(app, client):
    response = client.get("/sw.js")
    assert response.mimetype == "text/javascript"
    assert response.headers["Cache-Control"] == "no-cache"
    about = json.loads(re.match(r"self\.hallway=(.*);\n", response.text)[1])
    page = client.get("/sign-in").text
    assert f'<html lang="en" data-release="{about["release"]}">' in page
    again = client.get("/sw.js", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_the_shell_has_everything_the_page_without_signal_asks_for(client):
    about = json.loads(re.match(r"self\.hallway=(.*);\n", client.get("/sw.js").text)[1])
    assert "/offline" in about["shell"]
    page = client.get("/offline").text
    asked = re.findall(r'<(?:script|link rel="(?:stylesheet|preload)")[^>]*"(/static/[^"]+)"', page)
    assert asked
    assert set(asked) <= set(about["shell"])
    for address in about["shell"]:
        with client.get(address) as response:
            assert response.status_code == 200, address


def test_the_page_without_signal_is_the_same_for_everybody(client):
    page = client.get("/offline")
    assert "You're offline" in page.text
    assert "Set-Cookie" not in page.headers
    assert 'href="/sign-in"' not in page.text


def test_what_is_shared_is_taken_by_the_device_and_never_read_here(manifest, client):
    target = manifest["share_target"]
    assert (target["action"], target["method"]) == ("/share", "POST")
    assert target["enctype"] == "multipart/form-data"
    # As browsers post it: in nobody's name. Far more than a message may have.
    body = {"data": b"x" * 3_000_000, "content_type": "multipart/form-data; boundary=x"}
    headers = {"Sec-Fetch-Site": "none", "Origin": "null"}
    answer = client.post("/share", headers=headers, **body)
    assert (answer.status_code, answer.location) == (303, "/messages")
    assert "Share it once more." in client.get("/sign-in").text
