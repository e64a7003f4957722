"""Whether an issuer publishes keys of the kinds that a connection takes."""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import InlayError
from app.health.findings import NETWORK_MEND, Finding, Watch
from app.hosts._keys import ALGORITHMS, fetch


def keys(where: str, url: str, algorithms: Sequence[str], watch: Watch) -> Finding:
    """The finding about the key set at this address."""
    try:
        found = fetch(watch.call, url)
    except InlayError as error:
        what = f"the issuer's keys at {url} cannot be had ({error.reason})."
        return Finding("problem", where, what, f"{NETWORK_MEND}, or mend jwks_url.")
    fits = [name for name in algorithms if name in ALGORITHMS]
    unsigned = [name for name in fits if not any(ALGORITHMS[name](key) for key in found)]
    if fits and unsigned == fits:
        what = f"none of the issuer's keys is for {' or '.join(fits)}."
        return Finding("problem", where, what, "Mend algorithms, or have the issuer publish such a key.")
    return Finding("ok", where, f"the issuer publishes {len(found)} key{'' if len(found) == 1 else 's'}.")
