"""`inlay demo`: everything on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.demo.run import run


@click.command()
@click.option("--port", type=int, default=8000, show_default=True, help="Inlay's port; the others count up from it.")
@click.option("--leads", type=click.Path(path_type=Path), help="A CSV of your own leads, with an id column.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help="Where the demo keeps its keys, database and logs.",
)
@click.option("--id-column", help="The column that holds the ids, when it has another name than usual.")
@click.option("--documents", type=click.Path(path_type=Path), help="A folder of your contracts: PDF, Word, text.")
@click.option("--open/--no-open", "open_browser", default=False, help="Open the demo's front page in a browser.")
def demo(
    port: int, leads: Path | None, state: Path, id_column: str | None, documents: Path | None, open_browser: bool
) -> None:
    """Everything on this machine, without accounts: Inlay, a simulated CRM and library, the built-in core."""
    sys.exit(
        run(
            port=port,
            leads=leads,
            state_dir=state,
            id_column=id_column,
            documents=documents,
            open_browser=open_browser,
        )
    )
