"""What Zendesk demands of an app: the rules of its own validator, without asking anybody.

They are those of zendesk_apps_support (Apache-2.0); that addresses are signed, or anybody could open the page, and
that pictures have their size, it does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from app.hosts._microsoft_package import picture
from app.hosts._package_findings import Finding, line_of, parsed_json

MANIFEST = "manifest.json"
_PLACES = {
    "support": {
        "top_bar", "nav_bar", "ticket_sidebar", "new_ticket_sidebar", "user_sidebar", "organization_sidebar",
        "background", "modal", "ticket_editor", "system_top_bar", "custom_object_record_sidebar",
    },
}  # fmt: skip
_STRINGS = ("defaultLocale", "version", "frameworkVersion")
_FLAGS = ("private", "signedUrls", "singleInstall", "requirementsOnly", "marketingOnly")
_LOCALE = re.compile(r"[a-z]{2,3}(?:-\w{2,3})?")
_WORDS = ("name", "short_description", "long_description", "installation_instructions")
_LOGOS = {"assets/logo.png": 320, "assets/logo-small.png": 128}
Wrong = tuple[str, str, str]  # what of the manifest's text is wrong, why, and the mend


def recognises(files: Mapping[str, bytes]) -> bool:
    """By its manifest, wherever somebody packed it."""
    return any(
        path.rsplit("/", 1)[-1] == MANIFEST and b'"frameworkVersion"' in content and b'"location"' in content
        for path, content in files.items()
    )


def verify(files: Mapping[str, bytes]) -> list[Finding]:
    """All that is wrong with the files of a package."""
    if MANIFEST not in files:
        inner = next((path for path in files if path.endswith(f"/{MANIFEST}")), "")
        mend = "Pack the files themselves, not their folder." if inner else "Add it."
        return [Finding(inner or MANIFEST, 0, "manifest.json is not at the top of the archive.", mend)]
    said, _ = parsed_json(MANIFEST, files[MANIFEST])  # what is no JSON the scan says
    if not isinstance(said, dict):
        return [Finding(MANIFEST, 1, "The manifest is no JSON object.", "Write it as one object.")]
    find = partial(_finding, files[MANIFEST])
    return [
        *(find(*each) for part in (_form, _places) for each in part(said)),
        *_languages(said, files),
        *(found for path, size in _LOGOS.items() for found in _logo(path, size, files)),
    ]


def _finding(manifest: bytes, where: str, what: str, mend: str) -> Finding:
    return Finding(MANIFEST, line_of(manifest, where), what, mend)


def _form(said: Mapping[str, Any]) -> Iterator[Wrong]:
    author = said.get("author")
    if not isinstance(author, dict) or not all(isinstance(author.get(name), str) for name in ("name", "email")):
        yield '"author"', "The author has no name or no email.", "Write both."
    for name in _STRINGS:
        if not isinstance(said.get(name), str):
            yield f'"{name}"', f"{name} is {said.get(name)!r}.", "Write a text."
    for name in _FLAGS:
        if not isinstance(said.get(name, False), bool):
            yield f'"{name}"', f"{name} is {said[name]!r}.", "Write true or false."
    if said.get("frameworkVersion") != "2.0":
        yield '"frameworkVersion"', f"frameworkVersion {said.get('frameworkVersion')!r} is not served.", "Write 2.0."
    if said.get("signedUrls") is not True:
        yield '"signedUrls"', "The address is not signed, so nobody is known.", "Write true."
    for number, each in enumerate(said.get("parameters") or ()):
        if not isinstance(each, dict) or each.get("name") in (None, "name"):
            yield '"parameters"', f"Parameter {number + 1} has no name of its own.", "Give it one that is not 'name'."


def _places(said: Mapping[str, Any]) -> Iterator[Wrong]:
    products = said.get("location")
    if not isinstance(products, dict) or not any(products.values()):
        yield '"location"', "The app is shown nowhere.", "Name a location."
        return
    for product, places in products.items():
        if product not in _PLACES or not isinstance(places, dict):
            yield f'"{product}"', f"Panels are not shown in {product!r}.", f"Use {', '.join(_PLACES)}."
            continue
        for place, how in places.items():
            if place not in _PLACES[product]:
                yield f'"{place}"', f"{place!r} is no location of {product}.", "Use one that the host knows."
            url = how.get("url", "") if isinstance(how, dict) else ""
            if not isinstance(url, str) or (urlsplit(url).scheme != "https" and not url.startswith("http://localhost")):
                yield f'"{place}"', f"{place} opens {url!r}.", "Write the page's https address."
            elif not re.fullmatch(r"/pages/[^/]+/sidebar", urlsplit(url).path):
                yield f'"{place}"', f"{place} opens {url!r}, no page that knows which record is open.", "Build it anew."


def _languages(said: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Finding]:
    main = f"translations/{said.get('defaultLocale')}.json"
    if main not in files:
        yield Finding(main, 0, "The default language has no texts.", "Add the file, or name another defaultLocale.")
    for path, content in files.items():
        if not path.startswith("translations/"):
            continue
        texts, _ = parsed_json(path, content)
        if not _LOCALE.fullmatch(path.removeprefix("translations/").removesuffix(".json")):
            yield Finding(path, 0, "This is no language.", "Name the file by one, as de.json.")
        app = texts.get("app") if isinstance(texts, dict) else None
        for word in _WORDS:
            if not isinstance(app, dict) or not isinstance(app.get(word), str):
                yield Finding(path, 1, f"There is no text {word!r}.", "Add it under app.")


def _logo(path: str, size: int, files: Mapping[str, bytes]) -> Iterator[Finding]:
    if path not in files:
        yield Finding(path, 0, "This picture is missing.", f"Add a PNG of {size} x {size} pixels.")
    else:
        yield from picture(path, files[path], size)
