"""The database: truth lives here. SQLite on one machine, PostgreSQL beyond; one schema for both."""

from app.db.database import Database

__all__ = ["Database"]
