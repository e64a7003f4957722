"""A small playbook that uses every part, and a contract that it finds something in."""

from __future__ import annotations

from app.scorer.contract.loader import parse
from app.scorer.contract.playbook import Playbook

TEXT = """\
capability = "contract_review"
name = "small"
title = "Small"

[model]
name = "demo"
version = "1"

[risk]
high = 10
medium = 3
points = { high = 10, medium = 3, low = 1, info = 0 }

[terms]
money = '\\$\\d+'
sum = '<money>(?: dollars)?'

[categories.law]
title = "Law"
severity = "info"
explanation = "Which law."
standard = "Ours."
fact = "law"
find = ['\\blaws of\\b']
[categories.law.missing]
severity = "high"
title = "No law"
explanation = "Nobody knows the law."

[categories.fee]
title = "Fee"
severity = "low"
explanation = "A fee."
suggestion = "Pay less."
most = 2
fact = "amount"
find = [
  { all = ['\\bfee\\b', '<sum>'], none = ['\\bno fee\\b'], severity = "medium", title = "Big fee", confidence = 0.5 },
  { all = ['\\bfee\\b', '\\bwaived\\b'], place = "opening" },
]
"""

CONTRACT = (
    "This contract is governed by the laws of the State of Ohio, without its conflict rules.\n"
    "2. Fees. The customer pays a fee of $500 for each month in which it uses the service.\n"
    "The setup fee is waived for every customer that signs before the end of this month."
)


def book(text: str = TEXT) -> Playbook:
    return parse(text, "small.toml")
