import json
import re
import sys

sys.setrecursionlimit(20000)
LARGEST = (1 << 53) - 1
DEEPEST = 16


class Undefined:
    pass


UNDEFINED = Undefined()


class Wrong(Exception):
    def __init__(self, kind, place=None):
        self.kind, self.place = kind, place


class Usage(Exception):
    pass


def fail(kind, place=None):
    raise Wrong(kind, place)


# ---- values


def is_int(v):
    return isinstance(v, int)


def is_text(v):
    return isinstance(v, str)


def is_list(v):
    return isinstance(v, list)


def is_map(v):
    return isinstance(v, dict)


def need(good):
    if not good:
        fail("type")


def equal(a, b):
    if is_list(a) and is_list(b):
        return len(a) == len(b) and all(map(equal, a, b))
    if is_map(a) and is_map(b):
        return a.keys() == b.keys() and all(equal(v, b[k]) for k, v in a.items())
    return a == b


NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(s):
    return '"' + re.sub(r'["\\\x00-\x1f]', lambda m: NAMED.get(m[0]) or f"\\u{ord(m[0]):04x}", s) + '"'


def as_json(v):
    if v is None or v is True or v is False:
        return {None: "null", True: "true", False: "false"}[v]
    if is_text(v):
        return quoted(v)
    if is_list(v):
        return "[" + ",".join(map(as_json, v)) + "]"
    if is_map(v):
        return "{" + ",".join(quoted(k) + ":" + as_json(v[k]) for k in sorted(v)) + "}"
    return str(v)


def text(v):
    if v is None:
        return ""
    return v if is_text(v) else as_json(v)


HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}


def escape(s):
    return re.sub("[&<>\"']", lambda m: HTML[m[0]], s)


def integer(n):
    return n if abs(n) <= LARGEST else fail("limit")


# ---- filters


def count(n):
    need(is_int(n) and 0 <= n <= 10000)
    return n


def texts(*values):
    need(all(map(is_text, values)))


def sized(v):
    need(is_text(v) or is_list(v))
    return v


def change(v, of, to):
    texts(v)
    return v.translate({ord(a): b for a, b in zip(of, to)})


SMALL = "abcdefghijklmnopqrstuvwxyz"


def f_upper(v):
    return change(v, SMALL, SMALL.upper())


def f_lower(v):
    return change(v, SMALL.upper(), SMALL)


def f_trim(v):
    texts(v)
    return v.strip(" ")


def f_length(v):
    return len(v) if is_map(v) else len(sized(v))


def f_join(v, by):
    need(is_list(v) and is_text(by))
    return by.join(map(str, v))


def f_split(v, by):
    texts(v, by)
    return v.split(by) if by else list(v)


def f_replace(v, a, b):
    texts(v, a, b)
    return v.replace(a, b)


def f_first(v):
    return sized(v)[0] if v else null_of(v)


def f_last(v):
    return sized(v)[-1] if v else null_of(v)


def null_of(v):
    sized(v)


def f_reverse(v):
    return sized(v)[::-1]


def f_sort(v):
    need(is_list(v) and (all(map(is_int, v)) or all(map(is_text, v))))
    return sorted(v)


def f_unique(v):
    need(is_list(v))
    found = []
    for a in v:
        if not any(equal(a, b) for b in found):
            found.append(a)
    return found


def f_keys(v):
    need(is_map(v))
    return sorted(v)


def f_values(v):
    return [v[k] for k in f_keys(v)]


def f_slice(v, a, b):
    sized(v)
    need(is_int(a) and is_int(b))
    return v[a:b]


def f_min(v):
    return (f_sort(v) or [None])[0]


def f_max(v):
    return (f_sort(v) or [None])[-1]


def f_sum(v):
    need(is_list(v) and all(map(is_int, v)))
    total = 0
    for n in v:
        total = integer(total + n)
    return total


def f_abs(v):
    need(is_int(v))
    return abs(v)


def f_number(v):
    if is_int(v):
        return v
    need(is_text(v) and re.fullmatch("-?[0-9]+", v))
    if len(v.lstrip("-").lstrip("0")) > 17:
        fail("limit")
    return integer(int(v))


def f_escape(v):
    return escape(text(v))


def f_indent(v, n):
    texts(v)
    first, *rest = v.split("\n")
    blanks = " " * count(n)
    return "\n".join([first, *(blanks + line for line in rest)])


def f_pad(v, n):
    return text(v).ljust(count(n))


def f_lpad(v, n):
    return text(v).rjust(count(n))


def f_truncate(v, n):
    texts(v)
    return v[:n] + "\u2026" if len(v) > count(n) else v


def f_raw(v):
    return v


FILTERS = {name[2:]: (made.__code__.co_argcount - 1, made) for name, made in list(globals().items()) if name.startswith("f_")}
FILTERS |= {"text": (0, text), "json": (0, as_json), "default": (1, None)}

# ---- expressions

WORDS = {"and", "or", "not", "in", "is", "true", "false", "null"}
TOKEN = re.compile(
    r"""[ \t\n\r]*(?:([0-9]+)|([A-Za-z_][A-Za-z0-9_]*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(==|!=|<=|>=|[-<>+*/%~|.,()\[\]=]))""",
    re.DOTALL,
)
ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


def unquoted(word):
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1]) or fail("syntax"), word[1:-1], flags=re.DOTALL)


def small_int(word):
    digits = word.lstrip("0") or "0"
    if len(digits) > 16 or int(digits) > LARGEST:
        fail("syntax")
    return int(digits)


def tokens(source):
    source = source.rstrip(" \t\n\r")
    found, at = [], 0
    while at < len(source):
        m = TOKEN.match(source, at)
        if not m:
            fail("syntax")
        if m[1] is not None:
            found.append(("int", small_int(m[1])))
        elif m[2] is not None:
            found.append(("word" if m[2] in WORDS else "name", m[2]))
        elif m[3] is not None:
            found.append(("text", unquoted(m[3])))
        else:
            found.append(("op", m[4]))
        at = m.end()
    return found


class Parser:
    def __init__(self, source):
        self.tokens = tokens(source)
        self.at = 0

    def next(self):
        if self.at >= len(self.tokens):
            fail("syntax")
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, *values):
        if self.at < len(self.tokens):
            kind, value = self.tokens[self.at]
            if kind in ("op", "word") and value in values:
                self.at += 1
                return value
        return ""

    def expect(self, value):
        if not self.take(value):
            fail("syntax")

    def name(self):
        kind, value = self.next()
        return value if kind == "name" else fail("syntax")

    def end(self):
        if self.at < len(self.tokens):
            fail("syntax")

    def left(self, inner, *ops):
        tree = inner()
        while op := self.take(*ops):
            tree = ("binary", op, tree, inner())
        return tree

    def expression(self):
        return self.left(self.both, "or")

    def both(self):
        return self.left(self.negated, "and")

    def negated(self):
        return ("not", self.negated()) if self.take("not") else self.comparison()

    def comparison(self):
        a = self.joined()
        if self.take("is"):
            no = bool(self.take("not"))
            if self.name() != "defined":
                fail("syntax")
            return ("defined", a, no)
        op = self.take("==", "!=", "<=", ">=", "<", ">", "in")
        return ("binary", op, a, self.joined()) if op else a

    def joined(self):
        return self.left(self.sum, "~")

    def sum(self):
        return self.left(self.product, "+", "-")

    def product(self):
        return self.left(self.unary, "*", "/", "%")

    def unary(self):
        return ("minus", self.unary()) if self.take("-") else self.filtered()

    def filtered(self):
        tree = self.member()
        while self.take("|"):
            name = self.name()
            args = self.list(")") if self.take("(") else []
            if name not in FILTERS or FILTERS[name][0] != len(args):
                fail("filter")
            tree = ("filter", name, tree, args)
        return tree

    def member(self):
        tree = self.primary()
        while True:
            if self.take("["):
                key = self.expression()
                self.expect("]")
                tree = ("member", tree, key)
            elif self.take("."):
                kind, key = self.next()
                if kind not in ("int", "name", "word"):
                    fail("syntax")
                tree = ("dot", tree, key)
            else:
                return tree

    def list(self, close):
        items = []
        if self.take(close):
            return items
        items.append(self.expression())
        while self.take(","):
            items.append(self.expression())
        self.expect(close)
        return items

    def primary(self):
        if self.take("("):
            tree = self.expression()
            self.expect(")")
            return tree
        if self.take("["):
            return ("list", self.list("]"))
        if word := self.take("true", "false", "null"):
            return ("value", {"true": True, "false": False, "null": None}[word])
        kind, value = self.next()
        if kind in ("op", "word"):
            fail("syntax")
        return ("name", value) if kind == "name" else ("value", value)


# ---- templates

CLOSE = {"{": "}}", "%": "%}", "#": "#}"}


def tag_end(source, at, close):
    while at < len(source):
        if source.startswith(close, at):
            return at
        if close != "#}" and source[at] in "\"'":
            quote = source[at]
            at += 1
            while at < len(source) and source[at] != quote:
                at += 2 if source[at] == "\\" else 1
        at += 1
    return -1


def pieces(source, file):
    found, at, line, cut = [], 0, 1, False
    opening = re.compile(r"\{[{%#]")
    while at < len(source):
        m = opening.search(source, at)
        begin = m.start() if m else len(source)
        plain = source[at:begin]
        line += plain.count("\n")
        if cut:
            plain = plain.lstrip()
        cut = False
        start = begin + 2
        if m and source[start : start + 1] == "-":
            plain = plain.rstrip(" \t\n\r")
            start += 1
        if plain:
            found.append(("plain", plain, line))
        if not m:
            break
        kind = source[begin + 1]
        end = tag_end(source, start, CLOSE[kind])
        if end < 0:
            fail("syntax", f"{file}:{line}")
        inner = source[start:end]
        if inner.endswith("-"):
            cut, inner = True, inner[:-1]
        if kind != "#":
            found.append(("out" if kind == "{" else "tag", inner, line))
        at = end + 2
    return found


class Template:
    def __init__(self, source, file):
        self.file, self.pieces, self.at, self.line = file, pieces(source, file), 0, 0
        try:
            self.body = self.block(None)
        except Wrong as wrong:
            if wrong.place is None:
                wrong.place = f"{file}:{self.line}"
            raise

    def block(self, opener, *enders):
        body = []
        while self.at < len(self.pieces):
            kind, inner, line = self.pieces[self.at]
            self.at += 1
            if kind == "plain":
                body.append(("plain", inner))
                continue
            self.line = line
            if kind == "out":
                parser = Parser(inner)
                body.append(("out", line, parser.expression()))
                parser.end()
                continue
            word, rest = re.fullmatch(r"[ \t\n\r]*([A-Za-z_]*)(.*)", inner, re.DOTALL).groups()
            if word in enders:
                self.ender = word, rest, line
                return body
            body.append(self.statement(word, rest, line))
        if opener is not None:
            fail("syntax")
        return body

    def statement(self, word, rest, line):
        parser = Parser(rest)
        if word == "if":
            cases, at, test = [], line, parser.expression()
            parser.end()
            while True:
                body = self.block(line, *(("elif", "else", "end") if test else ("end",)))
                cases.append((test, at, body))
                word, rest, at = self.ender
                parser = Parser(rest)
                if word == "end":
                    parser.end()
                    return ("if", line, cases)
                test = parser.expression() if word == "elif" else None
                parser.end()
        if word == "for":
            names = [parser.name()]
            if parser.take(","):
                names.append(parser.name())
            parser.expect("in")
            over = parser.expression()
            parser.end()
            body = self.block(line, "else", "end")
            Parser(self.ender[1]).end()
            empty = self.block(line, "end") if self.ender[0] == "else" else []
            Parser(self.ender[1]).end()
            return ("for", line, names, over, body, empty)
        if word == "set":
            name = parser.name()
            parser.expect("=")
            made = ("set", line, name, parser.expression())
        elif word == "include":
            made = ("include", line, parser.expression())
        else:
            fail("syntax")
        parser.end()
        return made


# ---- files


def read_text(name, place=None):
    try:
        if name == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(name, "rb") as file:
                data = file.read()
    except (OSError, ValueError):
        fail("missing", place)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        fail("encoding", place)


def read_data(file):
    def refuse(_):
        raise ValueError

    def whole(word):
        if len(word) > 17 or abs(int(word)) > LARGEST:
            raise ValueError
        return int(word)

    source = read_text(file, file)
    try:
        data = json.loads(source, parse_float=refuse, parse_constant=refuse, parse_int=whole)
    except ValueError:
        fail("data", file)
    return data if is_map(data) else fail("data", file)


def is_safe(name):
    return "\\" not in name and not any(part in ("", ".", "..") for part in name.split("/"))


# ---- filling in


class Run:
    def __init__(self, variables):
        self.scopes, self.out, self.depth, self.place = [variables], [], 0, ""

    def lookup(self, name):
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return UNDEFINED

    def member(self, a, key):
        if a is UNDEFINED or a is None:
            return UNDEFINED
        if is_map(a):
            need(is_text(key))
            return a.get(key, UNDEFINED)
        need(is_int(key))
        sized(a)
        return a[key] if -len(a) <= key < len(a) else UNDEFINED

    def maybe(self, tree):
        kind = tree[0]
        if kind == "value":
            return tree[1]
        if kind == "name":
            return self.lookup(tree[1])
        if kind == "list":
            return [self.value(item) for item in tree[1]]
        if kind == "dot":
            a = self.maybe(tree[1])
            return self.member(a, str(tree[2]) if is_map(a) else tree[2])
        if kind == "member":
            a = self.maybe(tree[1])
            return self.member(a, self.value(tree[2]))
        if kind == "defined":
            return (self.maybe(tree[1]) is not UNDEFINED) is not tree[2]
        if kind == "not":
            return not self.value(tree[1])
        if kind == "minus":
            a = self.value(tree[1])
            need(is_int(a))
            return -a
        return self.filter(tree) if kind == "filter" else self.binary(tree)

    def value(self, tree):
        found = self.maybe(tree)
        return None if found is UNDEFINED else found

    def filter(self, tree):
        _, name, inner, args = tree
        if name == "default":
            found = self.maybe(inner)
            return self.value(args[0]) if found is UNDEFINED else found
        a = self.value(inner)
        return FILTERS[name][1](a, *[self.value(arg) for arg in args])

    def binary(self, tree):
        _, op, left, right = tree
        a = self.value(left)
        if op == "or":
            return bool(a or self.value(right))
        if op == "and":
            return bool(a and self.value(right))
        b = self.value(right)
        if op == "~":
            return text(a) + text(b)
        if op in ("==", "!="):
            return equal(a, b) is (op == "==")
        if op == "in":
            if is_text(b):
                return text(a) in b
            if is_list(b):
                return any(equal(item, a) for item in b)
            need(is_text(a) and (is_text(b) or is_map(b)))
            return a in b
        if op in ("<", "<=", ">", ">="):
            need((is_int(a) and is_int(b)) or (is_text(a) and is_text(b)))
            return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
        need(is_int(a) and is_int(b))
        if op == "+":
            return integer(a + b)
        if op == "-":
            return integer(a - b)
        if op == "*":
            return integer(a * b)
        if b == 0:
            fail("divide")
        return int(a / b) if op == "/" else a - b * int(a / b)

    def block(self, body, file):
        for s in body:
            self.statement(s, file)

    def statement(self, s, file):
        kind = s[0]
        if kind == "plain":
            self.out.append(s[1])
            return
        self.place = f"{file}:{s[1]}"
        if kind == "out":
            found = text(self.value(s[2]))
            self.out.append(found if s[2][:2] == ("filter", "raw") else escape(found))
        elif kind == "set":
            self.scopes[0][s[2]] = self.value(s[3])
        elif kind == "if":
            for test, line, body in s[2]:
                if test is None or self.value(test):
                    return self.block(body, file)
        elif kind == "for":
            self.loop(s, file)
        else:
            self.include(self.value(s[2]))

    def loop(self, s, file):
        _, _, names, tree, body, empty = s
        over = self.value(tree)
        need(is_list(over) or is_map(over))
        pairs = list(enumerate(over)) if is_list(over) else [(k, over[k]) for k in sorted(over)]
        if not pairs:
            self.block(empty, file)
        for i, pair in enumerate(pairs):
            scope = self.scopes[-1] if not isinstance(over, dict) and len(names) == 1 else {}
            scope |= {"loop": {"index": i + 1, "index0": i, "first": i == 0, "last": i == len(pairs) - 1, "length": len(pairs)}}
            if len(names) == 2:
                scope[names[0]] = pair[0]
                scope[names[1]] = pair[1]
            else:
                scope[names[0]] = pair[1] if is_list(over) else pair[0]
            self.scopes.append(scope)
            self.block(body, file)
            self.scopes.pop()

    def include(self, name):
        texts(name)
        if not is_safe(name):
            fail("unsafe")
        if self.depth + 1 >= DEEPEST:
            fail("depth")
        template = Template(read_text("./" + name), name)
        self.depth += 1
        self.block(template.body, name)
        self.depth -= 1


def main(words):
    given, data, told, at = [], None, False, 0
    while at < len(words) and len(words[at]) > 1 and words[at][0] == "-":
        word = words[at]
        at += 1
        if word == "--":
            break
        if word == "-e":
            told = True
            continue
        if word not in ("-D", "-d"):
            raise Usage("no such option")
        if at == len(words):
            raise Usage("an option lacks its value")
        if word == "-d":
            data = words[at]
        else:
            m = re.fullmatch("([A-Za-z_][A-Za-z0-9_]*)=(.*)", words[at], re.DOTALL)
            if not m:
                raise Usage("-D needs NAME=VALUE")
            given.append(m.groups())
        at += 1
    if len(words) - at != 1:
        raise Usage("template [-e] [-D NAME=VALUE] [-d FILE] TEMPLATE")
    file, run = words[at], None
    try:
        variables = {} if data is None else read_data(data)
        variables.update(given)
        template = Template(read_text(file, file), file)
        run = Run(variables)
        run.block(template.body, file)
    except Wrong as wrong:
        place = run.place if wrong.place is None else wrong.place
        if told:
            sys.stdout.buffer.write(f"{wrong.kind} {place}\n".encode("utf-8", "surrogateescape"))
        sys.stderr.buffer.write(f"{wrong.kind}: {place}\n".encode("utf-8", "surrogateescape"))
        return 1
    sys.stdout.buffer.write("".join(run.out).encode())
    return 0


try:
    code = main(sys.argv[1:])
except Usage as wrong:
    sys.stderr.write(f"usage: {wrong}\n")
    code = 2
sys.stdout.flush()
sys.exit(code)
