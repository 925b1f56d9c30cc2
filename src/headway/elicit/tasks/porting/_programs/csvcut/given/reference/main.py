"""Selects, filters and sorts columns of CSV; see BEHAVIOUR.md."""

import functools
import re
import sys

OPERATORS = [b"==", b"!=", b"<=", b">=", b"!~", b"<", b">", b"~", b"^"]
NUMERIC = {b"<", b"<=", b">", b">="}
NUMBER = re.compile(rb"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
RANGE = re.compile(rb"([0-9]*)-([0-9]*)")


class Failure(Exception):
    def __init__(self, kind, reason, code=1):
        super().__init__(f"{kind}: {reason}")
        self.code = code


def usage(reason):
    return Failure("usage", reason, 2)


class Options:
    def __init__(self):
        self.columns = self.keys = None
        self.conditions = []
        self.delimiter = self.out = b","
        self.first, self.skip = None, 0
        self.flags = set()


def count(word):
    if not re.fullmatch(rb"[0-9]{1,9}", word):
        raise usage("a number of 1 to 9 digits is needed")
    return int(word)


def character(word):
    if word == b"\\t":
        return b"\t"
    if len(word) != 1 or not 32 <= word[0] <= 126 or word == b'"':
        raise usage("a delimiter is one character")
    return word


def items(word):
    found = word.split(b",")
    if b"" in found or b"=" in found:
        raise usage("an empty column")
    return found


def condition(word):
    """Column, operator and value: the first operator from the left, the longest at its place."""
    for at in range(len(word)):
        for operator in OPERATORS:
            if word.startswith(operator, at):
                column, value = word[:at], word[at + len(operator) :]
                if column in (b"", b"="):
                    raise usage("a condition without a column")
                if operator in NUMERIC and number(value) is None:
                    raise usage("a condition needs a number")
                return column, operator, value
    raise usage("a condition without an operator")


def keys(word):
    found = []
    for item in items(word):
        column, colon, flags = item.rpartition(b":")
        if not colon or not flags or flags.strip(b"nr"):
            column, flags = item, b""
        if column in (b"", b"="):
            raise usage("a key without a column")
        found.append((column, b"n" in flags, b"r" in flags))
    return found


def parse(words):
    options, words = Options(), list(words)
    while words:
        word = words.pop(0)
        if word in (b"-x", b"-H", b"-t", b"-f", b"-u", b"-N", b"-A"):
            options.flags.add(word[1:].decode())
            continue
        if word not in (b"-c", b"-w", b"-s", b"-d", b"-D", b"-n", b"-k"):
            raise usage("unknown argument")
        if not words:
            raise usage("an option without its value")
        value = words.pop(0)
        if word == b"-c":
            options.columns = items(value)
        elif word == b"-w":
            options.conditions.append(condition(value))
        elif word == b"-s":
            options.keys = keys(value)
        elif word == b"-d":
            options.delimiter = character(value)
        elif word == b"-D":
            options.out = character(value)
        elif word == b"-n":
            options.first = count(value)
        else:
            options.skip = count(value)
    if "x" in options.flags and options.columns is None:
        raise usage("-x needs -c")
    return options


def records(data, delimiter):
    """All records; blank lines are none."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    at, line, rows, row = 0, 1, [], []
    end = len(data)
    comma = delimiter[0]
    while at < end:
        quoted = data[at] == 34
        if quoted:
            field, at, lines = quoted_field(data, at, line)
            line += lines
        else:
            start = at
            while at < end and data[at] not in (comma, 10):
                if data[at] == 34:
                    raise Failure("quote", f"line {line}: a quote within a field")
                at += 1
            field = data[start:at]
            if at < end and data[at] == 10 and field.endswith(b"\r"):
                field = field[:-1]
        row.append(field)
        if at < end and data[at] == comma:
            at += 1
            if at < end:
                continue
            row.append(b"")  # the delimiter was the last byte of all
        elif at < end:
            if data[at] == 13 and data[at + 1 : at + 2] == b"\n":
                at += 1
            elif data[at] != 10:
                raise Failure("quote", f"line {line}: text after a quoted field")
            at += 1
        if len(row) > 1 or row[0] or quoted:
            rows.append(row)
        row = []
        line += 1
    return rows


def quoted_field(data, at, line):
    field, start, at = bytearray(), at, at + 1
    while True:
        close = data.find(b'"', at)
        if close < 0:
            raise Failure("open", f"line {line}: a quote that is not closed")
        field += data[at:close]
        at = close + 1
        if data[at : at + 1] != b'"':
            return bytes(field), at, data.count(b"\n", start, at)
        field.append(34)
        at += 1


def number(text):
    """Sign, whole digits and decimal digits without what does not count; None if it is no number."""
    found = NUMBER.fullmatch(text)
    if not found:
        return None
    whole, _, part = found[2].partition(b".")
    whole, part = whole.lstrip(b"0"), part.rstrip(b"0")
    sign = 0 if not whole and not part else -1 if found[1] == b"-" else 1
    return sign, whole, part


def compare(one, other):
    """Below, at or above zero as the first number is smaller, equal or larger."""
    if one[0] != other[0]:
        return one[0] - other[0]
    left, right = ((len(x[1]), x[1], x[2]) for x in (one, other))
    return one[0] * ((left > right) - (left < right))


def position(item, header, width):
    """Index of one column."""
    if item.isdigit():
        place = int(item) if len(item.lstrip(b"0")) < 10 else 0
        if not 1 <= place <= width:
            raise Failure("column", "no such place")
        return place - 1
    name = item[1:] if item.startswith(b"=") else item
    if header is None or name not in header:
        raise Failure("column", "no such name")
    return header.index(name)


def spread(item, header, width):
    """Indexes of an item, which may be a range."""
    found = RANGE.fullmatch(item)
    if not found or item == b"-":
        return [position(item, header, width)]
    start = position(found[1] or b"1", header, width)
    stop = position(found[2] or str(width).encode(), header, width)
    return list(range(start, stop + 1)) if start <= stop else list(range(start, stop - 1, -1))


def holds(field, operator, value):
    if operator == b"==":
        return field == value
    if operator == b"!=":
        return field != value
    if operator == b"~":
        return value in field
    if operator == b"!~":
        return value not in field
    if operator == b"^":
        return field.startswith(value)
    found = number(field)
    if found is None:
        return False
    order = compare(found, number(value))
    return (order < 0 and operator[:1] == b"<") or (order > 0 and operator[:1] == b">") or (order == 0 and operator[1:] == b"=")


def ordered(rows, sorting):
    def by(one, other):
        for index, numeric, reverse in sorting:
            left, right = one[1][index], other[1][index]
            if numeric:
                left, right = number(left), number(right)
                if left is None or right is None:
                    order = (left is None) - (right is None)
                else:
                    order = compare(left, right)
            else:
                order = (left > right) - (left < right)
            if order:
                return -order if reverse else order
        return 0

    return sorted(rows, key=functools.cmp_to_key(by))


def level(rows, options):
    """Rows of one width."""
    width = len(rows[0])
    for place, row in enumerate(rows):
        if len(row) > width or (len(row) < width and "f" not in options.flags):
            raise Failure("ragged", f"record {place + 1} has {len(row)} fields, not {width}")
        row += [b""] * (width - len(row))
    return width


def work(options, data):
    rows = records(data, options.delimiter)
    if not rows:
        return []
    if "t" in options.flags:
        rows = [[field.strip(b" \t") for field in row] for row in rows]
    width = level(rows, options)
    header = None if "H" in options.flags else rows.pop(0)
    wanted = [(position(c, header, width), o, v) for c, o, v in options.conditions]
    sorting = [(position(c, header, width), n, r) for c, n, r in options.keys or []]
    picked = list(range(width))
    if options.columns is not None:
        picked = [i for item in options.columns for i in spread(item, header, width)]
        if "x" in options.flags:
            picked = [i for i in range(width) if i not in picked]
            if not picked:
                raise Failure("column", "no column is left")
    test = any if "A" in options.flags and wanted else all
    numbered = [(k + 1, row) for k, row in enumerate(rows)]
    numbered = [(k, row) for k, row in numbered if test(holds(row[i], o, v) for i, o, v in wanted)]
    numbered = ordered(numbered, sorting)
    result, seen = [], set()
    for place, row in numbered:
        row = [row[i] for i in picked]
        if "u" in options.flags and tuple(row) in seen:
            continue
        seen.add(tuple(row))
        result.append([str(place).encode(), *row] if "N" in options.flags else row)
    result = result[options.skip :]
    if options.first is not None:
        result = result[: options.first]
    if header is not None:
        names = [header[i] for i in picked]
        result.insert(0, [b"#", *names] if "N" in options.flags else names)
    return result


def written(row, delimiter):
    special = (delimiter, b'"', b"\r", b"\n")
    fields = []
    for field in row:
        edge = field[:1] in (b" ", b"\t") or field[-1:] in (b" ", b"\t")
        if (field and edge) or any(s in field for s in special) or (not field and len(row) == 1):
            field = b'"' + field.replace(b'"', b'""') + b'"'
        fields.append(field)
    return delimiter.join(fields) + b"\n"


def main(words):
    try:
        options = parse(words)
        rows = work(options, sys.stdin.buffer.read())
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.code
    sys.stdout.buffer.write(b"".join(written(row, options.out) for row in rows))
    return 0


if __name__ == "__main__":
    sys.exit(main([word.encode("utf-8", "surrogateescape") for word in sys.argv[1:]]))
