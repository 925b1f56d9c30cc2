"""sql: SQL over CSV files. BEHAVIOUR.md says what it does."""

import os
import re
import sys

UNIT = 10**6  # numbers are counted in millionths
BOUND = 10**18
TYPES = ("int", "num", "text")
KEYWORDS = set(
    """select from where group by having order limit offset distinct all union except intersect join
    inner left outer cross on as and or not in is null like between exists case when then else end
    true false insert into values update set delete create table drop asc desc cast""".split()
)
AGGREGATES = ("count", "sum", "avg", "min", "max")
FUNCTIONS = {  # name -> least and greatest number of arguments
    "abs": (1, 1),
    "round": (1, 2),
    "sign": (1, 1),
    "length": (1, 1),
    "upper": (1, 1),
    "lower": (1, 1),
    "trim": (1, 1),
    "reverse": (1, 1),
    "substr": (2, 3),
    "replace": (3, 3),
    "instr": (2, 2),
    "nullif": (2, 2),
    "coalesce": (1, 99),
    "least": (1, 99),
    "greatest": (1, 99),
}
TABLE_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]{1,6})?\Z")


class Failure(Exception):
    def __init__(self, word, message, code=1):
        super().__init__(message)
        self.word = word
        self.code = code


# ---- values: None, bool, int (millionths), str ----


def rank(value):
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1
    return 2 if isinstance(value, int) else 3


def constant(value):
    """An expression; its rank tells `true` from 0.000001, which Python takes for equal."""
    return ("value", value, rank(value))


def key_of(value):
    """What values are grouped and ordered by."""
    return (rank(value), 0 if value is None else value)


def compare(a, b):
    if rank(a) != rank(b):
        raise Failure("TYPE", "values of different types are compared")
    return (a > b) - (a < b)


def bounded(number):
    if abs(number) >= BOUND:
        raise Failure("OVERFLOW", "a number is too large")
    return number


def divided(a, b):
    """The quotient, rounded half away from zero."""
    quotient, rest = divmod(abs(a), abs(b))
    if 2 * rest >= abs(b):
        quotient += 1
    return quotient if (a < 0) == (b < 0) else -quotient


def parse_number(text):
    if not NUMBER.match(text):
        return None
    whole, _, fraction = text.lstrip("-").partition(".")
    number = int(whole) * UNIT + int(fraction.ljust(6, "0"))
    return -number if text[0] == "-" else number


def show(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    whole, fraction = divmod(abs(value), UNIT)
    text = f"{whole}.{fraction:06}".rstrip("0").rstrip(".")
    return "-" + text if value < 0 else text


def need(value, wanted, what):
    """NULL passes; 1 boolean, 2 number, 3 text."""
    if value is not None and rank(value) != wanted:
        raise Failure("TYPE", f"{what} needs {('', 'a boolean', 'a number', 'a text')[wanted]}")
    return value


def whole(value, what):
    if need(value, 2, what) is not None and value % UNIT:
        raise Failure("TYPE", f"{what} needs a whole number")
    return value // UNIT


# ---- files ----


class Table:
    def __init__(self, columns, types, rows):
        self.columns = columns
        self.types = types
        self.rows = rows


def split_csv(text):
    """Rows of (field, was it quoted)."""
    rows, row, pos, n = [], [], 0, len(text)
    while pos < n:
        if text[pos] == '"':
            field, pos = [], pos + 1
            while True:
                end = text.find('"', pos)
                if end < 0:
                    raise Failure("DATA", "a quotation mark is missing")
                field.append(text[pos:end])
                pos = end + 1
                if text[pos : pos + 1] != '"':
                    break
                field.append('"')
                pos += 1
            row.append(("".join(field), True))
        else:
            end = pos
            while end < n and text[end] not in ',"\n' and text[end : end + 2] != "\r\n":
                end += 1
            row.append((text[pos:end], False))
            pos = end
        if text[pos : pos + 1] == ",":
            pos += 1
            if pos == n:
                row.append(("", False))
            elif text[pos] == "\n" or text[pos : pos + 2] == "\r\n":
                row.append(("", False))
            else:
                continue
        if text[pos : pos + 2] == "\r\n":
            pos += 2
        elif text[pos : pos + 1] == "\n":
            pos += 1
        elif pos < n:
            raise Failure("DATA", "a quotation mark within a field")
        rows.append(row)
        row = []
    return rows


def parse_table(data):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Failure("DATA", "this is not UTF-8") from None
    rows = split_csv(text)
    if not rows:
        raise Failure("DATA", "there is no header")
    columns, types = [], []
    for field, _ in rows[0]:
        name, colon, kind = field.rpartition(":")
        if not colon or not name or kind not in TYPES or name in columns:
            raise Failure("DATA", f"the header holds {field!r}")
        columns.append(name)
        types.append(kind)
    table = Table(columns, types, [])
    for row in rows[1:]:
        if len(row) != len(columns):
            raise Failure("DATA", "a row has another number of fields")
        table.rows.append([parse_field(field, quoted, kind) for (field, quoted), kind in zip(row, types)])
    return table


def parse_field(field, quoted, kind):
    if field == "" and not quoted:
        return None
    if kind == "text":
        return field
    number = parse_number(field)
    if number is None or abs(number) >= BOUND or (kind == "int" and "." in field):
        raise Failure("DATA", f"{field!r} is no {kind}")
    return number


def csv_line(fields, null=""):
    parts = []
    for field in fields:
        if field is None:
            parts.append(null)
        elif field == "" or any(c in ',"\n\r' for c in field):
            parts.append('"' + field.replace('"', '""') + '"')
        else:
            parts.append(field)
    return ",".join(parts) + "\n"


def show_all(row):
    return [None if value is None else show(value) for value in row]


class Database:
    def __init__(self, folder):
        self.folder = folder
        self.tables = {}  # name -> Table, or None where it is known not to be there
        self.changed = {}

    def path(self, name):
        return os.path.join(self.folder, name + ".csv")

    def look(self, name):
        if name not in self.tables:
            table = None
            if TABLE_NAME.match(name) and os.path.isfile(self.path(name)):
                with open(self.path(name), "rb") as file:
                    table = parse_table(file.read())
            self.tables[name] = table
        return self.tables[name]

    def table(self, name):
        table = self.look(name)
        if table is None:
            raise Failure("TABLE", f"there is no table {name}")
        return table

    def save(self):
        for name in self.changed:
            table = self.tables[name]
            if table is None:
                if os.path.exists(self.path(name)):
                    os.remove(self.path(name))
                continue
            text = csv_line([f"{column}:{kind}" for column, kind in zip(table.columns, table.types)])
            text += "".join(csv_line(show_all(row)) for row in table.rows)
            with open(self.path(name), "wb") as file:
                file.write(text.encode())


# ---- words ----

SYMBOLS = ("<>", "!=", "<=", ">=", "||", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ",", ".", ";")


def scan(text):
    """Tokens (kind, value): key, name, num, str, sym, end."""
    tokens, pos, n = [], 0, len(text)
    while pos < n:
        c = text[pos]
        if c in " \t\r\n":
            pos += 1
        elif text.startswith("--", pos):
            end = text.find("\n", pos)
            pos = n if end < 0 else end
        elif c in "'\"":
            value, pos = [], pos + 1
            while True:
                end = text.find(c, pos)
                if end < 0:
                    raise Failure("SYNTAX", f"{c} is not closed")
                value.append(text[pos:end])
                pos = end + 1
                if text[pos : pos + 1] != c:
                    break
                value.append(c)
                pos += 1
            if c == '"' and value == [""]:
                raise Failure("SYNTAX", "a name is empty")
            tokens.append(("str" if c == "'" else "name", "".join(value)))
        elif c in "0123456789":
            match = re.compile(r"[0-9]+(\.[0-9]+)?").match(text, pos)
            pos = match.end()
            if pos < n and (text[pos].isascii() and text[pos].isalpha() or text[pos] == "_"):
                raise Failure("SYNTAX", "letters follow a number")
            if match[1] and len(match[1]) > 7:
                raise Failure("SYNTAX", "a number has at most six decimals")
            tokens.append(("num", bounded(parse_number(match[0]))))
        elif c.isascii() and c.isalpha() or c == "_":
            match = re.compile(r"[A-Za-z0-9_]+").match(text, pos)
            pos = match.end()
            word = match[0].lower()
            tokens.append(("key" if word in KEYWORDS else "name", word))
        else:
            symbol = next((s for s in SYMBOLS if text.startswith(s, pos)), None)
            if symbol is None:
                raise Failure("SYNTAX", f"{c!r} has no meaning")
            tokens.append(("sym", "<>" if symbol == "!=" else symbol))
            pos += len(symbol)
    tokens.append(("end", ""))
    return tokens


# ---- grammar ----


class Parser:
    def __init__(self, text):
        self.tokens = scan(text)
        self.at = 0

    def peek(self, *values):
        kind, value = self.tokens[self.at]
        return kind in ("key", "sym") and value in values

    def take(self, *values):
        if self.peek(*values):
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def expect(self, value):
        if not self.take(value):
            raise Failure("SYNTAX", f"{value} is expected, not {self.tokens[self.at][1]!r}")

    def name(self):
        kind, value = self.tokens[self.at]
        if kind != "name":
            raise Failure("SYNTAX", f"a name is expected, not {value!r}")
        self.at += 1
        return value

    def names(self):
        found = [self.name()]
        while self.take(","):
            found.append(self.name())
        return found

    def list_of(self, one):
        found = [one()]
        while self.take(","):
            found.append(one())
        return found

    def statements(self):
        found = []
        while self.tokens[self.at][0] != "end":
            if self.take(";"):
                continue
            found.append(self.statement())
            if self.tokens[self.at][0] != "end":
                self.expect(";")
        return found

    def statement(self):
        if self.peek("select", "("):
            return ("select", self.select())
        if self.take("insert"):
            self.expect("into")
            table, columns = self.name(), None
            if self.peek("(") and self.tokens[self.at + 1] != ("key", "select"):
                self.expect("(")
                columns = self.names()
                self.expect(")")
            if self.take("values"):
                return ("insert", table, columns, self.list_of(self.row), None)
            return ("insert", table, columns, None, self.select())
        if self.take("update"):
            table = self.name()
            self.expect("set")
            changes = self.list_of(self.assignment)
            return ("update", table, changes, self.expression() if self.take("where") else None)
        if self.take("delete"):
            self.expect("from")
            table = self.name()
            return ("delete", table, self.expression() if self.take("where") else None)
        if self.take("create"):
            self.expect("table")
            table = self.name()
            if self.take("as"):
                return ("create", table, None, self.select())
            self.expect("(")
            columns = self.list_of(lambda: (self.name(), self.type()))
            self.expect(")")
            return ("create", table, columns, None)
        if self.take("drop"):
            self.expect("table")
            return ("drop", self.name())
        raise Failure("SYNTAX", f"no statement begins with {self.tokens[self.at][1]!r}")

    def type(self):
        name = self.name()
        if name not in TYPES:
            raise Failure("SYNTAX", f"{name} is no type")
        return name

    def row(self):
        self.expect("(")
        values = self.list_of(self.expression)
        self.expect(")")
        return values

    def assignment(self):
        column = self.name()
        self.expect("=")
        return column, self.expression()

    # A select is (parts, order, limit, offset); parts are (operator, core).

    def select(self):
        parts = [("", self.core())]
        while operator := self.take("union", "except", "intersect"):
            if operator == "union" and self.take("all"):
                operator = "all"
            parts.append((operator, self.core()))
        order, limit, offset = [], None, 0
        if self.take("order"):
            self.expect("by")
            order = self.list_of(self.order_item)
        if self.take("limit"):
            limit = self.count()
            if self.take("offset"):
                offset = self.count()
        return (parts, order, limit, offset)

    def count(self):
        kind, value = self.tokens[self.at]
        if kind != "num" or value % UNIT:
            raise Failure("SYNTAX", "a whole number is expected")
        self.at += 1
        return value // UNIT

    def order_item(self):
        expression = self.expression()
        return expression, (self.take("asc", "desc") == "desc")

    def core(self):
        if self.take("("):
            inner = self.select()
            self.expect(")")
            return ("nested", inner)
        self.expect("select")
        distinct = bool(self.take("distinct"))
        if not distinct:
            self.take("all")
        items = self.list_of(self.item)
        sources = []
        if self.take("from"):
            sources.append(("cross", self.source(), None))
            while kind := self.join_kind():
                source = self.source()
                condition = None
                if kind != "cross":
                    self.expect("on")
                    condition = self.expression()
                sources.append((kind, source, condition))
        where = self.expression() if self.take("where") else None
        group = None
        if self.take("group"):
            self.expect("by")
            group = self.list_of(self.expression)
        having = self.expression() if self.take("having") else None
        return ("core", distinct, items, sources, where, group, having)

    def join_kind(self):
        if self.take(","):
            return "cross"
        if self.take("cross"):
            self.expect("join")
            return "cross"
        if self.take("left"):
            self.take("outer")
            self.expect("join")
            return "left"
        if self.take("inner"):
            self.expect("join")
            return "inner"
        return "inner" if self.take("join") else None

    def source(self):
        if self.take("("):
            inner = self.select()
            self.expect(")")
            self.take("as")
            return (None, inner, self.name())
        table = self.name()
        alias = self.name() if self.take("as") or self.tokens[self.at][0] == "name" else table
        return (table, None, alias)

    def item(self):
        if self.take("*"):
            return ("all", None)
        tokens = self.tokens[self.at : self.at + 3]
        if tokens[0][0] == "name" and tokens[1:] == [("sym", "."), ("sym", "*")]:
            self.at += 3
            return ("all", tokens[0][1])
        expression = self.expression()
        alias = None
        if self.take("as") or self.tokens[self.at][0] == "name":
            alias = self.name()
        return ("one", expression, alias)

    # Expressions, from the weakest to the strongest operator.

    def expression(self):
        left = self.conjunction()
        while self.take("or"):
            left = ("or", left, self.conjunction())
        return left

    def conjunction(self):
        left = self.negation()
        while self.take("and"):
            left = ("and", left, self.negation())
        return left

    def negation(self):
        if self.take("not"):
            return ("not", self.negation())
        return self.comparison()

    def comparison(self):
        left = self.sum()
        if operator := self.take("=", "<>", "<", "<=", ">", ">="):
            return ("cmp", operator, left, self.sum())
        if self.take("is"):
            negated = bool(self.take("not"))
            self.expect("null")
            return self.negated(negated, ("isnull", left))
        negated = bool(self.take("not"))
        if self.take("between"):
            low = self.sum()
            self.expect("and")
            high = self.sum()
            return self.negated(negated, ("and", ("cmp", ">=", left, low), ("cmp", "<=", left, high)))
        if self.take("like"):
            return self.negated(negated, ("like", left, self.sum()))
        if self.take("in"):
            self.expect("(")
            if self.peek("select"):
                found = ("insub", left, self.select())
            else:
                found = ("in", left, self.list_of(self.expression))
            self.expect(")")
            return self.negated(negated, found)
        if negated:
            raise Failure("SYNTAX", "between, like or in is expected after not")
        return left

    def negated(self, negated, expression):
        return ("not", expression) if negated else expression

    def sum(self):
        left = self.product()
        while operator := self.take("+", "-", "||"):
            left = ("math", operator, left, self.product())
        return left

    def product(self):
        left = self.sign()
        while operator := self.take("*", "/", "%"):
            left = ("math", operator, left, self.sign())
        return left

    def sign(self):
        if self.take("-"):
            return ("minus", self.sign())
        if self.take("+"):
            return self.sign()
        return self.primary()

    def primary(self):
        kind, value = self.tokens[self.at]
        self.at += 1
        if kind in ("num", "str"):
            return constant(value)
        if kind == "name":
            return self.named(value)
        if kind == "key" and value in ("null", "true", "false"):
            return constant({"null": None, "true": True, "false": False}[value])
        if (kind, value) == ("sym", "("):
            inner = ("scalar", self.select()) if self.peek("select") else self.expression()
            self.expect(")")
            return inner
        if (kind, value) == ("key", "exists"):
            self.expect("(")
            inner = self.select()
            self.expect(")")
            return ("exists", inner)
        if (kind, value) == ("key", "cast"):
            self.expect("(")
            inner = self.expression()
            self.expect("as")
            wanted = self.type()
            self.expect(")")
            return ("cast", inner, wanted)
        if (kind, value) == ("key", "case"):
            return self.case()
        raise Failure("SYNTAX", f"{value!r} cannot stand here")

    def case(self):
        operand = None if self.peek("when") else self.expression()
        branches, otherwise = [], constant(None)
        while self.take("when"):
            condition = self.expression()
            self.expect("then")
            branches.append((condition, self.expression()))
        if not branches:
            raise Failure("SYNTAX", "when is expected")
        if self.take("else"):
            otherwise = self.expression()
        self.expect("end")
        return ("case", operand, branches, otherwise)

    def named(self, name):
        if self.take("."):
            return ("column", name, self.name())
        if not self.take("("):
            return ("column", None, name)
        if name == "count" and self.take("*"):
            self.expect(")")
            return ("aggregate", "count", False, None)
        if name in AGGREGATES:
            distinct = bool(self.take("distinct"))
            argument = self.expression()
            self.expect(")")
            return ("aggregate", name, distinct, argument)
        arguments = [] if self.peek(")") else self.list_of(self.expression)
        self.expect(")")
        return ("call", name, arguments)


# ---- names: an expression becomes one in which columns are ("at", depth, index) ----


class Binder:
    """`scopes` are lists of (alias, column), the innermost last."""

    def __init__(self, database):
        self.database = database

    def column(self, scopes, qualifier, name):
        for depth, scope in enumerate(reversed(scopes)):
            found = [
                i for i, (alias, column) in enumerate(scope) if column == name and qualifier in (None, alias)
            ]
            if len(found) > 1:
                raise Failure("NAME", f"{name} is ambiguous")
            if found:
                return ("at", depth, found[0])
        raise Failure("NAME", f"there is no column {name}")

    def bind(self, e, scopes, aggregates=False):
        def again(x):
            return self.bind(x, scopes, aggregates)

        kind = e[0]
        if kind == "value":
            return e
        if kind == "column":
            return self.column(scopes, e[1], e[2])
        if kind in ("and", "or", "like"):
            return (kind, again(e[1]), again(e[2]))
        if kind in ("not", "isnull", "minus"):
            return (kind, again(e[1]))
        if kind in ("cmp", "math"):
            return (kind, e[1], again(e[2]), again(e[3]))
        if kind == "in":
            return ("in", again(e[1]), tuple(again(x) for x in e[2]))
        if kind in ("scalar", "exists"):
            return (kind, self.subquery(e[1], scopes, kind == "scalar"))
        if kind == "insub":
            return ("insub", again(e[1]), self.subquery(e[2], scopes, True))
        if kind == "cast":
            return ("cast", again(e[1]), e[2])
        if kind == "case":
            operand = None if e[1] is None else again(e[1])
            return ("case", operand, tuple((again(c), again(r)) for c, r in e[2]), again(e[3]))
        if kind == "call":
            if e[1] not in FUNCTIONS:
                raise Failure("NAME", f"there is no function {e[1]}")
            least, most = FUNCTIONS[e[1]]
            if not least <= len(e[2]) <= most:
                raise Failure("COLUMNS", f"{e[1]} takes another number of arguments")
            return ("call", e[1], tuple(again(x) for x in e[2]))
        if not aggregates:
            raise Failure("GROUP", f"{e[1]} cannot stand here")
        return ("aggregate", e[1], e[2], None if e[3] is None else self.bind(e[3], scopes))

    def subquery(self, select, scopes, single):
        plan = self.select(select, scopes)
        if single and len(plan.names) != 1:
            raise Failure("COLUMNS", "a subquery needs one column")
        return plan

    def select(self, select, scopes):
        parts, order, limit, offset = select
        alone = len(parts) == 1 and parts[0][1][0] == "core"
        plans = []
        for operator, core in parts:
            if core[0] == "nested":
                plan = self.select(core[1], scopes)
            else:
                plan = self.core(core, scopes, order if alone else [])
            if plans and len(plan.names) != len(plans[0][1].names):
                raise Failure("COLUMNS", f"{operator} of different numbers of columns")
            plans.append((operator, plan))
        names = plans[0][1].names
        keys = []
        if not alone:
            keys = [(self.output(e, names), down) for e, down in order]
            if any(index is None for index, _ in keys):
                raise Failure("NAME", "order by names no column of the result")
        return Compound(plans, keys, limit, offset)

    def output(self, e, names):
        """The index of the result's column that an item of order by means, or None."""
        if e[0] == "value" and rank(e[1]) == 2:
            index = e[1] // UNIT
            if e[1] % UNIT or not 1 <= index <= len(names):
                raise Failure("NAME", "order by has no such position")
            return index - 1
        if e[0] == "column" and e[1] is None and e[2] in names:
            return names.index(e[2])
        return None

    def core(self, core, outer, order):
        _, distinct, items, sources, where, group, having = core
        scope, joins, aliases = [], [], set()
        for kind, (table, inner, alias), condition in sources:
            if alias in aliases:
                raise Failure("NAME", f"{alias} stands twice in from")
            aliases.add(alias)
            plan = None if inner is None else self.select(inner, [])
            columns = self.database.table(table).columns if plan is None else plan.names
            scope = scope + [(alias, column) for column in columns]
            bound = None if condition is None else self.bind(condition, [*outer, scope])
            joins.append((kind, table, plan, len(columns), bound))
        scopes = [*outer, scope]
        condition = None if where is None else self.bind(where, scopes)
        names, outputs = [], []
        for item in items:
            if item[0] == "all":
                if item[1] is not None and item[1] not in aliases or not scope:
                    raise Failure("NAME", f"there is nothing in {item[1] or 'the empty'}.*")
                for i, (alias, column) in enumerate(scope):
                    if item[1] in (None, alias):
                        names.append(column)
                        outputs.append(("at", 0, i))
                continue
            outputs.append(self.bind(item[1], scopes, True))
            named = item[1][2] if item[1][0] == "column" else f"column{len(outputs)}"
            names.append(named if item[2] is None else item[2])
        keys = []
        for e, down in order:
            index = self.output(e, names)
            if index is None and distinct:
                raise Failure("NAME", "order by of distinct rows names a column of the result")
            keys.append((index, None if index is not None else self.bind(e, scopes, True), down))
        bound_having = None if having is None else self.bind(having, scopes, True)
        everything = [*outputs, *(e for _, e, _ in keys if e is not None)]
        grouped = group is not None or having is not None or any(map(has_aggregate, everything))
        groups = [self.bind(e, scopes) for e in group or []]
        aggregates = []
        if grouped:
            regroup = Regroup(groups, aggregates, len(scope))
            outputs = [regroup(e) for e in outputs]
            keys = [(index, None if e is None else regroup(e), down) for index, e, down in keys]
            bound_having = None if having is None else regroup(bound_having)
        return Core(names, joins, condition, grouped, groups, aggregates, bound_having, outputs, distinct, keys, group is None)


def parts_of(e):
    """The expressions in an expression (not in its subqueries)."""
    kind = e[0]
    if kind in ("value", "at", "scalar", "exists"):
        return []
    if kind in ("cmp", "math"):
        return [e[2], e[3]]
    if kind in ("in", "call"):
        return [e[1], *e[2]] if kind == "in" else list(e[2])
    if kind in ("insub", "cast", "not", "isnull", "minus"):
        return [e[1]]
    if kind == "case":
        return [*([] if e[1] is None else [e[1]]), *(x for branch in e[2] for x in branch), e[3]]
    if kind == "aggregate":
        return [] if e[3] is None else [e[3]]
    return [e[1], e[2]]


def has_aggregate(e):
    return e[0] == "aggregate" or any(map(has_aggregate, parts_of(e)))


class Regroup:
    """Turns an expression over rows into one over groups.

    A group's row is that of its first row, then the values it is grouped by, then its aggregates.
    """

    def __init__(self, groups, aggregates, width):
        self.groups, self.aggregates, self.width = groups, aggregates, width

    def __call__(self, e):
        if e in self.groups:
            return ("at", 0, self.width + self.groups.index(e))
        kind = e[0]
        if kind == "aggregate":
            if e not in self.aggregates:
                self.aggregates.append(e)
            return ("at", 0, self.width + len(self.groups) + self.aggregates.index(e))
        if kind == "at" and e[1] == 0:
            raise Failure("GROUP", "a column is neither grouped nor aggregated")
        if kind in ("value", "at", "scalar", "exists"):
            return e
        if kind in ("cmp", "math"):
            return (kind, e[1], self(e[2]), self(e[3]))
        if kind == "in":
            return (kind, self(e[1]), tuple(map(self, e[2])))
        if kind == "call":
            return (kind, e[1], tuple(map(self, e[2])))
        if kind in ("insub", "cast"):
            return (kind, self(e[1]), e[2])
        if kind in ("not", "isnull", "minus"):
            return (kind, self(e[1]))
        if kind == "case":
            operand = None if e[1] is None else self(e[1])
            return (kind, operand, tuple((self(c), self(r)) for c, r in e[2]), self(e[3]))
        return (kind, self(e[1]), self(e[2]))


# ---- running ----


def distinct_rows(rows):
    seen, found = set(), []
    for row in rows:
        key = tuple(map(key_of, row))
        if key not in seen:
            seen.add(key)
            found.append(row)
    return found


def order_rows(pairs, downs):
    """Sorts pairs (keys, row) by their keys; `downs` says which descend."""
    for i in reversed(range(len(downs))):
        pairs.sort(key=lambda pair: key_of(pair[0][i]), reverse=downs[i])
    return [row for _, row in pairs]


class Compound:
    def __init__(self, plans, keys, limit, offset):
        self.plans, self.keys, self.limit, self.offset = plans, keys, limit, offset
        self.names = plans[0][1].names

    def run(self, database, env):
        rows = []
        for operator, plan in self.plans:
            more = plan.run(database, env)
            if operator in ("", "all"):
                rows = rows + more
            elif operator == "union":
                rows = distinct_rows(rows + more)
            else:
                there = {tuple(map(key_of, row)) for row in more}
                wanted = operator == "intersect"
                rows = [row for row in distinct_rows(rows) if (tuple(map(key_of, row)) in there) == wanted]
        if self.keys:
            pairs = [([row[index] for index, _ in self.keys], row) for row in rows]
            rows = order_rows(pairs, [down for _, down in self.keys])
        return rows[self.offset :] if self.limit is None else rows[self.offset : self.offset + self.limit]


class Core:
    def __init__(self, names, joins, where, grouped, groups, aggregates, having, outputs, distinct, keys, single):
        self.names, self.joins, self.where = names, joins, where
        self.grouped, self.groups, self.aggregates, self.having = grouped, groups, aggregates, having
        self.outputs, self.distinct, self.keys = outputs, distinct, keys
        self.single = single  # without group by there is one group, even of no rows
        self.width = sum(width for _, _, _, width, _ in joins)

    def rows(self, database, env):
        rows = [[]]
        for kind, table, plan, width, condition in self.joins:
            more = database.table(table).rows if plan is None else plan.run(database, [])
            joined = []
            for left in rows:
                matched = False
                for right in more:
                    row = [*left, *right]
                    if condition is None or truth(condition, database, [*env, row]):
                        joined.append(row)
                        matched = True
                if kind == "left" and not matched:
                    joined.append([*left, *[None] * width])
            rows = joined
        if self.where is not None:
            rows = [row for row in rows if truth(self.where, database, [*env, row])]
        return rows

    def group_rows(self, rows, database, env):
        members = {}
        for row in rows:
            values = [evaluate(e, database, [*env, row]) for e in self.groups]
            members.setdefault(tuple(map(key_of, values)), (values, []))[1].append(row)
        if self.single and not members:
            members[()] = ([], [])
        found = []
        for values, group in members.values():
            first = group[0] if group else [None] * self.width
            totals = [aggregate(e, group, database, env) for e in self.aggregates]
            row = [*first, *values, *totals]
            if self.having is None or truth(self.having, database, [*env, row]):
                found.append(row)
        return found

    def run(self, database, env):
        rows = self.rows(database, env)
        if self.grouped:
            rows = self.group_rows(rows, database, env)
        pairs = []
        for row in rows:
            inner = [*env, row]
            out = [evaluate(e, database, inner) for e in self.outputs]
            keys = [out[i] if e is None else evaluate(e, database, inner) for i, e, _ in self.keys]
            pairs.append((keys, out))
        if self.distinct:
            kept = distinct_rows([out for _, out in pairs])
            pairs = [([out[i] for i, _, _ in self.keys], out) for out in kept]
        return order_rows(pairs, [down for _, _, down in self.keys])


def aggregate(e, rows, database, env):
    _, name, distinct, argument = e
    if argument is None:
        return bounded(len(rows) * UNIT)
    values = [evaluate(argument, database, [*env, row]) for row in rows]
    values = [value for value in values if value is not None]
    if distinct:
        values = [row[0] for row in distinct_rows([[value] for value in values])]
    if name == "count":
        return len(values) * UNIT
    if not values:
        return None
    if name in ("min", "max"):
        return (min if name == "min" else max)(values, key=key_of)
    total = 0
    for value in values:
        total = bounded(total + need(value, 2, name))
    return total if name == "sum" else divided(total, len(values))


def truth(e, database, env):
    return need(evaluate(e, database, env), 1, "a condition") is True


def any_of(values, value):
    """Whether a value is in a list, by the rules of NULL."""
    unknown = False
    for other in values:
        if value is None or other is None:
            unknown = True
        elif compare(value, other) == 0:
            return True
    return None if unknown else False


def evaluate(e, database, env):
    kind = e[0]
    if kind == "value":
        return e[1]
    if kind == "at":
        return env[-1 - e[1]][e[2]]
    if kind in ("and", "or"):
        decides = kind == "or"
        left = need(evaluate(e[1], database, env), 1, kind)
        if left is decides:
            return left
        right = need(evaluate(e[2], database, env), 1, kind)
        if right is decides:
            return right
        return None if left is None or right is None else not decides
    if kind == "exists":
        return bool(e[1].run(database, env))
    if kind == "scalar":
        rows = e[1].run(database, env)
        if len(rows) > 1:
            raise Failure("ROWS", "a subquery has more than one row")
        return rows[0][0] if rows else None
    if kind == "case":
        return choose(e, database, env)
    if kind == "call":
        if e[1] == "coalesce":
            for argument in e[2]:
                value = evaluate(argument, database, env)
                if value is not None:
                    return value
            return None
        return call(e[1], [evaluate(x, database, env) for x in e[2]])
    if kind == "insub":
        value = evaluate(e[1], database, env)
        return any_of([row[0] for row in e[2].run(database, env)], value)
    if kind == "in":
        value = evaluate(e[1], database, env)
        return any_of([evaluate(x, database, env) for x in e[2]], value)
    if kind in ("cmp", "math"):
        left, right = evaluate(e[2], database, env), evaluate(e[3], database, env)
        return compared(e[1], left, right) if kind == "cmp" else calculated(e[1], left, right)
    value = evaluate(e[1], database, env)
    if kind == "not":
        return None if need(value, 1, kind) is None else not value
    if kind == "isnull":
        return value is None
    if kind == "minus":
        return None if need(value, 2, "-") is None else -value
    if kind == "cast":
        return cast(value, e[2])
    pattern = need(evaluate(e[2], database, env), 3, "like")
    return None if need(value, 3, "like") is None or pattern is None else like(value, pattern)


def compared(operator, left, right):
    if left is None or right is None:
        return None
    c = compare(left, right)
    return {"=": c == 0, "<>": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[operator]


def calculated(operator, left, right):
    wanted = 3 if operator == "||" else 2
    need(left, wanted, operator)
    need(right, wanted, operator)
    if left is None or right is None:
        return None
    if operator == "||":
        return left + right
    if operator == "+":
        return bounded(left + right)
    if operator == "-":
        return bounded(left - right)
    if operator == "*":
        return bounded(divided(left * right, UNIT))
    if right == 0:
        raise Failure("DIVIDE", "division by zero")
    if operator == "/":
        return bounded(divided(left * UNIT, right))
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def choose(e, database, env):
    _, operand, branches, otherwise = e
    value = None if operand is None else evaluate(operand, database, env)
    for condition, result in branches:
        if operand is None:
            fits = truth(condition, database, env)
        else:
            fits = compared("=", value, evaluate(condition, database, env))
        if fits:
            return evaluate(result, database, env)
    return evaluate(otherwise, database, env)


def like(text, pattern):
    """By the positions in the text that the pattern so far can end at."""
    ends = {0}
    for c in pattern:
        if c == "%":
            ends = set(range(min(ends), len(text) + 1)) if ends else ends
        else:
            ends = {i + 1 for i in ends if i < len(text) and c in ("_", text[i])}
    return len(text) in ends


def cast(value, wanted):
    if value is None:
        return None
    if wanted == "text":
        return show(value)
    if isinstance(value, str):
        number = parse_number(value)
        if number is None:
            raise Failure("TYPE", f"{value!r} is no number")
        value = bounded(number)
    need(value, 2, "cast")
    if wanted == "int":
        part = abs(value) // UNIT * UNIT
        return -part if value < 0 else part
    return value


def ascii_case(text, upper):
    return "".join((c.upper() if upper else c.lower()) if c.isascii() else c for c in text)


def call(name, values):
    if name == "nullif":
        return None if compared("=", values[0], values[1]) else values[0]
    if any(value is None for value in values):
        return None
    first = values[0]
    if name in ("least", "greatest"):
        for value in values[1:]:
            if (compare(value, first) < 0) == (name == "least") and compare(value, first) != 0:
                first = value
        return first
    if name in ("abs", "round", "sign"):
        need(first, 2, name)
        if name == "abs":
            return abs(first)
        if name == "sign":
            return ((first > 0) - (first < 0)) * UNIT
        digits = whole(values[1], name) if len(values) > 1 else 0
        if not 0 <= digits <= 6:
            raise Failure("TYPE", "round has 0 to 6 decimals")
        unit = 10 ** (6 - digits)
        return bounded(divided(first, unit) * unit)
    need(first, 3, name)
    if name == "length":
        return len(first) * UNIT
    if name in ("upper", "lower"):
        return ascii_case(first, name == "upper")
    if name == "trim":
        return first.strip(" ")
    if name == "reverse":
        return first[::-1]
    if name == "substr":
        start = whole(values[1], name) - 1
        end = len(first) if len(values) < 3 else start + whole(values[2], name)
        return first[max(start, 0) : max(end, 0)]
    need(values[1], 3, name)
    if name == "instr":
        return (first.find(values[1]) + 1) * UNIT
    need(values[2], 3, name)
    return first.replace(values[1], values[2]) if values[1] else first


# ---- statements ----


def stored(value, kind):
    """A value as a column of this type keeps it."""
    if value is None:
        return None
    if kind == "int":
        whole(value, "an int column")
    return need(value, 3 if kind == "text" else 2, f"a {kind} column")


def indexes(table, columns):
    if columns is None:
        return list(range(len(table.columns)))
    for column in columns:
        if column not in table.columns or columns.count(column) > 1:
            raise Failure("NAME", f"{column} is no column, or stands twice")
    return [table.columns.index(column) for column in columns]


class Session:
    def __init__(self, database, null):
        self.database, self.null = database, null
        self.binder = Binder(database)
        self.out = []
        self.results = 0

    def run(self, statement):
        getattr(self, "do_" + statement[0])(*statement[1:])

    def do_select(self, select):
        plan = self.binder.select(select, [])
        rows = plan.run(self.database, [])
        if self.results:
            self.out.append("\n")
        self.results += 1
        self.out.append(csv_line(plan.names))
        self.out.extend(csv_line(show_all(row), self.null) for row in rows)

    def do_insert(self, name, columns, values, select):
        table = self.database.table(name)
        where = indexes(table, columns)
        if select is None:
            rows = [[self.binder.bind(e, []) for e in row] for row in values]
            widths = {len(row) for row in rows}
        else:
            plan = self.binder.select(select, [])
            widths = {len(plan.names)}
        if widths != {len(where)}:
            raise Failure("COLUMNS", "another number of values than of columns")
        if select is None:
            rows = [[evaluate(e, self.database, []) for e in row] for row in rows]
        else:
            rows = plan.run(self.database, [])
        added = []
        for row in rows:
            new = [None] * len(table.columns)
            for index, value in zip(where, row):
                new[index] = stored(value, table.types[index])
            added.append(new)
        table.rows = table.rows + added
        self.done(name, "inserted", len(added))

    def do_update(self, name, changes, where):
        table = self.database.table(name)
        scopes = [[(name, column) for column in table.columns]]
        at = indexes(table, [column for column, _ in changes])
        bound = [self.binder.bind(e, scopes) for _, e in changes]
        condition = constant(True) if where is None else self.binder.bind(where, scopes)
        rows, count = [], 0
        for row in table.rows:
            if truth(condition, self.database, [row]):
                new, count = list(row), count + 1
                for index, e in zip(at, bound):
                    new[index] = stored(evaluate(e, self.database, [row]), table.types[index])
                row = new
            rows.append(row)
        table.rows = rows
        self.done(name, "updated", count)

    def do_delete(self, name, where):
        table = self.database.table(name)
        scopes = [[(name, column) for column in table.columns]]
        condition = constant(True) if where is None else self.binder.bind(where, scopes)
        kept = [row for row in table.rows if not truth(condition, self.database, [row])]
        count = len(table.rows) - len(kept)
        table.rows = kept
        self.done(name, "deleted", count)

    def do_create(self, name, columns, select):
        if not TABLE_NAME.match(name):
            raise Failure("NAME", f"{name} cannot be the name of a table")
        if self.database.look(name) is not None:
            raise Failure("TABLE", f"there is a table {name} already")
        rows = []
        if select is not None:
            plan = self.binder.select(select, [])
            rows = plan.run(self.database, [])
            columns = [(column, kind_of([row[i] for row in rows])) for i, column in enumerate(plan.names)]
        names = [column for column, _ in columns]
        if len(set(names)) < len(names):
            raise Failure("NAME", "a column stands twice")
        self.database.tables[name] = Table(names, [kind for _, kind in columns], rows)
        self.database.changed[name] = True

    def do_drop(self, name):
        self.database.table(name)
        self.database.tables[name] = None
        self.database.changed[name] = True

    def done(self, name, word, count):
        self.database.changed[name] = True
        self.out.append(f"{word} {count}\n")


def kind_of(values):
    """The type of a column that holds these values."""
    ranks = {rank(value) for value in values} - {0}
    if 1 in ranks or len(ranks) > 1:
        raise Failure("TYPE", "a column cannot hold these values")
    if ranks == {2}:
        return "num" if any(value is not None and value % UNIT for value in values) else "int"
    return "text"


def main(arguments):
    null = ""
    if arguments[:1] == ["-n"] and len(arguments) > 1:
        null, arguments = arguments[1], arguments[2:]
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        sys.stderr.write("USAGE: sql [-n TEXT] [FOLDER], with statements on stdin\n")
        return 2
    session = Session(Database(arguments[0] if arguments else "."), null)
    failure = None
    try:
        try:
            text = sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError:
            raise Failure("SYNTAX", "the statements are not UTF-8") from None
        for statement in Parser(text).statements():
            session.run(statement)
    except Failure as error:
        failure = error
    session.database.save()
    sys.stdout.buffer.write("".join(session.out).encode("utf-8"))
    sys.stdout.buffer.flush()
    if failure:
        sys.stderr.write(f"{failure.word}: {failure}\n".encode("ascii", "replace").decode())
        return failure.code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
