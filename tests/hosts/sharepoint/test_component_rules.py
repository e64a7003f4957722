"""What a component says of itself, and the script that it names."""

from __future__ import annotations

import pytest

from tests.hosts._microsoft import Files, Spoil, put, said


def part(kind: str, old: str, new: str) -> Spoil:
    """A change of one component's file; its manifest stands there with &quot; for quotes."""

    def spoil(files: Files) -> Files:
        name = next(each for each in files if f"/{kind}_" in each)
        text = files[name].decode()
        assert old in text, text
        return files | {name: text.replace(old, new).encode()}

    return spoil


Q = "&#34;"
MODULE = '</ClientSideComponent>\n  <Module Name="Inlay: Document sidebar" Url="_catalogs/wp" List="113"></Module>'


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (part("WebPart", 'Type="WebPart"', 'Type="Webpart"'), "Type of <ClientSideComponent>"),
        (part("WebPart", "InlayPanelWebPart", "Inlay panel"), "The alias"),
        (part("WebPart", f"{Q}version{Q}:{Q}1.2.3{Q}", f"{Q}version{Q}:{Q}1.2{Q}"), "version '1.2'"),
        (part("WebPart", f"{Q}SharePointFullPage{Q}", f"{Q}FullPage{Q}"), "supportedHosts names FullPage"),
        (part("WebPart", "manifestVersion&#34;:2", "manifestVersion&#34;:3"), "manifestVersion is 3"),
        (part("WebPart", "preconfiguredEntries", "entries"), "no preconfiguredEntries"),
        (
            part("WebPart", f"entryModuleId{Q}:{Q}inlay", f"entryModuleId{Q}:{Q}outlay"),
            "entryModuleId 'outlay-web-part'",
        ),
        (
            part("WebPart", "HTTPS://SPCLIENTSIDEASSETLIBRARY/", "https://cdn.example.com/"),
            "not looked for in the package",
        ),
        (part("WebPart", "974a7777-0990", "974A7777"), "named without its id"),
        (part("WebPart", MODULE, "</ClientSideComponent>"), "no <Module>"),
        (part("WebPart", "{", "["), "is no JSON"),
        (part("Extension", f"extensionType{Q}:{Q}ListView", f"extensionType{Q}:{Q}View"), "extensionType is"),
        (part("Extension", "INLAY_OPEN", "open"), "The command's id 'open'"),
        (part("Extension", "inlay-command-set_", "inlay-command_"), "is not in the package"),
        (put(".js", "define(", "def("), "does not define"),
    ],
)
def test_what_the_host_would_not_take(spoil: Spoil, words: str) -> None:
    text, _ = said("sharepoint", spoil)
    assert words in text, text
