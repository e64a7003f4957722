"""What an admin of AcmeCRM installs."""

from __future__ import annotations

from app.hosts.acmecrm.package import recognises
from tests.hosts._packages import built, files, findings


def test_it_holds_and_is_known_again() -> None:
    (package,) = built("acmecrm")
    assert findings("acmecrm", files(package)) == []
    assert recognises(files(package))
