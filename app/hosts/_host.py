"""The form that every host fills in: it says only how it differs; what is absent is as written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.config import ConnectionSettings
from app.hosts._document import DocumentFacts, DocumentFile
from app.hosts._event_forms import EventForm
from app.hosts._keys import KeySource
from app.hosts._notices import Notices
from app.hosts._oauth import Flow, TokenFlow, client_credentials
from app.hosts._package import PackageRules
from app.hosts._pages import HostPage
from app.hosts._reasons import refused
from app.hosts._setup import Setup
from app.hosts._sign_in import SignIn
from app.hosts._write import Writes
from app.launch import Access, Attest, Launch, LaunchRequest, Record, TokenType
from app.net.door import Request, Response
from app.net.tokens import Token

Call = Callable[[Request], Response]  # the network door, or its twin

# A proof that was just taken is remembered for longer than it could be valid by anybody's clock.
CLOCK_LEEWAY_S = 30.0
USED_MARGIN_S = 60.0


class Verify(Protocol):
    """Turn a proof into a launch, or raise LaunchRefused or LaunchExpired. No I/O but the key source."""

    def __call__(self, request: LaunchRequest, connection: ConnectionSettings, keys: KeySource, /) -> Launch: ...


class CheckAccess(Protocol):
    """Ask the host, with the viewer's own token, which records and which of their fields the viewer may see.

    Every record asked for is answered. Raises HostUnavailable, and SessionExpired when the token is dead.
    """

    def __call__(
        self,
        call: Call,
        connection: ConnectionSettings,
        host_url: str,
        host_token: str,
        records: Sequence[Record],
        fields: Sequence[str],
        /,
    ) -> dict[Record, Access]: ...


class ReadRecords(Protocol):
    """Read fields (the host's names) of up to 200 records with the integration identity's token.

    A record that the host does not have is left out. Raises HostUnavailable, and SessionExpired when the
    token is dead.
    """

    def __call__(
        self,
        call: Call,
        connection: ConnectionSettings,
        token: str,
        records: Sequence[Record],
        fields: Sequence[str],
        /,
    ) -> dict[Record, dict[str, Any]]: ...


class ListRecords(Protocol):
    """The next records of a type after an id (empty: from the first), with fields, in the order of their ids.

    At most 200, with the integration identity's token; none: that was the last. Raises as ReadRecords does.
    """

    def __call__(
        self,
        call: Call,
        connection: ConnectionSettings,
        token: str,
        kind: str,
        after: str,
        fields: Sequence[str],
        /,
    ) -> dict[Record, dict[str, Any]]: ...


class ReadFacts(Protocol):
    """What the host says of documents, without their content: cheap enough for each display, and for a list of them.

    `host_url` empty: the token is the connection's own. What is no document, or none that this token may see, is left
    out. Raises SessionExpired, HostUnavailable.
    """

    def __call__(
        self, call: Call, connection: ConnectionSettings, host_url: str, token: str, records: Sequence[Record], /
    ) -> dict[Record, DocumentFacts]: ...


class ReadDocument(Protocol):
    """A document with its content, of at most so many bytes.

    Raises as ReadFacts does, and Denied, and DocumentRefused: too large, or no file.
    """

    def __call__(
        self, call: Call, connection: ConnectionSettings, host_url: str, token: str, record: Record, max_bytes: int, /
    ) -> DocumentFile: ...


class Exchange(Protocol):
    """The viewer's proof for a token that the host's API takes: a flow without I/O, from the second `now` on.

    Raises SessionExpired (with what the viewer can do about it), HostUnavailable.
    """

    def __call__(self, connection: ConnectionSettings, host_token: str, now: float, /) -> Flow[Token]: ...


class FrameAncestors(Protocol):
    """Who may frame a panel of this connection."""

    def __call__(self, connection: ConnectionSettings, /) -> tuple[str, ...]: ...


class SignLaunch(Protocol):
    """Sign a launch of a few minutes with a shared key of the connection's: for trying an embed by hand.

    `kid` empty: the first key. Raises ConfigError when the connection has no key to sign with.
    """

    def __call__(
        self,
        connection: ConnectionSettings,
        viewer: str,
        records: Sequence[Record],
        component: str,
        origin: str,
        kid: str,
        now: float,
        /,
    ) -> str: ...


def no_proof(_request: LaunchRequest, _connection: ConnectionSettings, _keys: KeySource) -> Launch:
    """A host whose pages prove nothing: its viewers sign in."""
    raise refused("no-proof")


def nobody(
    _call: Call,
    _connection: ConnectionSettings,
    _host_url: str,
    _host_token: str,
    records: Sequence[Record],
    _fields: Sequence[str],
) -> dict[Record, Access]:
    """A host that cannot be asked says no."""
    return dict.fromkeys(records, Access(allowed=False))


def nothing(
    _call: Call,
    _connection: ConnectionSettings,
    _token: str,
    _records: Sequence[Record],
    _fields: Sequence[str],
) -> dict[Record, dict[str, Any]]:
    """A host that we cannot read; its launches carry what there is to know."""
    return {}


def listed_origins(connection: ConnectionSettings) -> tuple[str, ...]:
    """The connection's exact origins, and nobody else."""
    return connection.origins


def page_origin(request: LaunchRequest, connection: ConnectionSettings) -> str:
    """The page's origin for a proof that names none: the browser's word, which must be on the list.

    Our own documents and sandboxed ones do not say on which page they are. Raises LaunchRefused.
    """
    if request.origin in {None, "", "null"}:
        return connection.origins[0]
    if request.origin not in connection.origins:
        raise refused("origin-unlisted")
    return str(request.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A kind of application that we are embedded in."""

    name: str
    attests: frozenset[Attest]  # what its launch proves by its signature alone
    requires: tuple[str, ...]  # settings of a connection that must be set
    verify: Verify = no_proof
    uses: tuple[str, ...] = ()  # settings that only some hosts know; to others they are refused
    takes: tuple[TokenType, ...] = (TokenType.JWT,)  # what its proof is called when it is exchanged; none: it is not
    proof_field: str = "token"  # the form field that a launch arrives in
    signs: tuple[str, ...] = ()  # headers of its signature, where it signs the whole request and posts no form
    opens: str = ""  # then: the page of ours that such a request is answered with, by its address
    approval_field: str = ""  # the query field by which the host says: the viewer has not allowed us yet
    bridge: str = "plain"  # the dialect that its frame speaks with the page around it
    check_access: CheckAccess = nobody
    sign_in: SignIn | None = None  # where viewers can sign in by themselves
    exchange: Exchange | None = None  # None: the viewer's own token is what the host's API takes
    own_token: TokenFlow = client_credentials  # how the identity that reads its records gets a token
    read_records: ReadRecords = nothing
    list_records: ListRecords | None = None  # None: which records there are must be told to us
    writes: Writes | None = None  # None: nothing is written back to it
    document_facts: ReadFacts | None = None  # both, or neither: a host without documents
    read_document: ReadDocument | None = None
    notices: Notices | None = None  # how it tells us of changes, where it does so by subscription
    events: tuple[EventForm, ...] = ()  # how else it can tell us, beside events that are signed
    frame_ancestors: FrameAncestors = listed_origins
    sign: SignLaunch | None = None  # where its launch is a token that we too could sign
    package: PackageRules | None = None  # what its admin installs
    setup: Setup | None = None  # what a new connection is asked for
    pages: Mapping[str, HostPage] = field(default_factory=dict)  # what it opens by address, by name

    def __post_init__(self) -> None:
        if Attest.RECORD not in self.attests and self.check_access is nobody:
            raise ValueError(f"{self.name} does not attest the record, so it must bring check_access")
        if bool(self.signs) != (self.opens in self.pages):
            raise ValueError(f"{self.name} signs requests, so it must say which of its pages they open")

    @property
    def reads(self) -> bool:
        """Whether its records can be read at all."""
        return self.read_records is not nothing
