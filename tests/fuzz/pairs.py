"""What one part writes and another reads: who writes it, who reads it, and what may be written.

Where both are ours, what is kept, sealed or carried comes back as it was. Where the other is a host's, its twin in
`app/demo` writes: it shares no line with the reader, so that both cannot make the same mistake.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from hypothesis import strategies as st
from joserfc.jwk import Key, import_key

from app.audit.search import Place
from app.cells import BOM, cell
from app.config import Secret
from app.config.reader import literal
from app.config.sections import section_of, with_section
from app.core.parse import Insufficient, parse_results
from app.core.shapes import Factor, Meaning, Model, Score
from app.core.shared import Kept, decoded, encoded
from app.core.stored import Key as ScoreKey
from app.core.stored import Stored
from app.demo.crm import events, signed, soql
from app.demo.crm.guest import GuestSigner
from app.demo.crm.people import PEOPLE, Person
from app.errors import BadRequest, InlayError, NotLaunched, SessionExpired, TooLarge
from app.events.signatures import verify
from app.figures.sketch import Sketch
from app.hosts import HOSTS
from app.hosts._event_forms import HostEvent
from app.hosts._request import SignedRequest, read, written
from app.hosts._sign_in import Attempt, HostTokens, SignedIn
from app.hosts.guest.sign import sign
from app.hosts.salesforce.api import read_records
from app.hosts.salesforce.events import read_message
from app.hosts.salesforce.ids import long_id
from app.hosts.salesforce.signed import decode, open_signed
from app.keys.keyring import Keyring
from app.keys.webhooks import signed as signed_by_us
from app.launch import Attest, Launch, LaunchRequest, Record, Viewer
from app.machines.api.shapes import Row
from app.machines.importing.body import Body
from app.machines.importing.rows import COLUMNS, from_csv, from_json_lines
from app.net.door import Request, Response
from app.net.tokens import error_code
from app.preview.said_back import Back, carried
from app.preview.said_back import read as said_in_preview
from app.preview.scene import WEATHERS, Scene, from_token
from app.review.feedback import training
from app.review.write_back.plan import Kept as KeptFields
from app.scorer.answers import answer_batch
from app.session import bearer
from app.session.bearer import Session
from app.web.failures import oauth
from tests.hosts._proofs import BUILDERS, CLOCK
from tests.hosts.salesforce.messages import ORG, message, notification
from tests.scorer.cards import NOW, card


@dataclass(frozen=True)
class Pair:
    """`read` answers of what `write` made of an input what `means` says that it is; the input itself, as a rule."""

    inputs: st.SearchStrategy[Any]
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    means: Callable[[Any], Any] = lambda given: given
    heavy: bool = False  # one takes milliseconds, so fewer are tried


# What any database and any log takes; what people write is that.
plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
printed = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\u202a\u202b\u202d\u202e")
lines = st.text(printed, min_size=1, max_size=30)
ascii_ = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12)
whole = st.integers(-(10**9), 10**9)
number = st.floats(allow_nan=False, allow_infinity=False)
moments = st.floats(0, 4e9).map(lambda at: round(at, 3))
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 they get it
single = st.one_of(plain, st.booleans(), whole, number, st.none())
json_ = st.recursive(single, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3))
records = st.builds(
    Record,
    st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,20}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_.:@!=-]{1,40}", fullmatch=True),
)
some_records = st.lists(records, min_size=1, max_size=5, unique=True)
salesforce_ids = st.from_regex(r"[a-zA-Z0-9]{15}", fullmatch=True).map(long_id)
people = st.sampled_from([*PEOPLE.values()])
viewers = st.builds(Viewer, plain, plain, ascii_, ascii_, st.lists(plain, max_size=3).map(tuple))

# --- what we write and read again ---

RING = Keyring.from_secrets([b"n" * 32, b"o" * 32])
sessions = st.builds(
    lambda session, n: replace(session, carried=frozenset(session.records[:n])),
    st.builds(
        Session, ascii_, ascii_, viewers, plain, ascii_, some_records.map(tuple),
        st.frozensets(st.sampled_from(Attest)), st.sampled_from(("frame", "element")), moments,
        moments.map(lambda at: at + CLOCK + 1.0),
        st.none() | st.frozensets(plain, max_size=3),
    ),
    st.integers(0, 5),
)  # fmt: skip
tokens = st.builds(HostTokens, plain, moments, plain)
scores = st.builds(
    Score, st.floats(0, 100), st.sampled_from(Meaning),
    st.lists(st.builds(Factor, plain, number, plain, st.lists(plain, max_size=2).map(tuple)), max_size=3).map(tuple),
    st.builds(Model, plain, plain), instants, st.floats(0, 1e9), st.none() | st.floats(0, 1),
)  # fmt: skip
KEY = ScoreKey("acme", "lead_score", Record("Lead", "1"))
kept_scores = st.builds(
    Kept, st.builds(Stored, ascii_, st.just(KEY), scores, ascii_, moments, moments, plain), st.integers(0, 2**53)
)
by_field = st.dictionaries(ascii_, single, max_size=3)
scenes = st.builds(
    Scene, ascii_, ascii_, st.dictionaries(plain, plain, max_size=3), plain, st.just(""), st.sampled_from(WEATHERS),
    st.booleans(),
)  # fmt: skip
requests = st.builds(
    SignedRequest, st.sampled_from(("GET", "POST")),
    lines.map(lambda path: f"https://inlay.example.com/{path}"), plain, st.dictionaries(lines, lines, max_size=3),
)  # fmt: skip


def sketched(values: Sequence[float]) -> Sketch:
    sketch = Sketch()
    for value in values:
        sketch.add(value)
    return sketch


OURS = {
    "a record": Pair(records, str, Record.parse),
    "a session's token": Pair(
        sessions,
        lambda session: RING.sign(bearer.write(session), "session"),
        lambda token: bearer.read(RING.verify(token, "session", CLOCK)),
    ),
    "what is sealed": Pair(
        st.tuples(st.binary(max_size=100), plain),
        lambda given: (RING.seal(*given), given[1]),
        lambda sealed: (RING.open(*sealed), sealed[1]),
    ),
    "an attempt to sign in": Pair(st.builds(Attempt, plain, plain, plain, plain), Attempt.write, Attempt.read),
    "a host's tokens": Pair(tokens, HostTokens.write, HostTokens.read),
    "who signed in": Pair(
        st.builds(SignedIn, viewers, plain, tokens, st.none() | plain), SignedIn.write, SignedIn.read
    ),
    "a request that its host signed": Pair(requests, written, read),
    "a shared score": Pair(kept_scores, encoded, lambda value: decoded(KEY, value)),
    "what is remembered of a host's fields": Pair(
        st.builds(
            KeptFields,
            by_field,
            by_field,
            st.dictionaries(ascii_, st.lists(single, max_size=3), max_size=2),
            plain,
            st.lists(plain, max_size=3).map(tuple),
        ),
        KeptFields.written_down,
        KeptFields.read,
    ),
    "a place in the audit": Pair(st.builds(Place, number, st.integers(-(2**63) + 1, 2**63 - 1)), str, Place.parse),
    "a sketch of numbers": Pair(
        st.lists(st.floats(0, 1e12), max_size=20),
        lambda values: sketched(values).write(),
        lambda text: Sketch.read(text).buckets,
        lambda values: sketched(values).buckets,
    ),
    "what was said in the preview": Pair(
        st.lists(st.builds(Back, ascii_, whole, plain, plain, st.none() | number, plain, plain, plain), max_size=5),
        lambda words: f'"0f{carried(words)}"',
        said_in_preview,
        tuple,
    ),
    "a scene of the preview": Pair(st.tuples(scenes, moments), lambda given: given[0].token(given[1]), from_token),
}

# --- texts and files ---

toml = st.recursive(
    st.one_of(plain, st.booleans(), whole, number),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
    max_leaves=6,
)
sections = st.dictionaries(ascii_, toml, max_size=3).map(
    lambda settings: "".join(f"{name} = {literal(value)}\n" for name, value in settings.items())
)
AROUND = """\
# ours
[server]
public_url = 1

# theirs
[connections.acme]
host = 2

[connections.acme.fields]
a = 3

[admin]
"""
rows = st.builds(
    lambda score, confidence, at, valid, factors, inputs, model: {
        "record": "Lead/1", "score": score, "meaning": "index", "model": model, "computed_at": at.isoformat(),
        "valid_for_s": valid, "confidence": confidence, "factors": factors, "inputs": inputs,
    },
    st.floats(0, 100), st.none() | st.floats(0, 1), instants, st.floats(1e-3, 3e7),
    st.lists(
        st.fixed_dictionaries({"label": lines, "effect": st.floats(-1e6, 1e6), "detail": lines,
                               "fields": st.lists(lines, max_size=2)}),
        max_size=3,
    ),
    st.dictionaries(plain, st.one_of(plain, st.booleans(), whole, number, st.none()), max_size=3),
    st.fixed_dictionaries({"name": lines, "version": lines}),
)  # fmt: skip
told = st.lists(
    st.fixed_dictionaries(dict.fromkeys(training.COLUMNS, st.one_of(plain, whole, number, st.none()))), max_size=3
)


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """As a warehouse exports it."""
    file = io.StringIO()
    sheet = csv.writer(file)
    sheet.writerow(COLUMNS)
    for row in rows:
        model, said = row["model"], {name: json.dumps(row[name]) for name in ("factors", "inputs")}
        cells = {**row, **said, "model_name": model["name"], "model_version": model["version"]}
        sheet.writerow(["" if cells[name] is None else cells[name] for name in COLUMNS])
    return file.getvalue().encode()


def in_lines(body: bytes, *, gzipped: bool = False) -> list[bytes]:
    return list(Body(io.BytesIO(body).read, gzipped=gzipped).lines())


def shaped(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    return [msgspec.convert(row, Row) for row in rows]


FILES = {
    "a value in a configuration": Pair(
        toml, lambda value: f"a = {literal(value)}", lambda text: tomllib.loads(text)["a"]
    ),
    "a section put in its place": Pair(
        sections,
        lambda body: with_section(AROUND, f"[connections.acme]\n{body}", "connections", "acme"),
        lambda text: (section_of(text, "connections", "acme"), with_section(text, "", "connections", "acme")),
        lambda body: (f"[connections.acme]\n{body}".strip("\n"), with_section(AROUND, "", "connections", "acme")),
    ),
    "imported JSON lines": Pair(
        st.lists(rows, max_size=3),
        lambda given: gzip.compress("\n".join(map(json.dumps, given)).encode()),
        lambda body: [row for _, row in from_json_lines(in_lines(body, gzipped=True))],
        shaped,
    ),
    "an imported CSV": Pair(
        st.lists(rows, max_size=3), as_csv, lambda body: [row for _, row in from_csv(in_lines(body))], shaped
    ),
    "decisions to learn from, as JSON lines": Pair(
        told,
        lambda given: "".join(training.written(given, "jsonl")),
        lambda text: [json.loads(line) for line in text.split("\n")[:-1]],
    ),
    "decisions to learn from, as CSV": Pair(
        told,
        lambda given: "".join(training.written(given, "csv")),
        lambda text: [*csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), strict=True)],
        lambda given: [[*training.COLUMNS], *([cell(row[name]) for name in training.COLUMNS] for row in given)],
    ),
}

# --- what others write: by the demo's parts, which share nothing with ours ---

SECRET = "4D1C2B3A5E6F"
WEBHOOK = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
CRM = GuestSigner(Ed25519PrivateKey.from_private_bytes(b"k" * 32), BUILDERS["guest"]().connection.issuer,
                  BUILDERS["guest"]().connection.audience, ("activity", "AnnualRevenue"))  # fmt: skip
CANVAS, GUEST = BUILDERS["salesforce"]().connection, BUILDERS["guest"]().connection
names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,30}", fullmatch=True)
EMPTY = Flask(__name__)


class CrmKeys:
    """The CRM's published keys, without a network."""

    def discover(self, url: str) -> Any:
        raise AssertionError(url)

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        [published] = CRM.jwks()["keys"]
        return (import_key(published),) if (algorithm, kid) == ("EdDSA", published["kid"]) else ()


def canvas(given: tuple[Person, str]) -> str:
    person, record = given
    origin = CANVAS.host_url
    payload = signed.payload(person, record, "score-card", origin=CANVAS.origins[0], token="00D!abc", canvas_url=origin)
    payload["client"]["instanceUrl"] = origin
    payload["context"]["organization"]["organizationId"] = CANVAS.issuer
    return signed.sign(payload, SECRET)


def seen(launch: Launch) -> tuple[str, str, str, tuple[Record, ...]]:
    return launch.viewer.subject, launch.viewer.name, launch.viewer.locale, launch.records


def by_guest(proof: str) -> Launch:
    request = LaunchRequest(proof, "score-badge", (), GUEST.origins[0], CLOCK)
    return HOSTS["guest"].verify(request, GUEST, CrmKeys())


def asked_in_soql(given: tuple[str, list[str], list[str]]) -> list[soql.Query]:
    """What our query says to a CRM, which answers with nothing."""
    kind, ids, fields = given
    queries: list[soql.Query] = []

    def call(request: Request) -> Response:
        [text] = parse_qs(urlsplit(request.url).query)["q"]
        queries.append(soql.parse(text))
        return Response(200, {}, b'{"records": [], "done": true}')

    read_records(call, CANVAS, "t", [Record(kind, each) for each in ids], fields)
    return queries


def by_core(features: Mapping[str, Any]) -> dict[str, Any]:
    return answer_batch({"demo_score": card()}, {"items": [{"capability": "demo_score", "features": features}]}, NOW)


def oauth_body(error: InlayError) -> bytes:
    """What `/session` answers, as a client of ours at another's `/session` reads it."""
    with EMPTY.app_context():
        return oauth(error).get_data()


OTHERS = {
    "a signed request": Pair(
        st.dictionaries(plain, json_, max_size=3),
        lambda payload: signed.sign(payload, SECRET),
        lambda proof: json.loads(decode(open_signed(proof, [Secret("other"), Secret(SECRET)]))),
    ),
    "a launch by Canvas": Pair(
        st.tuples(people, salesforce_ids.map(lambda each: f"00Q{each[3:15]}").map(long_id)),
        canvas,
        lambda proof: seen(
            HOSTS["salesforce"].verify(LaunchRequest(proof, "score-card", now=CLOCK), CANVAS, CrmKeys())
        ),
        lambda given: (given[0].user_id, given[0].name, given[0].locale, (Record("Lead", given[1]),)),
    ),
    "a guest's launch": Pair(
        st.tuples(people, some_records, lines),
        lambda given: CRM.token(
            given[0], "score-badge", [str(each) for each in given[1]], CLOCK, {str(given[1][0]): given[2]}
        ),
        lambda proof: (seen(launch := by_guest(proof)), dict(launch.names)),
        lambda given: (
            (given[0].user_id, given[0].name, given[0].locale, tuple(given[1])),
            {str(given[1][0]): given[2]},
        ),
        heavy=True,
    ),
    "a guest's launch by a shared key": Pair(
        st.tuples(lines, some_records),
        lambda given: sign(GUEST, given[0], given[1], "score-badge", GUEST.origins[0], "", CLOCK),
        lambda proof: (by_guest(proof).viewer.subject, by_guest(proof).records),
        lambda given: (given[0], tuple(given[1])),
        heavy=True,
    ),
    "a webhook": Pair(
        st.tuples(ascii_, st.binary(max_size=60)),
        lambda given: (
            {
                "webhook-id": given[0],
                "webhook-timestamp": str(int(CLOCK)),
                "webhook-signature": events.signature(WEBHOOK, given[0], int(CLOCK), given[1]),
            },
            given[1],
        ),
        lambda sent: verify([Secret(WEBHOOK)], sent[0], sent[1], CLOCK),
        lambda given: given[0],
    ),
    "a webhook of ours": Pair(
        st.tuples(ascii_, st.binary(max_size=60)),
        lambda given: (signed_by_us((Secret("older"), Secret(WEBHOOK)), given[0], int(CLOCK), given[1]), given[1]),
        lambda sent: (verify([Secret(WEBHOOK)], *sent, CLOCK), verify([Secret("older")], *sent, CLOCK)),
        lambda given: (given[0], given[0]),
    ),
    "an outbound message": Pair(
        st.lists(st.tuples(salesforce_ids, names, salesforce_ids), min_size=1, max_size=5),
        lambda given: message(*(notification(name, record, kind) for name, kind, record in given)),
        read_message,
        lambda given: HostEvent(ORG, tuple((name, Record(kind, record)) for name, kind, record in given)),
    ),
    "a query in SOQL": Pair(
        st.tuples(names, st.lists(salesforce_ids, min_size=1, max_size=5, unique=True), st.lists(names, max_size=4)),
        lambda given: given,
        asked_in_soql,
        lambda given: [soql.Query(tuple(dict.fromkeys(["Id", *given[2]])), given[0], tuple(sorted(given[1])))],
    ),
    "an OAuth error": Pair(
        st.sampled_from((NotLaunched(), SessionExpired(), BadRequest(), TooLarge())),
        lambda error: Response(400, {}, oauth_body(error)),
        error_code,
        lambda error: json.loads(oauth_body(error))["error"],
    ),
    "a score of the built-in core": Pair(
        st.fixed_dictionaries(
            {},
            optional={
                "size": whole,
                "source": st.sampled_from(("Web", "x")),
                "role": plain,
                "demo": st.booleans(),
            },
        ),
        lambda features: json.dumps(by_core(features)),
        lambda text: [
            None if isinstance(each, Insufficient) else each.value for each in parse_results(json.loads(text), [{}])
        ],
        lambda features: [each.get("score") for each in by_core(features)["results"]],
    ),
}

PAIRS: dict[str, Pair] = {**OURS, **FILES, **OTHERS}
