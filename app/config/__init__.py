"""The configuration: one TOML file, read once, strict; secrets only by reference; refused as a whole."""

from app.config.example import example
from app.config.references import Secret
from app.config.table import (
    AdminSettings,
    CapabilitySettings,
    ConnectionSettings,
    CoreSettings,
    ServerSettings,
    Settings,
    StoreSettings,
)

__all__ = [
    "AdminSettings",
    "CapabilitySettings",
    "ConnectionSettings",
    "CoreSettings",
    "Secret",
    "ServerSettings",
    "Settings",
    "StoreSettings",
    "example",
]
