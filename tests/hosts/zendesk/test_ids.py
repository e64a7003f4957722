"""What may enter an address at Zendesk."""

from __future__ import annotations

from app.hosts.zendesk.ids import custom_id, is_field, is_id


def test_numbers_and_names_and_nothing_else() -> None:
    assert all(map(is_id, ("1", "387594738452")))
    assert not any(map(is_id, ("", "0", "01", "1,2", "1/2", "me", "-1", "1" * 21)))
    assert all(map(is_field, ("priority", "custom_field_360001")))
    assert not any(map(is_field, ("", "Priority", "a.b", "a b")))
    assert custom_id("custom_field_360001") == 360001
    assert custom_id("custom_field_x") is None
