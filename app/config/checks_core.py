"""The checks within a core's section: how we show who we are, and how it is spoken to."""

from __future__ import annotations

from app.config.core import OWN, CoreSettings
from app.config.kinds import IMPORT
from app.config.reader import Reader

_MAPPED = (
    "model", "model_version", "path", "request", "response", "version", "version_path", "version_at", "health_path",
    "batch", "meaning", "output", "instructions",
)  # fmt: skip


def check_core(core: CoreSettings, reader: Reader) -> None:
    """Put every disagreement on the reader's list of problems."""
    if core.name == IMPORT:
        reader.problem(("cores", core.name), "is the word for no core at all.", "Give it another name.")
    _identity(core, reader)
    _map(core, reader)


def _identity(core: CoreSettings, reader: Reader) -> None:
    path = ("cores", core.name)
    if (core.auth == "api-key") != bool(core.api_keys) and reader.sound(*path, "api_keys"):
        reader.problem(path, "auth and api_keys do not agree.", 'Set both auth = "api-key" and api_keys, or neither.')
    if core.api_key_header != "Authorization" and core.auth != "api-key":
        reader.problem((*path, "api_key_header"), "is set without keys.", 'Set auth = "api-key" and api_keys too.')
    told = [key for key in ("token_url", "client_id", "client_secret") if reader.given(*path, key)]
    if core.auth == "oauth" and len(told) < 3:
        mend = "Set token_url, client_id and client_secret."
        reader.problem((*path, "auth"), "oauth needs all that a token is got with.", mend)
    if core.auth != "oauth" and (told or reader.given(*path, "token_scope")):
        reader.problem(path, "says how a token is got, and not to get one.", 'Set auth = "oauth", or remove it.')
    for one, other in (("client_certificate", "client_key"), ("client_key", "client_certificate")):
        if reader.given(*path, one) and not reader.given(*path, other):
            reader.problem((*path, one), f"is set without {other}.", f"Set {other} too, or remove {one}.")


def _map(core: CoreSettings, reader: Reader) -> None:
    path = ("cores", core.name)
    if not core.is_mapped:
        for key in (each for each in _MAPPED if reader.given(*path, each)):
            mend = f'Set map = "{OWN}", or another map; or remove it: our own protocol has all of it.'
            reader.problem((*path, key), "is of a map, and none is named.", mend)
        return
    if core.feedback:
        reader.problem(
            (*path, "feedback"), "is told by our own protocol, which this core does not speak.", "Remove it."
        )
    needed = ["model"] + (["path", "request", "response"] if core.map == OWN else [])
    for key in (each for each in needed if not reader.given(*path, each) and reader.sound(*path, each)):
        reader.problem((*path, "map"), f"{core.map} needs {key}.", f"Set {key}; see docs/attaching-a-model.md.")
    if bool(core.version_at) != bool(core.version_path) and core.map == OWN:
        reader.problem(path, "version_path and version_at go together.", "Set both, or neither.")
    says = core.model_version or core.version or core.version_path
    if not says and core.map in (OWN, "mlflow") and reader.sound(*path, "version"):
        mend = 'Set model_version = "3", or version or version_path to read it by: each score names its version.'
        reader.problem((*path, "map"), "nothing says the model's version.", mend)
