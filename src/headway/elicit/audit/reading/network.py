"""Requests to other machines in programs, by the calls of each language's usual libraries.

The host is the first address among the arguments of such a call: an address with its scheme, a
name with a dot, or what stands under ``host``. Where a call's arguments are not known, it is the
first address that stands anywhere in the program, or among the program's own arguments. A program
that replaces the network by something of its own (mocks, recorders) asks nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from headway.elicit.audit.reading.deeds import Deed
from headway.elicit.audit.reading.values import UNKNOWN, Values

__all__ = ["MOCKED", "address", "deeds"]

MOCKED = re.compile(
    r"\b(?:nock|msw|sinon|fetchMock|MockAgent|httptest|ServeHTTP|RoundTripper|WebMock|MockTransport"
    r"|requests_mock|respx|httpretty|pytest_httpx|wiremock|mockito|monkeypatch)\b"
    r"|\bimport (?:responses|vcr)\b|(?:jest|vi)\s*\.\s*(?:fn|mock|spyOn)\s*\("
    r"|\bpatch(?:\.object)?\s*\([^)\n]*(?:url|http|requests|socket|session|client|smtp)"
)
# By kind of source: what fetches, and what is contact without a fetch. Matches end where the
# arguments begin.
_FETCHES = {
    "js": r"(?<![\w.$])(?:(?:globalThis|window|self)\.)?fetch\s*\("
    r"|\b(?:axios|got|needle|superagent|undici|ky|request|rp)(?:\s*\.\s*\w+)?\s*\("
    r"|\.\s*open\s*\(\s*[\"'] *[\"']\s*,|(?<![\w.$])(?:MODULE)\s*\.\s*(?:get|request)\s*\("
    r"|\)\s*\.\s*(?:get|request)\s*\(",
    "ruby": r"->\s*(?:get|mirror|request|getstore|download|simple_request)\s*\("
    r"|(?<![\w>:$.])(?:get|getstore|getprint|mirror|head)\s*[\s(]\s*(?=[\"'$])"
    r"|HTTP::Request(?:::Common)?(?:::)?\s*->\s*new\s*\(|Net::FTP\s*(?:->|\.)\s*\w+\s*\(?"
    r"|Net::HTTP(?:::\w+)?\s*\.\s*\w+\s*\(?|\bURI\s*\.\s*open\s*\(?|(?:Faraday|HTTParty|Excon"
    r"|RestClient|Typhoeus)\s*\.\s*\w+\s*\(?|\bopen\s*\(?\s*(?=[\"']\s*[\"'])|http\.request\s*\(?",
    "go": r"\bhttp\.(?:Get|Head|NewRequest|NewRequestWithContext)\s*\("
    r"|\.\s*(?:Get|Do)\s*\(|PlainClone\w*\s*\(",
    "rust": r"\b(?:reqwest|ureq|attohttpc|minreq|isahc|surf|curl)\w*(?:::\w+)+\s*\("
    r"|\.\s*get\s*\(",
    "c": r"CURLOPT_URL\s*,|\b(?:file_get_contents|fopen|readfile|copy|curl_init|get_headers)\s*\("
    r"|\bnew\s+URL\s*\(|URI\s*\.\s*create\s*\(|URL\s*\(|\bGet\w*Async\s*\(|Download\w+\s*\("
    r"|git_clone\s*\(",
}
_CONTACTS = {
    "js": r"\b(?:net|tls|http2|socket|sock|client|s)\s*\.\s*(?:connect|createConnection)\s*\("
    r"|(?<![\w.$])(?:createConnection|connect)\s*\(|new\s+(?:WebSocket|EventSource)\s*\("
    r"|\bdns(?:\.promises|Promises)?\s*\.\s*(?:lookup|resolve\w*|reverse)\s*\("
    r"|\)\s*\.\s*(?:connect|createConnection|lookup|resolve\w*|createTransport)\s*\("
    r"|\.\s*send\s*\(|createTransport\s*\(|(?<![\w.$])(?:lookup|resolve[46])\s*\(",
    "ruby": r"\b(?:IO::Socket(?:::\w+)?|Net::(?!HTTP|FTP)\w+(?:::\w+)*|Mail::\w+)\s*(?:->|\.)\s*"
    r"(?:new|start|open)\s*\(?|\b(?:inet_aton|gethostbyname|getaddrinfo|pack_sockaddr_in)\s*\(?"
    r"|\b(?:TCPSocket|UDPSocket|Socket|SSLSocket|Resolv|Addrinfo)\s*\.\s*\w+\s*\(?"
    r"|socket\.connect\s*\(|[.:]connect\s*\(|->\s*post\w*\s*\(|\bIO::Socket\S*\s+",
    "go": r"\b(?:net|tls|smtp|ssh|rpc|dialer|d|websocket)\.(?:Dial\w*|SendMail|Lookup\w+"
    r"|Resolve\w+Addr)\s*\(|\bhttp\.Post\w*\s*\(",
    "rust": r"\b(?:Tcp|Udp|Tls)(?:Stream|Socket)::connect\w*\s*\(|\.\s*(?:send_to|connect)\s*\("
    r"|\.\s*to_socket_addrs\s*\(|lookup_host\s*\(",
    "c": r"\b(?:p?fsockopen|stream_socket_client|gethostbyname\w*|dns_get_record|getaddrinfo"
    r"|inet_addr|inet_aton|inet_pton|socket_connect)\s*\(|\bnew\s+(?:Socket|InetSocketAddress"
    r"|TcpClient|DatagramPacket|SmtpClient)\s*\(|InetAddress\s*\.\s*getBy\w+\s*\(",
}  # fmt: skip
# Calls of these names are as usual for other things: only beside one of these words.
_NEEDS = {
    "js": re.compile(r"\bfetch\s*\(|XMLHttpRequest|WebSocket|EventSource|[\"'`](?:node:)?(?:https?|http2|net|tls|dgram|dns|dns/promises|axios|got|undici|node-fetch|request|needle|superagent|ky|ws|nodemailer)[\"'`]"),  # noqa: E501
    "ruby": re.compile(r"HTTP::|LWP|Mechanize|UserAgent|Socket|Net::|open-uri|URI|Faraday|HTTParty|RestClient|Excon|Typhoeus|socket|Resolv"),  # noqa: E501
    "go": re.compile(r"\"(?:net|net/http|net/smtp|crypto/tls|net/rpc|golang\.org/x/\S+|github\.com/\S+)\""),  # noqa: E501
    "rust": re.compile(r"std::net|TcpStream|UdpSocket|ToSocketAddrs|reqwest|ureq|attohttpc|minreq|isahc|surf|curl|hyper|tokio::net"),  # noqa: E501
    "c": re.compile(r"\bconnect\s*\(|sendto\s*\(|getaddrinfo|gethostby|curl_|file_get_contents|fopen|copy\s*\(|readfile|get_headers|sockopen|socket_client|dns_get|openStream|openConnection|HttpClient|WebClient|new\s+Socket|TcpClient|Datagram|getBy\w+\s*\(|git_clone|Smtp"),  # noqa: E501
}  # fmt: skip
_KEY = re.compile(
    r"\b(?:host|hostname|servername|Peer(?:Addr|Host)|address|url|uri|baseURL|Host|endpoint)\b"
    r"[\"']?\s*(?::|=>|=(?!=))\s*"
)
_MODULE = re.compile(
    r"(?:(?:const|let|var)\s+|import\s+(?:\*\s+as\s+)?)(\w+)\s*(?:=|from)\s*(?:await\s+)?"
    r"(?:require\s*\(|import\s*\()?\s*[\"'`](?:node:)?(?:https?|http2)[\"'`]"
)
_SENDS = re.compile(r"method\s*:\s*[\"'](?:POST|PUT|PATCH|DELETE)", re.IGNORECASE)
_SCHEME = re.compile(
    r"(?:https?|ftps?|git|ssh|sftp|wss?|smtps?|ldaps?|rsync|svn)://\S+", re.IGNORECASE
)
_HOST = re.compile(
    r"(?:\{\}[.-]?)?(?:[\w-]+\.)+(?:[A-Za-z]{2,})\.?(?::(?:\d+|\w+|\{\}))?"
    r"|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|\{\}(?:\.[\w-]+)+\.[A-Za-z]{2,}(?::\d+)?"
)
_AWK = re.compile(r"/inet[46]?/(?:tcp|udp)/[^/\s]*/([^/\s\"]+)/")
_MOST = 400  # calls of a program
_FILES = re.compile(
    r"\.(?:txt|json|html?|csv|log|db|sqlite3?|sock|gz|tgz|zip|xml|ya?ml|toml|js|ts|py|sh|rs|c|h|md"
    r"|in|out|dat|bin|tmp|pl|rb|php|go|java|lock|conf|cfg|ini|pem|key|crt)$"
)  # fmt: skip


def address(text: str | None, *, bare: bool = False) -> str:
    """The address that a text is; ``bare`` takes a mere name, where one must stand."""
    text = (text or "").strip()
    if _SCHEME.match(text):
        return text
    known = _HOST.fullmatch(text) and (bare or not _FILES.search(text))
    return text if known or (bare and re.fullmatch(r"[\w.-]+(?::\d+)?", text)) else ""


def deeds(values: Values, given: Sequence[str] = ()) -> Iterator[Deed]:
    """Fetches and contacts of a program."""
    source = values.source
    for found in _AWK.finditer(source.text):
        yield Deed("host", values.names.get(found[1], found[1]))
    needs = _NEEDS.get(source.kind)
    if needs is None or not needs.search(source.bare) or MOCKED.search(source.code):
        return
    unknown, resolved = False, False
    for kind, table in (("fetch", _FETCHES), ("host", _CONTACTS)):
        for match in _calls(table[source.kind], values):
            if "send" in match[0] and "_to" not in match[0] and "dgram" not in source.bare:
                continue  # an answer of a server, most often
            bare = kind == "host" or "Net::" in match[0]
            found_at, strong = _of_call(match.end(), values, bare=bare)
            unknown |= strong and kind == "fetch"
            if found_at:
                resolved = True
                sends = _SENDS.search(source.bare[match.end() : match.end() + 300])
                yield Deed("host" if sends else kind, found_at)  # type: ignore[arg-type]
    if unknown and not resolved:
        for text in (*_anywhere(values), *given):
            if _SCHEME.match(text):
                yield Deed("fetch", text)
                return


def _calls(pattern: str, values: Values) -> Iterator[re.Match[str]]:
    names = [found[1] for found in _MODULE.finditer(values.source.bare)]
    modules = "|".join(["https?", *map(re.escape, names)])
    return islice(re.finditer(pattern.replace("MODULE", modules), values.code), _MOST)


def _of_call(place: int, values: Values, *, bare: bool) -> tuple[str, bool]:
    """The address among a call's arguments, and whether one must be there that is not known.

    ``bare`` takes a name without a scheme, too.
    """
    end = _end(place, values.code)
    window = values.source.bare[place:end]
    for name in re.findall(r"(?<![\w.$])([a-z_]\w*)", window[:80]):
        if name in values.options:
            start = values.options[name]
            if told := _keyed(start, values.code.find("}", start), values):
                return told, False
    if told := _keyed(place, end, values):
        return told, False
    parts = list(values.arguments(place, 4))
    for part in parts:
        told = address(part)
        if told and (bare or _SCHEME.match(told)):
            return told, False
    literal = values.code[place : place + 1] in {"{", ")"}
    return "", not literal and (not parts or parts[0] is None or UNKNOWN in parts[0])


def _keyed(start: int, end: int, values: Values) -> str:
    for found in _KEY.finditer(values.source.bare, start, max(start, end)):
        text, _ = values.at(found.end())
        if told := address(text, bare=True):
            return told
    return ""


def _end(place: int, code: str) -> int:
    """Where the arguments end: at the closing bracket, or with the statement."""
    depth = 0
    for at in range(place, min(len(code), place + 800)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth < 0 or (code[at] == ";" and depth == 0):
            return at
    return min(len(code), place + 800)


def _anywhere(values: Values) -> Iterator[str]:
    yield from (text for _, text in values.texts.values() if _SCHEME.fullmatch(text))
    yield from (text for text in values.names.values() if _SCHEME.fullmatch(text))
