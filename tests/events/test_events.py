"""Events that tell of our own writes: they are taken, and cause nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.config import WriteBack
from app.connections import Connection
from app.events import is_echo
from app.hosts import HOSTS
from tests.hosts._proofs import canvas

WRITTEN = {"lead_score": WriteBack({"score": "AI_Score__c"}), "fit": WriteBack({"band": "AI_Fit__c"})}
SETTINGS = replace(canvas().connection, write_back=WRITTEN)
CRM = Connection("crm", SETTINGS, HOSTS["salesforce"], (), {})


@pytest.mark.parametrize("fields", [["AI_Score__c"], ["ai_score__c", "AI_Fit__c"]])
def test_only_our_own_fields_are_an_echo(fields: list[str]) -> None:
    assert is_echo(CRM, fields)


@pytest.mark.parametrize("fields", [None, [], ["AI_Score__c", "Title"], "AI_Score__c", {"AI_Score__c": 1}])
def test_in_doubt_it_is_news(fields: Any) -> None:
    assert not is_echo(CRM, fields)
