"""Counts lines, words, characters and bytes, and the most frequent words; see BEHAVIOUR.md."""

import os
import sys

SPACE = b" \t\n\v\f\r"
PUNCTUATION = b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
FLAGS = "lwmcL"


class UsageError(Exception):
    pass


class DataError(Exception):
    pass


def parse(words):
    """Flags in the order of output, how many frequent words (or None), and the files."""
    flags, top, files, only_files = set(), None, [], False
    words = list(words)
    while words:
        word = words.pop(0)
        if only_files or word == "-" or not word.startswith("-"):
            files.append(word)
        elif word == "--":
            only_files = True
        elif word == "--top" or word.startswith("--top="):
            if word == "--top":
                if not words:
                    raise UsageError("--top needs a number")
                word = "--top=" + words.pop(0)
            number = word[len("--top=") :]
            if not (number.isascii() and number.isdigit()) or len(number) > 6:
                raise UsageError("--top needs a number")
            top = int(number)
        elif word.startswith("--"):
            raise UsageError("unknown option " + word)
        else:
            for letter in word[1:]:
                if letter not in FLAGS:
                    raise UsageError("unknown option -" + letter)
                flags.add(letter)
    if not flags and top is None:
        flags = set("lwc")
    return [flag for flag in FLAGS if flag in flags], top, files


def read(name):
    if name == "-":
        return sys.stdin.buffer.read()
    if os.path.isdir(name):
        raise DataError("folder: " + name)
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError:
        raise DataError("missing: " + name) from None


def decode(data, name):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"encoding: {name}: byte {error.start}") from None


def longest(text):
    """Columns of the longest line; a tab goes on to the next multiple of eight."""
    most = column = 0
    for letter in text:
        if letter == "\n":
            column = 0
        elif letter == "\t":
            column += 8 - column % 8
        else:
            column += 1
        most = max(most, column)
    return most


def split(data):
    word = bytearray()
    for byte in data:
        if byte in SPACE:
            if word:
                yield bytes(word)
            word.clear()
        else:
            word.append(byte)
    if word:
        yield bytes(word)


def count(data, name, flags):
    found = {}
    if "m" in flags or "L" in flags:
        text = decode(data, name)
        found["m"], found["L"] = len(text), longest(text)
    found["l"], found["c"] = data.count(b"\n"), len(data)
    found["w"] = sum(1 for _ in split(data))
    return [found[flag] for flag in flags]


def tally(data, counts):
    for word in split(data):
        word = word.strip(PUNCTUATION)
        word = bytes(b + 32 if 65 <= b <= 90 else b for b in word)
        if word:
            counts[word] = counts.get(word, 0) + 1


def table(rows, flags):
    """Rows with their numbers in columns of one width; a total below several."""
    if not flags:
        return []
    if len(rows) > 1:
        total = [0] * len(flags)
        for numbers, _ in rows:
            for k, flag in enumerate(flags):
                total[k] = max(total[k], numbers[k]) if flag == "L" else total[k] + numbers[k]
        rows = [*rows, (total, "total")]
    width = max((len(str(n)) for numbers, _ in rows for n in numbers), default=1)
    lines = []
    for numbers, name in rows:
        columns = [str(n).rjust(width) for n in numbers]
        lines.append(" ".join(columns + ([name] if name else [])))
    return lines


def main(words):
    out = sys.stdout.buffer
    try:
        flags, top, files = parse(words)
    except UsageError as error:
        sys.stderr.write(f"usage: {error}\n")
        return 2
    rows, counts, code = [], {}, 0
    for name in files or [""]:
        try:
            data = read(name or "-")
            rows.append((count(data, name or "-", flags), name))
        except DataError as error:
            sys.stderr.write(f"{error}\n")
            code = 1
            continue
        tally(data, counts)
    for line in table(rows, flags):
        out.write(line.encode() + b"\n")
    if top is not None:
        order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        for word, number in order[:top]:
            out.write(str(number).encode() + b" " + word + b"\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
