import os
import sys

PARTS = [(1000, b"M"), (900, b"CM"), (500, b"D"), (400, b"CD"), (100, b"C"), (90, b"XC"), (50, b"L"), (40, b"XL"),
         (10, b"X"), (9, b"IX"), (5, b"V"), (4, b"IV"), (1, b"I")]
NAMED = {b"bin": 2, b"oct": 8, b"dec": 10, b"hex": 16, b"roman": "roman"}
DIGITS = b"0123456789abcdefghijklmnopqrstuvwxyz"


class Wrong(Exception):
    pass


def usage(why):
    sys.stderr.write(f"usage: {why}\n")
    sys.exit(2)


def small(word, allowed):
    ok = 1 <= len(word) <= 2 and all(48 <= b <= 57 for b in word) and not (len(word) == 2 and word[:1] == b"0")
    if not ok or int(word) not in allowed:
        usage("a value is not allowed")
    return int(word)


def base(word, reading):
    if word in NAMED:
        return NAMED[word]
    if reading and word == b"auto":
        return "auto"
    return small(word, range(2, 37))


def numeral(value):
    if not value:
        return b"N"
    out = b""
    for size, part in PARTS:
        out += part * (value // size)
        value %= size
    return out


ROMAN = {numeral(value): value for value in range(4000)}


def read_roman(word):
    big = word.upper()
    if big in ROMAN:
        return ROMAN[big]
    raise Wrong("roman")


def read(word, how):
    if not word:
        raise Wrong("digit")
    if how == "roman" or (how == "auto" and word[:1].isalpha()):
        return read_roman(word)
    negative = word[:1] == b"-"
    if word[:1] in (b"-", b"+"):
        word = word[1:]
    marked = {b"0x": 16, b"0o": 8, b"0b": 2}.get(word[:2]) if how == "auto" else None
    if marked and how in ("auto", marked):
        how, word = marked, word[2:]
    if how == "auto":
        how = 10
    if not word or word[:1] == b"_" or word[-1:] == b"_" :
        raise Wrong("digit")
    value = 0
    for byte in word.replace(b"_", b""):
        digit = DIGITS.find(bytes([byte]).lower())
        if not 0 <= digit < how:
            raise Wrong("digit")
        value = value * how + digit
    if value >= 1 << 64:
        raise Wrong("range")
    return -value if negative else value


def write(value, o):
    if o["b"]:
        if not -(1 << (o["b"] - 1)) <= value < 1 << (o["b"] - 1):
            raise Wrong("range")
        value %= 1 << o["b"]
    to = o["t"]
    if to == "roman":
        if not 0 <= value <= 3999:
            raise Wrong("range")
        return numeral(value)
    sign, value = (b"-", -value) if value < 0 else (b"", value)
    digits = b""
    while value or not digits:
        value, digit = divmod(value, to)
        digits = DIGITS[digit:digit + 1] + digits
    digits = digits.rjust(o["w"] - len(sign), b"0")
    if o["u"]:
        digits = digits.upper()
    if o["g"]:
        group = 3 if to == 10 else 4
        first = len(digits) % group or group
        digits = b"_".join([digits[:first], *(digits[i:i + group] for i in range(first, len(digits), group))])
    return sign + ({2: b"0b", 8: b"0o", 16: b"0x"}.get(to, b"") if o["p"] else b"") + digits


def main():
    words = [os.fsencode(word) for word in sys.argv[1:]]
    o = {"f": "auto", "t": 10, "w": 0, "b": 0, "g": 0, "p": 0, "u": 0, "v": 0}
    while words and words[0][:1] == b"-" and len(words[0]) > 1 and not 48 <= words[0][1] <= 57:
        word = words.pop(0)
        if word == b"--":
            break
        if len(word) != 2 or word[1] not in b"ftwbgpuv":
            usage("no such option")
        letter = chr(word[1])
        if letter not in "ftwb":
            o[letter] = 1
            continue
        if not words:
            usage("an option lacks its value")
        value = words.pop(0)
        if letter in "ft":
            o[letter] = base(value, letter == "f")
        else:
            o[letter] = small(value, range(81) if letter == "w" else (8, 16, 32, 64))
    if not words:
        lines = sys.stdin.buffer.read().split(b"\n")
        words = [line for line in lines if line.strip() and not line.startswith(b"#")]
    out, errors = [], []
    for word in words:
        word = word.lstrip(b" \t").rstrip(b" \t\r")
        try:
            said = write(read(word, o["f"]), o)
        except Wrong as wrong:
            said = b"?"
            errors.append(str(wrong).encode() + b": " + word + b"\n")
        out.append((word + b" = " if o["v"] else b"") + said + b"\n")
    sys.stdout.buffer.write(b"".join(out))
    sys.stderr.buffer.write(b"".join(errors))
    return 1 if errors else 0


sys.exit(main())
