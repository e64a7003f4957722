"""What was said of a story goes along in what is shown, so that the preview answers with the next state."""

from __future__ import annotations

import base64
import random
import re
import zlib

import pytest

from app.errors import BadRequest
from app.preview import said_back
from app.preview.book import Edition
from app.preview.said_back import Back, carried, read
from app.preview.scene import Scene
from app.preview.wire import Said, said

NOW = 1_764_500_000


def shown(edition: Edition, tag: str, story: str, *words: Back) -> Said:
    return said(edition, Scene(tag, story), tag, words=words)


def review(verdict: str, item: str = "score", record: str = "Lead/00Q1", **more: str) -> Back:
    form = {"verdict": verdict, "item": item, "record": record, "decision": "d", "version": "0", **more}
    return said_back.reviewed(form, NOW)


def test_what_goes_along_comes_back() -> None:
    words = (
        review("accept", comment="so"),
        review("override", value="61", reason="other"),
        Back("thumb", NOW, item="up"),
    )
    assert read(f'"abc{carried(words)}"') == words
    assert [read(each) for each in ("d1", '"abc~!"', "", carried(()))] == [()] * 4
    assert len(read("x" + carried([review("accept")] * 200))) == said_back.MOST


def test_what_goes_along_fits_a_header() -> None:
    """Old comments are forgotten before any verdict is, and what is unpacked has its bound."""
    chance = random.Random(7)

    def long() -> str:
        return "".join(chr(chance.randrange(0x4E00, 0x9F00)) for _ in range(said_back.MOST_COMMENT))

    words = [review("accept", f"f{number}", comment=long()) for number in range(said_back.MOST)]
    along = carried(words)
    assert len(along) <= said_back.MOST_LETTERS + 1
    back = read("x" + along)
    assert [each.item for each in back] == [each.item for each in words]
    assert [each.comment for each in (back[0], back[-1])] == ["", words[-1].comment]
    assert read("x" + carried([review("accept", comment=long(), record=f"Lead/{long() * 40}")] * 9)) == ()
    bomb = base64.urlsafe_b64encode(zlib.compress(b"[" + b" " * 10_000_000 + b"]", 9)).decode()
    assert read(f"x~{bomb}") == ()


def test_a_score_is_accepted_and_that_is_taken_back(edition: Edition) -> None:
    accepted = shown(edition, "score-card", "ready", review("accept"))
    assert "Accepted by you" in accepted.html
    assert read(accepted.etag) == (review("accept"),)
    assert read(re.findall(r'data-decision="([^"]+)"', accepted.html)[-1]) == (review("accept"),)
    undone = shown(edition, "score-card", "ready", review("accept"), review("undo"))
    assert "Accepted by" not in undone.html


def test_a_second_person_is_waited_for_where_the_story_has_one(edition: Edition) -> None:
    word = review("override", value="61", reason="other", comment="<b>so</b>")
    html = shown(edition, "score-card", "waiting", word).html
    assert "Set to 61 by you" in html
    assert "Waits for a second person" in html
    assert "&lt;b&gt;so&lt;/b&gt;" in html
    assert "Approved by Ana" in shown(edition, "score-card", "waiting-for-you", review("approve")).html


def test_verdicts_on_findings_add_up(edition: Edition) -> None:
    ids = re.findall(r'data-item="([^"]+)"', shown(edition, "document-sidebar", "unreviewed").html)
    words = [review("accept", ids[0]), review("dismiss", ids[1], reason="other"),
             review("override", ids[2], severity="info", reason="other")]  # fmt: skip
    html = shown(edition, "document-sidebar", "unreviewed", *words).html
    assert "3 of " in html
    assert "2 of " in shown(edition, "document-sidebar", "unreviewed", *words, review("undo", ids[1])).html


def test_rows_of_a_list_go_and_come_back(edition: Edition) -> None:
    before = shown(edition, "review-list", "ready").html
    record = "Lead/00QAB000000004"
    gone = shown(edition, "review-list", "ready", review("accept", record=record))
    assert before.count('class="pick"') == gone.html.count('class="pick"') + 1
    back = shown(edition, "review-list", "ready", review("accept", record=record), review("undo", record=record))
    assert before.count('class="pick"') == back.html.count('class="pick"')
    with pytest.raises(BadRequest):
        shown(edition, "review-list", "ready", review("accept", record="Lead/no-such"))


def test_a_thumb_is_pressed_and_an_answer_thanked_for(edition: Edition) -> None:
    up = said_back.thumbed({"thumb": "up", "word": "right"}, NOW)
    assert up == Back("thumb", NOW, item="up", reason="right")
    assert 'aria-pressed="true">' in shown(edition, "score-card", "voice", up).html
    thanked = shown(edition, "score-card", "asked", said_back.satisfied({"answer": "4"}, NOW))
    assert "Thank you" in thanked.html
    with pytest.raises(BadRequest):
        said_back.thumbed({"thumb": "up", "word": "no-such"}, NOW)
