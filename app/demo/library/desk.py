"""Everything that a running library has at hand, in one value that its routes are given."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass, field
from pathlib import Path

from app.demo.library import samples
from app.demo.library.columns import Columns
from app.demo.library.config import LibraryConfig
from app.demo.library.document import Document
from app.demo.library.notifier import Notifier
from app.demo.library.people import Person
from app.demo.library.store import Documents, found_in
from app.demo.library.tenant import LIBRARY_PAGES, OFFICE, Tenant

SIDEBAR, BADGE = "document-sidebar", "analysis-badge"


@dataclass(slots=True)
class Desk:
    """The library's documents, its directory, and who has subscribed to it."""

    config: LibraryConfig
    tenant: Tenant
    documents: Documents
    notifier: Notifier
    download_key: bytes = field(repr=False)
    title: str
    columns: Columns = field(default_factory=Columns)
    _busy_until: float = 0.0

    @classmethod
    def open(cls, config: LibraryConfig) -> Desk:
        """Read files and keys. Raises LibraryRefusedError or OSError with words for a person."""
        state, secret = Path(config.state), config.key("library_secret")
        files = found_in(Path(config.documents)) if config.documents else samples.write(state / "samples")
        digest = hashlib.sha256(config.documents.encode()).hexdigest()[:12]
        notifier = Notifier(state / "subscriptions.json")
        return cls(
            config=config,
            tenant=Tenant.load(Path(config.keys) / "tenant_key.pem", config.origin, secret, config.crm),
            documents=Documents(files, state / f"files-{digest}", notifier.changed),
            notifier=notifier,
            download_key=hmac.digest(secret.encode(), b"download", "sha256"),
            title=Path(config.documents).name if config.documents else "the demo's own contracts",
        )

    @property
    def own(self) -> bool:
        """Whether these are the demo's own contracts."""
        return not self.config.documents

    def launch_url(self, component: str, *, word: bool = False) -> str:
        """Where the panel of a page, or of Word's task pane, is opened."""
        connection = self.config.word_connection if word else self.config.connection
        return f"{self.config.inlay}/launch/{connection}?component={component}"

    def token(self, person: Person, *, word: bool = False) -> str:
        """The access token that a page of the vendor's, or Word's, would get for us in this person's name."""
        return self.tenant.page_token(person, OFFICE if word else LIBRARY_PAGES)

    def visible(self, person: Person) -> list[Document]:
        """The documents that are shared with a person."""
        return [each for each in self.documents.all() if person.may_open(confidential=each.confidential)]

    def throttle(self, seconds: float) -> None:
        """The API is busy for so long: everybody is asked to come back later."""
        self._busy_until = time.monotonic() + seconds

    def busy_for(self) -> float:
        """For how many seconds more the API is busy."""
        return max(0.0, self._busy_until - time.monotonic())
