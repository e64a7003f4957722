"""How a core is shown who we are: keys that rotate, a token that is got once and renewed, a certificate."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.config import CoreSettings
from app.core.credentials import authenticated, own_door
from app.errors import ConnectFailed, CoreUnavailable, ExchangeFailed
from app.net.door import Request, Response
from tests.core.mapping import settings_of

OAUTH = """
auth = "oauth"
token_url = "https://login.example/token"
client_id = "inlay"
client_secret = "file:key"
token_scope = "api://lead/.default"
"""
ASK = Request("POST", "https://core.example/v1/score", headers={"X-Trace": "1"}, json={})


class Outside:
    """A token endpoint and a core that takes some proofs only."""

    def __init__(self, *accepted: str, header: str = "Authorization") -> None:
        self.accepted, self.header = set(accepted), header
        self.shown: list[str] = []
        self.issued = 0
        self.refuses = ""

    def call(self, request: Request) -> Response:
        if request.url == "https://login.example/token":
            assert request.form is not None
            assert request.form["client_secret"] == "0" * 32
            assert request.form["scope"] == "api://lead/.default"
            if self.refuses:
                return Response(401, {}, b'{"error": "%s"}' % self.refuses.encode())
            self.issued += 1
            body = b'{"access_token": "t%d", "token_type": "Bearer", "expires_in": 300}' % self.issued
            return Response(200, {}, body)
        self.shown.append(request.headers[self.header])
        assert request.headers["X-Trace"] == "1"
        return Response(200 if self.shown[-1] in self.accepted else 401)


def core(folder: Path, text: str) -> CoreSettings:
    for name in ("new", "old"):
        (folder / name).write_text(name)
        (folder / name).chmod(0o600)
    return settings_of(folder, text, "https://core.example").cores["lead"]


@pytest.mark.parametrize(
    ("header", "new", "old"), [("", "Bearer new", "Bearer old"), ('api_key_header = "X-API-Key"', "new", "old")]
)
def test_while_keys_rotate_the_other_one_is_tried(tmp_path: Path, header: str, new: str, old: str) -> None:
    outside = Outside(new, header="X-API-Key" if header else "Authorization")
    settings = core(tmp_path, f'auth = "api-key"\napi_keys = ["file:new", "file:old"]\n{header}')
    caller = authenticated(settings, outside)
    assert caller.call(ASK).status == 200
    outside.accepted = {old}
    assert [caller.call(ASK).status for _ in range(2)] == [200, 200]
    assert outside.shown == [new, new, old, old]  # the one that worked is the first to be shown next time
    outside.accepted = set()
    assert caller.call(ASK).status == 401
    assert outside.shown[4:] == [old, new]


def test_a_token_is_got_once_for_all_threads_and_renewed_before_its_end(tmp_path: Path) -> None:
    now, outside = [1000.0], Outside("Bearer t1", "Bearer t2")
    caller = authenticated(core(tmp_path, OAUTH), outside, lambda: now[0])
    with ThreadPoolExecutor(8) as pool:
        assert {each.status for each in pool.map(lambda _: caller.call(ASK), range(40))} == {200}
    assert outside.issued == 1
    now[0] += 245  # of 300: the last minute is not used
    caller.call(ASK)
    assert (outside.issued, outside.shown[-1]) == (2, "Bearer t2")


def test_a_token_that_is_called_dead_is_exchanged_once(tmp_path: Path) -> None:
    outside = Outside("Bearer t2")
    caller = authenticated(core(tmp_path, OAUTH), outside)
    assert caller.call(ASK).status == 200
    assert outside.shown == ["Bearer t1", "Bearer t2"]
    outside.accepted = set()
    assert caller.call(ASK).status == 401
    assert outside.issued == 3


def test_where_no_token_is_to_be_had_the_core_is_away_and_nobody_asks_for_a_while(tmp_path: Path) -> None:
    outside = Outside()
    outside.refuses = "invalid_client"
    caller = authenticated(core(tmp_path, OAUTH), outside)
    for _ in range(3):
        with pytest.raises(CoreUnavailable) as away:
            caller.call(ASK)
        assert away.value.reason == "core-token-refused:invalid_client"
    assert outside.shown == []


# --- a certificate ---


def _name(said: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, said)])


class Authority:
    """Issues certificates for a test."""

    def __init__(self, folder: Path, said: str) -> None:
        self.folder, self.name, self.key = folder, _name(said), ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{said}.pem"
        self.file.write_bytes(self._signed(self.name, self.key.public_key(), True).public_bytes(PEM))

    def issue(self, said: str) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        paths = self.folder / f"{said}-cert.pem", self.folder / f"{said}-key.pem"
        paths[0].write_bytes(self._signed(_name(said), key.public_key(), False).public_bytes(PEM))
        plain = serialization.NoEncryption()
        paths[1].write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain))
        paths[1].chmod(0o600)
        return paths

    def _signed(self, name: x509.Name, key: Any, is_ca: bool) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=60))
            .add_extension(x509.BasicConstraints(is_ca, None), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        )
        if is_ca:
            usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
            built = built.add_extension(usage, True)
        return built.sign(self.key, hashes.SHA256())


PEM = serialization.Encoding.PEM


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[str, Authority]]:
    """A core that asks for a certificate of its own authority, and says whose it was shown."""
    authority = Authority(tmp_path, "authority")
    certificate, key = authority.issue("core")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown: Any = self.connection
            who = dict(part[0] for part in shown.getpeercert()["subject"])["commonName"].encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(who)))
            self.end_headers()
            self.wfile.write(who)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Who shows nothing is cut off."""

    server = Quiet(("127.0.0.1", 0), Handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    tls.load_verify_locations(authority.file)
    tls.verify_mode = ssl.CERT_REQUIRED
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_address[1]}", authority
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_core_that_asks_for_a_certificate_is_shown_ours(guarded: tuple[str, Authority], tmp_path: Path) -> None:
    url, authority = guarded
    certificate, key = authority.issue("inlay")
    text = f'client_certificate = "{certificate}"\nclient_key = "{key}"\nca_file = "{authority.file}"'
    door = own_door(settings_of(tmp_path, text, url).cores["lead"], ("localhost",), None)
    assert door is not None
    assert door.call(Request("GET", url)).body == b"inlay"
    door.close()


def test_without_ours_or_with_anothers_there_is_no_answer(guarded: tuple[str, Authority], tmp_path: Path) -> None:
    url, authority = guarded
    strange = Authority(tmp_path, "stranger").issue("mallory")
    for text in (
        f'ca_file = "{authority.file}"',
        f'client_certificate = "{strange[0]}"\nclient_key = "{strange[1]}"\nca_file = "{authority.file}"',
        f'ca_file = "{tmp_path / "stranger.pem"}"',
    ):
        door = own_door(settings_of(tmp_path, text, url).cores["lead"], ("localhost",), None)
        assert door is not None
        with pytest.raises((ConnectFailed, ExchangeFailed)):
            door.call(Request("GET", url))
        door.close()


def test_a_core_without_either_has_no_door_of_its_own(tmp_path: Path) -> None:
    assert own_door(settings_of(tmp_path, "").cores["lead"], (), None) is None
