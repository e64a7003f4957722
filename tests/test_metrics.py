"""The metrics: a closed table that never gets in the way of the road."""

from __future__ import annotations

import pytest

from app.metrics import METRICS, Metrics, NullMetrics


def test_prometheus_reads_what_was_counted() -> None:
    metrics = Metrics()
    metrics.count("launches", host="h", outcome="accepted")
    metrics.count("launches", 2, host="h", outcome="accepted")
    metrics.observe("request_seconds", 0.02, route="/healthz")
    metrics.gauge("epoch", 7)
    body, content_type = metrics.render()
    text = body.decode()
    assert 'inlay_launches_total{host="h",outcome="accepted"} 3.0' in text
    assert 'inlay_request_seconds_bucket{le="0.025",route="/healthz"} 1.0' in text
    assert "inlay_epoch 7.0" in text
    assert content_type.startswith("text/plain")


@pytest.mark.parametrize("metrics", [Metrics(strict=True), NullMetrics()], ids=["real", "twin"])
def test_strict_a_wrong_use_raises(metrics: Metrics) -> None:
    for wrong in (
        lambda: metrics.count("lunches"),
        lambda: metrics.count("launches", host="h"),
        lambda: metrics.count("launches", host="h", result="accepted"),
        lambda: metrics.observe("launches", 0.1, host="h", outcome="accepted"),
        lambda: metrics.count("csp_reports", -1),
    ):
        with pytest.raises(ValueError, match="no metric"):
            wrong()


def test_on_the_road_a_wrong_use_is_counted_and_nothing_raises() -> None:
    metrics = Metrics()
    metrics.count("lunches", host="h")
    metrics.count("launches", host="h")
    assert "inlay_metric_failures_total 2.0" in metrics.render()[0].decode()


def test_by_their_places_it_is_the_same_count() -> None:
    metrics = Metrics()
    hit, timed = metrics.place("cache", level="ready", outcome="hit"), metrics.place("request_seconds", route="/x")
    metrics.count("cache", level="ready", outcome="hit")
    metrics.observe("request_seconds", 0.02, route="/x")
    metrics.tick((hit,), timed, 0.02)
    text = metrics.render()[0].decode()
    assert 'inlay_cache_total{level="ready",outcome="hit"} 2.0' in text
    assert 'inlay_request_seconds_bucket{le="0.025",route="/x"} 2.0' in text
    assert 'inlay_request_seconds_sum{route="/x"} 0.04' in text


def test_a_wrong_place_counts_nowhere() -> None:
    metrics = Metrics()
    wrong, timed = metrics.place("cache", level="ready"), metrics.place("request_seconds", route="/x")
    metrics.tick((wrong,), timed, 0.02)
    text = metrics.render()[0].decode()
    assert "inlay_metric_failures_total 1.0" in text
    assert "inlay_cache_total{" not in text


def test_the_twin_keeps_a_tally_by_places_too() -> None:
    metrics = NullMetrics()
    hit, timed = metrics.place("cache", level="ready", outcome="hit"), metrics.place("request_seconds", route="/x")
    metrics.tick((hit, hit), timed, 3.0)
    assert metrics.counted == {("cache", "ready", "hit"): 2, ("request_seconds", "/x"): 3}


def test_the_twin_keeps_a_tally() -> None:
    metrics = NullMetrics()
    metrics.count("cache", 3, level="memory", outcome="hit")
    metrics.count("cache", level="memory", outcome="hit")
    metrics.gauge("epoch", 4)
    assert metrics.counted == {("cache", "memory", "hit"): 4, ("epoch",): 4}


def test_growth_is_told_once() -> None:
    metrics = Metrics(strict=True)
    metrics.count("csp_reports", 2, outcome="taken")
    metrics.count("epoch_failures")
    assert metrics.growth({"csp_reports"}) == {("csp_reports", "taken"): 2}
    assert metrics.growth({"csp_reports"}) == {}
    metrics.count("csp_reports", outcome="taken")
    assert metrics.growth({"csp_reports"}) == {("csp_reports", "taken"): 1}


def test_two_parts_do_not_share_numbers() -> None:
    one, other = Metrics(), Metrics()
    one.count("csp_reports")
    assert b"inlay_csp_reports_total{" not in other.render()[0]


def test_no_label_could_hold_a_person_or_a_record() -> None:
    words = (
        "broker host outcome capability state core level kind event route stage verdict connection component feature"
    )
    allowed = {*words.split()}
    assert {label for metric in METRICS.values() for label in metric.labels} <= allowed
