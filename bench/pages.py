"""The host page in each form of embedding, and the static badge document to compare with."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.proofs import COMPONENT, FRAMED, PAGES, Places, Signer

FORMS = ("inline", "static", "posted", "iframe", "element", "twentyfive", "fifty")
PEERS, PEERS_FILE = ("gradio", "gradio_frame", "streamlit_frame"), "peers.json"
COUNTS = {"twentyfive": 25, "fifty": 50}  # of badges; one in every other form
_FRAME = 'style="border:0;inline-size:300px;block-size:60px"'
_PAGE = """<!doctype html><html lang="en" data-expect="{expect}"><head><meta charset="utf-8">
<title>Host</title>
{head}
<style>body{{font:16px sans-serif}}</style></head><body><h1>Lead</h1>{body}</body></html>"""


class Pages:
    """Makes every page anew for each request: a proof counts once."""

    def __init__(self, places: Places, records: list[str], fragment: str, style: str, peers: Path) -> None:
        """`peers`: a file that says where they are, once they are somewhere."""
        self._places, self._records, self._fragment, self._style = places, records, fragment, style
        self._signer, self._peers = Signer(places), peers

    def page(self, form: str) -> str:
        head, body = getattr(self, form)()
        return _PAGE.format(head=head, body=body, expect=COUNTS.get(form, 1))

    def inline(self) -> tuple[str, str]:
        return f"<style>{self._style}</style>", self._fragment

    def static(self) -> tuple[str, str]:
        return "", f'<iframe src="{self._places.static}/badge" {_FRAME}></iframe>'

    def posted(self) -> tuple[str, str]:
        """The static document, got as a host gets a launch: a form posted into an empty frame."""
        return "", self._posting(f"{self._places.static}/badge", self._signer.canvas(self._records[0]))

    def iframe(self) -> tuple[str, str]:
        action = f"{self._places.inlay}/launch/{FRAMED}?component={COMPONENT}"
        return "", self._posting(action, self._signer.canvas(self._records[0]))

    @staticmethod
    def _posting(action: str, proof: str) -> str:
        return (
            f'<iframe name="panel" {_FRAME}></iframe>'
            f'<form method="post" target="panel" action="{action}" hidden>'
            f'<input type="hidden" name="signed_request" value="{proof}"></form>'
            "<script>document.forms[0].submit()</script>"
        )

    def element(self) -> tuple[str, str]:
        return self._elements(self._records[:1])

    def twentyfive(self) -> tuple[str, str]:
        return self._elements(self._records[: COUNTS["twentyfive"]])

    def fifty(self) -> tuple[str, str]:
        return self._elements(self._records[: COUNTS["fifty"]])

    def gradio(self) -> tuple[str, str]:
        """As its documentation embeds it: a module script and its element."""
        at = self._at()
        script = f'<script type="module" src="{at["gradio_script"]}"></script>'
        return script, f'<gradio-app src="{at["gradio"]}/"></gradio-app>'

    def gradio_frame(self) -> tuple[str, str]:
        return "", f'<iframe src="{self._at()["gradio"]}/" {_FRAME}></iframe>'

    def streamlit_frame(self) -> tuple[str, str]:
        """With the query by which its documentation has it embedded."""
        return "", f'<iframe src="{self._at()["streamlit"]}/?embed=true" {_FRAME}></iframe>'

    def _at(self) -> dict[str, str]:
        at: dict[str, str] = json.loads(self._peers.read_text(encoding="utf-8"))
        return at

    def document(self) -> str:
        """The static badge document: the markup and the sheet of Inlay's own, without scripts and data."""
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Score</title>'
            f"<style>{self._style}</style></head><body><main><div>{self._fragment}</div></main></body></html>"
        )

    def _elements(self, records: list[str]) -> tuple[str, str]:
        proof = json.dumps(self._signer.guest(records))
        head = (
            f'<script src="{self._places.inlay}/embed/inlay.js" defer></script>'
            f'<script type="module">Inlay.configure({{connection: "{PAGES}", '
            f"getToken: () => {proof}}})</script>"
        )
        tags = (f'<inlay-{COMPONENT} record="{record}"></inlay-{COMPONENT}>' for record in records)
        return head, "\n".join(tags)


def application() -> Callable[..., Iterable[bytes]]:
    """A WSGI callable over the file that `BENCH_PAGES` names."""
    file = Path(os.environ["BENCH_PAGES"])
    given, peers = json.loads(file.read_text()), file.with_name(PEERS_FILE)
    pages = Pages(Places(**given["places"]), given["records"], given["fragment"], given["style"], peers)
    document = gzip.compress(pages.document().encode(), 9)  # as a static server would have it ready
    common = [("Content-Type", "text/html; charset=utf-8")]
    kept = [*common, ("Content-Encoding", "gzip"), ("Cache-Control", "max-age=300")]

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        name = environ["PATH_INFO"].removeprefix("/")
        if name == "badge":
            start("200 OK", [*kept, ("Content-Length", str(len(document)))])
            return [document]
        if name not in FORMS + PEERS:
            start("404 Not Found", [("Content-Length", "0")])
            return [b""]
        body = pages.page(name).encode()
        start("200 OK", [*common, ("Cache-Control", "no-store"), ("Content-Length", str(len(body)))])
        return [body]

    return answer
