"""Against a real https server on this machine, with a certificate of our own making."""

from __future__ import annotations

import gzip
import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from corpus.errors import FetchError
from ingest.fetch import Fetched, fetch, is_public
from ingest.readers import read

PAGE = "<!doctype html><main><h1>Næringsplan</h1><p>Åpne møter på rådhuset.</p></main>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        redirects = {
            "/moved": "/page",
            "/loop": "/loop",
            "/to-http": f"http://127.0.0.1:{self.server.server_port}/page",
            "/to-private": "https://10.0.0.1/",
        }
        if path in redirects:
            self.reply(302, b"", "text/plain", {"Location": redirects[path]})
        elif path == "/page":
            self.reply(200, PAGE.encode("cp1252"), "text/html; charset=iso-8859-1")
        elif path == "/n%C3%A6ringsplan.pdf":
            self.reply(200, b"%PDF-1.4", "application/octet-stream")
        elif path == "/named":
            headers = {"Content-Disposition": 'attachment; filename="../../etc/plan.txt"'}
            self.reply(200, b"tekst", "text/plain", headers)
        elif path == "/readme.md":
            self.reply(200, b"# Plan", "text/plain")
        elif path == "/picture":
            self.reply(200, b"\x89PNG", "image/png")
        elif path == "/large":
            self.reply(200, b"x" * 5000, "text/plain")
        elif path == "/large-without-length":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for _ in range(5):
                self.wfile.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        elif path == "/bomb":
            packed = gzip.compress(b"x" * 100_000)
            self.reply(200, packed, "text/plain", {"Content-Encoding": "gzip"})
        elif path == "/slow":
            time.sleep(1)
            self.reply(200, b"sent", "text/plain")
        else:
            self.reply(404, b"", "text/plain")

    def reply(
        self, status: int, content: bytes, content_type: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Host", self.headers["Host"])
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Nothing: pytest's output is for failures."""


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what several tests want."""


def certificate(folder: Path) -> Path:
    """A certificate for localhost alone, its own authority, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def serve(server: QuietServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def https_port(pem: Path) -> Iterator[int]:
    server = QuietServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    yield from serve(server)


@pytest.fixture(scope="module")
def http_port() -> Iterator[int]:
    yield from serve(QuietServer(("127.0.0.1", 0), Handler))


@pytest.fixture
def site(https_port: int, pem: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return f"https://localhost:{https_port}"


def get(url: str, **options: float) -> Fetched:
    return fetch(url, allow_private=True, **options)


def test_a_page_comes_with_its_type_charset_and_name_and_can_be_read(site: str) -> None:
    got = get(f"{site}/page?x=1")
    assert (got.content_type, got.charset, got.name) == ("text/html", "iso-8859-1", "page.html")
    read_page = read(got.content, got.name)
    assert read_page.title == "Næringsplan"


def test_a_redirect_is_followed_and_the_final_address_told(site: str) -> None:
    assert get(f"{site}/moved").final_url == f"{site}/page"


def test_a_pdf_without_a_stated_type_is_known_by_the_name_in_its_address(site: str) -> None:
    assert get(f"{site}/næringsplan.pdf").name == "næringsplan.pdf"


def test_a_server_cannot_choose_a_folder_by_the_name_it_gives(site: str) -> None:
    assert get(f"{site}/named").name == "etc-plan.txt"


def test_markdown_sent_as_plain_text_keeps_its_name(site: str) -> None:
    assert get(f"{site}/readme.md").name == "readme.md"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/picture", "is image/png, which we do not read"),
        ("/missing", "answered 404; there is no such page; check the address"),
        ("/loop", "more than 5 redirects"),
        ("/large", "is larger than 0.004 MB"),
        ("/large-without-length", "is larger than 0.004 MB"),
        ("/bomb", "is larger than 0.004 MB"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(site: str, path: str, said: str) -> None:
    with pytest.raises(FetchError, match=said):
        get(site + path, max_bytes=4000)


def test_a_server_that_does_not_answer_in_time_is_given_up(site: str) -> None:
    with pytest.raises(FetchError, match="did not answer in time"):
        get(f"{site}/slow", timeout_s=0.2)


def test_a_certificate_for_another_name_is_refused(site: str) -> None:
    with pytest.raises(FetchError, match="no connection"):
        get(site.replace("localhost", "127.0.0.1") + "/page")


def test_an_unknown_authority_is_refused(https_port: int) -> None:
    with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
        get(f"https://localhost:{https_port}/page")


def test_plain_http_is_for_this_machine_and_only_when_allowed(http_port: int) -> None:
    url = f"http://127.0.0.1:{http_port}/page"
    assert get(url).name == "page.html"
    with pytest.raises(FetchError, match="write https://"):
        fetch(url)
    with pytest.raises(FetchError, match="write https://"):
        fetch("http://192.0.2.1/", allow_private=True)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "10.1.2.3", "169.254.169.254", "[::1]"]
)
def test_private_addresses_are_refused_whatever_they_are_written_as(host: str) -> None:
    with pytest.raises(FetchError, match="private network"):
        fetch(f"https://{host}/")


def test_a_redirect_into_a_private_network_is_refused_before_any_connection(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.fetch.is_public", lambda address: address.is_loopback)
    with pytest.raises(FetchError, match=r"https://10\.0\.0\.1/: leads into a private network"):
        fetch(f"{site}/to-private")
    with pytest.raises(FetchError, match="write https://"):
        fetch(f"{site}/to-http")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://example.org/plan.pdf", "is not a web address"),
        ("plan.pdf", "is not a web address"),
        ("https://", "is not a web address"),
        ("https://example.org:99999/", "is not a web address"),
        ("https://someone:secret@example.org/", "holds a user name"),
        ("https://no-such-host.invalid/", "is not known"),
    ],
)
def test_addresses_that_are_none_are_refused_and_secrets_not_repeated(url: str, said: str) -> None:
    with pytest.raises(FetchError, match=said) as caught:
        fetch(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::5db8:d822", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_public(address: str, expected: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is expected
