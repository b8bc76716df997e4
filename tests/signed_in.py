"""Browsers of people who are signed in, without going through the sign-in page each time."""

from collections.abc import Mapping

from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient

from blueprints.extensions import socketio
from models import session as sessions
from models.user import User


def browser_of(app: Flask, user: User) -> FlaskClient:
    """A client with a session of `user`; its token is kept as `client.session_token`."""
    client = app.test_client()
    client.session_token = sessions.start(user, "A browser", keep=True)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = client.session_token
    return client


def sockets_of(app: Flask, browsers: Mapping[str, FlaskClient]) -> dict[str, SocketIOTestClient]:
    """An open socket for each of these browsers."""
    return {
        who: socketio.test_client(app, flask_test_client=browser)
        for who, browser in browsers.items()
    }
