"""The pseudo-locale: 40 % longer, accented, values still filled in."""

from __future__ import annotations

from app.preview.pseudo import PseudoTexts, longer


def test_texts_are_longer_and_keep_their_names() -> None:
    text = "Your record is not affected by {name}."
    assert len(longer(text)) >= 1.39 * len(text)
    assert "{name}" in longer(text)


def test_values_are_filled_in_unchanged() -> None:
    texts = PseudoTexts({}, {})
    assert "Ada" in texts.t("Hello {name}", "en", name="Ada")
    assert "3" in texts.tn("{n} finding", "{n} findings", 3, "en")
    assert "Trend" not in texts.t("Trend", "en")
