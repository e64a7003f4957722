"""Signs a launch: who looks at which records of yours, in which panel. It works once, for five minutes.

    {{ variable }}=... python sign.py VIEWER COMPONENT RECORD [RECORD...]
{% if algorithm != "HS256" %}

{{ variable }} is the path of the private key (PEM). Needs: pip install cryptography
{% endif %}
"""

import base64
import json
import os
import secrets
import sys
import time
{% if algorithm == "HS256" %}
import hashlib
import hmac
{% else %}
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key
{% endif %}
{% if algorithm == "RS256" %}
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
{% endif %}
{% if algorithm == "ES256" %}
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
{% endif %}


def signature(message: bytes) -> bytes:
{% if algorithm == "HS256" %}
    return hmac.new(os.environ["{{ variable }}"].encode(), message, hashlib.sha256).digest()
{% else %}
    key = load_pem_private_key(Path(os.environ["{{ variable }}"]).read_bytes(), None)
{% endif %}
{% if algorithm == "RS256" %}
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
{% elif algorithm == "ES256" %}
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
{% elif algorithm == "EdDSA" %}
    return key.sign(message)
{% endif %}


def encoded(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


def sign(viewer: str, component: str, records: list[str], **more: object) -> str:
    """`more`: name, locale (de), zoneinfo (Europe/Berlin), roles, fields, features, as docs/hosts/guest.md has them."""
    now = int(time.time())
    header = {"alg": "{{ algorithm }}", "kid": os.environ.get("INLAY_KID", "{{ kid }}"), "typ": "JWT"}
    claims = {
        "iss": "{{ issuer }}",
        "aud": "{{ audience }}",
        "sub": viewer,
        "origin": "{{ page_origin }}",
        "component": component,
        "record": records[0] if len(records) == 1 else records,
        "jti": secrets.token_urlsafe(16),
        "iat": now,
        "exp": now + 300,
        **more,
    }
    message = b".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return (message + b"." + encoded(signature(message))).decode()


if __name__ == "__main__":
    print(sign(sys.argv[1], sys.argv[2], sys.argv[3:]))
