"""Every host's package: filled strictly, the same bytes each time, nothing of another deployment, and no secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from app.hosts import HOSTS, _package
from app.hosts._package import FOLDER, Package, PackageFile, archive, fill, packed
from app.hosts._package_findings import held
from tests.hosts._packages import built, connection, deployment, files, findings, rules

PACKAGED = sorted(name for name, host in HOSTS.items() if host.package is not None)


@pytest.mark.parametrize("host", PACKAGED)
def test_two_builds_are_the_same_bytes(host: str) -> None:
    once, twice = built(host), built(host)
    assert once == twice
    assert [archive(each) for each in once if each.suffix != FOLDER] == [
        archive(each) for each in twice if each.suffix != FOLDER
    ]


@pytest.mark.parametrize("host", PACKAGED)
def test_what_is_built_holds_is_recognised_and_has_a_known_suffix(host: str) -> None:
    for made in built(host):
        assert findings(host, files(made)) == []
        assert [name for name in PACKAGED if rules(name).recognises(files(made))] == [host]
        assert made.suffix in rules(host).suffixes


@pytest.mark.parametrize("host", PACKAGED)
def test_it_holds_nothing_of_another_deployment_and_no_secret(host: str) -> None:
    other = replace(deployment(host, "https://other.example.org"), contact="zoe@other.example.org")
    ours = b"".join(content for made in built(host) for content in files(made).values())
    theirs = b"".join(file.content for made in rules(host).build(other) for file in made.files)
    assert b"other.example.org" in theirs
    assert b"other.example.org" not in ours
    assert b"panels.example.com" not in theirs
    assert held({"all": ours + theirs}, connection(host)) == []


KEY = "9f86d081884c7d659a2feaa0c55ad015"
FAULTS = {"is without TLS": ("https://", "http://"), "a secret": ("https://", f'client_secret="{KEY}" https://')}


@pytest.mark.parametrize("host", PACKAGED)
@pytest.mark.parametrize("word", FAULTS)
def test_an_address_without_tls_and_a_secret_are_found_in_every_package_by_line(host: str, word: str) -> None:
    old, new = FAULTS[word]
    ours = "panels.example.com"
    for made in built(host):
        given = files(made)
        path = next(each for each in given if f"{old}{ours}".encode() in given[each])
        broken = given[path].replace(f"{old}{ours}".encode(), f"{new}{ours}".encode(), 1)
        found = [each for each in findings(host, given | {path: broken}) if word in each.what]
        assert found
        line = broken.splitlines()[found[0].line - 1]
        assert (found[0].file, new.encode() in line) == (path, True)
        assert found[0].mend


def test_values_are_written_as_their_file_needs_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_package, "MANIFESTS", tmp_path)
    (tmp_path / "any").mkdir()
    for name in ("a.xml", "a.json", "a.js", "a.md"):
        (tmp_path / "any" / name).write_text('"{{ value }}" {{ truth }}\n')
    values = {"value": """<a href="x">'&""", "truth": True}
    assert fill("any", "a.xml", values) == b'"&lt;a href=&#34;x&#34;&gt;&#39;&amp;" true\n'
    quoted = rb'"\u003ca href=\"x\">\u0027&" true' + b"\n"
    assert fill("any", "a.json", values) == fill("any", "a.js", values) == quoted
    assert fill("any", "a.md", values).endswith(b"true\n")
    for name in ("a.xml", "a.json", "a.md"):
        with pytest.raises(UndefinedError):
            fill("any", name, {"truth": True})


def test_an_archive_says_nothing_of_the_machine_that_made_it() -> None:
    once = packed([PackageFile("b", b"1"), PackageFile("a", b"2")])
    assert once == packed([PackageFile("b", b"1"), PackageFile("a", b"2")])
    assert once.index(b"b") < once.index(b"a")
    with pytest.raises(ValueError, match="no single file"):
        archive(Package("x", FOLDER, ()))
