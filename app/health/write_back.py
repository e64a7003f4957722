"""Whether a connection's fields for write-back are there and may be written, as far as its host can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.config import ConnectionSettings, Settings
from app.errors import InlayError
from app.health.findings import Finding, Watch
from app.hosts import HOSTS
from app.hosts._oauth import IntegrationTokens
from app.hosts._write import FieldFinding

_NO_SUCH_TYPE = "host-status-404"


def write_back(where: str, settings: Settings, connection: ConnectionSettings, watch: Watch) -> Iterator[Finding]:
    """One line for each field that is not as it must be, and one for all others of a capability."""
    writes = HOSTS[connection.host].writes
    if writes is None or not connection.write_back:
        return
    try:
        token = IntegrationTokens(watch).get(connection)
    except InlayError:
        return  # the identity has a finding of its own
    for name, fields in connection.write_back.items():
        found: list[FieldFinding] = []
        silent: dict[str, str] = {}
        for kind in settings.capabilities[name].records:
            try:
                found += writes.check(watch.call, connection, token, kind, fields.names)
            except InlayError as error:
                silent[kind] = error.reason
        yield from _unseen(where, name, silent, known=bool(found))
        yield from _told(where, name, found)


def _unseen(where: str, name: str, silent: Mapping[str, str], *, known: bool) -> Iterator[Finding]:
    """Types that were not looked at. One that the host does not have is another host's, where it has one of them."""
    for kind, reason in silent.items():
        what = f"the fields that {name} is written to could not be looked at on {kind} ({reason})."
        if known and reason == _NO_SUCH_TYPE:
            yield Finding(
                "note", where, what, f"Where {kind} is another host's name for its records, nothing is wrong."
            )
        else:
            yield Finding("problem", where, what, "Look at host_url, and at the integration identity's rights there.")


def _told(where: str, name: str, found: list[FieldFinding]) -> Iterator[Finding]:
    for each in found:
        if each.problem:
            mend = f"Mend it at the host, or under write_back.{name}; then: inlay check"
            yield Finding("problem", where, f"{name} cannot be written: {each.field} {each.problem}.", mend)
    good = list(dict.fromkeys(each.field for each in found if not each.problem))
    if good and all(each.sure for each in found if not each.problem):
        yield Finding("ok", where, f"{name} may be written to {', '.join(good)}.")
    elif good:
        what = f"{name} is written to {', '.join(good)}, and this host does not say beforehand whether it may be."
        yield Finding("note", where, what, "Review one record, and look at the connection's page Write-back.")
