"""The command line: `flask --app app <command>`."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from blueprints import launch
from models import database, demo, reset


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(migrate)
    app.cli.add_command(reset_to_demo)


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Bring the database up to date."""
    applied = database.migrate()
    click.echo("\n".join(applied) or "The database is up to date.")


@click.command("demo")
@with_appcontext
def reset_to_demo() -> None:
    """Empty the database and load the demo data."""
    exposure = launch.exposed_by(current_app)
    if exposure:
        raise click.ClickException(f"Demo data is for a private server only, and {exposure}.")
    reset.drop_everything()
    database.migrate()
    with database.db.connection_context():
        demo.load(current_app.extensions["hallway.storage"])
    click.echo(launch.sign_ins())
