"""The command `inlay`. Exit codes: 0 done, 1 failed, 2 called wrongly or configured wrongly."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import click

from app.cli._apart import apart

_MODULES = {each.name.replace("_", "-"): each.name for each in iter_modules(__path__) if each.name[0] != "_"}


class Commands(click.Group):
    """A module for each command, read once it is called: a server need not hold, nor wait for, all that is not its own.

    Source: https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 as click asks
        """All of their names, as they are called."""
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 as click asks
        """The command of that name; None where there is none."""
        if (module := _MODULES.get(cmd_name)) is None:
            return None
        name = f"{__name__}.{module}"
        if name not in sys.modules:
            with apart():
                import_module(name)
        command: click.Command = getattr(sys.modules[name], module)
        return command


@click.group(cls=Commands)
def main() -> None:
    """Serve AI panels into the applications where people already work."""
