"""A small scorecard that shows every kind of field, and ways to break it."""

from __future__ import annotations

from datetime import UTC, datetime

from app.scorer.loader import parse
from app.scorer.scorecard import Scorecard

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = NOW.date()

TEXT = """\
capability = "demo_score"
title = "Demo"
meaning = "probability"
valid_for = "2h"

[model]
name = "demo"
version = "1"

[scale]
baseline = 25
doubling = 20

[fields.size]
type = "number"
title = "Size"
unit = "people"
doc = "How many"
[fields.size.groups]
small = { below = 10, label = "Small company" }
medium = { below = 100, label = "Mid-sized company", word = "mid-sized company" }
large = { label = "Large company", word = "large company" }
unknown = { label = "Nobody knows the size" }

[fields.source]
type = "choice"
title = "Source"
doc = "From where"
[fields.source.groups]
web = { values = ["Web", "Website"], label = "Came by themselves" }
other = { label = "Came otherwise" }

[fields.role]
type = "text"
title = "Role"
doc = "Job title"
[fields.role.groups]
boss = { values = ["ceo", "vice president"], label = "Decides", word = "boss" }
staff = { values = ["clerk"], label = "Does not decide" }

[fields.demo]
type = "bool"
title = "Demo"
doc = "Asked for one"
[fields.demo.groups]
yes = { label = "Asked for a demo" }
no = { label = "Asked for nothing" }

[fields.seen]
type = "date"
title = "Last seen"
doc = "Last activity"
[fields.seen.groups]
lately = { below = 31, label = "Seen lately" }
long_ago = { label = "Not seen for long" }

[[rows]]
fields = ["size"]
[rows.points]
small = -20
medium = 0
large = 20
unknown = -5

[[rows]]
fields = ["source"]
points = { web = 10, other = -3 }

[[rows]]
fields = ["role"]
points = { boss = 15, staff = 0.01 }

[[rows]]
fields = ["demo"]
points = { yes = 20, no = -2 }

[[rows]]
fields = ["seen"]
points = { lately = 5, long_ago = -5 }

[[rows]]
fields = ["role", "size"]
label = "{role} of a {size}"
[rows.points]
boss = { large = 8 }
"""


def card(text: str = TEXT) -> Scorecard:
    return parse(text, "demo.toml")
