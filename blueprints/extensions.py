"""The extensions, unbound: `blueprints.init_app` gives them their application."""

from flask import request
from flask_limiter import Limiter
from flask_login import LoginManager, current_user
from flask_mail import Mail
from flask_socketio import SocketIO


def who_asks() -> str:
    """The key that limits are counted by: the signed-in person, otherwise the address."""
    if current_user.is_authenticated:
        return f"user:{current_user.get_id()}"
    return f"address:{request.remote_addr}"


socketio = SocketIO()
login_manager = LoginManager()
mail = Mail()
# No limit applies by itself; routes that can be abused carry theirs.
limiter = Limiter(who_asks, storage_uri="memory://")
