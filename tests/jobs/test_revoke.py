"""A host is told when a viewer's sign-in is over: by whoever ended it, or by the next process that runs."""

from __future__ import annotations

from app.hosts._sign_in import HostTokens
from app.session.revoking import revoke
from tests.world import World


def tokens(world: World) -> HostTokens:
    return HostTokens("signed-in", world.clock.now + 600, "refresh-1")


def test_who_signs_out_is_signed_out_at_the_host(world: World) -> None:
    with world.signing_in() as here:
        token = here.signed_in(tokens(here))
        assert here.client.delete("/session", headers={"Authorization": f"Bearer {token}"}).status_code == 204
        assert here.api.calls == []  # nobody waits for that
    with world.signing_in() as later:  # the process that ended it may be gone
        assert later.run_jobs() == 1
        assert later.api.calls == ["token"]
        assert later.run_jobs() == 0


def test_who_is_shut_out_is_signed_out_at_the_host_too(world: World) -> None:
    with world.signing_in() as here:
        here.signed_in(tokens(here))
        here.signed_in(tokens(here), viewer="005AB000002BbBbYAK")
        assert revoke(here.parts.database, here.parts.audit, "acme", "", "score-card", here.clock.now) == 0
        assert here.run_jobs() == 0
        assert revoke(here.parts.database, here.parts.audit, "acme", "", "", here.clock.now) == 2
        assert here.run_jobs() == 2
        assert [row["reason"] for row in here.audited("identity.ended")] == ["revoked", "revoked"]


def test_a_connection_that_offers_no_sign_in_any_more_has_nobody_to_tell(world: World) -> None:
    with world.signing_in() as here:
        here.signed_in(tokens(here))
        revoke(here.parts.database, here.parts.audit, "acme", "", "", here.clock.now)
    assert world.run_jobs() == 1
    assert world.api.calls == []
