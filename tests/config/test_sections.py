"""One section of a text: taken out, put back, with everything around it as it was."""

from __future__ import annotations

import tomllib

from app.config.sections import section_of, with_section

TEXT = """\
# the whole
[server]
public_url = "https://inlay.example.com"

# the CRM of Acme
[connections.acme]
host = "one"
[connections.acme.fields.lead_score]   # renamed
revenue = "AnnualRevenue"

# another
[connections.acme-pages]
host = "two"

["connections".'acme'.priority]
lead_score = [{ company_size = { at_least = 200 } }]

[admin]
one_click = true
"""


def test_a_section_is_all_its_pieces_with_their_comments() -> None:
    found = section_of(TEXT, "connections", "acme")
    assert found.startswith("# the CRM of Acme\n[connections.acme]")
    assert tomllib.loads(found)["connections"]["acme"] == tomllib.loads(TEXT)["connections"]["acme"]
    assert "acme-pages" not in found
    assert section_of(TEXT, "connections", "nobody") == ""


def test_what_is_put_in_its_place_leaves_the_rest() -> None:
    made = tomllib.loads(with_section(TEXT, '[connections.acme]\nhost = "three"', "connections", "acme"))
    before = tomllib.loads(TEXT)
    assert made["connections"].pop("acme") == {"host": "three"}
    before["connections"].pop("acme")
    assert made == before
    assert "# another\n[connections.acme-pages]" in with_section(TEXT, "", "connections", "acme")


def test_the_same_section_put_back_changes_nothing() -> None:
    for name in ("acme", "acme-pages"):
        again = with_section(TEXT, section_of(TEXT, "connections", name), "connections", name)
        assert tomllib.loads(again) == tomllib.loads(TEXT)


def test_a_section_that_is_not_there_comes_last() -> None:
    made = with_section(TEXT, '[connections.more]\nhost = "four"', "connections", "more")
    assert made.startswith(TEXT)
    assert tomllib.loads(made)["connections"]["more"] == {"host": "four"}
    assert "more" not in with_section(made, "", "connections", "more")


def test_only_the_line_ends_of_toml_end_a_line() -> None:
    """In a text that somebody typed others may stand, and after them what looks like a header."""
    for end in ("\u2028", "\u2029", "\x85"):
        text = f'[connections.one]\ntitle = "x{end}[connections.two]{end}y"\n\n[connections.two]\nhost = "two"\n'
        assert section_of(text, "connections", "two") == '[connections.two]\nhost = "two"'
        left = tomllib.loads(with_section(text, "", "connections", "two"))
        assert left == {"connections": {"one": tomllib.loads(text)["connections"]["one"]}}
