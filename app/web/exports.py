"""A document's findings with their verdicts, to take away: as a table for spreadsheets, as a page to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from app.cells import BOM, cell
from app.web.texts import Texts


def findings_csv(params: Mapping[str, Any], texts: Texts, locale: str) -> bytes:
    """The findings of a sidebar's params, one a row (RFC 4180). Every cell is text that no spreadsheet runs."""
    t = partial(_said, texts, locale)
    file = io.StringIO()
    rows = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    words, verdicts = _words(t), _verdicts(t)
    rows.writerow([
        t("Severity"), t("Finding"), t("Page"), t("Quote"), t("Explanation"), t("Suggestion"), t("Verdict"),
        t("Severity found"), t("Reason"), t("Comment"), t("Reviewer"), t("Reviewed at"), t("Category"), t("Document"),
    ])  # fmt: skip
    for finding in params["findings"]:
        row = [
            words[finding["severity"]], finding["title"], finding["page"], finding["quote"], finding["explanation"],
            finding["suggestion"], verdicts.get(finding["verdict"], ""), words[finding["said"]], finding["reason"],
            finding["comment"], finding["by"], _time(finding["at"]), finding["category"], params["name"],
        ]  # fmt: skip
        rows.writerow([cell(value) for value in row])
    return (BOM + file.getvalue()).encode()


def _said(texts: Texts, locale: str, message: str) -> str:
    return texts.t(message, locale)


def _words(t: Callable[[str], str]) -> dict[str, str]:
    return {"high": t("High"), "medium": t("Medium"), "low": t("Low"), "info": t("Note")}


def _verdicts(t: Callable[[str], str]) -> dict[str | None, str]:
    return {"accepted": t("Accepted"), "dismissed": t("Dismissed"), "overridden": t("Severity changed")}


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if at else ""
