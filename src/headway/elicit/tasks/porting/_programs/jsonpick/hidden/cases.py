"""Cases of jsonpick.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import json

from case import Case

NAME = "jsonpick"
COMMAND = ["node", "reference/main.js"]
EACH = 26

KEYS = ["a", "b", "name", "id", "x y", "", "é", "B", "10", "\uffff", "😀", "tags", "null", "a\"b", "\x7f"]
STRINGS = ["", "tide", "rope & sail", "é", "日本語", "😀 ok", "a\nb\t", "q\"\\/", "\x01\x1f\x7f", "10", "1e2", "-0.50", "01", "Tide", "\uffff", "\u2028", "x" * 40, "null"]
NUMBERS = ["0", "-0", "1", "1.0", "10e-1", "0.1e1", "-1", "2", "1e2", "100", "1E+2", "12.50", "12.5", "-3.25", "9007199254740993", "9007199254740992", "1e400", "1e-400", "0.0", "0e9", "123456789012345678901234567890", "1e999999999", "-1e999999999", "1e0000000001", "0.001", "1e-3", "3"]


class Raw(str):
    """A number as it is written."""


def scalar(rng):
    kind = rng.randrange(7)
    if kind < 3:
        return Raw(rng.choice(NUMBERS) if rng.random() < 0.6 else str(rng.randrange(-50, 50)))
    return rng.choice(STRINGS) if kind < 6 else rng.choice([None, True, False])


def value(rng, depth=3):
    if not depth or rng.random() < 0.3:
        return scalar(rng)
    if rng.random() < 0.45:
        return [value(rng, depth - 1) for _ in range(rng.randrange(5))]
    return {rng.choice(KEYS): value(rng, depth - 1) for _ in range(rng.randrange(5))}


def string(rng, s):
    out = json.dumps(s, ensure_ascii=rng.random() < 0.4)
    return out.replace("/", "\\/") if rng.random() < 0.5 else out.replace("\\u", "\\u") if rng.random() < 0.8 else out.replace("\\n", "\\u000A")


def written(rng, v, blank, twice=0.0):
    """A value as JSON, with blanks here and there, and now and then a key twice."""

    def gap():
        return rng.choice([" ", "\n", "\t", "\r\n", "  "]) if rng.random() < blank else ""

    if isinstance(v, Raw):
        return str(v)
    if isinstance(v, str):
        return string(rng, v)
    if isinstance(v, list):
        return "[" + gap() + ",".join(gap() + written(rng, x, blank, twice) + gap() for x in v) + "]"
    if isinstance(v, dict):
        pairs = [(k, x) for k, x in v.items()]
        if pairs and rng.random() < twice:
            pairs.insert(rng.randrange(len(pairs) + 1), (rng.choice(pairs)[0], scalar(rng)))
        return "{" + gap() + ",".join(f"{gap()}{string(rng, k)}{gap()}:{gap()}{written(rng, x, blank, twice)}{gap()}" for k, x in pairs) + "}"
    return json.dumps(v)


def shape(rng):
    flags = []
    for flag in rng.sample([["-c"], ["-i", str(rng.randrange(9))], ["-s"], ["-a"], ["-i", "2"]], rng.randrange(1, 4)):
        flags += flag
    return Case("shape", tuple(flags), written(rng, value(rng, 4), 0.3).encode())


def strings(rng):
    data = [rng.choice(STRINGS) + rng.choice(STRINGS) for _ in range(rng.randrange(1, 5))]
    parts = [string(rng, s) for s in data]
    parts.append(rng.choice(['"\\u0041\\u00e9"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\uFFFF\\uabCD"', '"\\b\\f\\/\\u001F"', '"\u007f\u0080"', '"\\uD800\\uDC00\\uDBFF\\uDFFF"', '"\ufeff"']))
    rng.shuffle(parts)
    flags = rng.choice([["-a"], ["-r"], ["-r", "-a"], [], ["-a", "-i", "1"]])
    query = rng.choice([".[]", ".", ".[] | length", ".[] | reverse", ".[] | .[1:3]", "sort", ".[0] | text", ". | text", ".[] | .[-2:]"])
    return Case("strings", (*flags, query), ("[" + ", ".join(parts) + "]").encode())


# Numbers of one family are equal or hardly differ; many are the same where they are read as floating point.
NEAR = [
    ["9007199254740993", "9007199254740992", "9007199254740992.0", "9007199254740993.00", "90071992547409925e-1"], ["1e400", "10e399", "1e401", "1e999999999", "0.1e401"], ["0.1", "0.10000000000000000001", "1e-1", "0.09999999999999999999", "0.100"],
    ["-1e400", "-1e401", "-1e999999999", "-10e399"], ["1e-400", "0", "-0", "0e5", "1e-401", "-1e-400", "10e-401"], ["123456789012345678901234567890", "123456789012345678901234567891", "1.23456789012345678901234567890e29"],
]


def numbers(rng):
    data = [rng.choice(NUMBERS) for _ in range(rng.randrange(2, 9))]
    if rng.random() < 0.6:
        family = rng.choice(NEAR)
        data = [rng.choice(family) for _ in range(rng.randrange(2, 7))] + data[:2]
        rng.shuffle(data)
    if rng.random() < 0.3:
        data += [f'"{rng.choice(NUMBERS)}"', "null"]
    pivot = rng.choice(data if rng.random() < 0.5 else NUMBERS).strip('"').replace('null', '1')
    query = rng.choice(["sort", "unique", "min", "max", ".", f".[?. == {pivot}]", f".[?. < {pivot}]", f".[?. >= {pivot}]", f".[?. != {pivot}] | count", "sort | reverse", ".[] | number", "unique | length", f".[?{pivot} <= .]"])
    return Case("numbers", (query,), ("[" + ",".join(data) + "]").encode(), kind="edge")


def records(rng):
    rows = [
        {"id": Raw(str(i)), "name": rng.choice(STRINGS), "n": Raw(rng.choice(NUMBERS)), "tags": [rng.choice("xyz") for _ in range(rng.randrange(4))], **({"sub": {"id": value(rng, 1)}} if rng.random() < 0.6 else {}), **({"no": None} if rng.random() < 0.4 else {})}
        for i in range(rng.randrange(7))
    ]
    return {"rows": rows, "x y": {"é": [Raw("1"), [Raw("2"), [Raw("3")]]]}, "null": None, "list": [value(rng, 2) for _ in range(rng.randrange(5))]}


def paths(rng):
    steps = [".rows", "[]", ".name", ".id", "[0]", "[-1]", "[1:]", "[:-1]", "[:2]", "[-2:]", "[]", "..id", "..", ".tags", '."x y"', '["x y"]', '."é"', "[]", ".sub", ".null", ".list", "[2:1]", "[9]", '["rows"]', "[ 1 ]", "[:]"]
    path = rng.choice([".rows[].", ".rows", "..id", '."x y"', ".list", ".", "..", ".rows[0]", ".rows[].tags"]).rstrip(".")
    path += "".join(rng.choice(steps) for _ in range(rng.randrange(4)))
    if path.startswith("..") and path[2:3] == ".":
        path = "." + path[2:]
    tail = rng.choice(["", "", " | count", " | collect", " | type", " | collect | length"])
    flags = rng.choice([[], ["-i", "1"], ["-s"], ["-r"]])
    return Case("paths", (*flags, path.replace("....", "..").replace("...", "..") + tail), written(rng, records(rng), 0.1).encode())


def filters(rng):
    def operand():
        return rng.choice([".id", ".name", ".n", ".tags[0]", ".sub.id", ".no", "2", '"x"', "null", "true", "length(.name)", "length(.tags)", "type(.sub.id)", '"number"', "..id", ".gone", "1e0", '"tide"', "type(.gone)", "length(.n)"])

    def test(depth):
        kind = rng.randrange(8 if depth else 4)
        if kind == 0:
            return rng.choice([".sub", ".no", ".tags[1]", ".gone", ".sub.id.a", "."])
        if kind < 4:
            return f"{operand()} {rng.choice(['==', '!=', '<', '<=', '>', '>=', '^=', '$=', '*='])} {operand()}"
        if kind == 4:
            return f"!{test(depth - 1)}"
        if kind == 5:
            return f"({test(depth - 1)})"
        return f"{test(depth - 1)} {rng.choice(['&&', '||'])} {test(depth - 1)}"

    tail = rng.choice([".id", ".id", "", " | count", ".name | type", "[?.tags]", " | .id | collect"])
    head = rng.choice([".rows", ".rows", ".rows", "."])
    return Case("filters", (f"{head}[?{test(2)}]{tail}",), written(rng, records(rng), 0.1).encode())


def functions(rng):
    names = ["length", "type", "keys", "entries", "sort", "unique", "reverse", "min", "max", "flatten", "text", "number", "count", "collect"]
    chain = " | ".join(rng.choice(names) if rng.random() < 0.8 else rng.choice([".[]", ".[0]", "..", ".a"]) for _ in range(rng.randrange(1, 4)))
    start = rng.choice(["", ". | ", ".[] | ", ".[] | collect | "])
    return Case("functions", ("-e", *rng.choice([[], ["-r"], ["-s"]]), start + chain), written(rng, value(rng, 3), 0.1).encode(), kind="edge")


def duplicates(rng):
    v = {k: value(rng, 2) for k in rng.sample(KEYS, rng.randrange(2, 5))}
    if rng.random() < 0.5:
        v = [v, {"a": v, "b": Raw("1")}]
    flags = ["-e", "-d", rng.choice(["first", "last", "all", "error", "all"]), *rng.choice([[], ["-s"], ["-i", "2"]])]
    query = rng.choice([".", ".", ".a", "..a", "length", "keys", "entries", ".[]", ". | text", ".[?.a]", "[.]"[1]])
    return Case("duplicates", (*flags, query), written(rng, v, 0.2, 0.8).encode(), kind="edge")


def broken(rng):
    """A document with one error in it."""
    bad = rng.choice([
        "01", "-", "1.", ".5", "1e", "1e+", "+1", "1.5.2", "0x1f", "1a", "--1", "1e1234567890", "1e00000000001", "-01", "1_000", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "'a'", '"a', '"\\x"', '"\\u12g4"', '"\\u12"', '"\\ud800"', '"\\ud800x"', '"\\udc00"', '"\\ud800\\u0041"',
        '"a\nb"', '"\t"', '"\x00"', '"\\', "[1,]", "[,1]", "[1 2]", "[1", "]", "}", "{", '{"a"}', '{"a":}', '{"a":1,}', '{,}', "{a:1}", '{"a" 1}', '{"a":1 "b":2}', "{1:2}", '{"a":1', "[1}", '{"a":1]', "", "/* c */1", "1 2", "#", "\u00a01", "\ufeff1", "é", "\f1", '"\\ud83d\\ud83d\\ude00"', "[" * 101 + "]" * 101, "[" * 100 + "]" * 100,
        '{"a":' * 101 + "1" + "}" * 101, "[" * 200, '"\\u00e9', "tru", "true1", "true_", "null,", "1,2", '"a""b"', '{"a":1}}', "[[]", '"\\/\\a"', "-a", "1e5x",
    ])
    before = rng.choice(["", "", " \n", "\n\n\t", '["é😀", ', '[1,\n  "a\\n", ', '{"k":\n', '{"😀é": [\n\n', "[null , "])
    after = rng.choice(["", "", "\n", " ", "]", "\n}"])
    return Case("broken", rng.choice([("-e",), ("-e", "-d", "error"), ("-e", ".a")]), (before + bad + after).encode(), kind="invalid")


def queries(rng):
    bad = [
        "", "a", ".[", ".]", ".a.", ".a b", ".[1", ".[1.5]", ".[01]", ".[1e1]", ".[1234567890]", ".[a]", ".[-]", ".a | ", "| .a", ".a || .b", "nope", ". | nope", ".[?]", ".[?1]", ".[?1 ==]", ".[?.a ==]", ".[?== 1]", ".[?.a == 1 == 2]", ".[?(.a]", ".[?.a)]", ".[?length(.a)]", ".[?length .a == 1]", ".[?length(1) == 1]", '."a', '."\\x"', '."a\tb"',
        ".a[?.b &]", ".[?.a = 1]", ".a..", "..", "...", "....", ".a...b", ".[:]", ".[::1]", ".[1:2:3]", ".[?!.a]", ".[?!!.a]", ". a . b", " .a", ".a\n|\n.b", ".[?'a']", ".é", ".[?.a == é]", ".0", ".a.0", ".[-1]", ".[--1]", ".[?.a == -]", ".[?.a == 01]", ".[?.a == 1e1234567890]", ".[?keys(.a) == 1]", "length(.a)", ".length", ".null", ".[null]", ".[?null]", ".[?null == .a]", "sort sort",
        "..a", "..[0]", '.."a"', '..["a"]', ".[?type(.a) == \"number\"]", '."é😀" | x', '.["é😀" 1]', ".[?.a&&.b||.c]", ".[?.a && ]", ".[0][0]", ".a[\"b\"].c", "@", ".[*]", "$.a", ".[?.a =~ 1]", ".a;", ".[1,2]", ".[ ]", ".[?(.a) == 1]", ".[?((.a))]", ".[-0]", ".[?.a < .b]", ".a[1:2]]", ".[?.a!=1]", ".[?.a^=\"x\"]", ".[?.a$=.b]",
    ]
    flags = rng.choice([["-e"], ["-e"], ["-e", "-r"]])
    return Case("queries", (*flags, rng.choice(bad)), b'{"a": {"b": [1, "x"]}, "b": 2, "null": 0}' if rng.random() < 0.6 else b'[{"a": 1}, [2], "xy"]', kind="invalid")


def arguments(rng):
    usage = [["-x"], ["-i"], ["-i", "9"], ["-i", "-1"], ["-i", "02"], ["-i", ""], ["-d"], ["-d", "none"], ["-d", "First"], [".", "."], [".", "-c"], ["-"], ["-cs"], ["--sort"], ["-e", "-q"], ["-i2"], ["--", ".", "."], ["-e", "-i", "x"], ["-i", "٣"], ["-ra"]]
    fine = [[], ["--"], ["--", "."], ["-c", "-i", "3"], ["-i", "3", "-c"], ["-i", "0"], ["-d", "first", "-d", "last"], ["-e", ".gone"], [".gone"], ["-e", "-r", ".s"], ["-e", "..gone | count"], ["-e", ".gone | collect"], ["-s", "-s", "-a"], ["-e", ".s | keys"], ["-e", ". | flatten"], ["-r", ".[]"], ["-i", "8", ".n"]]
    if rng.random() < 0.25:
        return Case("arguments", ("-e", rng.choice([".", ".a", "bad"])), rng.choice([b"\xff", b'"\xc3"', b'{"a": "\xed\xa0\x80"}', b"[\xc0\xaf]", b'"\xf4\x90\x80\x80"', b'"\xf0\x9f\x98\x80"', b"{\xe2\x82", b'"\xef\xbf\xbf"']), kind="invalid")
    data = written(rng, {"s": rng.choice(STRINGS), "n": {"a": [Raw("1"), {}], "Z": []}, "é": rng.choice(STRINGS)}, 0.2, 0.3)
    return Case("arguments", tuple(rng.choice(usage if rng.random() < 0.4 else fine)), data.encode(), kind="edge")


def cases(rng):
    for make in (shape, strings, numbers, paths, filters, functions, duplicates, broken, queries, arguments):
        for _ in range(EACH):
            yield make(rng)
