"""What a directory's sign-in has of its own; the rest is tested for all hosts at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import HostUnavailable, SessionExpired
from app.hosts._entra_sign_in import SIGN_IN
from app.hosts._sign_in import HostTokens
from tests.hosts._door import answer
from tests.hosts._proofs import CLOCK, OTHER_TENANT, TENANT
from tests.hosts._sign_ins import provider


def test_it_asks_for_the_api_itself_so_that_nothing_is_exchanged() -> None:
    there = provider("teams")
    assert there.slot is SIGN_IN
    said = there.begin()
    assert said["scope"] == "openid profile offline_access https://graph.microsoft.com/Files.Read"
    assert said[""] == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize"


def test_several_tenants_share_a_page_that_takes_no_personal_accounts() -> None:
    there = provider("teams")
    there.connection = replace(there.connection, tenants=(TENANT, OTHER_TENANT))
    assert "/organizations/oauth2/v2.0/" in there.begin()[""]
    assert there.finish().viewer.subject.endswith(TENANT)


def test_an_organisation_is_shown_by_a_name_that_can_be_one() -> None:
    there = provider("teams")
    there.claims = {"preferred_username": "zoe@<b>contoso</b>.example"}
    there.begin()
    assert there.finish().organisation == TENANT


@pytest.mark.parametrize("error", ["interaction_required", "login_required", "consent_required", "invalid_grant"])
def test_what_only_the_viewer_can_mend_leads_to_the_sign_in_button(error: str) -> None:
    there = provider("teams")
    there.answers["/token"] = answer({"error": error, "suberror": "basic_action"}, 400)
    with pytest.raises(SessionExpired):
        there.refresh(HostTokens("access-1", CLOCK, "refresh-1"))


def test_an_answer_without_an_id_token_is_no_sign_in() -> None:
    there = provider("teams")
    there.begin()
    there.token = {"id_token": None}
    with pytest.raises(HostUnavailable):
        there.finish()


def test_the_directory_is_not_told_of_an_end() -> None:
    there = provider("teams")
    there.revoke(HostTokens("access-1", CLOCK, "refresh-1"))
    assert there.asked == []
