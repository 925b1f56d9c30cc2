"""What well-known programs do to files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from headway.elicit.audit.reading import tools
from headway.elicit.audit.reading.deeds import Deed
from headway.elicit.audit.reading.printing import Text, output
from headway.elicit.audit.reading.shell import Simple
from headway.elicit.audit.reading.wrappers import operands, program

__all__ = ["deeds"]

_READ = {"cat", "head", "tail", "less", "more", "nl", "od", "xxd", "hexdump", "strings", "wc",
         "sort", "uniq", "cut", "diff", "cmp", "comm", "md5sum", "sha1sum", "sha256sum", "cksum",
         "base64", "file", "zcat", "tac", "rev", "column", "paste", "join", "fold", "fmt", "bat",
         "source", ".", "vi", "vim", "nano", "view", "pr", "tr", "split", "xz", "gzip", "gunzip",
         "bzip2", "readlink", "realpath", "ldd", "nm", "objdump", "readelf"}  # fmt: skip
_READ_REST = {"grep", "egrep", "fgrep", "rg", "ag", "ack", "sed", "awk", "gawk", "mawk", "jq"}
_LIST = {"ls", "dir", "tree", "du", "stat", "find", "fd", "locate", "namei", "test", "["}
_VALUES = frozenset({"-n", "-c", "-e", "-f", "-A", "-B", "-C", "-m", "-d", "-k", "-t", "-w", "-F",
                     "-v", "--include", "--exclude", "-L", "-I"})  # fmt: skip
_NO_VALUES = frozenset[str]()
_COUNTED = {"head", "tail", "cut", "sort", "split"}
_COPY = {"cp", "mv", "install", "ln", "rsync", "scp"}
_FETCH = {"curl", "wget", "aria2c", "http", "https", "lynx", "fetch", "axel", "wget2", "w3m",
          "links", "elinks", "lwp-request", "lwp-download", "GET", "xh", "lftp"}  # fmt: skip
_IN_PLACE = re.compile(r"-\w*i\w*(\.\w+)?")


def deeds(words: tuple[str, ...], one: Simple, text: Text) -> Iterator[Deed]:
    """Files that a command reads, lists, writes or removes, and addresses that it fetches.

    Parameters
    ----------
    words : tuple of str
        Of the program that is really run.
    one : Simple
    text : callable
        What a file holds, where that is known.
    """
    name = program(words[0])
    if name in _READ:
        takes = _VALUES if name in _COUNTED else _NO_VALUES
        yield from (Deed("read", path) for path in operands(words, takes) if path != "-")
    elif name in _READ_REST:
        yield from _searched(name, words)
    elif name in _LIST:
        yield from _listed(name, words)
    elif name in _FETCH:
        yield from _fetched(name, words)
    else:
        yield from _changed(name, words, one, text)


def _changed(name: str, words: tuple[str, ...], one: Simple, text: Text) -> Iterator[Deed]:
    """What programs do that write."""
    given = operands(words)
    if name == "tee":
        known = one.stdin if one.stdin is not None else output(one.before, text)
        yield from (Deed("write", path, known) for path in given)
    elif name in _COPY:
        yield from _copied(name, given, text)
    elif name in {"rm", "unlink", "shred", "rmdir"}:
        yield from (Deed("remove", path) for path in given)
    elif name in {"touch", "truncate"}:
        yield from (Deed("write", path) for path in operands(words, frozenset({"-s", "-d", "-r"})))
    elif name == "dd":
        yield from _dd(words)
    elif name in {"patch", "apply_patch"} or words[:2] == ("git", "apply"):
        inline = words[1] if name == "apply_patch" and len(words) > 1 else None
        yield from tools.patch(inline or one.stdin or "")
    elif name == "perl" and any(_IN_PLACE.fullmatch(word) for word in words[1:]):
        yield from (Deed("write", path) for path in given[1:])
    elif name in {"tar", "unzip", "zip"}:
        yield from (Deed("read", path) for path in given if "." in path)


def _searched(name: str, words: tuple[str, ...]) -> Iterator[Deed]:
    takes = _VALUES - ({"-n", "-c", "-w"} if name != "sed" else {"-n"})
    given = operands(words, frozenset(takes))
    told = bool({"-e", "-f", "--expression", "--file"} & set(words))
    rest = given if told else given[1:]
    changes = name == "sed" and any(re.match(r"-[a-zA-Z]*i|--in-place", word) for word in words[1:])
    for path in rest:
        yield Deed("write" if changes else "read", path)
    recursive = any(re.match(r"-[a-zA-Z]*[rR]|--recursive", word) for word in words[1:])
    if (name in {"grep", "egrep", "fgrep"} and recursive) or name in {"rg", "ag", "ack"}:
        for path in rest or ["."]:
            yield Deed("list", path, given[0] if given else "")


def _listed(name: str, words: tuple[str, ...]) -> Iterator[Deed]:
    if name == "locate":
        yield from (Deed("list", "/", word) for word in operands(words))
        return
    if name not in {"find", "fd"}:
        for path in operands(words):
            if path not in {"]", "=", "=="}:
                head, _, tail = path.rpartition("/")
                wild = any(mark in path for mark in "*?[")
                yield Deed("list", head or "/", tail) if wild else Deed("list", path)
        return
    places = []
    for word in words[1:]:
        if word.startswith(("-", "(", "!", "\\")):
            break
        places.append(word)
    names = [
        words[k + 1]
        for k, word in enumerate(words[:-1])
        if word in {"-name", "-iname", "-path", "-ipath", "-wholename", "-regex", "-iregex"}
    ]
    for place in places or ["."]:
        yield from (Deed("list", place, wanted) for wanted in names or [""])


def _copied(name: str, given: list[str], text: Text) -> Iterator[Deed]:
    if len(given) < 2:
        return
    *sources, target = given
    for path in sources:
        if name in {"rsync", "scp"} and re.match(r"rsync://|[\w.@-]+:", path):
            yield Deed("fetch", path.replace("::", "/"))
            continue
        yield Deed("read", path)
        inside = len(sources) > 1 or target.endswith("/") or target in {".", ".."}
        place = posixpath.join(target, posixpath.basename(path)) if inside else target
        yield Deed("write", place, text(path))
        if name == "mv":
            yield Deed("remove", path)


def _dd(words: tuple[str, ...]) -> Iterator[Deed]:
    for word in words[1:]:
        key, _, value = word.partition("=")
        if key in {"if", "of"} and value:
            yield Deed("read" if key == "if" else "write", value)


def _fetched(name: str, words: tuple[str, ...]) -> Iterator[Deed]:
    takes = frozenset({"-o", "-O", "-H", "-d", "-X", "-u", "-A", "-m", "-T", "--data", "--header",
                       "--connect-timeout", "--max-time", "-x", "--proxy", "--retry", "-w", "-e",
                       "-b", "-c", "-F"})  # fmt: skip
    takes -= {"-O"} if name == "curl" else set()
    sends = any(
        (name == "curl" and word in {"-d", "-F", "-T", "--form", "--json", "--upload-file"})
        or word in {"POST", "PUT", "DELETE", "PATCH", "HEAD"}
        or word.startswith(("-XP", "--data", "--post-"))
        # Only whether somebody is there.
        or (name == "curl" and (word == "--head" or re.fullmatch(r"-[a-zA-Z]*I[a-zA-Z]*", word)))
        or word in {"--spider", "/dev/null"}
        for word in words[1:]
    )
    for word in operands(words, takes):
        local = word.startswith("/") or "." not in word.partition("/")[0].partition(":")[0]
        if not local or "://" in word or word.startswith("localhost"):
            yield Deed("host" if sends else "fetch", word if "://" in word else f"//{word}")
    for flag in ("-o", "--output", "-O"):
        if flag in words[:-1] and not (name == "curl" and flag == "-O"):
            yield Deed("write", words[words.index(flag) + 1])
