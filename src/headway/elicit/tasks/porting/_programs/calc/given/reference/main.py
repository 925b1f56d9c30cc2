"""A calculator with exact integers and fractions; see BEHAVIOUR.md."""

import math
import sys

LIMIT = 10**1000
STEPS, DEPTH, NESTED = 20000, 100, 60
KEYWORDS = {"if", "then", "else", "let", "in", "and", "or", "not", "true", "false", "sum", "prod"}
SIGNS = ("//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "^", "!", "<", ">", "=", "(", ")", ",", ";")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
DIGITS = "0123456789"


class Failure(Exception):
    def __init__(self, kind, place):
        super().__init__(f"{kind}@{place[0]}.{place[1]}" if place else kind)


class Number:
    """A fraction in lowest terms; its denominator is above zero."""

    def __init__(self, top, bottom=1):
        shared = math.gcd(top, bottom)
        if bottom < 0:
            shared = -shared
        self.top, self.bottom = top // shared, bottom // shared

    def whole(self):
        return self.bottom == 1


def checked(number, place):
    if abs(number.top) >= LIMIT or number.bottom >= LIMIT:
        raise Failure("size", place)
    return number


# Words and signs: (kind, text, place)


def tokens(data):
    found, at, line, begin, nested = [], 0, 1, 0, 0
    text = data.decode("latin-1")
    while at < len(text):
        letter, place, start = text[at], (line, at - begin + 1), at
        if letter == "\n":
            if not nested:
                found.append(("end", "\n", place))
            line, at = line + 1, at + 1
            begin = at
        elif letter in " \t\r":
            at += 1
        elif letter == "#":
            while at < len(text) and text[at] != "\n":
                at += 1
        elif letter in LETTERS:
            while at < len(text) and text[at] in LETTERS + DIGITS:
                at += 1
            word = text[start:at]
            found.append(("keyword" if word in KEYWORDS else "name", word, place))
        elif letter in DIGITS:
            at = digits(text, at, line, begin)
            if at < len(text) and text[at] == ".":
                at = digits(text, at + 1, line, begin)
            if at < len(text) and text[at] in LETTERS:
                raise Failure("syntax", (line, at - begin + 1))
            found.append(("number", text[start:at], place))
        else:
            sign = next((sign for sign in SIGNS if text.startswith(sign, at)), None)
            if sign is None:
                raise Failure("syntax", place)
            nested += (sign == "(") - (sign == ")" and nested > 0)
            found.append(("end" if sign == ";" and not nested else "sign", sign, place))
            at += len(sign)
    return [*found, ("end", "", (line, at - begin + 1))]


def digits(text, at, line, begin):
    """The place after digits, in which single underscores may stand between two of them."""
    start = at
    while at < len(text) and (text[at] in DIGITS or (text[at] == "_" and at > start)):
        if text[at] == "_" and not (at + 1 < len(text) and text[at + 1] in DIGITS):
            break
        at += 1
    if at == start:
        raise Failure("syntax", (line, at - begin + 1))
    return at


# Syntax: nodes are (kind, place, ...)

LEVELS = [("or",), ("and",), None, ("==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/", "//", "%")]


class Parser:
    def __init__(self, data):
        self.tokens, self.at, self.nested = tokens(data), 0, 0

    @property
    def next(self):
        return self.tokens[self.at]

    def see(self, text):
        kind, found, _ = self.next
        return kind in ("sign", "keyword") and found == text

    def take(self):
        token = self.next
        self.at += 1
        return token

    def need(self, text):
        if not self.see(text):
            raise Failure("syntax", self.next[2])
        return self.take()

    def name(self):
        if self.next[0] != "name":
            raise Failure("syntax", self.next[2])
        return self.take()[1]

    def program(self):
        found = []
        while True:
            if self.next[0] != "end":
                found.append(self.statement())
            if self.next[0] != "end":
                raise Failure("syntax", self.next[2])
            if self.take()[1] == "":
                return found

    def statement(self):
        start, place = self.at, self.next[2]
        if self.next[0] == "name":
            name = self.take()[1]
            if self.see("="):
                self.take()
                return ("assign", place, name, self.expression())
            if self.see("(") and (names := self.parameters()) is not None:
                if name in BUILTINS or len(set(names)) < len(names):
                    raise Failure("name", place)
                return ("define", place, name, names, self.expression())
            self.at = start
        return ("show", place, self.expression())

    def parameters(self):
        """Names between parentheses before a `=`; None where it is something else."""
        self.take()
        names = []
        while self.next[0] == "name":
            names.append(self.take()[1])
            if not self.see(","):
                break
            self.take()
        if not self.see(")"):
            return None
        self.take()
        if not self.see("="):
            return None
        self.take()
        return names

    def expression(self):
        self.nested += 1
        if self.nested > NESTED:
            raise Failure("depth", self.next[2])
        place = self.next[2]
        if self.see("if"):
            self.take()
            test = self.expression()
            self.need("then")
            one = self.expression()
            self.need("else")
            found = ("if", place, test, one, self.expression())
        elif self.see("let"):
            self.take()
            name = self.name()
            self.need("=")
            value = self.expression()
            self.need("in")
            found = ("let", place, name, value, self.expression())
        else:
            found = self.level(0)
        self.nested -= 1
        return found

    def level(self, number):
        if number == len(LEVELS):
            return self.unary()
        if LEVELS[number] is None:
            places = []
            while self.see("not"):
                places.append(self.take()[2])
            found = self.level(number + 1)
            for place in reversed(places):
                found = ("not", place, found)
            return found
        found = self.level(number + 1)
        if number == 3:
            return self.chain(found)
        while self.next[0] != "number" and self.next[1] in LEVELS[number]:
            _, sign, place = self.take()
            found = ("logic" if number < 2 else "binary", place, sign, found, self.level(number + 1))
        return found

    def chain(self, first):
        links = []
        while self.next[1] in LEVELS[3]:
            _, sign, place = self.take()
            links.append((sign, place, self.level(4)))
        return ("chain", first[1], first, links) if links else first

    def unary(self):
        signs = []
        while self.see("-") or self.see("+"):
            signs.append(self.take())
        found = self.power()
        for _, sign, place in reversed(signs):
            found = ("sign", place, sign, found)
        return found

    def power(self):
        """Right to left: 2^3^2 is 2^9; the exponent may have signs."""
        found = self.postfix()
        if self.see("^"):
            place = self.take()[2]
            self.nested += 1
            if self.nested > NESTED:
                raise Failure("depth", place)
            found = ("binary", place, "^", found, self.unary())
            self.nested -= 1
        return found

    def postfix(self):
        found = self.atom()
        while self.see("!"):
            found = ("factorial", self.take()[2], found)
        return found

    def atom(self):
        kind, text, place = self.next
        if kind == "number":
            self.take()
            whole, _, part = text.replace("_", "").partition(".")
            both = (whole + part).lstrip("0") or "0"
            if len(both) > 1000 or len(part) > 999:
                raise Failure("size", place)
            return ("value", place, Number(int(both), 10 ** len(part)))
        if text in ("true", "false"):
            self.take()
            return ("value", place, text == "true")
        if text in ("sum", "prod"):
            return self.loop()
        if self.see("("):
            self.take()
            found = self.expression()
            self.need(")")
            return found
        if kind != "name":
            raise Failure("syntax", place)
        self.take()
        if not self.see("("):
            return ("name", place, text)
        self.take()
        args = []
        if not self.see(")"):
            args.append(self.expression())
            while self.see(","):
                self.take()
                args.append(self.expression())
        self.need(")")
        return ("call", place, text, args)

    def loop(self):
        _, word, place = self.take()
        self.need("(")
        name = self.name()
        parts = []
        for _ in range(3):
            self.need(",")
            parts.append(self.expression())
        self.need(")")
        return ("loop", place, word, name, *parts)


# Values


def number(value, place):
    if not isinstance(value, Number):
        raise Failure("type", place)
    return value


def truth(value, place):
    if not isinstance(value, bool):
        raise Failure("type", place)
    return value


def integer(value, place):
    if not number(value, place).whole():
        raise Failure("domain", place)
    return value.top


def power(base, exponent, place):
    exponent = integer(exponent, place)
    if exponent < 0:
        if base.top == 0:
            raise Failure("zero", place)
        base, exponent = Number(base.bottom, base.top), -exponent
    if base.bottom == 1 and abs(base.top) <= 1:
        return Number(base.top if exponent % 2 else base.top**2) if exponent else Number(1)
    if exponent > 4000:
        raise Failure("size", place)
    found = Number(1)
    for _ in range(exponent):
        found = checked(Number(found.top * base.top, found.bottom * base.bottom), place)
    return found


def binary(sign, a, b, place):
    a, b = number(a, place), number(b, place)
    if sign == "^":
        return power(a, b, place)
    if sign in ("/", "//", "%") and b.top == 0:
        raise Failure("zero", place)
    if sign == "+" or sign == "-":
        other = b.top if sign == "+" else -b.top
        found = Number(a.top * b.bottom + other * a.bottom, a.bottom * b.bottom)
    elif sign == "*":
        found = Number(a.top * b.top, a.bottom * b.bottom)
    elif sign == "/":
        found = Number(a.top * b.bottom, a.bottom * b.top)
    else:
        floor = (a.top * b.bottom) // (a.bottom * b.top)
        found = Number(floor)
        if sign == "%":
            found = Number(a.top * b.bottom - floor * b.top * a.bottom, a.bottom * b.bottom)
    return checked(found, place)


def compare(sign, a, b, place):
    if sign in ("==", "!="):
        if isinstance(a, bool) or isinstance(b, bool):
            same = a is b
        else:
            same = (a.top, a.bottom) == (b.top, b.bottom)
        return same == (sign == "==")
    a, b = number(a, place), number(b, place)
    left, right = a.top * b.bottom, b.top * a.bottom
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def factorial(value, place):
    count = integer(value, place)
    if count < 0:
        raise Failure("domain", place)
    found = Number(1)
    for factor in range(2, count + 1):
        found = checked(Number(found.top * factor), place)
    return found


def rounded(value):
    """To the nearest integer, halves away from zero."""
    size = (2 * abs(value.top) + value.bottom) // (2 * value.bottom)
    return -size if value.top < 0 else size


def root(args, place):
    value = integer(args[0], place)
    if value < 0:
        raise Failure("domain", place)
    return Number(math.isqrt(value))


def power_of(args, place):
    base, exponent, modulus = (integer(arg, place) for arg in args)
    if exponent < 0 or modulus < 0:
        raise Failure("domain", place)
    if modulus == 0:
        raise Failure("zero", place)
    return Number(pow(base, exponent, modulus))


def extreme(args, place, sign):
    found = number(args[0], place)
    for arg in args[1:]:
        if compare(sign, arg, found, place):
            found = arg
    return found


def shared(args, place, least):
    found = integer(args[0], place)
    for arg in args[1:]:
        other = integer(arg, place)
        found = math.lcm(found, other) if least else math.gcd(found, other)
        checked(Number(found), place)
    return Number(abs(found))


def one_number(work):
    return lambda args, place: work(number(args[0], place))


# Name: least and most arguments, and the work.
BUILTINS = {
    "abs": (1, 1, one_number(lambda x: Number(abs(x.top), x.bottom))),
    "floor": (1, 1, one_number(lambda x: Number(x.top // x.bottom))),
    "ceil": (1, 1, one_number(lambda x: Number(-(-x.top // x.bottom)))),
    "round": (1, 1, one_number(lambda x: Number(rounded(x)))),
    "num": (1, 1, one_number(lambda x: Number(x.top))),
    "den": (1, 1, one_number(lambda x: Number(x.bottom))),
    "isqrt": (1, 1, root),
    "powmod": (3, 3, power_of),
    "min": (1, 99, lambda args, place: extreme(args, place, "<")),
    "max": (1, 99, lambda args, place: extreme(args, place, ">")),
    "gcd": (1, 99, lambda args, place: shared(args, place, False)),
    "lcm": (1, 99, lambda args, place: shared(args, place, True)),
}


class Machine:
    def __init__(self, decimals, echo):
        self.decimals, self.echo = decimals, echo
        self.values, self.functions, self.steps, self.depth = {}, {}, 0, 0

    def run(self, statement):
        """The line that a statement writes, or None."""
        kind, place, *rest = statement
        if kind == "define":
            self.functions[rest[0]] = (rest[1], rest[2])
            return None
        value = self.value(rest[-1], {})
        if kind == "assign":
            self.values[rest[0]] = value
            return f"{rest[0]} = {self.shown(value)}" if self.echo else None
        self.values["ans"] = value
        return self.shown(value)

    def shown(self, value):
        if isinstance(value, bool):
            return "true" if value else "false"
        if self.decimals is None:
            return str(value.top) if value.whole() else f"{value.top}/{value.bottom}"
        scaled = rounded(Number(value.top * 10**self.decimals, value.bottom))
        text = str(abs(scaled)).rjust(self.decimals + 1, "0")
        if self.decimals:
            text = text[: -self.decimals] + "." + text[-self.decimals :]
        return "-" + text if scaled < 0 else text

    def step(self, place):
        self.steps += 1
        if self.steps > STEPS:
            raise Failure("steps", place)

    def value(self, node, local):
        kind, place, *rest = node
        return getattr(self, "on_" + kind)(place, local, *rest)

    def on_value(self, place, local, value):
        return value

    def on_name(self, place, local, name):
        if name in local:
            return local[name]
        if name not in self.values:
            raise Failure("name", place)
        return self.values[name]

    def on_if(self, place, local, test, one, other):
        return self.value(one if truth(self.value(test, local), place) else other, local)

    def on_let(self, place, local, name, value, body):
        return self.value(body, {**local, name: self.value(value, local)})

    def on_logic(self, place, local, sign, one, other):
        first = truth(self.value(one, local), place)
        if first == (sign == "or"):
            return first
        return truth(self.value(other, local), place)

    def on_not(self, place, local, one):
        return not truth(self.value(one, local), place)

    def on_chain(self, place, local, first, links):
        value = self.value(first, local)
        for sign, where, node in links:
            other = self.value(node, local)
            if not compare(sign, value, other, where):
                return False
            value = other
        return True

    def on_binary(self, place, local, sign, one, other):
        first = self.value(one, local)
        return binary(sign, first, self.value(other, local), place)

    def on_sign(self, place, local, sign, one):
        value = number(self.value(one, local), place)
        return Number(-value.top, value.bottom) if sign == "-" else value

    def on_factorial(self, place, local, one):
        return factorial(self.value(one, local), place)

    def on_loop(self, place, local, word, name, first, last, body):
        low, high = (integer(self.value(node, local), place) for node in (first, last))
        found = Number(0 if word == "sum" else 1)
        while low <= high:
            self.step(place)
            value = self.value(body, {**local, name: Number(low)})
            found = binary("+" if word == "sum" else "*", found, value, place)
            low += 1
        return found

    def on_call(self, place, local, name, nodes):
        args = [self.value(node, local) for node in nodes]
        if name in BUILTINS:
            least, most, work = BUILTINS[name]
            if not least <= len(args) <= most:
                raise Failure("arity", place)
            return work(args, place)
        if name not in self.functions:
            raise Failure("name", place)
        names, body = self.functions[name]
        if len(args) != len(names):
            raise Failure("arity", place)
        self.step(place)
        if self.depth == DEPTH:
            raise Failure("depth", place)
        self.depth += 1
        found = self.value(body, dict(zip(names, args)))
        self.depth -= 1
        return found


def options(words):
    decimals, echo = None, False
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "-a":
            echo = True
        elif word == "-p" and words:
            word = words.pop(0)
            if not (1 <= len(word) <= 2 and all(letter in DIGITS for letter in word)):
                raise Failure("usage", None)
            decimals = int(word)
        else:
            raise Failure("usage", None)
    return decimals, echo


def main(words):
    sys.setrecursionlimit(1_000_000)
    out = sys.stdout
    try:
        machine = Machine(*options(words))
    except Failure as failure:
        sys.stderr.write(f"{failure}: calc [-a] [-p N]\n")
        return 2
    try:
        for statement in Parser(sys.stdin.buffer.read()).program():
            line = machine.run(statement)
            if line is not None:
                out.write(line + "\n")
    except Failure as failure:
        out.flush()
        sys.stderr.write(f"{failure}: the program ends here\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
