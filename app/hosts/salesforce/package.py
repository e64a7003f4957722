"""What an org's admin installs: a source project for the vendor's command line, and the same as a metadata zip."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from app.hosts._package import FOLDER, Deployment, Package, PackageFile, PackageRules, fill, folder, lacking
from app.hosts.salesforce.ids import is_name
from app.hosts.salesforce.metadata import API, BY_SUFFIX, suffix_of
from app.hosts.salesforce.package_rules import recognises, verify
from app.hosts.salesforce.sign_in import SCOPES

_HOST = "salesforce"
_ROOT = "force-app/main/default/"
_MAX_NAME = 40  # of a field, without its __c
_SCOPES = {"api": "Api", "id": "Basic", "openid": "OpenID", "refresh_token": "RefreshToken"}
# An address with one of these in its path is refused by Lightning Web Security.
# https://developer.salesforce.com/docs/platform/lightning-components-security/guide/lws-iframes.html
RESERVED = ("/aura", "/webruntime")

Score = tuple[str, str, str]  # the record's type, the field's name, its label


def build(deployment: Deployment) -> Sequence[Package]:
    """The two forms of one package. Raises ConfigError."""
    if any(word in urlsplit(deployment.launch_url).path for word in RESERVED):
        what = f"{deployment.launch_url} holds one of {', '.join(RESERVED)}, which Lightning pages refuse to frame."
        raise lacking(deployment, what, "Give the connection another name, or the server another path.")
    values = _values(deployment)
    scores: list[Score] = values["scores"]
    fields = tuple(
        PackageFile(
            f"{_ROOT}objects/{type_}/fields/{field}.field-meta.xml",
            fill(_HOST, "score.field-meta.xml", {"field": field, "title": title}),
        )
        for type_, field, title in scores
    )
    source = tuple(sorted((*folder(_HOST, "source", values), *fields), key=lambda file: file.path))
    name = f"inlay-{_HOST}-{deployment.connection.name}"
    return (
        Package(name, FOLDER, source),
        Package(f"{name}-metadata", ".zip", _metadata(source, scores)),
    )


def _values(deployment: Deployment) -> dict[str, Any]:
    connection = deployment.connection
    scores = _scores(deployment)
    components = list(connection.components)
    return {
        "api": API,
        "callback_url": deployment.callback_url,
        "components": components,
        "connection": connection.name,
        "contact": deployment.contact,
        "integration": bool(connection.client_id),
        "launch_url": deployment.launch_url,
        "login_url": connection.host_url or "https://login.salesforce.com",
        "origin": deployment.origin,
        "phone": _smallest(components),
        "public_url": deployment.public_url,
        # who signs in by a window needs to stay signed in; a canvas' viewers are known already
        "scopes": ", ".join(
            sorted(_SCOPES[each] for each in (SCOPES if connection.sign_in_client_id else ("api", "id")))
        ),
        "scores": scores,
    }


def _scores(deployment: Deployment) -> list[Score]:
    """A field for each score and each type of record that it is about, in the order of their names."""
    found = []
    for name, capability in deployment.capabilities.items():
        field = f"Inlay_{name}"
        if capability.kind != "score":
            continue
        if len(field) > _MAX_NAME or not is_name(field):
            raise lacking(
                deployment, f"{name!r} makes no name of a field.", "Name the capability in 34 letters or less."
            )
        found += [(type_, f"{field}__c", capability.title) for type_ in capability.records if is_name(type_)]
    return sorted(found)


def _smallest(components: Sequence[str]) -> str:
    """What a phone has room for, unless the admin chooses otherwise."""
    return next((each for each in components if each.endswith("-badge")), components[0])


def _metadata(source: Sequence[PackageFile], scores: Sequence[Score]) -> tuple[PackageFile, ...]:
    """The source project as the Metadata API has it: other names, fields within their objects, and a manifest."""
    files, members = [], dict[str, set[str]]()
    for file in source:
        path = file.path.removeprefix(_ROOT)
        if path == file.path or path.startswith("objects/"):
            continue
        bundle, kind = path.startswith(("aura/", "lwc/")), BY_SUFFIX.get(suffix_of(path))
        files.append(PackageFile(path if bundle else path.removesuffix("-meta.xml"), file.content))
        if kind:
            member = path.split("/")[1] if bundle else path.rpartition("/")[2].partition(".")[0]
            members.setdefault(kind.name, set()).add(member)
    for type_, group in groupby(scores, key=lambda score: score[0]):
        fields = [score[1:] for score in group]
        files.append(PackageFile(f"objects/{type_}.object", fill(_HOST, "score.object.xml", {"fields": fields})))
    if scores:
        members["CustomField"] = {f"{type_}.{field}" for type_, field, _ in scores}
    types = [(name, sorted(each)) for name, each in sorted(members.items())]
    manifest = PackageFile("package.xml", fill(_HOST, "package.xml", {"types": types, "api": API}))
    return (manifest, *sorted(files, key=lambda file: file.path))


PACKAGE = PackageRules(
    about="a source project and a metadata zip: External Client App with canvas, panels for record pages, score fields",
    suffixes=(FOLDER, ".zip"),
    build=build,
    verify=verify,
    recognises=recognises,
)
