"""A spoilt add-in's manifest is refused, with the place and the mend."""

from __future__ import annotations

import pytest

from tests.hosts._microsoft import Spoil, added, put, renamed, said, swapped

M = ".xml"


@pytest.mark.parametrize(
    ("spoil", "where", "words"),
    [
        (renamed(".xml", ".json"), ".json", "is one .xml file"),
        (added("extra.xml", b"<a/>"), "extra.xml", "is one .xml file"),
        (swapped(M, "<ProviderName>Inlay</ProviderName>", "<DefaultLocale>en-US</DefaultLocale>"), ":6", "comes after"),
        (put(M, "<ProviderName>Inlay</ProviderName>", ""), ":2", "no <ProviderName>"),
        (put(M, "<ProviderName>", "<Provider>x</Provider><ProviderName>"), ":5", "not known"),
        (put(M, "ReadWriteDocument", "ReadEverything"), ":", "Permissions is 'ReadEverything'"),
        (put(M, "<Id>", "<Id>x"), ":3", "Id is"),
        (put(M, "1.2.3.0", "1.2.3.0.5"), ":4", "Version is"),
        (put(M, "en-US", "English"), ":6", "DefaultLocale is"),
        (put(M, 'Host Name="Document"', 'Host Name="Word"'), ":", "Name of <Host> is 'Word'"),
        (put(M, '"TaskPaneApp"', '"TaskApp"'), ":2", "type of <OfficeApp>"),
        (put(M, 'IconUrl DefaultValue="https', 'IconUrl DefaultValue="http'), ":", "no https address"),
        (put(M, "<AppDomain>https://inlay", "<AppDomain>https://*"), ":", "AppDomain is"),
        (put(M, "office/appforoffice/1.1", "office/other/1.1"), ":2", "no add-in's manifest"),
    ],
)  # fmt: skip
def test_what_the_host_would_not_take(spoil: Spoil, where: str, words: str) -> None:
    text, _ = said("office", spoil)
    assert any(where in line and words in line for line in text.splitlines()), text
