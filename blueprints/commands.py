"""The command line: `flask --app app <command>`."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from blueprints import launch
from models import chain, database, demo, reset
from models.thread import Thread


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(migrate)
    app.cli.add_command(reset_to_demo)
    app.cli.add_command(record)


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Bring the database up to date."""
    applied = database.migrate()
    click.echo("\n".join(applied) or "The database is up to date.")


@click.group("record")
def record() -> None:
    """What was said, and whether it still stands as it was said."""


@record.command("verify")
@with_appcontext
def verify() -> None:
    """Check the hash chains of every conversation; ends with 1 when one does not hold."""
    with database.connected():
        threads = [thread.id for thread in Thread.select(Thread.id).order_by(Thread.id)]
        found = [(thread, fault) for thread in threads for fault in chain.faults(thread)]
    for thread, fault in found:
        click.echo(f"Conversation {thread}: {fault}")
    if found:
        raise SystemExit(1)
    click.echo(f"Conversations checked: {len(threads)}. The record holds.")


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
