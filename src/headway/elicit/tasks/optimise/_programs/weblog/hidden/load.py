"""The hidden load of weblog: logs of several kinds of traffic, by seed."""
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13

METHODS = ["GET"] * 12 + ["HEAD", "POST", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]
STATUS = ["200"] * 12 + ["204", "301", "304", "304", "404", "404", "403", "500", "503", "101"]
PARTS = "blog img api v1 v2 users items about Static css js news archive 2024 2025 tag search".split()


def client(rng):
    return ".".join(str(rng.choice([10, 172, 192, 8, rng.randrange(256)])) for _ in range(4))


def path(rng):
    parts = [rng.choice(PARTS) for _ in range(rng.randint(0, 3))]
    if rng.random() < 0.6:
        parts.append(f"{rng.choice(PARTS)}-{rng.randrange(60)}")
    return "/" + "/".join(parts)


def dressed(rng, text):
    """The same path as a client might write it."""
    if rng.random() < 0.15:
        text = text.upper() if rng.random() < 0.3 else text.title()
    if rng.random() < 0.1:
        text += "/" * rng.randint(1, 3)
    if rng.random() < 0.25:
        text += f"?q={rng.randrange(1000)}" + rng.choice(["", "/", "&a=B", "?"])
    return text


def good(rng, now, clients, paths):
    size = rng.choice([0, rng.randrange(900), rng.randrange(100_000), rng.randrange(10**rng.randint(1, 9))])
    fields = [now, rng.choice(clients), rng.choice(METHODS), dressed(rng, rng.choice(paths)), rng.choice(STATUS), size]
    return " ".join(str(field) for field in fields).encode()


def spoiled(rng, line):
    fields = line.split(b" ")
    kind = rng.randrange(10)
    if kind == 0:
        return b""
    if kind == 1:
        return line + b" "
    if kind == 2:
        return line.replace(b" ", b"  ", 1)
    if kind == 3:
        fields[1] = rng.choice([b"256.1.1.1", b"1.2.3", b"01.2.3.4", b"1.2.3.4.5", b"+1.2.3.4", b"localhost"])
    elif kind == 4:
        fields[2] = rng.choice([b"get", b"FETCH", b"", b"GETS"])
    elif kind == 5:
        fields[3] = fields[3][1:] or b"x"
    elif kind == 6:
        fields[4] = rng.choice([b"20", b"2000", b"600", b"099", b"2x0"])
    elif kind == 7:
        fields[5] = rng.choice([b"-", b"-5", b"12a", b"1234567890123"])
    elif kind == 8:
        fields[0] = rng.choice([b"", b"1.5", b"1234567890123"])
    else:
        fields[3] += bytes([rng.choice([0, 9, 200, 255])])  # still good: any byte
    return b" ".join(fields)


def log(rng, lines, clients, paths, pace, broken, skew):
    who = [client(rng) for _ in range(clients)]
    what = [path(rng) for _ in range(paths)]
    if skew:
        who, what = who + who[: len(who) // 8] * 8, what + what[: len(what) // 8] * 12
    now, found = rng.randrange(10**9), []
    for _ in range(lines):
        now += rng.randrange(pace)
        line = good(rng, now, who, what)
        found.append(spoiled(rng, line) if rng.random() < broken else line)
    return b"\n".join(found) + rng.choice([b"", b"\n"])


def loads(rng):
    """Name -> standard input."""
    return {
        "day": log(rng, 3000, 250, 300, 40, 0.02, True),
        "crowd": log(rng, 2200, 1500, 12, 8, 0.01, False),
        "crawler": log(rng, 2200, 5, 900, 3, 0.01, False),
        "broken": log(rng, 1200, 60, 60, 50, 0.7, False),
        "quiet": log(rng, 900, 30, 30, 700, 0.02, False),
        "empty": b"",
        "one": log(rng, 1, 1, 1, 5, 0.0, False),
    }


def sample(rng):
    """What the agent gets to measure with; plain text, so that it can be looked at."""
    return log(rng, 900, 120, 150, 40, 0.03, True).translate(bytes.maketrans(b"\0\xc8\xff", b"\t\t\t"))
