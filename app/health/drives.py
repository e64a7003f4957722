"""Whether the libraries of a connection can be read with its own right, which is how their changes are followed."""

from __future__ import annotations

from collections.abc import Iterator

from app.config import ConnectionSettings
from app.errors import InlayError
from app.health.findings import Finding, Watch
from app.hosts import HOSTS
from app.hosts._oauth import IntegrationTokens


def drives(where: str, connection: ConnectionSettings, watch: Watch) -> Iterator[Finding]:
    """One finding for each library; nothing where none is named."""
    notices = HOSTS[connection.host].notices
    if notices is None or not connection.drives:
        return
    try:
        token = IntegrationTokens(watch).get(connection)
    except InlayError as error:
        what = f"the app gets no token of its own at {connection.token_url} ({error.reason})."
        yield Finding("problem", where, what, "Mend client_id, client_secret, token_url or token_scope.")
        return
    for drive in connection.drives:
        try:
            notices.changes(watch.call, connection, token, drive, None)
        except InlayError as error:
            what = f"the library {drive} cannot be read with the app's own right ({error.reason})."
            mend = "Give the app the permission Sites.Selected, and the role read on the library's site."
            yield Finding("problem", where, what, mend)
        else:
            yield Finding("ok", where, f"changes of the library {drive} can be followed.")
