"""Each layer that can keep a panel blank, produced on purpose, is the one that is named."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.config import Settings
from app.health.diagnosis import NOT_BACK_S, Finding, Layer, diagnose, failing, scene
from app.health.diagnosis.reasons import meaning
from app.hosts import HOSTS
from app.hosts._mends import mends
from app.hosts._reasons import REASONS
from app.rollouts import Reach, Rollout
from tests.core.server import status
from tests.world import LEAD, World

CONNECTION = "acme-pages"


def findings(
    world: World, settings: Settings | None = None, blocked: int = 0, viewer: str = "", connection: str = CONNECTION
) -> list[Finding]:
    parts = world.parts
    plan = parts.rollouts.plan(connection)
    used = settings or world.settings
    tried = parts.framings.all()
    return diagnose(scene(used, connection, parts.database, tried, plan, blocked, world.clock.now, viewer))


def worst(world: World, settings: Settings | None = None, **named: object) -> Finding:
    found = failing(findings(world, settings, **named))  # type: ignore[arg-type]
    assert found is not None
    assert found.what
    assert found.mend
    return found


def changed(world: World, **settings: object) -> Settings:
    connection = replace(world.settings.connections[CONNECTION], **settings)  # type: ignore[arg-type]
    return replace(world.settings, connections={**world.settings.connections, CONNECTION: connection})


def test_a_panel_that_is_shown_has_no_failing_layer(world: World) -> None:
    world.exchange()
    found = {each.layer: each.state for each in findings(world)}
    assert failing(findings(world)) is None
    assert found[Layer.VIEW] == found[Layer.KEY] == found[Layer.CORE] == "ok"


def test_a_connection_that_nobody_opened_says_so(world: World) -> None:
    found = {each.layer: each for each in findings(world)}
    assert failing(list(found.values())) is None
    assert found[Layer.LAUNCH].state == "unknown"
    assert "No launch arrived" in found[Layer.LAUNCH].what


@pytest.mark.parametrize(
    ("claims", "layer"),
    [
        ({"aud": "https://somebody-else.example"}, Layer.AUDIENCE),
        ({"iss": "https://somebody-else.example"}, Layer.AUDIENCE),
        ({"iat": 1_000, "exp": 1_200}, Layer.CLOCK),
        ({"iat": 4_000_000_000, "exp": 4_000_000_200}, Layer.CLOCK),
        ({"origin": "https://unlisted.example"}, Layer.ORIGIN),
    ],
)
def test_a_refused_launch_is_of_the_layer_of_its_reason(world: World, claims: dict[str, object], layer: Layer) -> None:
    assert world.exchange(**claims).status_code == 400
    found = worst(world)
    assert found.layer is layer
    assert found.reference == world.audited("launch.refused")[-1]["reference"]


def test_a_signature_of_another_key_is_the_keys_layer(world: World) -> None:
    signed = world.token().rpartition(".")[0] + "." + secrets.token_urlsafe(64)
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": signed,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "connection": CONNECTION,
        "component": "score-badge", "records": [LEAD],
    }  # fmt: skip
    assert world.client.post("/session", data=form).status_code == 400
    assert worst(world).layer is Layer.KEY


def test_what_went_well_after_it_is_mended(world: World) -> None:
    world.exchange(aud="https://somebody-else.example")
    assert worst(world).layer is Layer.AUDIENCE
    world.clock.now += 5
    world.exchange()
    assert failing(findings(world)) is None


def test_a_refused_frame_names_its_origin(world: World) -> None:
    world.parts.framings.count(CONNECTION, "https://intranet.example")
    found = worst(world)
    assert found.layer is Layer.FRAMING
    assert "https://intranet.example" in found.what


@pytest.mark.parametrize(
    ("public_url", "layer", "word"),
    [
        ("http://inlay.example.com", Layer.ADDRESS, "mixed content"),
        ("https://inlay.corp.internal", Layer.ADDRESS, "private network access"),
        ("https://10.1.2.3", Layer.ADDRESS, "private network access"),
        ("https://inlay", Layer.ADDRESS, "private network access"),
    ],
)
def test_an_address_that_browsers_refuse_without_a_word(world: World, public_url: str, layer: Layer, word: str) -> None:
    settings = replace(world.settings, server=replace(world.settings.server, public_url=public_url))
    found = worst(world, settings)
    assert found.layer is layer
    assert word in found.what


def test_an_address_that_some_browser_let_through_is_not_what_fails(world: World) -> None:
    world.exchange()
    settings = replace(world.settings, server=replace(world.settings.server, public_url="https://10.1.2.3"))
    found = {each.layer: each for each in findings(world, settings)}
    assert failing(list(found.values())) is None
    assert "launches arrive" in found[Layer.ADDRESS].what


def test_a_switch_names_who_turned_it(world: World) -> None:
    world.parts.rollouts.set(Rollout(CONNECTION, "", Reach.OFF, 0.0), "Ada")
    found = worst(world)
    assert found.layer is Layer.SWITCH
    assert "Ada" in found.what
    world.parts.rollouts.set(Rollout(CONNECTION, "", Reach.ALL, 0.0), "Ada")
    assert worst(world, changed(world, rollout=False)).layer is Layer.SWITCH


def test_a_record_that_a_viewer_may_not_see(world: World) -> None:
    world.api.blind.add("zoe")
    assert world.launch().text  # the page leaves in parts
    found = worst(world, connection="acme")
    assert found.layer is Layer.PERMISSION
    assert "There: The viewer's profile or permission sets" in found.mend  # in the words of the host's own screens
    assert failing(findings(world, connection="acme", viewer="somebody-else")) is None


def broken_core(world: World) -> None:
    world.core.behave(status(500))


def broken_host(world: World) -> None:
    world.api.status = 500


@pytest.mark.parametrize(("spoil", "layer"), [(broken_core, Layer.CORE), (broken_host, Layer.HOST)])
def test_what_stands_behind_us(world: World, spoil: Callable[[World], None], layer: Layer) -> None:
    spoil(world)
    world.exchange()
    assert worst(world).layer is layer


def test_a_sign_in_that_never_comes_back(world: World) -> None:
    world.parts.audit.write("signin.started", connection=CONNECTION, component="score-badge")
    assert failing(findings(world)) is None
    world.clock.now += NOT_BACK_S + 1
    found = worst(world)
    assert found.layer is Layer.SIGN_IN
    assert "https://inlay.example.com/oauth/acme-pages/callback" in found.mend


def test_a_window_that_was_kept_from_opening(world: World) -> None:
    assert worst(world, blocked=3).layer is Layer.SIGN_IN


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_mends_layers_that_there_are(host: str) -> None:
    assert set(mends(host)) <= {str(layer) for layer in Layer}
    assert all(mends(host).values())


def test_every_reason_of_a_launch_has_its_words() -> None:
    assert all(meaning("launch.refused", reason).mend for reason in REASONS)
