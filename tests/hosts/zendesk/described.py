"""Zendesk for the tests that all hosts share: a good launch, its bad ones, and what an admin answers and sees."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from app.config import ConnectionSettings, Secret
from tests.hosts._mutations import Mutate, asked, headed, raw, said, signed, under
from tests.hosts._proofs import CLOCK, SECRET, Attempt, TokenBuilder, b64url, rsa

ACCOUNT = "https://acme.zendesk.com"
AUDIENCE = f"{ACCOUNT}/api/v2/apps/installations/28666254387092.json"
AGENT = "387594738452"
INLAY = "https://inlay.example.com"


def good() -> TokenBuilder:
    """A token as an account posts it with a page's address."""
    claims = {
        "iss": "acme.zendesk.com",
        "aud": AUDIENCE,
        "sub": f"{ACCOUNT}/api/v2/users/{AGENT}.json",
        "iat": int(CLOCK) - 5,
        "nbf": int(CLOCK) - 5,
        "exp": int(CLOCK) + 55,
        "cnf": {"jku": f"{ACCOUNT}/api/v2/apps/1057090/public_key.pem"},
        "qsh": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "context": {"product": "support", "location": "ticket_sidebar"},
    }
    connection = ConnectionSettings(
        name="zendesk",
        host="zendesk",
        origins=(ACCOUNT, INLAY),
        components=("score-badge", "score-card"),
        capabilities=("lead_score",),
        host_url=ACCOUNT,
        audience=AUDIENCE,
        public_keys=(Secret(rsa().as_pem(private=False).decode()),),
    )
    names = {"viewer": "sub", "origin": "origin", "record": "record", "issuer": "iss"}
    attempt = Attempt("", records=("Lead/17",), origin=ACCOUNT)
    header = {"alg": "RS256", "typ": "JWT"}
    return TokenBuilder("zendesk", connection, claims, names, "evil.zendesk.com", attempt, header=header, key=rsa())


OTHERWISE: dict[str, str] = {}


def rows() -> list[tuple[str, Mutate, str]]:
    """What only this host's token can get wrong."""
    issued, there = int(CLOCK) - 5, "https://evil.zendesk.com"
    return [
        *((f"without {name}", said(**{name: None}), f"claim-missing:{name}") for name in _REQUIRED),
        *((f"{name} {n}", said(**{name: value}), f"claim-wrong:{name}") for n, (name, value) in enumerate(_WRONG)),
        # its own word about its key is never taken
        ("a key of its own, by address", said(cnf={"jku": f"{there}/public_key.pem"}), ""),
        ("signed by the key that it names", _own_key, "signature-wrong"),
        *((f"header {n}", headed(**{n: "x"}), f"header-refused:{n}") for n in ("jku", "jwk", "x5u", "x5c", "crit")),
        ("a key's name is no matter", headed(kid="any"), ""),
        ("alg none", headed(alg="none"), "algorithm-refused"),
        ("alg none, spelt otherwise", under(b'{"alg":"nOnE"}'), "algorithm-refused"),
        ("HS256 with the public key", _confused, "algorithm-refused"),
        ("EdDSA", signed("EdDSA", "ed"), "algorithm-refused"),
        ("our own session's typ", headed(typ="inlay-session"), "type-wrong"),
        ("no typ", headed(typ=None), ""),
        ("no signature", raw(lambda proof: proof.rpartition(".")[0] + "."), "signature-wrong"),
        # whose, and for which installation
        ("the account by its address", said(iss=ACCOUNT), ""),
        ("an account that begins as ours", said(iss="acme.zendesk.com.evil.example"), "issuer-wrong"),
        ("another installation", said(aud=f"{ACCOUNT}/api/v2/apps/installations/17.json"), "audience-wrong"),
        ("the same number elsewhere", said(aud=AUDIENCE.replace(ACCOUNT, there)), "audience-wrong"),
        ("the installation in a list", said(aud=[AUDIENCE]), "audience-wrong"),
        ("a user of another account", said(sub=f"{there}/api/v2/users/{AGENT}.json"), "issuer-wrong"),
        ("a user without .json", said(sub=f"{ACCOUNT}/api/v2/users/{AGENT}"), ""),
        ("an unlisted component", asked(component="admin"), "component-unlisted"),
        ("the browser says nothing", asked(origin=None), ""),
        # when
        ("in its last second of leeway", asked(now=CLOCK + 55 + 29), ""),
        ("expired", asked(now=CLOCK + 55 + 30), "expired"),
        ("issued in the future", said(iat=int(CLOCK) + 31, exp=int(CLOCK) + 60), "not-yet-valid"),
        ("not before the future", said(nbf=int(CLOCK) + 31), "not-yet-valid"),
        ("an hour", said(exp=issued + 3600), ""),
        ("an hour and a second", said(exp=issued + 3601), "life-too-long"),
        ("no life at all", said(iat=int(CLOCK), exp=int(CLOCK)), "life-too-long"),
    ]


def _confused(builder: Any) -> Attempt:
    """The oldest confusion: the text of the public key as a shared one."""
    head = b64url(b'{"alg":"HS256","typ":"JWT"}')
    text = f"{head}.{builder.proof().split('.')[1]}"
    mac = hmac.new(rsa().as_pem(private=False), text.encode(), hashlib.sha256).digest()
    return builder.raw(f"{text}.{b64url(mac)}")


def _own_key(builder: Any) -> Attempt:
    return builder.raw(builder.said("cnf", {"jku": "https://evil.example/public_key.pem"}).by_stranger())


_REQUIRED = ("iss", "aud", "exp", "iat", "sub")
_WRONG: list[tuple[str, Any]] = [
    *(("exp", value) for value in ("1795000295", True, 10**400)),
    *(("iat", value) for value in ("now", [1])),
    ("nbf", "soon"),
    *(("sub", value) for value in ("", AGENT, f"{ACCOUNT}/api/v2/users/me.json", f"{ACCOUNT}/users/1?x=1", [1])),
    *(("context", value) for value in ("support", [])),
    ("cnf", "https://evil.example/public_key.pem"),
]

SIGNS_IN = {
    "user": {
        "id": int(AGENT), "name": "Zoë Müller", "locale": "de", "iana_time_zone": "Europe/Berlin", "role": "agent",
    }
}  # fmt: skip
SUBJECT = AGENT

ANSWERS = {
    "host_url": "acme.zendesk.com/agent/tickets/1", "open_records": "yes",
    "installation": "https://acme.zendesk.com/admin/apps-integrations/apps/support-apps/installations/28666254387092",
    "public_key": SECRET,
}  # fmt: skip
TYPED = 3
SCREENS = ("Zendesk Support apps &gt; Upload private app", "Open a ticket")
