"""URLs, fetched from a real HTTP server on loopback."""

from __future__ import annotations

import gzip
import ipaddress
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from retrieval.sources import DEFAULT_LIMITS, Input, Limits, addresses, read
from retrieval.sources.url import user_agent
from retrieval.types import ParsedArticle, SourceFailure
from tests.retrieval.sources.samples import FEED, PAGE, pdf

QUICK = Limits(fetch_seconds=1.0, connect_seconds=0.5)


class Site(BaseHTTPRequestHandler):
    """Answers each path as the tests need it."""

    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        type(self).seen.append({"path": self.path, **dict(self.headers)})
        name = self.path.partition("?")[0].strip("/")
        if name.startswith("hop"):
            number = int(name[3:])
            self.redirect(f"/hop{number - 1}" if number else "/story")
        elif name == "to":
            self.redirect(self.path.partition("?")[2])
        elif name.isdigit():
            self.send_error(int(name))
        elif name == "drip":
            self.drip()
        else:
            kind, body, headers = PAGES.get(name, ("", b"", {}))
            self.answer(kind, body, headers)

    def redirect(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer(self, kind: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def drip(self) -> None:
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests' output clean."""


GZ = {"Content-Encoding": "gzip"}
OWN = PAGE.replace("https://harbour.example/2022/ferry-deal?utm_source=mail", "/ferry")
PAGES: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "story": ("text/html; charset=utf-8", PAGE.encode(), {}),
    "packed": ("text/html", gzip.compress(PAGE.encode()), GZ),
    "cut-gzip": ("text/html", gzip.compress(PAGE.encode())[:200], GZ),
    "bomb": ("text/html", gzip.compress(b"a" * 60_000_000), GZ),
    "br": ("text/html", b"x", {"Content-Encoding": "br"}),
    "feed": ("application/xml", FEED.encode(), {}),
    "feed-as-html": ("text/html", FEED.encode(), {}),
    "note": ("text/plain; charset=koi8-r", "Паром уходит в полдень.".encode("koi8-r"), {}),
    "note.md": ("text/plain", b"# A title\n\nThe **ferry** sails.", {}),
    "rows": ("application/json", json.dumps([{"id": 1, "text": "A row."}]).encode(), {}),
    "paper": ("application/pdf", pdf(["The ferry sails at noon."]), {}),
    "untyped": ("", PAGE.encode(), {}),
    "image": ("image/png", b"\x89PNG", {}),
    "short": ("text/html", b"<p>cut", {"Content-Length": "1000"}),
    "long": ("text/plain", b"word " * 3_000_000, {}),
    "empty": ("text/html", b"", {}),
}


@pytest.fixture
def site() -> Iterator[str]:
    """A server on loopback; gives its address."""
    Site.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def fetched(
    address: str,
    *,
    limits: Limits = DEFAULT_LIMITS,
    format: str = "auto",
    allow_private: bool = True,
) -> list[ParsedArticle | SourceFailure]:
    """What reading a URL gives."""
    item = Input(address, "url", format, address)
    return list(read(item, limits=limits, allow_private=allow_private))


def one(address: str, **options: Any) -> ParsedArticle:
    """The one article at a URL."""
    (found,) = fetched(address, **options)
    assert isinstance(found, ParsedArticle), found
    return found


def reason(address: str, **options: Any) -> str:
    """Why a URL gives no article: one line."""
    (found,) = fetched(address, **options)
    assert isinstance(found, SourceFailure), found
    assert found.origin == address
    assert "\n" not in found.reason
    return found.reason


@pytest.mark.parametrize("path", ["story", "packed", "untyped"])
def test_a_page(site: str, path: str) -> None:
    """A page is fetched, unpacked and read; its origin is the address that was named."""
    found = one(f"{site}/{path}")
    assert found.title == "Ministers agree ferry deal"
    assert "Ministers from seven coastal states" in found.text
    assert found.origin == f"{site}/{path}"


def test_another_site_s_address_is_not_taken(site: str) -> None:
    """A page may not take the place of another outlet's article by naming its address."""
    found = one(f"{site}/story?utm_source=x")
    assert found.key == found.url == f"{site}/story"
    assert "harbour.example" in found.notices[0]


def test_entries_of_a_feed_keep_their_links_but_not_as_keys(site: str) -> None:
    """Entries may link anywhere; what they are known by is the feed's own."""
    first, second = fetched(f"{site}/feed")
    assert isinstance(first, ParsedArticle)
    assert isinstance(second, ParsedArticle)
    assert first.url == "https://ledger.example/recount"
    assert first.key == f"id:{site}/feed#a1"
    assert second.key == f"id:{site}/feed#a2"


def test_types(site: str) -> None:
    """The content type decides, and the content where the type says too little."""
    assert len(fetched(f"{site}/feed-as-html")) == 2
    assert one(f"{site}/note").text == "Паром уходит в полдень."
    assert one(f"{site}/note.md").text == "The ferry sails."
    assert one(f"{site}/rows").text == "A row."
    assert one(f"{site}/paper").text == "The ferry sails at noon."
    assert one(f"{site}/note.md", format="txt").text.startswith("The **ferry**")


def test_what_is_sent(site: str) -> None:
    """An honest name, no cookies back, no referrer, and the host that was asked for."""
    one(f"{site}/hop1")
    assert [request["path"] for request in Site.seen] == ["/hop1", "/hop0", "/story"]
    for request in Site.seen:
        assert request["User-Agent"] == user_agent()
        assert request["User-Agent"].startswith("dateline")
        assert request["Host"] == site.removeprefix("http://")
        assert not {"Cookie", "Referer", "Authorization"} & set(request)


def test_redirects_end(site: str) -> None:
    """Five redirects are followed, six are not, and an article's address is where it was found."""
    assert one(f"{site}/hop4").url == f"{site}/story"
    assert reason(f"{site}/hop9") == "redirects more than 5 times"


@pytest.mark.parametrize(
    "where", ["ftp://x.example/", "file:///etc/passwd", "javascript:x", "http://", "//user:x@h/"]
)
def test_redirects_lead_to_http_only(site: str, where: str) -> None:
    """A redirect to another scheme, or with credentials, is refused."""
    assert reason(f"{site}/to?{where}")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("404", "the server answers 404 (not found)"),
        ("403", "may need a login"),
        ("500", "answers 500"),
        ("image", "is of the type image/png"),
        ("br", "encoding br"),
        ("cut-gzip", "is cut off"),
        ("short", "broke off"),
        ("long", "is larger than 10 MB"),
        ("bomb", "is larger than 10 MB"),
        ("empty", "is empty"),
    ],
)
def test_what_cannot_be_read_says_why(site: str, path: str, words: str) -> None:
    """Each fault of a server has its own line."""
    assert words in reason(f"{site}/{path}")


def test_a_slow_drip_is_cut_off(site: str) -> None:
    """A byte now and then does not keep a fetch alive: the whole of it has one deadline."""
    start = time.monotonic()
    assert "took longer than 1 s" in reason(f"{site}/drip", limits=QUICK)
    assert time.monotonic() - start < 3


def test_a_server_that_accepts_and_says_nothing() -> None:
    """Silence ends at the deadline."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert "took longer than 1 s" in reason(address, limits=QUICK)


def test_nobody_listens() -> None:
    """A refused connection is told as such."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "cannot be reached" in reason(f"http://127.0.0.1:{port}/")


def test_private_addresses_are_refused(site: str) -> None:
    """Without leave, loopback is not fetched from, and nothing reaches the server."""
    assert "private address 127.0.0.1" in reason(f"{site}/story", allow_private=False)
    assert "private address" in reason(
        site.replace("127.0.0.1", "localhost") + "/story", allow_private=False
    )
    assert not Site.seen


def test_each_redirect_is_judged_anew(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public page that redirects to a private address leads nowhere."""
    here = ipaddress.ip_address("127.0.0.1")
    monkeypatch.setattr(addresses, "is_public", lambda address: address == here)
    assert one(f"{site}/story", allow_private=False)
    inside = site.replace("127.0.0.1", "127.0.0.2")
    told = reason(f"{site}/to?{inside}/story", allow_private=False)
    assert "private address 127.0.0.2" in told
    metadata = reason(f"{site}/to?http://169.254.169.254/latest", allow_private=False)
    assert "private address 169.254.169.254" in metadata


def test_the_address_that_was_judged_is_the_one_connected_to(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is looked up once a connection: a second answer, the attacker's, never counts."""
    here = ipaddress.ip_address("127.0.0.1")
    monkeypatch.setattr(addresses, "is_public", lambda address: address == here)
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, *args: Any, **options: Any) -> Any:
        if host != "rebind.example":
            return real(host, *args, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    port = site.rpartition(":")[2]
    one(f"http://rebind.example:{port}/story", allow_private=False)
    assert asked == ["rebind.example"]
    assert Site.seen[0]["Host"] == f"rebind.example:{port}"


def test_proxies_of_the_environment_are_not_used(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would resolve names past our judgement: it is passed by."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert one(f"{site}/story")


def test_tls_is_checked(tmp_path: Path) -> None:
    """A certificate that nobody vouches for is refused, and plain HTTP is no TLS."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    made += ["-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        told = reason(f"https://127.0.0.1:{server.server_port}/story", limits=QUICK)
        server.shutdown()
        thread.join()
    assert "TLS certificate is not valid" in told


def test_plain_http_is_no_tls(site: str) -> None:
    """An https address whose server speaks plain HTTP is told so."""
    assert "TLS failed" in reason(site.replace("http:", "https:") + "/story", limits=QUICK)


@pytest.mark.parametrize(
    "address",
    ["http://", "http://user:secret@127.0.0.1/", "http://[::1", "http://a b.example/", "http://x:99999/",
     "http://xn--\u20ac.example/", "http://127.0.0.1:0/"],
)  # fmt: skip
def test_addresses_that_are_none(address: str) -> None:
    """A malformed address gives one line and no exception."""
    assert reason(address, limits=QUICK)
