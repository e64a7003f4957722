"""The statement for the newest score of each of many keys, for both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Text, func, literal_column, not_, or_, select

from app.db.lists import listed
from app.db.schema import CARRIED, scores

READ = [column for column in scores.c if column.name not in {"snapshot", "erased_at"}]
IS_CARRIED = func.substr(
    literal_column("features_hash"), literal_column("1"), literal_column(str(len(CARRIED)))
) == literal_column(f"'{CARRIED}'")  # without parameters, as the index has it: else no database would use it
PARTS = dict.fromkeys(("connection", "capability", "type", "id", "carried", "arm", "dropped"), Text())


def _newest(dialect: str, carried: bool) -> Select[Any]:
    """The newest row of each of the listed keys."""
    table, asked = listed(dialect, PARTS)
    mine = scores.alias("mine")
    newest = (
        select(mine.c.id)
        .where(
            mine.c.connection == asked["connection"],
            mine.c.capability == asked["capability"],
            mine.c.record_type == asked["type"],
            mine.c.record_id == asked["id"],
            mine.c.arm == asked["arm"],
            or_(mine.c.core == "", not_(asked["dropped"].contains(mine.c.core))),
            IS_CARRIED if carried else not_(IS_CARRIED),
            *([mine.c.features_hash == asked["carried"]] if carried else []),
        )
        .order_by(mine.c.created_at.desc(), mine.c.id.desc())
        .limit(1)
        .correlate(table)
        .scalar_subquery()
    )
    return select(*READ).select_from(table.join(scores, scores.c.id == newest))


# made once: to put a statement together takes longer than to run it
NEWEST = {
    (dialect, carried): _newest(dialect, carried) for dialect in ("sqlite", "postgresql") for carried in (False, True)
}
