"""Every parser of what comes from outside: what it is given, what it must make of it, and how it may refuse."""

from __future__ import annotations

import gzip
import io
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from app.audit.search import Place
from app.config import Secret, Settings, example
from app.config.expressions import MapRefusedError, compiled, parsed
from app.config.kinds import RefusedValueError
from app.config.rules import RULE
from app.config.schedules import SCHEDULE
from app.config.sections import with_section
from app.core.mapped import json_of
from app.core.maps import names, shipped
from app.core.parse import Insufficient, parse_error, parse_result, parse_results, parse_score
from app.core.parse_analysis import parse_analysis, parse_job, parse_started
from app.core.shapes import Score
from app.documents.child import answer as read_document
from app.documents.limits import Limits
from app.documents.refusals import BY_CODE
from app.errors import AnswerRefused, BadRequest, ConfigError, CoreUnavailable, LaunchRefused, SessionInvalid
from app.events.said import changed_records, name_of, outcome_told, read_event
from app.events.signatures import EventRefused, require_token, verify
from app.hosts import HOSTS
from app.hosts._graph_notices import read as read_notices
from app.hosts._jws import unverified
from app.hosts._request import SignedRequest, parameters, read, written
from app.hosts.salesforce.events import read_callout, read_message
from app.keys.keyring import Keyring
from app.launch import Launch, Record
from app.machines.api.reading import read_json
from app.machines.api.shapes import ScoresAsked
from app.machines.importing.body import Body
from app.machines.importing.rows import from_csv, from_json_lines
from app.machines.importing.wrong import BatchRefused, BatchTooLarge
from app.net.door import Response
from app.net.tokens import error_code, read_token
from app.preview.said_back import Back, carried
from app.preview.said_back import read as said_in_preview
from app.review.said import Said
from app.routes._batch import read as read_batch
from app.scorer.contract.loader import parse as parse_playbook
from app.scorer.loader import parse as parse_card
from app.scorer.problems import FileRefused
from app.session.bearer import Session
from app.session.bearer import read as read_session
from app.web.args import read_schema
from app.web.reports import origin_of, refused_ancestors
from tests.core.analysing import analysis
from tests.core.server import good
from tests.documents.files import docx, p, pdf
from tests.fuzz.inputs import damaged, damaged_text, json_bytes, spoiled, texts, values
from tests.hosts._proofs import BUILDERS, CLOCK, DRIVE
from tests.hosts.salesforce.messages import message, notification

SCORER = Path(__file__).resolve().parents[2] / "app/scorer"


@dataclass(frozen=True)
class Parser:
    """`read` answers something that `sound` agrees with, or raises one of `refuses`; nothing else, and soon.

    `heavy`: one input takes milliseconds, so fewer are tried.
    """

    inputs: st.SearchStrategy[Any]
    read: Callable[[Any], Any]
    refuses: tuple[type[Exception], ...] = ()
    sound: Callable[[Any], bool] = lambda _: True
    heavy: bool = False


def is_a(*kinds: type) -> Callable[[Any], bool]:
    """Of this type, and every text in it one that any database and any log takes."""
    return lambda value: isinstance(value, kinds) and all(storable(each) for each in texts_of(value))


def storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def texts_of(value: Any) -> Iterator[str]:
    """All texts in a value of ours. What a launch carries of a record goes through checks of its own later."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (text for each in fields(value) if each.name != "features"
                    for text in texts_of(getattr(value, each.name)))  # fmt: skip
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for each in pair for text in texts_of(each))
    elif isinstance(value, tuple | list | set | frozenset):
        yield from (text for each in value for text in texts_of(each))


def of_texts(good: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """Headers, or a form: each member as it should be, anything else, or not there."""
    return st.fixed_dictionaries({}, optional={name: st.just(each) | texts for name, each in good.items()})


# --- proofs ---


def launches(host: str) -> Parser:
    """Proofs of every kind: garbage, damaged ones, and well signed ones that say anything."""
    builder = BUILDERS[host]()
    claims = builder.claims
    signed = st.one_of(
        spoiled(claims).map(lambda said: builder.text(json.dumps(said).encode()).proof()),
        json_bytes(claims).map(lambda written: builder.text(written).proof()),
    )
    inputs = [texts, damaged_text(builder.proof()), signed]
    if hasattr(builder, "head"):
        inputs.append(json_bytes(builder.header).map(lambda head: replace(builder, head=head).proof()))

    def open_(proof: str) -> Launch:
        request = replace(builder.attempt_, proof=proof).request()
        return HOSTS[host].verify(request, builder.connection, builder.keys)

    return Parser(st.one_of(*inputs), open_, (LaunchRefused,), is_a(Launch), heavy=True)


RING = Keyring.from_secrets([b"k" * 32])
CLAIMS = {
    "sid": "s", "con": "acme", "sub": "zoe", "nam": "Zoë", "loc": "de", "tz": "UTC", "rol": ["a"], "cmp": "score-badge",
    "org": "https://a.example", "rec": ["Lead/1"], "att": ["viewer"], "mod": "frame", "opn": 1.0, "exp": CLOCK + 600,
    "car": [0],
}  # fmt: skip
REQUEST = SignedRequest("POST", "https://inlay.example.com/launch/x?a=1", "{}", {"x-signature": "abc"})
WEBHOOK = {"webhook-id": "msg_1", "webhook-timestamp": str(int(CLOCK)), "webhook-signature": "v1,YWJj v1,ZGVm"}
SECRET = (Secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),)
NOTICE = {
    "subscriptionId": "7f105c7d-2dc5-4530-97cd-4e7ae6534c07", "clientState": "s", "tenantId": "t",
    "resource": f"drives/{DRIVE}/root", "lifecycleEvent": "missed",
}  # fmt: skip
CHANGED = {"specversion": "1.0", "id": "a1", "source": "crm", "type": "record.changed", "data": {"records": ["Lead/1"]}}
OUTCOME = {
    "type": "record.outcome",
    "data": {"record": "Lead/1", "outcome": "converted", "at": "2026-11-20T09:00:00Z"},
}
REPORT = {"csp-report": {"effective-directive": "frame-ancestors", "blocked-uri": "https://evil.example/x"}}
REPORTS = [
    {"type": "csp-violation", "body": {"effectiveDirective": "frame-ancestors", "blockedURL": "https://a.example"}}
]

PROOFS = {f"launch of {host}": launches(host) for host in BUILDERS} | {
    "a token, unverified": Parser(texts | damaged_text(BUILDERS["guest"]().proof()), unverified, (), is_a(dict)),
    "a token of ours": Parser(
        texts | damaged_text(RING.sign(CLAIMS, "session")),
        lambda token: RING.verify(token, "session", CLOCK),
        (SessionInvalid,),
        lambda claims: isinstance(claims, dict),
    ),
    "the claims of a token of ours": Parser(
        spoiled(CLAIMS), read_session, (SessionInvalid,), lambda session: isinstance(session, Session)
    ),
    "a request that its host signed": Parser(
        texts | damaged_text(written(REQUEST)) | spoiled(json.loads(written(REQUEST))).map(json.dumps),
        read,
        (LaunchRefused,),
        lambda request: isinstance(request, SignedRequest),
    ),
    "the query of such a request": Parser(
        texts | damaged_text("a=1&b=%C3%A4&c=+&d="), parameters, (LaunchRefused,), lambda said: isinstance(said, dict)
    ),
    "the answer of a token endpoint": Parser(
        spoiled({"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}),
        lambda body: read_token(body, CLOCK),
        (AnswerRefused,),
    ),
    "the refusal of a token endpoint": Parser(
        json_bytes({"error": "invalid_grant"}), lambda body: error_code(Response(400, {}, body)), (), is_a(str)
    ),
}

# --- messages ---


def event(body: bytes) -> Any:
    """As they come through a broker."""
    said = read_event(body)
    return name_of(said, ""), outcome_told(said, CLOCK) if said.is_outcome else changed_records(said)


MESSAGES = {
    "an outbound message": Parser(
        st.binary(max_size=60)
        | damaged(
            message(notification("04lAB0000000001AAA", "00QAB000002LeadAA2")),
            message(*[notification(f"04lAB00000000{n:02}AAA", "00QAB000002LeadAA2") for n in range(3)]),
        ),
        read_message,
        (BadRequest,),
        is_a(object),
    ),
    "a flow's callout": Parser(
        json_bytes({"organization": "00DAB0000000001EAA", "records": ["Lead/00QAB000002LeadAA2"]}),
        read_callout,
        (BadRequest,),
        is_a(object),
    ),
    "an event of ours": Parser(json_bytes(CHANGED, OUTCOME), event, (BadRequest,), is_a(tuple)),
    "a webhook's headers": Parser(
        of_texts(WEBHOOK),
        lambda headers: verify(SECRET, headers, b"{}", CLOCK),
        (EventRefused,),
        is_a(str),
    ),
    "the token of an address": Parser(texts, lambda token: require_token(SECRET, token), (EventRefused,)),
    "notifications of Graph": Parser(
        json_bytes({"value": [NOTICE]}, {"value": [{k: v for k, v in NOTICE.items() if k != "lifecycleEvent"}]}),
        read_notices,
        (BadRequest,),
        is_a(list),
    ),
    "a browser's report": Parser(
        st.tuples(json_bytes(REPORT, REPORTS), texts),
        lambda sent: refused_ancestors(sent[0], sent[1], "https://inlay.example.com"),
        (BadRequest,),
        is_a(list),
    ),
    "an address as an origin": Parser(
        texts | damaged_text("https://user@a.example:8443/x?y#z"), origin_of, (), is_a(str)
    ),
}

# --- rows ---

ROW = {
    "record": "Lead/1", "score": 50, "meaning": "probability", "model": {"name": "m", "version": "1"},
    "computed_at": "2026-11-20T03:00:00Z", "valid_for_s": 900, "confidence": 0.5,
    "factors": [{"label": "A", "effect": 1.5, "detail": "d", "fields": ["activity"]}], "inputs": {"activity": 3},
}  # fmt: skip
HEAD = "record,score,meaning,model_name,model_version,computed_at,valid_for_s,confidence,factors,inputs,input.activity"
LINE = """Lead/1,50,probability,m,1,2026-11-20T03:00:00Z,900,0.5,"[{""label"":""A"",""effect"":1}]","{""a"":1}",3"""


def lines(body: bytes) -> list[bytes]:
    return list(Body(io.BytesIO(body).read, gzipped=False).lines())


def csv_of(cells: Sequence[str]) -> bytes:
    """A CSV of our head and these cells, as a spreadsheet quotes them."""
    quoted = ",".join('"' + each.replace('"', '""') + '"' for each in cells)
    return f"{HEAD}\n{quoted}\n".encode("utf-8", "surrogatepass")


ROWS = {
    "JSON lines": Parser(
        st.lists(json_bytes(ROW), max_size=3).map(b"\n".join),
        lambda body: list(from_json_lines(lines(body))),
        (BatchTooLarge,),
        lambda rows: all(isinstance(number, int) for number, _ in rows),
    ),
    "a CSV": Parser(
        st.one_of(
            damaged(f"{HEAD}\n{LINE}\n{LINE}\n".encode()),
            st.lists(texts, min_size=11, max_size=11).map(csv_of),
            texts.map(lambda head: f"{head}\n{LINE}".encode("utf-8", "surrogatepass")),
        ),
        lambda body: list(from_csv(lines(body))),
        (BatchRefused, BatchTooLarge),
        lambda rows: all(isinstance(number, int) for number, _ in rows),
    ),
    "a packed body": Parser(
        damaged(gzip.compress(json.dumps(ROW).encode() * 20)),
        lambda body: list(Body(io.BytesIO(body).read, gzipped=True).lines()),
        (BadRequest,),
        lambda found: all(isinstance(each, bytes) for each in found),
    ),
}

# --- what cores answer ---

SUBJECT = {"type": "Lead", "id": "1", "connection": "acme"}
TEXT = "This agreement is governed by the laws of Ohio. It ends after a year."


class Passages:
    """A document of one page."""

    text = TEXT

    def find(self, quote: str, near: int) -> tuple[int, int] | None:
        at = self.text.find(quote.strip())
        return None if at < 0 else (at, at + len(quote.strip()))

    def page(self, start: int) -> int | None:
        return 1


EXPRESSIONS = (
    "predictions[*]", "outputs[?name=='p'].data | [0]", "max_by(a, &b).c", "sort_by(@, &s)[::-1]", "percent(a)",
    "probability(a)", "tensor(outputs[0])", "parse_json(a).b", "merge(@, {a: `1`})", "join(',', a[*].b)",
    "to_string(@)", "a[?b > `1` && !c].{d: d, e: [f, g]}", "sum(a)", "avg(a)", "ceil(a)", "abs(a)", "to_number(a)",
    "length(@)", "map(&a, @)", "reverse(a)", "keys(@)", "values(@)", "not_null(a, b)", "contains(a, b)",
    "starts_with(a, 'x')", "type(@)", "a.*[] | [0:2]", "floor(a)", "min(a)", "max(a)", "sort(a)", "to_array(a)",
    "ends_with(a, b)", "[1:10:0]",
)  # fmt: skip
ANSWERED = {
    "a": [1, 0.5, {"b": "x", "s": 2}], "b": "x", "c": None, "predictions": [0.1, [0.2, 0.8]],
    "outputs": [{"name": "p", "shape": [2, 2], "datatype": "FP64", "data": [0.1, 0.9, 0.2, 0.8]}],
    "choices": [{"message": {"content": '{"scores": [{"score": 5}]}'}, "finish_reason": "stop"}], "model": "m",
}  # fmt: skip
MAPS = [
    expression for name in names() for known in shipped(name).values() for expression in (known.response, known.version)
]


def compiled_(text: str) -> Any:
    with warnings.catch_warnings():  # the library's word on an old way to write texts
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return compiled(text)


def run(asked: tuple[str, Any]) -> Any:
    return compiled(asked[0]).of(asked[1])


CORES = {
    "a score": Parser(spoiled(good(50)), parse_score, (AnswerRefused,), is_a(Score)),
    "a score or an error": Parser(
        spoiled(good(50), {"error": {"code": "insufficient-features", "missing": ["a"]}}),
        parse_result,
        (AnswerRefused,),
        is_a(Score, Insufficient, CoreUnavailable),
    ),
    "an error": Parser(spoiled({"code": "x", "missing": ["a"]}), parse_error, (AnswerRefused,)),
    "a batch": Parser(
        spoiled({"results": [good(50) | {"subject": SUBJECT}]}),
        lambda json: parse_results(json, [SUBJECT]),
        (AnswerRefused,),
        lambda results: len(results) == 1,
    ),
    "an analysis": Parser(
        spoiled(analysis(TEXT)), lambda json: parse_analysis(json, Passages()), (AnswerRefused,), is_a(object)
    ),
    "a job": Parser(
        spoiled({"state": "running", "progress": {"done": 1, "total": 2}}, {"state": "done", "result": {}}),
        parse_job,
        (AnswerRefused,),
    ),
    "a job that was begun": Parser(spoiled({"job": "abc"}), parse_started, (AnswerRefused,), is_a(str)),
    "the body of a mapped core": Parser(
        json_bytes(ANSWERED), lambda body: json_of(Response(200, {}, body)), (AnswerRefused,)
    ),
    "an expression": Parser(texts | damaged_text(*EXPRESSIONS), compiled_, (RefusedValueError,)),
    "what an expression makes of an answer": Parser(
        st.tuples(st.sampled_from(EXPRESSIONS), spoiled(ANSWERED) | values), run, (MapRefusedError,)
    ),
    "what the shipped maps make of an answer": Parser(
        st.tuples(st.sampled_from([each for each in MAPS if each]), spoiled(ANSWERED) | values),
        lambda asked: asked[0].of(asked[1]),
        (MapRefusedError,),
    ),
    "JSON within a text": Parser(
        json_bytes(ANSWERED).map(lambda body: body.decode("utf-8", "replace")), parsed, (ValueError,)
    ),
}

# --- documents ---


def told(content: bytes) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(read_document(content, "contract", "", Limits(characters=100_000), io.BytesIO()))
    return said


def is_reading(said: Any) -> bool:
    if "refused" in said:
        return said["refused"] in BY_CODE
    return said["pages"][-1][1] == len(said["text"]) and storable(said["text"])


HTML = b"<!doctype html><meta charset=utf-8><table><tr><td style='x'>A</td></tr></table><ol start=4><li>1<li>2</ol>"
DOCUMENTS = {
    kind: Parser(inputs, told, (), is_reading, heavy=True)
    for kind, inputs in {
        "a PDF": damaged(pdf("Clause 1. The Supplier shall indemnify.\nSecond.", "Two")),
        "a Word file": damaged(
            docx(
                p("Clause", '<w:numPr><w:numId w:val="1"/></w:numPr>') * 3,
                header1=f'<w:hdr xmlns:w="x">{p("h")}</w:hdr>',
            )
        ),
        "markup": damaged(HTML) | texts.map(lambda text: b"<html>" + text.encode("utf-8", "surrogatepass")),
        "a text": st.binary(max_size=300) | damaged("Clause\n§ 1 ü\n".encode("utf-16") * 5),
    }.items()
}

# --- what operators write ---

WHOLE = example()
CARD = (SCORER / "scorecards/lead_score.toml").read_text("utf-8")
BOOK = """
capability = "contract_review"
name = "small"
""" + "\n".join((SCORER / "playbooks/contract_review.toml").read_text("utf-8").splitlines()[:60])


def kind_of(kind: Any) -> Callable[[Any], Any]:
    return lambda raw: kind.read(raw, Path())


TEXTS = {
    "a configuration": Parser(
        texts | damaged_text(WHOLE),
        lambda text: Settings.parse(text, "inlay.toml", Path("/tmp")),
        (ConfigError,),
        heavy=True,
    ),
    "a section in its place": Parser(
        st.tuples(texts | damaged_text("[a.b]\nc = 1\n# d\n[e]\n"), texts),
        lambda asked: with_section(asked[0], asked[1], "a", "b"),
        (),
        lambda text: isinstance(text, str),
    ),
    "a priority rule": Parser(
        spoiled({"company_size": {"at_least": 200}, "industry": ["A", "B"]}), kind_of(RULE), (RefusedValueError,)
    ),
    "a schedule": Parser(values | damaged_text("03:00", "6h"), kind_of(SCHEDULE), (RefusedValueError,)),
    "a scorecard": Parser(damaged_text(CARD), lambda text: parse_card(text, "card.toml"), (FileRefused,), heavy=True),
    "a playbook": Parser(
        damaged_text(BOOK), lambda text: parse_playbook(text, "book.toml"), (FileRefused,), heavy=True
    ),
    "the args of a component": Parser(
        spoiled({"score": 5, "label": "x", "tags": ["a"], "at": "2026-11-30T09:00:00Z", "more": {"n": 1}}) | values,
        lambda given: (
            {name: arg.check(given.get(name)) for name, arg in ARGS.items()} if isinstance(given, dict) else None
        ),
        (BadRequest,),
    ),
}
ARGS = read_schema(
    {
        "score": {"type": "number", "doc": "d", "min": 0, "max": 100},
        "whole": {"type": "int", "doc": "d", "nullable": True},
        "label": {"type": "text", "doc": "d", "max": 20},
        "on": {"type": "bool", "doc": "d", "default": True, "nullable": True},
        "tags": {"type": "list", "doc": "d", "of": {"type": "text", "max": 5}, "max": 3},
        "at": {"type": "datetime", "doc": "d"},
        "more": {"type": "object", "doc": "d", "fields": {"n": {"type": "int", "doc": "d"}}},
    }
)

# --- what pages send ---

SAID = {
    "verdict": "override", "item": "score", "decision": "d1", "version": "0", "value": "61", "reason": "other",
    "comment": "so",
}  # fmt: skip
PAGES = {
    "a record": Parser(texts | damaged_text("Lead/00QAB000003LeadAA2"), Record.parse, (BadRequest,), is_a(Record)),
    "a review": Parser(
        of_texts(SAID),
        Said.parse,
        (BadRequest,),
        is_a(Said),
    ),
    "reviews of many": Parser(
        st.lists(texts | damaged_text("accept Lead/1 d1 0"), max_size=3), read_batch, (BadRequest,), is_a(list)
    ),
    "a question for scores": Parser(
        json_bytes({"capability": "lead_score", "records": ["Lead/1"]}),
        lambda body: read_json(body, ScoresAsked),
        (BadRequest,),
    ),
    "what was said in the preview": Parser(
        texts | damaged_text(carried([Back("accept", 1, "Lead/1", "score")])),
        said_in_preview,
        (),
        lambda words: isinstance(words, tuple),
    ),
    "a place in the audit": Parser(texts | damaged_text("1700000000.5,7"), Place.parse, (BadRequest,), is_a(Place)),
}

PARSERS: dict[str, Parser] = {**PROOFS, **MESSAGES, **ROWS, **CORES, **DOCUMENTS, **TEXTS, **PAGES}
