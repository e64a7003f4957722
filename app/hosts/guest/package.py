"""What an application of one's own gets: a page with panels, and how its backend signs for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from app.hosts._package import FOLDER, Deployment, Package, PackageFile, PackageRules, fill
from app.hosts._package_findings import Finding
from app.hosts._page_package import PAGE, page_package, page_values, verify_page
from app.hosts.guest.launch import CLAIMS, MAX_LIFE_S

_HOST = "guest"
# What each language can sign with, by what it brings along.
_LANGUAGES: Mapping[str, frozenset[str]] = {
    "sign.py": frozenset({"HS256", "RS256", "ES256", "EdDSA"}),
    "sign.mjs": frozenset({"HS256", "RS256", "ES256", "EdDSA"}),
    "Sign.cs": frozenset({"HS256", "RS256", "ES256"}),
    "InlaySign.cls": frozenset({"HS256", "RS256"}),
    "InlaySign.js": frozenset({"HS256"}),  # a script include
}
_LIFE = re.compile(r"now \+ (\d+)")


def build(deployment: Deployment) -> Sequence[Package]:
    """The page, its script, and a signing example for each language that knows the connection's algorithm."""
    connection = deployment.connection
    shared = "HS256" in connection.algorithms and bool(connection.shared_keys)
    algorithm = "HS256" if shared else next(each for each in connection.algorithms if each != "HS256" or shared)
    values = page_values(deployment) | {
        "algorithm": algorithm,
        "kid": next(iter(connection.shared_keys)) if shared else "",
        "token_path": "/inlay-token",
        "variable": "INLAY_KEY" if shared else "INLAY_PRIVATE_KEY",
    }
    examples = [
        PackageFile(f"sign/{name}", fill(_HOST, f"sign/{name}", values))
        for name, known in _LANGUAGES.items()
        if algorithm in known
    ]
    return (page_package(_HOST, deployment, values, examples),)


def verify(files: Mapping[str, bytes]) -> list[Finding]:
    """The page's rules, and that each example says what a launch must say, for no longer than it may."""
    found = verify_page(files)
    for path, content in files.items():
        if path.startswith("sign/"):
            found += _example(path, content.decode("utf-8", "replace"))
    return found


def recognises(files: Mapping[str, bytes]) -> bool:
    """A page with signing examples."""
    return PAGE in files and any(path.startswith("sign/") for path in files)


def _example(path: str, text: str) -> Iterator[Finding]:
    if path.rpartition("/")[2] not in _LANGUAGES:
        yield Finding(path, 0, "This is no example of ours.", f"Known are: {', '.join(_LANGUAGES)}.")
    for claim in sorted(CLAIMS.required):
        if not re.search(rf"\b{claim}\b", text):
            yield Finding(path, 0, f"It does not say {claim}.", "A launch must: add the claim.")
    for match in _LIFE.finditer(text):
        if int(match[1]) > MAX_LIFE_S:
            line = text[: match.start()].count("\n") + 1
            yield Finding(path, line, f"A proof lives for {match[1]} seconds.", f"At most {int(MAX_LIFE_S)}.")


PACKAGE = PackageRules(
    about="a page with panels and its script, and signing examples for Python, Node, C#, Apex and script includes",
    suffixes=(FOLDER,),
    build=build,
    verify=verify,
    recognises=recognises,
)
