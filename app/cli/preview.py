"""`inlay preview`: the designers' preview alone: no configuration, no database, no core, no host, no Node."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

import click
from flask import Flask, Response
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.cli._config import words
from app.net.ports import is_free
from app.preview.book import Book
from app.preview.export import export as write_book
from app.preview.new import write_component
from app.routes import PREVIEW
from app.web.failures import problem, translated
from app.web.headers import COMMON

HERE = "127.0.0.1"
COMPONENTS = click.option(
    "--components",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder of components.  [default: ours]",
)


def application(book: Book) -> Flask:
    """The preview's addresses around a book, and nothing else."""
    app = Flask("inlay-preview", static_folder=None, template_folder=None)
    app.extensions["inlay-preview"] = book
    for blueprint in PREVIEW:
        app.register_blueprint(blueprint)
    app.register_error_handler(Exception, lambda error: problem(translated(error)))
    app.after_request(_headed)
    return app


def _headed(response: Response) -> Response:
    for name, value in COMMON.items():
        response.headers.setdefault(name, value)
    return response


class _Quiet(WSGIRequestHandler):
    """Connections that stay open, and no line for each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object) -> None:
        """What is asked is seen in the preview itself."""


def served(book: Book, port: int = 0) -> BaseWSGIServer:
    """A server for one machine, listening already; port 0 takes a free one."""
    return make_server(HERE, port, application(book), threaded=True, request_handler=_Quiet)


@click.group(invoke_without_command=True)
@click.option("--port", type=int, default=8040, show_default=True, help="Where it listens, on this machine only.")
@click.option("--open/--no-open", "open_browser", default=False, help="Open it in a browser.")
@COMPONENTS
@click.pass_context
def preview(context: click.Context, port: int, open_browser: bool, components: Path | None) -> None:
    """Show every component in every state and every host's look; files are watched and pages follow them."""
    if context.invoked_subcommand:
        return
    if not is_free(HERE, port):
        click.echo(f"Port {port} is taken. End what listens there, or name another with --port.", err=True)
        sys.exit(1)
    with words():
        book = Book(components=components, watch=True)
    server = served(book, port)
    url = f"http://localhost:{port}/preview"
    click.echo(f"The preview is at {url}. Ctrl-C ends it.")
    for said in book.current().problems:
        click.echo(said, err=True)
    if open_browser:
        webbrowser.open(url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


@preview.command()
@click.argument("name")
@COMPONENTS
def new(name: str, components: Path | None) -> None:
    """Write a component with all required states; it is in the preview at once."""
    with words():
        for path in write_component(components or Book().components, name):
            click.echo(f"Wrote {path}")


@preview.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@COMPONENTS
def export(folder: Path, components: Path | None) -> None:
    """Write a static book: one page a component, every state in light and dark, no server needed."""
    with words():
        book = Book(components=components)
        count = write_book(book.current(), folder)
    click.echo(f"Wrote {count} pages to {folder}; open {folder / 'index.html'}.")
