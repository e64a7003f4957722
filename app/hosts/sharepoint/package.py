"""The SharePoint package: a `.sppkg` with a web part and a command for libraries, made without the vendor's toolchain.

Its form is that of what version 1.23.2 of the toolchain packs; a proof lets that toolchain's own schemas read it.
https://learn.microsoft.com/sharepoint/dev/spfx/toolchain/package-a-solution
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from app.hosts._microsoft_package import (
    API_NAME,
    SCOPE,
    api_uri,
    component_title,
    first_panel,
    four_parts,
    icon,
    stable_id,
)
from app.hosts._package import MANIFESTS, Deployment, Package, PackageFile, PackageRules, fill
from app.hosts._pages import AROUND
from app.hosts.sharepoint.package_rules import recognises, verify

NAME = "sharepoint"
_TITLE = "Inlay"
_SHORT = "AI results in pages and libraries."
_LONG = (
    "A web part that shows what Inlay found in a document, and a command that opens it beside a library. "
    "Viewers see only what they may open here themselves."
)
_ASSETS = "A feature that helps deploy client side component assets to SharePoint Online."
_LIBRARIES = {
    "web-part": ("@microsoft/sp-webpart-base", "@microsoft/sp-property-pane"),
    "command-set": ("@microsoft/sp-listview-extensibility",),
}
_MAKERS = {"web-part": "inlayWebPart", "command-set": "inlayCommandSet"}
_fill = partial(fill, NAME)


def build(deployment: Deployment) -> Sequence[Package]:
    """One package. Raises ConfigError when tokens for us could not be asked for."""
    name = f"inlay-{deployment.connection.name}"
    ids = {what: stable_id(deployment, what) for what in ("solution", "feature", "web-part", "command-set", "assets")}
    scripts = {part: _script(deployment, part, ids[part]) for part in _LIBRARIES}
    feature, fid = f"feature_{ids['feature']}.xml", ids["feature"]
    parts = [f"{fid}/WebPart_{ids['web-part']}.xml", f"{fid}/Extension_{ids['command-set']}.xml"]
    files = [
        PackageFile("[Content_Types].xml", _fill("content-types.xml", {})),
        _targets("_rels/.rels", ("package-manifest", "AppManifest.xml")),
        PackageFile("AppManifest.xml", _app(deployment, name, ids["solution"])),
        _targets(
            "_rels/AppManifest.xml.rels",
            ("manifest-feature", feature),
            ("manifest-clientsideasset", "ClientSideAssets.xml"),
            ("manifest-icon", "images/icon.png"),
        ),
        *_feature(deployment, feature, fid, _TITLE, _SHORT, four_parts(deployment.version)),
        _targets(
            f"_rels/{feature}.rels",
            ("partconfiguration", f"{feature}.config.xml"),
            *(("feature-elementmanifest", each) for each in (*parts, f"{fid}/ClientSideInstance.xml")),
        ),
        PackageFile(parts[0], _web_part(deployment, ids["web-part"], scripts["web-part"].path)),
        PackageFile(parts[1], _command_set(deployment, ids["command-set"], scripts["command-set"].path)),
        PackageFile(
            f"{fid}/ClientSideInstance.xml", _fill("tenant-wide.xml", {"title": _TITLE, "id": ids["command-set"]})
        ),
        *_feature(deployment, "ClientSideAssets.xml", ids["assets"], "Client Side Assets", _ASSETS, "1.0.0.0"),
        _targets(
            "_rels/ClientSideAssets.xml.rels",
            ("partconfiguration", "ClientSideAssets.xml.config.xml"),
            *(("clientsideasset", each.path) for each in scripts.values()),
        ),
        *scripts.values(),
        PackageFile("images/icon.png", icon("color-96.png")),
        _config(deployment, "images/icon.png"),
        _targets("images/_rels/icon.png.rels", ("partconfiguration", "images/icon.png.config.xml")),
    ]
    return [Package(name, ".sppkg", tuple(files))]


def _app(deployment: Deployment, name: str, product: str) -> bytes:
    url = deployment.public_url
    developer = {"name": "Inlay", "websiteUrl": url, "privacyUrl": url, "termsOfUseUrl": url, "mpnId": ""}
    return _fill(
        "AppManifest.xml",
        {
            "name": name,
            "product": product,
            "version": four_parts(deployment.version),
            "title": _TITLE,
            "developer": _small(developer),
            "short": _SHORT,
            "long": _LONG,
            "api": API_NAME,
            "scope": SCOPE,
        },
    )


def _web_part(deployment: Deployment, component_id: str, script: str) -> bytes:
    values = {
        "id": component_id,
        "version": deployment.version,
        "script": script.removeprefix("ClientSideAssets/"),
        "components": [(tag, component_title(tag)) for tag in deployment.connection.components],
    }
    title = f"Inlay: {component_title(deployment.connection.components[0])}"
    return _component("WebPart", component_id, title, _fill("web-part.json", values))


def _command_set(deployment: Deployment, component_id: str, script: str) -> bytes:
    values = {
        "id": component_id,
        "version": deployment.version,
        "script": script.removeprefix("ClientSideAssets/"),
        "icon": f"data:image/png;base64,{base64.b64encode(icon('color-32.png')).decode()}",
    }
    return _component("Extension", component_id, "InlayCommandSet", _fill("command-set.json", values))


def _component(kind: str, component_id: str, name: str, manifest: bytes) -> bytes:
    values = {"type": kind, "id": component_id, "name": name, "manifest": _small(json.loads(manifest))}
    return _fill("component.xml", values)


def _feature(deployment: Deployment, path: str, feature_id: str, *said: str) -> tuple[PackageFile, PackageFile]:
    title, description, version = said
    values = {"title": title, "description": description, "id": feature_id, "version": version}
    return PackageFile(path, _fill("feature.xml", values)), _config(deployment, path)


def _config(deployment: Deployment, path: str) -> PackageFile:
    return PackageFile(f"{path}.config.xml", _fill("part-config.xml", {"id": stable_id(deployment, f"config {path}")}))


def _targets(path: str, *targets: tuple[str, str]) -> PackageFile:
    return PackageFile(path, _fill("relationships.xml", {"targets": targets}))


def _script(deployment: Deployment, part: str, component_id: str) -> PackageFile:
    """One module, as the host's loader looks for it by name; the base classes come from the host."""
    facts = {
        "home": deployment.public_url,
        "connection": deployment.connection.name,
        "component": first_panel(deployment),
        "resource": api_uri(deployment),
    }
    folder = MANIFESTS / NAME
    sources = [path.read_text("utf-8") for path in (*AROUND, folder / "panel.js", folder / f"{part}.js")]
    module = json.dumps(f"{component_id}_{deployment.version}")
    code = (
        f"define({module}, {json.dumps(_LIBRARIES[part])}, (...libraries) => {{\n"
        f"const FACTS = {json.dumps(facts)};\n{''.join(sources)}"
        f"return {{ __esModule: true, default: {_MAKERS[part]}(...libraries) }};\n}});\n"
    ).encode()
    return PackageFile(f"ClientSideAssets/inlay-{part}_{hashlib.sha256(code).hexdigest()[:20]}.js", code)


def _small(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


PACKAGE = PackageRules(
    about="a .sppkg with a web part for pages and a command that opens the panel beside a library",
    suffixes=(".sppkg",),
    build=build,
    verify=verify,
    recognises=recognises,
)
