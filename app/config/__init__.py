"""The configuration: one TOML file, read once, strict; secrets only by reference; refused as a whole."""

from app.config.broker import BrokerSettings
from app.config.capability import CapabilitySettings
from app.config.connection import ConnectionSettings
from app.config.core import CoreSettings
from app.config.example import beginning, example
from app.config.references import Secret
from app.config.retention import Retention
from app.config.rules import Rule, is_high
from app.config.schedules import Schedule
from app.config.table import AdminSettings, ServerSettings, Settings, StoreSettings, store_of
from app.config.write_back import WriteBack

__all__ = [
    "AdminSettings",
    "BrokerSettings",
    "CapabilitySettings",
    "ConnectionSettings",
    "CoreSettings",
    "Retention",
    "Rule",
    "Schedule",
    "Secret",
    "ServerSettings",
    "Settings",
    "StoreSettings",
    "WriteBack",
    "beginning",
    "example",
    "is_high",
    "store_of",
]
