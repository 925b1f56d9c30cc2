import re
import sys
from functools import cmp_to_key

DEEPEST = 100
sys.setrecursionlimit(10000)


class Wrong(Exception):
    def __init__(self, kind, place="", code=1):
        self.kind, self.place, self.code = kind, place, code


# Values are pairs of a type and what it holds.
NULL = ("null", None)


def sign(n):
    return (n > 0) - (n < 0)


def order(a, b):
    return (a > b) - (a < b)


def parts(text):
    m = re.fullmatch(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]+))?", text)
    digits = m[2] + (m[3] or "")
    rest = digits.lstrip("0")
    if not rest:
        return 0, 0, ""
    return (-1 if m[1] else 1), len(m[2]) - (len(digits) - len(rest)) + int(m[4] or 0), rest.rstrip("0")


def compare_numbers(a, b):
    return order(float(a), float(b))


def last_of(value):
    return list(dict(value[1]).items())


def compare_lists(a, b, by):
    for x, y in zip(a, b):
        if found := by(x, y):
            return found
    return order(len(a), len(b))


RANK = {"null": 0, "number": 3, "string": 4, "array": 5, "object": 6}


def rank(value):
    return 1 + value[1] if value[0] == "boolean" else RANK[value[0]]


def compare(a, b):
    if rank(a) != rank(b):
        return order(rank(a), rank(b))
    if a[0] == "number":
        return compare_numbers(a[1], b[1])
    if a[0] == "string":
        return order(a[1], b[1])
    if a[0] == "array":
        return compare_lists(a[1], b[1], compare)
    if a[0] == "object":
        one, other = last_of(a), last_of(b)
        return compare_lists(one, other, lambda x, y: order(x[0], y[0])) or compare_lists(one, other, lambda x, y: compare(x[1], y[1]))
    return 0


# ---- reading

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?([0-9]+))?")
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def is_number(text):
    m = NUMBER.fullmatch(text)
    return bool(m) and len((m[1] or "").lstrip("0")) <= 9


class Reader:
    def __init__(self, text, duplicates):
        self.text, self.duplicates = text, duplicates
        self.at = self.depth = 0

    def fail(self, kind, at=None):
        at = self.at if at is None else at
        line = self.text.count("\n", 0, at) + 1
        raise Wrong(kind, f"{line}:{len(self.text[self.text.rfind(chr(10), 0, at) + 1 : at].encode()) + 1}")

    def peek(self):
        return self.text[self.at : self.at + 1]

    def blanks(self):
        while self.peek() and self.peek() in " \t\n\r":
            self.at += 1

    def document(self):
        self.blanks()
        value = self.value()
        self.blanks()
        if self.at < len(self.text):
            self.fail("syntax")
        return value

    def run(self, pattern):
        return re.compile(pattern).match(self.text, self.at)[0]

    def value(self):
        c = self.peek()
        if not c:
            self.fail("syntax")
        if c in "[{":
            return self.nested(self.array if c == "[" else self.object)
        if c == '"':
            return ("string", self.string())
        if c in "-0123456789":
            text = self.run("[-+.0-9A-Za-z]*")
            if not is_number(text):
                self.fail("number")
            self.at += len(text)
            return ("number", text)
        word = self.run("[0-9A-Za-z_]*")
        if word not in ("null", "true", "false"):
            self.fail("syntax")
        self.at += len(word)
        return NULL if word == "null" else ("boolean", word == "true")

    def nested(self, inner):
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail("depth")
        self.at += 1
        self.blanks()
        value = inner()
        self.depth -= 1
        return value

    def more(self, close):
        self.blanks()
        c = self.peek()
        if c != "," and c != close:
            self.fail("syntax")
        self.at += 1
        if c == ",":
            self.blanks()
        return c == ","

    def array(self):
        items = []
        if self.peek() == "]":
            self.at += 1
            return ("array", items)
        while True:
            items.append(self.value())
            if not self.more("]"):
                return ("array", items)

    def object(self):
        pairs, places = [], {}
        if self.peek() == "}":
            self.at += 1
            return ("object", pairs)
        while True:
            start = self.at
            if self.peek() != '"':
                self.fail("syntax")
            key = self.string()
            if key in places and self.duplicates == "error":
                self.fail("duplicate", start)
            self.blanks()
            if self.peek() != ":":
                self.fail("syntax")
            self.at += 1
            self.blanks()
            value = self.value()
            if key not in places or self.duplicates == "all":
                places[key] = len(pairs)
                pairs.append((key, value))
            elif self.duplicates == "last":
                pairs = [pair for pair in pairs if pair[0] != key] + [(key, value)]
                places = {k: i for i, (k, _) in enumerate(pairs)}
            if not self.more("}"):
                return ("object", pairs)

    def string(self):
        out = []
        self.at += 1
        while True:
            c = self.peek()
            if not c:
                self.fail("syntax")
            if c < " ":
                self.fail("control")
            if c == '"':
                self.at += 1
                return "".join(out)
            if c == "\\":
                out.append(self.escape())
            else:
                out.append(c)
                self.at += 1

    def unit(self, at):
        m = re.compile(r"\\u([0-9a-fA-F]{4})").match(self.text, at)
        return int(m[1], 16) if m else -1

    def escape(self):
        c = self.text[self.at + 1 : self.at + 2]
        if c in ESCAPES:
            self.at += 2
            return ESCAPES[c]
        one = self.unit(self.at)
        if one < 0 or 0xDC00 <= one < 0xE000:
            self.fail("escape")
        if not 0xD800 <= one < 0xDC00:
            self.at += 6
            return chr(one)
        other = self.unit(self.at + 6)
        if not 0xDC00 <= other < 0xE000:
            self.at += 6
            return chr(0xFFFD)
        self.at += 12
        return chr(0x10000 + ((one - 0xD800) << 10) + other - 0xDC00)


# ---- writing

NAMED = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def units(c):
    n = ord(c)
    if n < 0x10000:
        return f"\\u{n:04X}"
    n -= 0x10000
    return f"\\u{0xD800 + (n >> 10):04x}\\u{0xDC00 + (n & 1023):04x}"


def quoted(s, ascii):
    return '"' + "".join(NAMED[c] if c in NAMED else units(c) if c < " " or (ascii and c > "~") else c for c in s) + '"'


def write(value, o, level=0):
    kind, held = value
    if kind == "string":
        return quoted(held, o["ascii"])
    if kind == "boolean":
        return "true" if held else "false"
    if kind not in ("array", "object"):
        return held or "null"
    opening, closing = "[]" if kind == "array" else "{}"
    if not held:
        return opening + closing
    if kind == "array":
        items = [write(item, o, level + 1) for item in held]
    else:
        colon = ":" if o["indent"] is None else ": "
        pairs = sorted(held, key=lambda pair: pair[0]) if o["sort"] else held
        items = [quoted(k, o["ascii"]) + colon + write(v, o, level + 1) for k, v in pairs]
    if o["indent"] is None:
        return opening + ",".join(items) + closing
    line = "\n" + " " * (o["indent"] * (level + 1))
    return opening + line + ("," + line).join(items) + "\n" + " " * (o["indent"] * level) + closing


# ---- functions


def bad_type():
    raise Wrong("type")


def whole(n):
    return ("number", str(n))


def array(value):
    return value[1] if value[0] == "array" else bad_type()


def length_of(value):
    return len(value[1]) if value[0] in ("string", "array", "object") else -1


def f_length(v):
    return whole(length_of(v)) if length_of(v) >= 0 else bad_type()


def f_type(v):
    return ("string", v[0])


def f_keys(v):
    if v[0] == "array":
        return ("array", [whole(i) for i in range(len(v[1]))])
    return ("array", [("string", k) for k, _ in last_of(v)]) if v[0] == "object" else bad_type()


def f_entries(v):
    if v[0] != "object":
        bad_type()
    return ("array", [("object", [("key", ("string", k)), ("value", one)]) for k, one in v[1]])


def f_sort(v):
    return ("array", sorted(array(v), key=cmp_to_key(compare)))


def f_unique(v):
    found = []
    for one in f_sort(v)[1]:
        if not found or compare(found[-1], one):
            found.append(one)
    return ("array", found)


def f_reverse(v):
    return ("string", v[1][::-1]) if v[0] == "string" else ("array", array(v)[::-1])


def f_min(v):
    return (f_sort(v)[1] or [NULL])[0]


def f_max(v):
    return (f_sort(v)[1] or [NULL])[-1]


def f_flatten(v):
    return ("array", [inner for item in array(v) for inner in (item[1] if item[0] == "array" else [item])])


def f_text(v):
    return v if v[0] == "string" else ("string", write(v, {"indent": None, "ascii": False, "sort": False}))


def f_number(v):
    if v[0] == "number":
        return v
    return ("number", v[1]) if v[0] == "string" and is_number(v[1]) else bad_type()


FUNCTIONS = {name[2:]: made for name, made in list(globals().items()) if name.startswith("f_")}
TOGETHER = {"count": lambda values: [whole(len(values))], "collect": lambda values: [("array", values)]}

# ---- queries

TOKENS = [
    ("number", re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")),
    ("name", re.compile(r"[A-Za-z_][A-Za-z0-9_]*")),
    ("string", re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)),
    ("op", re.compile(r"\.\.|\|\||&&|==|!=|<=|>=|\^=|\$=|\*=|[.|\[\]?:()!<>]")),
]


def query_error(at):
    raise Wrong("query", str(at), 2)


def tokens(source):
    found, at = [], 0
    while True:
        while at < len(source) and source[at] in " \t\n\r":
            at += 1
        if at == len(source):
            return found
        for kind, pattern in TOKENS:
            if m := pattern.match(source, at):
                break
        else:
            query_error(at)
        word = m[0]
        if kind == "number" and not is_number(word):
            query_error(at)
        if kind == "string":
            try:
                word = Reader(word, "last").string()
            except Wrong:
                query_error(at)
        found.append((kind, word, at))
        at = m.end()


class Query:
    def __init__(self, source):
        self.source, self.tokens, self.at = source, tokens(source), 0

    def fail(self):
        query_error(self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.source))

    def take(self, kind, *words):
        if self.at < len(self.tokens):
            is_kind, word, _ = self.tokens[self.at]
            if is_kind == kind and (not words or word in words):
                self.at += 1
                return (kind, word)
        return None

    def expect(self, word):
        if not self.take("op", word):
            self.fail()

    def stages(self):
        found = []
        while True:
            if self.at < len(self.tokens) and self.tokens[self.at][0] == "name":
                name = self.tokens[self.at][1]
                if name not in FUNCTIONS and name not in TOGETHER:
                    self.fail()
                self.at += 1
                found.append(("function", name))
            else:
                found.append(("path", self.path()))
            if not self.take("op", "|"):
                break
        if self.at < len(self.tokens):
            self.fail()
        return found

    def field(self, steps):
        name = self.take("name") or self.take("string")
        if name:
            steps.append(("field", name[1]))
        return name

    def path(self):
        steps = []
        first = self.take("op", ".", "..")
        if not first:
            self.fail()
        if first[1] == "..":
            steps.append(("all",))
        self.field(steps)
        while op := self.take("op", ".", "..", "["):
            if op[1] == "[":
                steps.append(self.bracket())
                continue
            if op[1] == "..":
                steps.append(("all",))
            if not self.field(steps) and op[1] == ".":
                self.fail()
        return steps

    def index(self):
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "number":
            word = self.tokens[self.at][1]
            if not re.fullmatch("-?[0-9]{1,9}", word):
                self.fail()
            self.at += 1
            return int(word)
        return None

    def bracket(self):
        if self.take("op", "]"):
            return ("children",)
        if self.take("op", "?"):
            test = self.either()
            self.expect("]")
            return ("filter", test)
        if name := self.take("string"):
            self.expect("]")
            return ("field", name[1])
        start = self.index()
        if self.take("op", ":"):
            end = self.index()
            self.expect("]")
            return ("slice", start, end)
        if start is None:
            self.fail()
        self.expect("]")
        return ("index", start)

    def either(self):
        test = self.both()
        while self.take("op", "||"):
            test = ("or", test, self.both())
        return test

    def both(self):
        test = self.single()
        while self.take("op", "&&"):
            test = ("and", test, self.single())
        return test

    def single(self):
        if self.take("op", "!"):
            return ("not", self.single())
        if self.take("op", "("):
            test = self.either()
            self.expect(")")
            return test
        a = self.operand()
        if op := self.take("op", "==", "!=", "<", "<=", ">", ">=", "^=", "$=", "*="):
            return ("compare", op[1], a, self.operand())
        if a[0] != "path":
            self.fail()
        return ("exists", a[1])

    def operand(self):
        if literal := self.take("number") or self.take("string"):
            return ("value", literal)
        if word := self.take("name", "null", "true", "false"):
            return ("value", NULL if word[1] == "null" else ("boolean", word[1] == "true"))
        if call := self.take("name", "length", "type"):
            self.expect("(")
            steps = self.path()
            self.expect(")")
            return (call[1], steps)
        return ("path", self.path())


def children(value):
    if value[0] == "array":
        return value[1]
    return [v for _, v in value[1]] if value[0] == "object" else []


def everything(value):
    yield value
    for child in children(value):
        yield from everything(child)


def stepped(value, step):
    kind = step[0]
    if kind == "all":
        return list(everything(value))
    if kind == "field":
        return [v for k, v in value[1] if k == step[1]][-1:] if value[0] == "object" else []
    if kind == "index":
        inside = value[0] == "array" and 0 <= step[1] < len(value[1])
        return [value[1][step[1]]] if inside else []
    if kind == "slice":
        return [(value[0], value[1][step[1] : step[2]])] if value[0] in ("array", "string") else []
    if kind == "children":
        return children(value)
    return [child for child in children(value) if holds(step[1], child)]


def walk(steps, value):
    values = [value]
    for step in steps:
        values = [found for one in values for found in stepped(one, step)]
    return values


def side(operand, item):
    kind, held = operand
    if kind == "value":
        return held
    found = walk(held, item)
    if not found:
        return None
    if kind == "path":
        return found[0]
    if kind == "type":
        return ("string", found[0][0])
    return whole(length_of(found[0])) if length_of(found[0]) >= 0 else None


def compares(op, a, b):
    if a is None or b is None:
        return (a is b) is (op == "==")
    if op in ("==", "!="):
        return (compare(a, b) == 0) is (op == "==")
    if a[0] != b[0] or a[0] not in ("number", "string"):
        return False
    if op in ("^=", "$=", "*="):
        if a[0] != "string":
            return False
        return a[1].startswith(b[1]) if op == "^=" else a[1].endswith(b[1]) if op == "$=" else b[1] in a[1]
    found = compare(a, b)
    return {"<": found < 0, "<=": found <= 0, ">": found > 0, ">=": found >= 0}[op]


def holds(test, item):
    kind = test[0]
    if kind == "or":
        return holds(test[1], item) or holds(test[2], item)
    if kind == "and":
        return holds(test[1], item) and holds(test[2], item)
    if kind == "not":
        return not holds(test[1], item)
    if kind == "exists":
        return any(found[1] for found in walk(test[1], item))
    return compares(test[1], side(test[2], item), side(test[3], item))


def pick(stages, document):
    values = [document]
    for kind, held in stages:
        if kind == "path":
            values = [found for value in values for found in walk(held, value)]
        elif held in TOGETHER:
            values = TOGETHER[held](values)
        else:
            values = [FUNCTIONS[held](value) for value in values]
    return values


# ---- the command


def usage(why):
    raise Wrong("usage", why, 2)


def settings(words, o):
    at = 0
    told = False
    while at < len(words) and words[at][:1] == "-":
        word = words[at]
        at += 1
        if word == "--":
            break
        if word in ("-i", "-d"):
            if at == len(words):
                usage("an option lacks its value")
            value = words[at]
            at += 1
            if word == "-i":
                o["indent"] = int(value) if len(value) == 1 and value in "012345678" else usage("-i is 0 to 8")
            else:
                o["duplicates"] = value if value in ("first", "last", "all", "error") else usage("-d is first, last, all or error")
        elif word == "-c":
            o["indent"] = None
        elif word == "-e":
            told = True
        elif word in ("-s", "-a", "-r"):
            o[{"-s": "sort", "-a": "ascii", "-r": "raw"}[word]] = True
        else:
            usage("no such option")
    if len(words) - at > 1:
        usage("one query at most")
    o["told"] = told
    return words[at] if at < len(words) else "."


def main(words):
    o = {"indent": None, "sort": False, "ascii": False, "raw": False, "told": False, "duplicates": "last"}
    try:
        stages = Query(settings(words, o)).stages()
        try:
            source = sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError:
            raise Wrong("encoding") from None
        values = pick(stages, Reader(source, o["duplicates"]).document())
        if not values:
            raise Wrong("nothing")
        lines = [(value[1] if o["raw"] and value[0] == "string" else write(value, o)) + "\n" for value in values]
        sys.stdout.buffer.write("".join(lines).encode())
        return 0
    except Wrong as wrong:
        if o["told"]:
            sys.stdout.buffer.write((wrong.kind + (" " + wrong.place if wrong.place else "") + "\n").encode())
        sys.stderr.write(f"{wrong.kind}: {wrong.place}\n")
        return wrong.code


sys.exit(main(sys.argv[1:]))
