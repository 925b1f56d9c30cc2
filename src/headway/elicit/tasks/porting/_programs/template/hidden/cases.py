"""Cases of template.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import json

from case import Case

NAME = "template"
COMMAND = ["node", "reference/main.js"]
EACH = 26
MOST = (1 << 53) - 1

WORDS = ["tide", "Rope", "sail & oar", "<b>", "it's", 'say "ho"', "", "é", "日本", "😀 ok", "a,b,,c", " pad\t", "line one\nline two\n\nend", "42", "-7", "zz", "\uffff", "x" * 30, "A", "b\\n", "\x01"]


def value(rng, depth=2):
    kind = rng.randrange(9 if depth else 6)
    if kind < 2:
        return rng.choice([0, 1, -1, 7, 12, -30, rng.randrange(-999, 999), MOST, -MOST, 1 << 52])
    if kind < 5:
        return rng.choice(WORDS)
    if kind == 5:
        return rng.choice([None, True, False])
    if kind < 8:
        return [value(rng, depth - 1) for _ in range(rng.randrange(5))]
    return {rng.choice(["a", "b", "B", "10", "9", "é", "", "\uffff", "😀", "name"]): value(rng, depth - 1) for _ in range(rng.randrange(5))}


def world(rng):
    data = {
        "title": rng.choice(WORDS), "n": rng.choice([0, 1, -3, 7, 100, MOST]), "m": rng.randrange(-20, 20), "none": None, "yes": True, "no": False,
        "words": [rng.choice(WORDS) for _ in range(rng.randrange(6))], "nums": [rng.randrange(-50, 50) for _ in range(rng.randrange(6))],
        "user": {"name": rng.choice(WORDS), "age": rng.randrange(90), "tags": ["x", "y"], "in": {"or": 1}, "7": "seven"}, "any": value(rng), "map": {k: rng.randrange(9) for k in rng.sample(["b", "a", "B", "é", "\uffff", "😀", "10", "9"], rng.randrange(6))},
        "rows": [{"id": i, "label": rng.choice(WORDS), "of": list(range(i))} for i in range(rng.randrange(4))],
    }
    return data


def filled(rng, cluster, body, data=None, kind="valid", files=None, args=()):
    data = world(rng) if data is None else data
    source = json.dumps(data, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 1])).encode()
    return Case(cluster, ("-e", *args, "-d", "data.json", "page.t"), files={"data.json": source, "page.t": body.encode() if isinstance(body, str) else body, **(files or {})}, kind=kind)


def text_literal(rng):
    word = rng.choice(["a", "b", "tide", "-", ", ", "é", "", "x\\ty", "q\\\\", "}}", "%}", "<i>", "o"])
    quote = rng.choice("'\"")
    return quote + word + quote


def number_of(rng, depth=2):
    kind = rng.randrange(7 if depth else 3)
    if kind == 0:
        return str(rng.choice([0, 1, 2, 3, 7, 10, 255, MOST, 94906267, 3037000500]))
    if kind == 1:
        return rng.choice(["n", "m", "user.age", "nums|length", "m", "nums|sum", "user.in.or"])
    if kind == 2:
        return "-" + rng.choice(["3", "m", "7", "user.age", str(MOST)])
    a, b = number_of(rng, depth - 1), number_of(rng, depth - 1)
    made = f"{a} {rng.choice('+-*/%+-*')} {b}"
    return f"({made})" if rng.random() < 0.5 else made


def arithmetic(rng):
    lines = [f"{{{{ {number_of(rng, rng.randrange(1, 4))} }}}}" for _ in range(rng.randrange(1, 3))]
    return filled(rng, "arithmetic", "\n".join(lines))


def anything(rng):
    return rng.choice(["title", "n", "m", "none", "yes", "no", "words", "nums", "user", "any", "map", "user.name", "words[0]", "rows", "'x'", "[]", "[1, 'a', null]", "3", "''", "[m, n]", "user['tags']", "title|length", "user.7", "any.a"])


def logic(rng):
    def part(depth):
        kind = rng.randrange(9 if depth else 4)
        if kind < 2:
            return anything(rng)
        if kind == 2:
            return f"{anything(rng)} {rng.choice(['==', '!=', '==', 'in', '<', '>='])} {anything(rng)}"
        if kind == 3:
            return f"{rng.choice(['gone', 'user.gone', 'n', 'none.x', 'words[9]', 'words[-1]'])} is {rng.choice(['', 'not '])}defined"
        if kind == 4:
            return f"not {part(depth - 1)}"
        if kind == 5:
            return f"({part(depth - 1)})"
        if kind == 6:
            return f"{rng.choice(['title', text_literal(rng)])} {rng.choice(['<', '<=', '>', '>=', 'in'])} {rng.choice(['title', 'user.name', text_literal(rng)])}"
        return f"{part(depth - 1)} {rng.choice(['and', 'or'])} {part(depth - 1)}"

    tests = [part(2) for _ in range(rng.randrange(1, 4))]
    if rng.random() < 0.5:
        return filled(rng, "logic", "".join(f"[{{{{ {t} }}}}]\n" for t in tests))
    middle = "".join(f"{{% elif {t} %}}{i}" for i, t in enumerate(tests[1:]))
    return filled(rng, "logic", f"{{% if {tests[0]} %}}yes{middle}{rng.choice(['', '{% else %}other'])}{{% end %}}.\n")


TEXTS = ["upper", "lower", "trim", "length", "reverse", "first", "last", "json", "escape", "number", "text", "raw", "split(',')", "split('')", "split(' ')", "replace('a', 'bb')", "replace('', 'x')", "replace('\\n', '|')", "truncate(3)", "truncate(0)",
         "truncate(30)", "pad(8)", "lpad(8)", "indent(2)", "slice(1, 3)", "slice(-2, 99)", "slice(2, 1)", "slice(0, -1)", "default('d')", "pad(m)"]
LISTS = ["join(', ')", "join('')", "length", "first", "last", "reverse", "sort", "unique", "min", "max", "sum", "json", "slice(1, 3)", "slice(-3, -1)", "sort|reverse|join('|')", "unique|length", "default(1)", "text", "escape"]


def text_filters(rng):
    lines = []
    for _ in range(rng.randrange(1, 4)):
        chain = "|".join(rng.choice(TEXTS) for _ in range(rng.choice([1, 1, 2])))
        lines.append(f"<{{{{ {rng.choice(['title', 'user.name', 'words[0]|default(title)', 'title', 'title ~ user.name'])}|{chain} }}}}>")
    return filled(rng, "text-filters", "\n".join(lines))


def list_filters(rng):
    lines = []
    for _ in range(rng.randrange(1, 4)):
        name = rng.choice(["words", "nums", "words", "nums", "any", "map|keys", "map|values", "[3, 1, 2, 1]", "['b', 'é', 'B', 'a']", "rows", "[1, 1, true, '1', [1], [1]]", "user.tags", "map"])
        lines.append(f"{{{{ {name}|{rng.choice(LISTS)} }}}}")
    return filled(rng, "list-filters", "\n".join(lines))


def loops(rng):
    over = rng.choice(["words", "nums", "map", "rows", "user", "[1, 2, 3]", "nums|sort", "any", "[]", "map|keys"])
    inner = rng.choice([
        "{{ loop.index }}:{{ x }}", "{{ x }}{% if not loop.last %}, {% end %}", "{{ loop.index0 }}/{{ loop.length }} {{ x|json|raw }}", "{% if loop.first %}first {% end %}{{ x }}", "{% set last = x %}{{ last }}{{ m }}",
        "{% for y in [1, 2] %}{{ loop.index * y }}{{ x }}{% end %}{{ loop.index }}", "{{ k }}={{ x }}", "{% set m = m + 1 %}{{ m }}", "{% for k, v in user %}{{ k }}{% end %}{{ loop.last }}",
    ])
    names = "k, x" if "k }}=" in inner or rng.random() < 0.3 else rng.choice(["x", "x", "x", "loop, x"])
    other = rng.choice(["", "{% else %}nothing {{ m }}"])
    after = rng.choice(["", "{{ x is defined }}", "{{ m }}", "{{ last|default('no') }}", "{{ loop is defined }}"])
    return filled(rng, "loops", f"begin\n{{% for {names} in {over} %}}\n  {inner}{other}\n{{% end %}}{after}\nend")


def blanks(rng):
    parts = []
    for _ in range(rng.randrange(2, 7)):
        parts.append(rng.choice(["a", " b ", "\n", "  \n\t", "c\r\n", "{", "}}", "{ {", "%}", "\u00a0", "#}"]))
        parts.append(rng.choice([
            "{{ m }}", "{{- m }}", "{{ m -}}", "{{- m -}}", "{{-m-}}", "{{m}}", "{#- x -#}", "{# {{ no }} ' #}", "{%- if yes -%} in {%- end %}", "{% if no %}out{% end -%}", "{%set q=1%}{{q}}", "{%-set q = '%}'-%}{{ q }}", "{{ '}}' }}", "{{ \"a'}}\" }}",
            "{{\n m\n}}", "{{ 'a\nb' }}", "{{--}}" if rng.random() < 0.1 else "{{ -m }}", "{#\n\n#}", "{{-  'x' -}}", "{{ m - 1 }}", "{{ (m)-}}",
        ]))
    return filled(rng, "blanks", "".join(parts) + rng.choice(["", " \n", "{", "{{ m }}"]), kind="edge")


def includes(rng):
    files = {
        "head.t": b"<h1>{{ title }}</h1>{% set inner = 1 %}\n", "parts/row.t": b"{{ x }};{{ loop.index|default(0) }}\n", "self.t": b"{{ n }}{% set n = n - 1 %}{% if n > 0 %}{% include 'self.t' %}{% end %}{{ n }}", "bad.t": b"one\n{{ 1 +\n }}",
        "open.t": b"a\n\n{% if yes %}\n", "fails.t": b"\n\n{{ gone }}", "deep.t": b"{% include 'deep.t' %}", "raw.t": b"\xff\xfe", "-": b"dash {{ m }}", "chain.t": b"\n{% include 'fails.t' %}", "after.t": b"{% include 'head.t' %}\n{{ gone }}",
    }
    lines = []
    for _ in range(rng.randrange(1, 4)):
        lines.append(rng.choice([
            "{% include 'head.t' %}", "{% for x in nums %}{% include 'parts/row.t' %}{% end %}", "{% include 'parts/' ~ 'row.t' %}", "{% include 'self.t' %}", "{{ inner is defined }}", "{% set x = 5 %}{% include 'parts/row.t' %}", "{% include '-' %}", "text {{ m }}",
        ]))
    if rng.random() < 0.5:
        odd = ["'gone.t'", "'bad.t'", "'open.t'", "'fails.t'", "'deep.t'", "'raw.t'", "'../x.t'", "'/head.t'", "''", "'a//b'", "'./head.t'", "'parts'", "'a\\\\b'", "m", "none", "gone", "'parts/../head.t'", "'chain.t'", "'after.t'", "'head.t' head"]
        lines.insert(rng.randrange(len(lines) + 1), f"{{% include {rng.choice(odd)} %}}")
    data = world(rng)
    data["n"] = rng.choice([1, 2, 5, 14, 15, 16, 20])
    return filled(rng, "includes", "\n".join(lines), data, files=files, kind="edge")


def syntax(rng):
    bad = [
        "{{ }}", "{{ 1 + }}", "{{ (1 }}", "{{ 1) }}", "{{ a b }}", "{{ 'x }}", "{{ x", "{% if x %}", "{% end %}", "{% else %}", "{% elif m %}", "{% if %}{% end %}", "{% for x in %}{% end %}", "{% for in nums %}{% end %}", "{% for x, y, z in map %}{% end %}", "{% set = 1 %}",
        "{% set x %}", "{% unknown %}", "{% %}", "{{ x|nope }}", "{{ x|upper(1) }}", "{{ x|join }}", "{{ x|join(1, 2) }}", "{{ title|upper() }}", "{{ [1, ] }}", "{{ 1 < 2 < 3 }}", "{{ 9007199254740992 }}", "{{ '\\q' }}", "{{ x. }}", "{{ x.'a' }}", "{{ x[1 }}", "{{ not }}",
        "{{ x is }}", "{{ m is undefined }}", "{{ a = b }}", "{{ a && b }}", "{{ 1.5 }}", "{{ é }}", "{{ #1 }}", "{% if yes %}a{% else %}b{% else %}c{% end %}", "{% if yes %}a{% else %}b{% elif no %}c{% end %}", "{% for x in nums %}{% elif x %}{% end %}", "{# open", "{{ 1 | }}",
        "{% end x %}", "{% if yes %}{% end x %}", "{% set true = 1 %}", "{% for not in nums %}{% end %}", "{{ in }}", "{{ user.in.or }}", "{{ user.true is defined }}", "{{ - }}", "{{ !m }}", "{{ 1 == }}", "{{ x|default }}", "{% include %}", "{% for x of nums %}{% end %}", "{% if yes %}\n{% for x in nums %}\n{% end %}",
        "{% endif %}", "{%if yes%}{%end%}", "{{ {} }}", "{{ 1__ }}", "{{ 0009 }}", "{{ '' '' }}", "{% set a = 1, b = 2 %}", "{{ x|y|z }}", "{{ gone }}{% nope %}", "{{ 1 / 0 }}{{ \"open }}",
    ]
    before = "".join(rng.choice(["text\n", "{{ m }}\n", "{# c\n#}", "{% if yes %}y\n{% end %}", "{{ 'a\n' }}", "\r\n"]) for _ in range(rng.randrange(5)))
    return filled(rng, "syntax", before + rng.choice(bad) + rng.choice(["", "\n", " end {{ m }}", "\n{% end %}", "\n}}", "\n'"]), kind="invalid")


def failures(rng):
    bad = [
        "{{ gone }}", "{{ user.gone }}", "{{ gone.a.b }}", "{{ words[99] }}", "{{ none.x }}", "{{ title.x }}", "{{ nums.x }}", "{{ user[0] }}", "{{ m.x }}", "{{ yes[0] }}", "{{ 1 / 0 }}", "{{ 5 % 0 }}", "{{ 1 / (m - m) }}", "{{ 'a' + 1 }}", "{{ 1 + none }}", "{{ -title }}",
        f"{{{{ {MOST} + 1 }}}}", f"{{{{ -{MOST} - 1 }}}}", f"{{{{ {MOST} * 2 }}}}", "{{ 94906267 * 94906267 }}", "{{ 94906265 * 94906265 }}", "{{ 4294967296 * 4294967296 }}", "{{ 3037000500 * 3037000500 }}", "{{ 1 < 'a' }}", "{{ none < none }}", "{{ yes > no }}", "{{ [1] < [2] }}",
        "{{ 1 in 'a1' }}", "{{ 'a' in 5 }}", "{{ 1 in map }}", "{{ m|upper }}", "{{ title|join(',') }}", "{{ [1, 'a']|sort }}", "{{ [true]|sum }}", "{{ [[1]]|max }}", "{{ '1.5'|number }}", "{{ ''|number }}", "{{ '-'|number }}", "{{ '99999999999999999999'|number }}", "{{ '-0'|number }}",
        "{{ '007'|number }}", "{{ title|pad(-1) }}", "{{ title|pad('3') }}", "{{ title|truncate(10001) }}", "{{ title|indent(none) }}", "{{ none|length }}", "{{ m|reverse }}", "{{ nums|keys }}", "{{ title|slice('a', 2) }}", "{% for x in 5 %}{% end %}", "{% for x in title %}{% end %}", "{% for x in none %}{% end %}",
        "{% set x = gone %}", "{% if gone %}{% end %}", "{{ gone|upper }}", "{{ gone|default(gone) }}", "{{ m|default(1 / 0) }}", "{{ yes or gone }}", "{{ no and gone }}", "{{ no or gone }}", "{% if no %}\n{% elif gone %}\n{% end %}", "{{ gone[1 / 0] }}", "{{ none[gone] }}", "{{ words[gone]|default(1) }}",
        f"{{{{ [{MOST}, 1, -1]|sum }}}}", f"{{{{ -{MOST} / -1 }}}}", f"{{{{ -{MOST} % {MOST - 1} }}}}", "{{ not gone }}", "{{ [gone] }}", "{{ 'a' ~ gone }}", "{{ [1, none]|unique|json }}", "{{ title|replace(1, 2) }}", "{{ title|split(1) }}", "{{ -7 / 2 ~ -7 % 3 ~ 7 % -3 }}", "{{ (-7) / 2 }}", "{{ none|abs }}",
    ]
    before = "".join(rng.choice(["text\n", "{{ m }}\n", "{% if yes %}\n", "{% for x in [1] %}\n"]) for _ in range(rng.randrange(4)))
    opened = before.count("{% ")
    return filled(rng, "failures", before + rng.choice(bad) + "\n" + "{% end %}" * opened, kind="invalid")


def commands(rng):
    files = {"page.t": b"{{ a|default('-') }} {{ b|default('-') }}", "data.json": b'{"a": 1, "b": [1, {"x": null}]}'}
    good = [
        ["page.t"], ["-D", "a=1", "page.t"], ["-D", "a=x=y", "-D", "b=", "page.t"], ["-d", "data.json", "-D", "a=<", "page.t"], ["-D", "a=2", "-d", "data.json", "page.t"], ["-D", "a=1", "-D", "a=2", "--", "page.t"], ["-"], ["-d", "data.json", "-"], ["-d", "-", "page.t"], ["-d", "gone", "-d", "data.json", "page.t"],
        ["-e", "-e", "-D", "_a1=é", "page.t"],
    ]
    usage = [[], ["-x", "page.t"], ["-D"], ["-D", "a", "page.t"], ["-D", "1=2", "page.t"], ["-D", "é=2", "page.t"], ["-D", "=2", "page.t"], ["-d"], ["page.t", "page.t"], ["page.t", "-e"], ["-e"], ["--data", "x", "page.t"], ["-D", "a b=1", "page.t"], ["-ed", "data.json", "page.t"]]
    wrong = [["-e", "gone.t"], ["-e", "-d", "gone.json", "page.t"], ["-e", "."], ["-e", "-d", "gone", "gone"], ["gone"], ["-e", "-d", "raw", "page.t"], ["-e", "raw"], ["-e", "--", "-D"]]
    kind = rng.randrange(4)
    if kind == 3:
        bad = [b"", b"[]", b"1", b"null", b"{", b'{"a": 1.0}', b'{"a": 1e2}', b'{"a": 9007199254740992}', b'{"a": -9007199254740991}', b'{"a": 01}', b"{'a': 1}", b'{"a": 1,}', b'{"a": 1} x', b'{"a": NaN}', b'{"a": Infinity}', b'{"a": "1.5e3"}', b'{"a": "\\u00e9\\ud83d\\ude00\\/\\b"}', b'{"a": 1, "a": 2}',
               b'{"a": "x\ny"}', b'\xef\xbb\xbf{"a": 1}', b'{"a": "\xff"}', b' {"a" : [ ] }\r\n', b'{"a": -0}', b'{"a": [1, 2.5]}', b'{"__proto__": 1, "a": "p"}', b'{"a": "\\x"}', b'{"a": tru}', b'{"a": +1}', b'{"a": "\\"1.5"}', b'{"a": 123456789012345678901234567890}', b'{"a": {"b": {"c": [[], {}]}}}']
        return Case("commands", ("-e", "-d", "data.json", "page.t"), files={**files, "data.json": rng.choice(bad)}, kind="edge")
    files["raw"] = b"ab\n\xc3("
    stdin = b'{"a": "in"}' if kind == 0 and rng.random() < 0.7 else b"{{ a }} from in\n"
    return Case("commands", tuple(rng.choice([good, usage, wrong][kind])), stdin, files, kind="edge")


def cases(rng):
    for make in (arithmetic, logic, text_filters, list_filters, loops, blanks, includes, syntax, failures, commands):
        for _ in range(EACH):
            yield make(rng)
