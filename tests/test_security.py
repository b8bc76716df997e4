import hashlib
import re
from base64 import b64encode

import pytest
from flask import request

from app import create_app

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OURS = "http://localhost"


@pytest.fixture
def settings(tmp_path, sqlite_url):
    return {
        "TESTING": True,
        "INSTANCE_PATH": str(tmp_path),
        "DATABASE_URL": sqlite_url,
        "RATELIMIT_ENABLED": False,
    }


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/nowhere", 404),
        ("POST", "/healthz", 405),
        ("GET", "/socket.io/?EIO=4&transport=polling", 200),
        ("GET", "/socket.io/?EIO=4&transport=polling&sid=unknown", 400),
        ("GET", "/%00", 404),
        ("GET", "/%ff%fe?%ff=%fe", 404),
    ],
)
def test_every_response_carries_the_headers(client, method, address, status):
    response = client.open(address, method=method)
    assert response.status_code == status
    for name, value in EVERYWHERE.items():
        assert response.headers[name] == value
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "unsafe" not in policy
    for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in response.headers
    assert response.headers["Cache-Control"]
    response.close()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/static/vendor/htmx.min.js", 200),
        ("/static/icons/icon.svg", 200),
        ("/static/nothing.js", 404),
        ("/static/%00.js", 404),
    ],
)
def test_a_file_may_load_nothing_at_all(client, address, status):
    with client.get(address) as response:
        assert response.status_code == status
        for name, value in EVERYWHERE.items():
            assert response.headers[name] == value
        policy = set(response.headers["Content-Security-Policy"].split("; "))
        assert policy == {
            "default-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        }


def test_inline_scripts_of_a_page_are_those_the_policy_names(client):
    response = client.get("/nowhere")
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", response.text, re.DOTALL)
    assert scripts
    for script in scripts:
        digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in response.headers["Content-Security-Policy"]


def test_pages_are_private_and_checked_again(client):
    assert client.get("/nowhere").headers["Cache-Control"] == "private, no-cache"


def test_a_failing_layer_tells_nothing(app):
    def broken(environ, start_response):
        raise ValueError("the secret of the middleware")

    app.wsgi_app.inner = broken
    response = app.test_client().get("/healthz")
    assert response.status_code == 500
    assert response.text == "Something broke on our side."
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_header_with_a_null_byte_is_refused(client):
    response = client.get("/healthz", environ_overrides={"HTTP_USER_AGENT": "Fire\0fox"})
    assert response.status_code == 400


def test_an_id_no_database_can_hold_is_not_found(app):
    app.add_url_rule("/things/<int:thing_id>", "thing", lambda thing_id: f"{thing_id}")
    client = app.test_client()
    assert client.get(f"/things/{2**63 - 1}").status_code == 200
    assert client.get(f"/things/{2**63}").status_code == 404


def test_a_null_byte_in_an_address_is_not_found(app):
    app.add_url_rule("/things/<name>", "thing", lambda name: name)
    assert app.test_client().get("/things/a%00b").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": OURS}, 200),
        ({"Origin": "HTTP://LOCALHOST"}, 200),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://localhost/"}, 403),
        ({"Origin": "http://[broken"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://proxy.example"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OURS}, 403),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_foreign_unsafe_requests_are_refused(app, method, headers, status):
    app.add_url_rule("/act", "act", lambda: "done", methods=[method])
    response = app.test_client().open("/act", base_url=OURS, method=method, headers=headers)
    assert response.status_code == status


def test_foreign_reading_is_served(client):
    response = client.get("/healthz", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 200


def where_from(settings, headers):
    app = create_app(settings)
    app.add_url_rule("/from", "from", lambda: f"{request.remote_addr} {request.scheme}")
    return app.test_client().get("/from", headers=headers, base_url=OURS).text


def test_forwarded_headers_are_believed_only_by_setting(settings):
    headers = {
        "X-Forwarded-For": "203.0.113.9, 198.51.100.4",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
    }
    assert where_from(settings, headers) == "127.0.0.1 http"
    assert where_from(settings | {"PROXIES": 1}, headers) == "198.51.100.4 https"


def test_https_brings_strict_transport_and_secure_cookies(settings):
    app = create_app(settings | {"BASE_URL": "https://hallway.example.com"})
    response = app.test_client().get("/healthz")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
    assert app.config["SESSION_COOKIE_SECURE"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(app):
    from flask import session

    app.add_url_rule("/mark", "mark", lambda: session.update(mark=1) or "")
    cookie = app.test_client().get("/mark").headers["Set-Cookie"]
    assert cookie.startswith("hallway_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_a_page_that_did_not_change_keeps_what_it_may_load(client):
    # The headers of a 304 take the place of those the browser has kept (RFC 9111, 3.2).
    page = client.get("/sign-in")
    again = client.get("/sign-in", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    policy = "Content-Security-Policy"
    assert again.headers[policy] == page.headers[policy]
