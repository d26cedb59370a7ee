"""A document from an https address, without becoming a way into the network we run in.

A server that fetches addresses for its users can be asked for its neighbours' (SSRF). So: https
only; the host's name is resolved here, every address it has must be public, and the connection goes
to the address that was checked, not to the name again, which may answer differently the second time
(DNS rebinding). httpx allows that by an address in the URL with the name as `Host` and as
`sni_hostname`, against which the certificate is still verified. Each redirect is checked anew.
Proxies and other settings of the environment are not used, since a proxy would resolve the name
itself; `SSL_CERT_FILE` is, for organisations with their own certificates.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import unquote

import httpx

from corpus.errors import FetchError
from ingest.readers import SUFFIXES, Format

MAX_REDIRECTS = 5
_SUFFIX_OF_TYPE = {
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
}
_TYPES_THAT_SAY_NOTHING = frozenset(
    ["", "application/octet-stream", "binary/octet-stream", "application/download"]
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_RETRY_STATUSES = frozenset([408, 425, 429, 500, 502, 503, 504])

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What an address gave. `name` is a file name with a suffix that fits; `charset` as stated."""

    content: bytes
    content_type: str
    charset: str | None
    final_url: str
    name: str


def fetch(
    url: str, *, timeout_s: float = 30.0, max_bytes: int = 100_000_000, allow_private: bool = False
) -> Fetched:
    """The document at `url`, after at most 5 redirects.

    `timeout_s` bounds the wait for a connection and for each piece, and the download as a whole;
    not the resolver's own wait for a name. `max_bytes` counts after decompression. `allow_private`
    lets addresses of this machine and network through, and plain http to this machine: for tests
    and trusted installations.

    Raises:
        FetchError: our rules refuse the address, type or size, or the network or server fails; the
            message says which, and whether trying again may help.
    """
    deadline = time.monotonic() + timeout_s
    try:
        with httpx.Client(
            verify=httpx.create_ssl_context(), trust_env=False, timeout=timeout_s
        ) as client:
            return _follow(client, httpx.URL(url), deadline, max_bytes, allow_private)
    except httpx.InvalidURL as exc:
        raise FetchError(f"{url}: is not a web address ({exc}); write https://…") from exc


def is_public(address: IpAddress) -> bool:
    """Whether `address` is one of the open internet's.

    IPv6 forms that carry an IPv4 address (mapped, 6to4, Teredo, NAT64) are judged by that too.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        carried = [carrier for carrier in inner if carrier is not None]
        if carried and (address.ipv4_mapped or address in _NAT64):
            return all(is_public(carrier) for carrier in carried)
        if not all(is_public(carrier) for carrier in carried):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _follow(
    client: httpx.Client, url: httpx.URL, deadline: float, max_bytes: int, allow_private: bool
) -> Fetched:
    for _ in range(MAX_REDIRECTS + 1):
        addresses = _checked_addresses(url, allow_private)
        with _response(client, url, addresses) as response:
            if not response.has_redirect_location:
                return _download(response, url, deadline, max_bytes)
            url = _next_url(url, response.headers["location"])
    raise FetchError(f"{url}: more than {MAX_REDIRECTS} redirects; give the final address")


def _next_url(url: httpx.URL, location: str) -> httpx.URL:
    try:
        return url.join(location)
    except httpx.InvalidURL as exc:
        raise FetchError(f"{url}: redirects to no address; give the final address") from exc


def _checked_addresses(url: httpx.URL, allow_private: bool) -> list[IpAddress]:
    """The addresses to connect to, after the rules that need no connection."""
    if url.userinfo:
        raise FetchError(f"{url.host}: holds a user name; download the file and give its path")
    if url.scheme not in ("https", "http") or not url.host or (url.port or 443) > 65_535:
        raise FetchError(f"{url}: is not a web address; write https://…")
    if url.scheme == "http" and not allow_private:
        raise FetchError(f"{url}: is not encrypted; write https:// or download it yourself")
    addresses = _resolve(url)
    if url.scheme == "http" and not all(address.is_loopback for address in addresses):
        raise FetchError(f"{url}: is not encrypted; write https:// or download it yourself")
    if not allow_private and not all(map(is_public, addresses)):
        raise FetchError(
            f"{url}: leads into a private network; download the file and give its path"
        )
    return addresses


def _resolve(url: httpx.URL) -> list[IpAddress]:
    try:
        found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise FetchError(
            f"{url}: the host {url.host} is not known; check the spelling and the network"
        ) from exc
    # An IPv6 address may carry its zone ("fe80::1%eth0"), which no public address has.
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


@contextmanager
def _response(
    client: httpx.Client, url: httpx.URL, addresses: Sequence[IpAddress]
) -> Iterator[httpx.Response]:
    try:
        response = _send(client, url, addresses)
        try:
            yield response
        finally:
            response.close()
    except httpx.TimeoutException as exc:
        raise FetchError(f"{url}: did not answer in time; try again later") from exc
    except httpx.ConnectError as exc:
        raise FetchError(f"{url}: no connection ({exc}); check the address, try again") from exc
    except (httpx.HTTPError, httpx.StreamError) as exc:
        raise FetchError(f"{url}: the transfer failed ({exc}); try again") from exc


def _send(client: httpx.Client, url: httpx.URL, addresses: Sequence[IpAddress]) -> httpx.Response:
    """The response of the first address that takes a connection."""
    for address in addresses[:-1]:
        try:
            return client.send(_request(client, url, address), stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue  # a host's IPv6 address is often out of reach; the last address decides
    return client.send(_request(client, url, addresses[-1]), stream=True)


def _request(client: httpx.Client, url: httpx.URL, address: IpAddress) -> httpx.Request:
    return client.build_request(
        "GET",
        url.copy_with(host=str(address)),
        headers={
            "Host": url.netloc.decode("ascii"),
            "User-Agent": "Stifinner",
            "Accept": ", ".join(_SUFFIX_OF_TYPE),
            # Without compression a small answer cannot unfold into a huge one.
            "Accept-Encoding": "identity",
        },
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )


def _download(response: httpx.Response, url: httpx.URL, deadline: float, max_bytes: int) -> Fetched:
    _check_status(response.status_code, url)
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    name = _name(response.headers.get("content-disposition", ""), url, content_type)
    stated = response.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > max_bytes:
        raise _too_large(url, max_bytes)
    content = bytearray()
    for piece in response.iter_bytes(chunk_size=65_536):
        content += piece
        if len(content) > max_bytes:
            raise _too_large(url, max_bytes)
        if time.monotonic() > deadline:
            raise FetchError(
                f"{url}: the download took too long; try again or download it yourself"
            )
    return Fetched(
        content=bytes(content),
        content_type=content_type,
        charset=response.charset_encoding,
        final_url=str(url),
        name=name,
    )


def _check_status(status: int, url: httpx.URL) -> None:
    if status == httpx.codes.OK:
        return
    if status in (401, 403):
        advice = "it wants a login or refuses programs; download it and give its path"
    elif status in (404, 410):
        advice = "there is no such page; check the address"
    elif status in _RETRY_STATUSES:
        advice = "try again later"
    else:
        advice = "open it in a browser and give the final address"
    raise FetchError(f"{url}: the server answered {status}; {advice}")


def _too_large(url: httpx.URL, max_bytes: int) -> FetchError:
    return FetchError(
        f"{url}: is larger than {max_bytes / 1_000_000:g} MB; raise the limit or download it"
    )


def _name(disposition: str, url: httpx.URL, content_type: str) -> str:
    """A plain file name; the server's words decide nothing but its letters."""
    header = Message()
    header["content-disposition"] = disposition or "inline"
    stated = header.get_filename() or PurePosixPath(unquote(url.path)).name or url.host
    name = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|]+", "-", stated).strip(" .-")[:120] or "document"
    suffix = _SUFFIX_OF_TYPE.get(content_type)
    known = SUFFIXES.get(PurePosixPath(name).suffix.lower())
    is_vague = content_type in _TYPES_THAT_SAY_NOTHING
    is_markdown_as_text = content_type == "text/plain" and known is Format.MARKDOWN
    if (is_vague and known) or is_markdown_as_text:
        return name
    if suffix is None:
        raise FetchError(
            f"{url}: is {content_type or 'of no stated type'}, which we do not read; give the "
            "address of a PDF, DOCX, HTML, Markdown or text file"
        )
    return name if known is SUFFIXES[suffix] else name + suffix
