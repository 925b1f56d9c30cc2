"""Requests to other machines in programs of Python, from their syntax trees.

Calls are known by their names in the standard library and in usual packages. Where the address of a
request is not known, it is the first that stands in the program by itself, or among the program's
arguments. A program that replaces the network by something of its own asks nobody.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from headway.elicit.audit.reading.deeds import Deed
from headway.elicit.audit.reading.folding import known, name_of
from headway.elicit.audit.reading.network import MOCKED, address

__all__ = ["deeds"]

# With an address as an argument.
_GETS = {"urlopen", "urlretrieve", "get", "head", "request", "Request", "download", "stream",
         "open", "ServerProxy", "clone_from", "clone_repository", "clone",
         "post", "put", "patch", "delete", "read_csv", "read_json", "fetch"}  # fmt: skip
_SENDS = {"post", "put", "patch", "delete"}
_WEB = {"HTTPConnection", "HTTPSConnection", "FTP", "FTP_TLS"}
# With the name of a machine as first argument, or in a pair of it and a port.
_HOSTS = {"create_connection", "open_connection", "gethostbyname", "gethostbyname_ex",
          "gethostbyaddr", "getaddrinfo", "SMTP", "SMTP_SSL", "LMTP", "IMAP4", "IMAP4_SSL",
          "IMAP4_stream", "POP3", "POP3_SSL", "Telnet", "NNTP", "NNTP_SSL", "SysLogHandler",
          "get_server_certificate", "SMTPHandler", "SocketHandler", "resolve", "ping"}  # fmt: skip
_CONNECTS = {"connect", "connect_ex", "sendto", "create_datagram_endpoint", "wrap_socket"}
_OF_CONNECT = {"socket", "ssl", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "paramiko",
               "asyncssh", "websocket", "websockets", "psycopg2", "psycopg", "pymysql", "ldap3",
               "fabric", "nntplib"}  # fmt: skip
_KEYS = {"host", "hostname", "url", "address", "base_url", "server", "mailhost", "server_hostname",
         "remote_addr", "uri"}  # fmt: skip
_SURE = {"urlopen", "urlretrieve", "ServerProxy", "clone_from", "clone_repository", "Request"}
# Names that are as usual for other things ask somebody only beside one of these.
_PLAIN = _GETS - {"urlopen", "urlretrieve", "Request", "ServerProxy", "clone_from",
                  "clone_repository"}  # fmt: skip
_WEBS = {"urllib.request", "urllib2", "urllib3", "requests", "httpx", "aiohttp", "http.client",
         "pycurl", "treq", "mechanize", "webbrowser", "git", "dulwich", "pygit2", "wget", "pandas",
         "cloudscraper", "tornado", "scrapy", "pooch", "fsspec", "smart_open", "six", "pip",
         "requests_html", "websocket", "websockets"}  # fmt: skip
# A program without any of these asks nobody, which is told soonest by its text.
_ANY = re.compile(
    r"urllib|http|socket|requests|smtp|ftp|imap|pop|telnet|nntp|open_connection|ssl|\bpip\b"
    r"|xmlrpc|webbrowser|git|paramiko|ssh|ldap|psycopg|mysql|pycurl|wget|dns|ntp|logging|://"
)
_PACKAGES = {"requests", "httpx", "session", "Session", "client", "http", "opener"}


def deeds(
    tree: ast.Module, names: Mapping[str, str], text: str, given: Sequence[str] = ()
) -> Iterator[Deed]:
    """Fetches and contacts.

    Parameters
    ----------
    tree : ast.Module
    names : mapping of str to str
        Texts of names, as far as they are known.
    text : str
        The program.
    given : sequence of str
        Its arguments.
    """
    if not _ANY.search(text) or MOCKED.search(text):
        return
    imports = _imported(tree)
    resolved, unknown = False, False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found = _call(node, names, imports, text)
            resolved |= found is not None
            unknown |= found is None and _is_sure(node)
            if found is not None:
                yield found
    if unknown and not resolved:
        for told in (*_anywhere(tree), *given):
            if "://" in address(told):
                yield Deed("fetch", told)
                return


def _imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {part for one in node.names for part in _parts(one.name)}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {*_parts(node.module), *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Call) and name_of(node.func) in {"__import__", "import_module"}:
            given = node.args[0] if node.args else None
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                found |= _parts(given.value)
    return found


def _parts(module: str) -> set[str]:
    return {module, module.partition(".")[0]}


def _call(node: ast.Call, names: Mapping[str, str], imports: set[str], text: str) -> Deed | None:
    name = name_of(node.func)
    if name in {"main", "_main"}:
        return _pip(node, names) if "pip" in imports else None
    given = [*_given(node, names)]
    if name in _GETS:
        asks = name not in _PLAIN or imports & _WEBS
        told = next((one for one in given if "://" in address(one)), None) if asks else None
        sends = name in _SENDS or any(word.arg == "data" for word in node.keywords)
        return Deed("host" if sends else "fetch", told) if told is not None else None
    if name in _WEB:
        gets = re.search(r"[\"'](?:GET|HEAD)[\"']|\bretr\w*\s*\(|\bRETR\b", text)
        return _host(given, "fetch" if gets else "host")
    if name in _HOSTS or (name in _CONNECTS and imports & _OF_CONNECT):
        return _host(given, "host", dotted=name in _CONNECTS | {"resolve", "ping"})
    return None


def _pip(node: ast.Call, names: Mapping[str, str]) -> Deed | None:
    """Pip by its own functions."""
    if not node.args or not isinstance(node.args[0], ast.List):
        return None
    words = [known(one, names) or "{}" for one in node.args[0].elts]
    asks = words[:1] in (["install"], ["download"], ["wheel"])
    return Deed("run", "\0".join(["pip", *words])) if asks else None


def _host(given: Sequence[str], kind: str, *, dotted: bool = False) -> Deed | None:
    """``dotted`` takes no mere word for a machine."""
    for told in given:
        if told.startswith("/") or told.isdecimal() or " " in told:
            continue
        found = address(told, bare=not dotted)
        if found:
            return Deed("fetch" if kind == "fetch" else "host", found)
    return None


def _given(node: ast.Call, names: Mapping[str, str]) -> Iterator[str]:
    """Texts among the arguments, and the first of pairs."""
    for one in (*node.args, *(word.value for word in node.keywords if word.arg in _KEYS)):
        pair = isinstance(one, ast.Tuple) and one.elts
        told = known(one.elts[0] if pair else one, names)  # type: ignore[attr-defined]
        if told:
            yield told


def _is_sure(node: ast.Call) -> bool:
    """Whether a call asks some address, be it known or not."""
    name = name_of(node.func)
    own = node.func.value if isinstance(node.func, ast.Attribute) else None
    owner = name_of(own) if own is not None else ""
    return name in _SURE or (name in _GETS and owner in _PACKAGES - {"client", "session"})


def _anywhere(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and re.fullmatch(r"\w+://\S+", value):
            yield value
