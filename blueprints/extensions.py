"""The extensions, unbound: `blueprints.init_app` gives them their application."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_mail import Mail
from flask_socketio import SocketIO

socketio = SocketIO()
login_manager = LoginManager()
mail = Mail()
# No limit applies by itself; routes that can be abused carry theirs, each with its own key.
limiter = Limiter(get_remote_address, storage_uri="memory://")
