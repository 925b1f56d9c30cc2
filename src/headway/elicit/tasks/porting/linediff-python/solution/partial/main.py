"""Compares files line by line and applies differences."""

import os
import re
import sys

HEADER = re.compile(rb"@@ -([0-9]{1,5})(?:,([0-9]{1,5}))? \+([0-9]{1,5})(?:,([0-9]{1,5}))? @@[^\n]*\n?")


class Failure(Exception):
    def __init__(self, kind, code=2):
        super().__init__(kind)
        self.code = code


def usage():
    return Failure("usage", 3)


def read(name):
    if name == b"-":
        return sys.stdin.buffer.read()
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError:
        raise Failure("missing") from None


def split(data):
    lines = data.split(b"\n")
    last = lines.pop()
    lines = [line + b"\n" for line in lines]
    return [*lines, last] if last else lines


def number(words, most):
    word = words.pop(0) if words else b""
    if not re.fullmatch(rb"[0-9]{1,6}", word) or int(word) > most:
        raise usage()
    return int(word)


class Options:
    def __init__(self, words):
        self.mode = words.pop(0) if words else b""
        known = {b"diff": b"wbi", b"stat": b"wbi", b"patch": b"R"}.get(self.mode)
        if known is None:
            raise usage()
        self.context, self.fuzz, self.labels, self.flags, self.files = 3, 0, [], set(), []
        while words:
            word = words.pop(0)
            if word == b"-U" and self.mode == b"diff":
                self.context = number(words, 999999)
            elif word == b"-F" and self.mode == b"patch":
                self.fuzz = number(words, 9)
            elif word == b"-L" and self.mode == b"diff":
                if not words or len(self.labels) == 2:
                    raise usage()
                self.labels.append(words.pop(0))
            elif len(word) > 1 and word.startswith(b"-"):
                if len(word) != 2 or word[1] not in known:
                    raise usage()
                self.flags.add(word[1:])
            else:
                self.files.append(word)
        if len(self.files) != 2:
            raise usage()


def normal(line, flags):
    if b"w" in flags:
        line = line.translate(None, b" \t\r\n")
    elif b"b" in flags:
        line = re.sub(rb"[ \t]+", b" ", line.rstrip(b" \t\n"))
    return line.lower() if b"i" in flags else line


def matches(a, b):
    head, n, m = 0, len(a), len(b)
    while head < n and head < m and a[head] == b[head]:
        head += 1
    pairs = [(k, k) for k in range(head)]
    below, rows = [0] * (m + 1), {n: [0] * (m + 1)}
    for i in range(n - 1, head - 1, -1):
        row, mine = [0] * (m + 1), a[i]
        for j in range(m - 1, head - 1, -1):
            if mine == b[j]:
                row[j] = below[j + 1] + 1
            else:
                row[j] = below[j] if below[j] >= row[j + 1] else row[j + 1]
        rows[i] = below = row
    i = j = head
    while i < n and j < m:
        if a[i] == b[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif rows[i + 1][j] > rows[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def changes(a, b, flags):
    pairs = matches([normal(line, flags) for line in a], [normal(line, flags) for line in b])
    found, i, j = [], 0, 0
    for x, y in [*pairs, (len(a), len(b))]:
        if i < x or j < y:
            found.append((i, x, j, y))
        i, j = x + 1, y + 1
    return found


def span(start, count):
    if count == 1 and start:
        return b"%d" % (start + 1)
    return b"%d,%d" % (start + 1 if count else start, count)


def shown(sign, line):
    return sign + line if line.endswith(b"\n") else sign + line + b"\n\\ No newline at end of file\n"


def hunk(group, a, b, context):
    first, last = group[0], group[-1]
    before = min(context, 3, first[0], first[2])
    after = min(context, len(a) - last[1], len(b) - last[3])
    at, to = first[0] - before, last[1] + after
    start, stop = first[2] - before, last[3] + after
    parts = [b"@@ -%s +%s @@\n" % (span(at, to - at), span(start, stop - start))]
    for i, x, j, y in group:
        parts += [shown(b" ", line) for line in a[at:i]]
        parts += [shown(b"-", line) for line in a[i:x]]
        parts += [shown(b"+", line) for line in b[j:y]]
        at = x
    parts += [shown(b" ", line) for line in a[at:to]]
    return b"".join(parts)


def diff(options):
    a, b = [split(read(name)) for name in options.files]
    found = changes(a, b, options.flags)
    if not found:
        return b"", 0
    labels = options.labels + options.files[len(options.labels) :]
    groups = []
    for change in found:
        if groups and change[0] - groups[-1][-1][1] <= 2 * options.context:
            groups[-1].append(change)
        else:
            groups.append([change])
    parts = [hunk(group, a, b, options.context) for group in groups]
    return b"--- %s\n+++ %s\n" % tuple(labels) + b"".join(parts), 1


def stat(options):
    a, b = [split(read(name)) for name in options.files]
    found = changes(a, b, options.flags)
    out, come = sum(c[1] - c[0] for c in found), sum(c[3] - c[2] for c in found)
    total = len(a) + len(b)
    alike = 1000 * (total - out - come) // total if total else 1000
    text = f"{len(found)} changes, {out} removed, {come} added, {alike // 10}.{alike % 10}% alike\n"
    return text.encode(), 1 if found else 0


def parsed(data, reverse):
    lines, at, found = split(data), 0, []
    while at < len(lines) and not lines[at].startswith(b"@@"):
        at += 1
    if 0 < at < len(lines):
        if at < 2 or not lines[at - 2].startswith(b"--- ") or not lines[at - 1].startswith(b"+++ "):
            raise Failure("format")
    while at < len(lines):
        head = HEADER.fullmatch(lines[at])
        if not head:
            raise Failure("format")
        at += 1
        start, count, other, more = (1 if text is None else int(text) for text in head.groups())
        old, new, lead, tail, changed = [], [], 0, 0, False
        while len(old) < count or len(new) < more:
            if at == len(lines):
                raise Failure("format")
            sign, line = lines[at][:1], lines[at][1:]
            if sign not in (b" ", b"+", b"-") or not line.endswith(b"\n"):
                raise Failure("format")
            at += 1
            if at < len(lines) and lines[at].startswith(b"\\"):
                line = line[:-1]
                at += 1
            if sign != b"+":
                old.append(line)
            if sign != b"-":
                new.append(line)
            if sign != b" ":
                tail, changed = 0, True
            elif changed:
                tail += 1
            else:
                lead += 1
        if len(old) > count or len(new) > more or not changed:
            raise Failure("format")
        if reverse:
            start, count, old, new = other, more, new, old
        found.append((start - 1 if count else start, old, new, lead, tail))
    return found


def search(lines, wanted, place, low):
    """Nearest place where the wanted lines are; of two equally near ones the later."""
    best = -1
    for at in range(low, len(lines) - len(wanted) + 1):
        if best >= 0 and abs(at - place) >= abs(best - place):
            break
        if lines[at : at + len(wanted)] == wanted:
            best = at
    return best


def patch(options):
    lines = split(read(options.files[0]))
    found = parsed(read(options.files[1]), b"R" in options.flags)
    result, low, shift, noted = [], 0, 0, False
    for place, old, new, lead, tail in found:
        for fuzz in range(options.fuzz + 1):
            head, foot = min(fuzz, lead), min(fuzz, tail)
            at = search(lines, old[head : len(old) - foot], place + shift + head, low)
            if at >= 0:
                break
        else:
            raise Failure("format")
        shift = at - head - place
        noted = noted or shift != 0 or fuzz > 0
        result += lines[low:at]
        result += new[head : len(new) - foot]
        low = at + len(old) - head - foot
    result += lines[low:]
    if noted:
        sys.stderr.write("note: a hunk was moved\n")
    return b"".join(result), 0


def main(words):
    try:
        options = Options(words)
        text, code = {b"diff": diff, b"stat": stat, b"patch": patch}[options.mode](options)
    except Failure as failure:
        sys.stderr.write(f"{failure}: stopped\n")
        return failure.code
    sys.stdout.buffer.write(text)
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main([os.fsencode(word) for word in sys.argv[1:]]))
