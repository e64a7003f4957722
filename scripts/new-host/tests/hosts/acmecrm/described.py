"""AcmeCRM for the tests that all hosts share: a good launch, its bad ones, and what an admin answers and sees."""

from __future__ import annotations

from typing import Any

from app.config import ConnectionSettings, Secret
from app.hosts.acmecrm.launch import ALGORITHMS
from tests.hosts._mutations import Mutate, asked, headed, raw, said, signed, under
from tests.hosts._proofs import CLOCK, SECRET, Attempt, TokenBuilder, own_key

PAGES, INLAY = "https://acme.example", "https://inlay.example.com"
KEY = own_key(ALGORITHMS[0])  # one for each of EdDSA, ES256, RS256


def good() -> TokenBuilder:
    """A good token, after a real one of the host's."""
    claims = {
        "iss": PAGES,
        "aud": INLAY,
        "sub": "u-17",
        "name": "Zoë Müller",
        "iat": int(CLOCK) - 5,
        "exp": int(CLOCK) + 55,
    }
    connection = ConnectionSettings(
        name="acmecrm",
        host="acmecrm",
        origins=(PAGES,),
        components=("score-badge", "score-card"),
        capabilities=("lead_score",),
        issuer=PAGES,
        audience=INLAY,
        public_keys=(Secret(KEY.as_pem(private=False).decode()),),
    )
    # Where its claims say what every launch says in some way; a step into an object is a full stop, as "agent.id"
    names = {"viewer": "sub", "origin": "origin", "record": "record", "issuer": "iss"}
    attempt = Attempt("", records=("Lead/17",), origin=PAGES)
    header = {"alg": ALGORITHMS[0], "typ": "JWT"}
    other = "https://evil.example"
    return TokenBuilder("acmecrm", connection, claims, names, other, attempt, header=header, key=KEY)


# Rows of every host (tests/hosts/_matrix.py) that are refused here for another reason: name -> reason (empty: taken).
# `python scripts/launches.py acmecrm` prints those that differ
OTHERWISE: dict[str, str] = {}


def rows() -> list[tuple[str, Mutate, str]]:
    """What only this host's token can get wrong: a name, a change, and the reason (empty: it is taken)."""
    issued = int(CLOCK) - 5
    return [
        *((f"without {name}", said(**{name: None}), f"claim-missing:{name}") for name in _REQUIRED),
        *((f"{name} {n}", said(**{name: value}), f"claim-wrong:{name}") for n, (name, value) in enumerate(_WRONG)),
        *((f"header {n}", headed(**{n: "x"}), f"header-refused:{n}") for n in ("jku", "jwk", "x5u", "x5c", "crit")),
        ("alg none", headed(alg="none"), "algorithm-refused"),
        ("alg none, spelt otherwise", under(b'{"alg":"nOnE"}'), "algorithm-refused"),
        *((f"{alg}, rightly signed", signed(alg, own_key(alg)), "algorithm-refused") for alg in _OTHER_ALGORITHMS),
        ("our own session's typ", headed(typ="inlay-session"), "type-wrong"),
        ("no signature", raw(lambda proof: proof.rpartition(".")[0] + "."), "signature-wrong"),
        ("another audience", said(aud="https://other.example"), "audience-wrong"),
        ("an audience in a list", said(aud=[INLAY]), "audience-wrong"),
        ("an unlisted component", asked(component="admin"), "component-unlisted"),
        ("the browser says nothing", asked(origin=None), ""),
        ("in its last second of leeway", asked(now=CLOCK + 55 + 29), ""),
        ("expired", asked(now=CLOCK + 55 + 30), "expired"),
        ("issued in the future", said(iat=int(CLOCK) + 31, exp=int(CLOCK) + 60), "not-yet-valid"),
        ("not before the future", said(nbf=int(CLOCK) + 31), "not-yet-valid"),
        ("five minutes", said(exp=issued + 300), ""),
        ("five minutes and a second", said(exp=issued + 301), "life-too-long"),
    ]


_OTHER_ALGORITHMS = [each for each in ("EdDSA", "ES256", "RS256") if each not in ALGORITHMS]
_REQUIRED = ("iss", "aud", "exp", "iat", "sub")
_WRONG: list[tuple[str, Any]] = [
    *(("exp", value) for value in ("1795000295", True)),
    ("iat", "now"),
    ("nbf", "soon"),
    *(("sub", value) for value in ("", "two\nlines", "x" * 256, 17)),
    *(("name", value) for value in (["Zoë"], "x" * 201)),
]

# What an admin types at "Add a host", and how many of the answers must be typed
ANSWERS = {"page": "acme.example/contacts", "public_key": SECRET, "open_records": "no"}
TYPED = 2
# The first and the last screen that an admin opens there, as docs/hosts/acmecrm.md calls them (in HTML: > is &gt;)
SCREENS = ("Settings &gt; Pages", "Open a record")
