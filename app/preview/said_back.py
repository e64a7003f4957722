"""What a panel of the preview shows once it was answered back: the next state, made of the story and what was said.

Nothing is remembered here. What was said goes along in what is shown, in the ETag and in the decision that buttons
name, and comes back with the next question.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.errors import BadRequest
from app.review.change import SCORE
from app.review.feedback.satisfaction import DECLINED
from app.review.feedback.voices import Thumb, parse_answer
from app.review.said import VERDICTS, Said, Word

MARK = "~"  # between what a thing is called and what was said; no name of a story has it
MOST = 60  # words that are carried; older ones are forgotten
MOST_COMMENT = 200  # letters of a comment that are carried
MOST_LETTERS = 6_000  # of all that is carried: it stands in a header, and proxies take 8 KB of one (nginx's default)
_MOST_BYTES = 100_000  # of it, unpacked
THUMB, SATISFACTION = "thumb", "satisfaction"
_BY = "Ana"  # who looks, in all stories
_LIST = {"rows", "done", "counts"}  # what only a worklist has
_RANKS = ("high", "medium", "low", "info")

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Back:
    """One thing that was said: a review's word, a thumb, or how satisfied somebody is. `at` in whole seconds."""

    word: str
    at: int
    record: str = ""
    item: str = ""
    value: float | None = None
    severity: str = ""
    reason: str = ""
    comment: str = ""


def reviewed(form: Mapping[str, str], now: float) -> Back:
    """A review, read as the road reads it. Raises BadRequest."""
    said = Said.parse({**form, "decision": "d"})
    return Back(
        str(said.word), int(now), form.get("record", ""), said.item, said.value, said.severity, said.reason,
        said.comment[:MOST_COMMENT],
    )  # fmt: skip


def reviewed_many(texts: Sequence[str], now: float) -> list[Back]:
    """Each `<verdict> <record> <decision> <version>`. Raises BadRequest."""
    parts = [text.split(" ") for text in texts]
    if not all(len(each) == 4 and each[0] in {*Word} for each in parts):
        raise BadRequest("Each is written verdict, record, decision, version.", reason="reviews-malformed")
    return [Back(word, int(now), record, SCORE) for word, record, _, _ in parts]


def thumbed(form: Mapping[str, str], now: float) -> Back:
    """A thumb, `up` or `down` or empty, with its word. Raises BadRequest."""
    said = Thumb.parse({**form, "decision": "d"})
    return Back(THUMB, int(now), form.get("record", ""), said.thumb, reason=said.word)


def satisfied(form: Mapping[str, str], now: float) -> Back:
    """An answer of 1 to 5, or none. Raises BadRequest."""
    return Back(SATISFACTION, int(now), form.get("record", ""), parse_answer(form))


def carried(words: Sequence[Back]) -> str:
    """As it goes along: a mark and one word of base64url; empty where nothing was said.

    What would be too long for a header is forgotten, oldest first: comments, and then words.
    """
    kept = list(words[-MOST:])
    packed = _packed(kept)
    for place, word in enumerate(kept):
        if len(packed) <= MOST_LETTERS:
            break
        kept[place] = replace(word, comment="")
        packed = _packed(kept)
    while len(packed) > MOST_LETTERS:
        packed = _packed(kept := kept[1:])
    return MARK + packed if kept else ""


def _packed(words: Sequence[Back]) -> str:
    plain = [{name: each for name, each in asdict(word).items() if each not in ("", None)} for word in words]
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(plain).encode(), 9)).decode()


def read(text: str) -> tuple[Back, ...]:
    """What goes along in an ETag or a decision; nothing where that is no word of ours."""
    try:
        packed = base64.urlsafe_b64decode(text.strip('"').partition(MARK)[2])
        plain = json.loads(zlib.decompressobj().decompress(packed, _MOST_BYTES))
        return tuple(Back(**each) for each in plain)[-MOST:]
    except (ValueError, TypeError, binascii.Error, zlib.error, RecursionError):
        return ()


def after(params: Params, words: Sequence[Back]) -> Params:
    """The params of a story after all that was said, in their order. Raises BadRequest for what does not fit."""
    story = params
    for word in words:
        try:
            params = _after(story, params, word)
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise BadRequest(reason="preview-said") from error
    return params


def naming(params: Params, words: Sequence[Back]) -> Params:
    """The same, with what was said in the decisions that buttons name."""
    if not (along := carried(words)):
        return params
    named: Params = {name: f"{params[name]}{along}" for name in ("decision", "spoken_of") if params.get(name)}
    if params.keys() >= _LIST:
        for name in ("rows", "done"):
            named[name] = [{**row, "decision": f"{row['decision']}{along}"} for row in params[name]]
    return params | named


def _after(story: Params, params: Params, word: Back) -> Params:
    if word.word == THUMB:
        return params | {"thumb": word.item or None, "thumb_word": word.reason}
    if word.word == SATISFACTION:
        return params | {"asks": None if word.item == DECLINED else "thanked"}
    if params.keys() >= _LIST:
        return _listed(story, params, word)
    if "findings" in params:
        found = [_found(each, word) if each["id"] == word.item else each for each in params["findings"]]
        return params | {"findings": found, "reviewed": sum(each["verdict"] is not None for each in found)}
    if word.word == Word.OVERRIDE and word.value is None:
        raise ValueError(word.word)  # nobody can be shown it: a review that we read has a number
    return params | {"review": _said(params["review"], word, waits=params["waits"])}


def _said(before: Mapping[str, Any] | None, word: Back, *, waits: bool) -> Params | None:
    """The review that stands then; None: none."""
    version, at = (before["version"] if before else 0) + 1, datetime.fromtimestamp(word.at, UTC)
    if word.word == Word.UNDO:
        return None
    if word.word in (Word.APPROVE, Word.DECLINE):
        answer = "approved" if word.word == Word.APPROVE else "declined"
        told = {"approval": answer, "answered_by": _BY, "answered_at": at, "answerable": False, "version": version}
        return {**(before or {}), **told}
    approval = "waiting" if waits and word.word == Word.OVERRIDE else None
    return {
        "verdict": str(VERDICTS[Word(word.word)]), "version": version, "reason": word.reason, "comment": word.comment,
        "by": _BY, "mine": True, "at": at, "undo": True, "value": word.value, "approval": approval,
    }  # fmt: skip


def _found(finding: Params, word: Back) -> Params:
    """The finding with its verdict; without one it is as grave as the core says."""
    as_core_says = {"verdict": None, "wanted": None, "severity": finding["said"], "mine": False, "undo": False,
                    "by": "", "reason": "", "label": "", "comment": "", "at": None, "approval": None,
                    "answerable": False}  # fmt: skip
    said = _said(finding, word, waits=False)
    if said is None:
        told = finding | as_core_says | {"version": finding["version"] + 1}
    elif word.word in (Word.APPROVE, Word.DECLINE):
        told = finding | {name: each for name, each in said.items() if name in finding}
    else:
        told = finding | as_core_says | {name: each for name, each in said.items() if name in finding}
        if word.severity:
            told |= {"wanted": word.severity, "severity": word.severity}
    return told | {"rank": _RANKS.index(told["severity"])}


def _listed(story: Params, params: Params, word: Back) -> Params:
    """A list's row goes when it was spoken of, and comes back when that is taken back."""
    rows, done = list(params["rows"]), list(params["done"])
    if word.word == Word.UNDO:
        [back] = [each for each in done if each["record"] == word.record]
        known = {each["record"]: each for each in story["rows"]}
        shared = {name: back[name] for name in ("record", "name", "decision", "version", "score", "band")}
        rows.append(known.get(word.record) or shared | {"kind": "new"})
        places = [*known]
        rows.sort(key=lambda each: places.index(each["record"]) if each["record"] in known else len(places))
        done.remove(back)
    else:
        [gone] = [each for each in rows if each["record"] == word.record]
        rows.remove(gone)
        if verdict := VERDICTS.get(Word(word.word)):
            told = {name: gone[name] for name in ("record", "name", "decision", "score", "band")}
            done.insert(0, told | {"version": gone["version"] + 1, "verdict": str(verdict)})
    counts = {kind: sum(each["kind"] == kind for each in rows) for kind in ("approve", "again", "new")}
    return params | {
        "rows": rows,
        "done": done,
        "counts": counts,
        "reviewed": params["reviewed"] + len(params["rows"]) - len(rows),
    }
