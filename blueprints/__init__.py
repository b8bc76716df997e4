"""How Hallway reaches people: the list of the product's areas, and what they share."""

from flask import Flask, g, request

from blueprints import (
    accounts,
    auth,
    commands,
    connecting,
    contact,
    contacts,
    dashboard,
    dev_mail,
    disconnecting,
    errors,
    extensions,
    files,
    groups,
    health,
    homes,
    importing,
    invitations,
    links,
    live,
    maintenance,
    maintenance_settings,
    marks,
    messages,
    notifications,
    photos,
    properties,
    pwa,
    rendering,
    request_acts,
    saved,
    search,
    security,
    settings,
    sharing,
    signing,
    submitting,
    team,
    threads,
    visits,
    whose,
)
from blueprints import help as help_pages
from models.database import db

# Its handlers register themselves when it is imported.
SOCKETS = live

AREAS = (
    auth.bp,
    links.bp,
    dashboard.bp,
    threads.bp,
    messages.bp,
    saved.bp,
    groups.bp,
    marks.bp,
    files.bp,
    submitting.bp,
    maintenance.bp,
    maintenance_settings.bp,
    request_acts.bp,
    sharing.bp,
    visits.bp,
    invitations.bp,
    contacts.bp,
    contact.bp,
    homes.bp,
    disconnecting.bp,
    importing.bp,
    connecting.bp,
    properties.bp,
    search.bp,
    settings.bp,
    photos.bp,
    accounts.bp,
    team.bp,
    notifications.bp,
    help_pages.bp,
    dev_mail.bp,
    health.bp,
    pwa.bp,
)

# These answer without the request's database connection: static files need none, and the
# health check must be able to say that there is none.
WITHOUT_DATABASE = frozenset({"static", "health.healthz", "pwa.manifest", "pwa.worker"})


def init_app(app: Flask) -> None:
    """Bind the extensions, register every area, the errors and the command line."""
    rendering.init_app(app)
    # First, so that a refusal can be shown on the page of who is signed in.
    app.before_request(_open_database)
    security.prepare(app)
    whose.init_app(app)
    app.teardown_request(_close_database)
    extensions.login_manager.login_view = "auth.sign_in"
    extensions.login_manager.init_app(app)
    app.before_request(signing.refuse_another)
    extensions.mail.init_app(app)
    extensions.limiter.init_app(app)
    for area in AREAS:
        app.register_blueprint(area)
    files.init_app(app)
    errors.init_app(app)
    commands.init_app(app)
    extensions.socketio.init_app(
        app,
        async_mode=app.config["ASYNC_MODE"],
        # Compression costs 92 KB of memory for every open page and saves little on fragments.
        http_compression=False,
        websocket_compression=False,
        max_http_buffer_size=65536,
    )
    security.wrap(app)


def _open_database() -> None:
    if request.endpoint not in WITHOUT_DATABASE:
        # A test may hold the connection already; then it is not ours to close.
        g.opened_database = db.connect(reuse_if_open=True)


def _close_database(_error: BaseException | None) -> None:
    if g.pop("opened_database", False) and not db.is_closed():
        db.close()
