"""Cases of sql: statements over small tables, drawn by cluster in fixed shares."""

# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
from case import Case

NAME = "sql"
COMMAND = ["python3", "reference/main.py"]

SHARE = 24  # cases a cluster
FIRST = "Ada Bo Cleo Dee Ève Finn Gus Hal Iris Jo Ködel Lou Mo Nia Ola Pía Quin Rae Sol Tove".split()
CITIES = ("Oslo", "Gent", "Porto", "Łódź", "Turku", "Bern")
TITLES = ("Sea", "Land", "Air", "Ice", "Fire")


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def field(text):
    if text is None:
        return ""
    if text == "" or any(c in ',"\n\r' for c in text):
        return '"' + text.replace('"', '""') + '"'
    return text


def csv(header, rows, ending="\n"):
    lines = [header] + [",".join(map(field, row)) for row in rows]
    return (ending.join(lines) + ending).encode()


def maybe(rng, text, share=0.15):
    return None if rng.random() < share else text


def money(rng, top=200):
    n = rng.randint(-20 if rng.random() < 0.2 else 0, top)
    return rng.choice((f"{n}", f"{n}.5", f"{n}.25", f"{n}.{rng.randint(1, 99):02}", f"{n}.333333"))


def people(rng, n):
    rows = []
    for i in range(n):
        name = maybe(rng, rng.choice(FIRST), 0.08)
        boss = maybe(rng, str(rng.randint(1, max(n, 1))), 0.3)
        rows.append((str(i + 1), name, maybe(rng, str(rng.choice((10, 20, 30, 40)))), maybe(rng, money(rng)), maybe(rng, rng.choice(CITIES)), boss))
    rng.shuffle(rows)
    return csv("id:int,name:text,dept:int,pay:num,city:text,boss:int", rows)


def departments(rng):
    rows = [(str(10 * (i + 1)), title, maybe(rng, str(rng.randint(1, 9) * 50))) for i, title in enumerate(rng.sample(TITLES, 4)) if rng.random() < 0.85]
    return csv("id:int,title:text,budget:num", rows)


def orders(rng, n):
    rows = [(str(100 + i), maybe(rng, str(rng.randint(1, 12)), 0.1), rng.choice(("pen", "ink", "pad", "ink, red", 'so "it" goes', "")), str(rng.randint(0, 9)), maybe(rng, money(rng, 30), 0.1)) for i in range(n)]
    return csv("nr:int,person:int,what:text,many:int,price:num", rows)


def tables(rng, small=False):
    n = rng.randint(0, 5) if small else rng.randint(6, 14)
    return {"p.csv": people(rng, n), "d.csv": departments(rng), "o.csv": orders(rng, rng.randint(3, 16))}


def case(cluster, text, files, outputs=(), kind="valid", args=()):
    data = text if isinstance(text, bytes) else text.encode()
    return Case(cluster, args, data, files, tuple(outputs), kind)


def shouted(rng, text):
    """Keywords in another case, line breaks for blanks, comments: the same statement."""
    if rng.random() < 0.3:
        text = text.replace("select ", rng.choice(("SELECT ", "Select\n", "select\t"))).replace(" from ", rng.choice((" FROM ", "\nfrom ", " from -- here\n ")))
    return text


# ---- expressions of a known type over p (with the prefix `t`) ----


def number(rng, t="", depth=2):
    if depth == 0 or rng.random() < 0.3:
        return rng.choice((f"{t}id", f"{t}dept", f"{t}pay", str(rng.randint(0, 50)), money(rng, 20).lstrip("-"), f"{t}pay"))
    a, b = number(rng, t, depth - 1), number(rng, t, depth - 1)
    return rng.choice(
        (
            f"{a} + {b}",
            f"{a} - {b}",
            f"({a}) * {rng.choice(('2', '0.5', '1.25', '-3'))}",
            f"({a}) / {rng.choice(('3', '7', '0.3', '-4'))}",
            f"({a}) % {rng.choice(('7', '2.5', '-3'))}",
            f"-({a})",
            f"abs({a})",
            f"round({a}, {rng.randint(0, 3)})",
            f"round({a})",
            f"coalesce({a}, {b})",
            f"length({words(rng, t, 0)})",
            f"case when {truth(rng, t, 0)} then {a} else {b} end",
            f"cast({a} as int)",
            f"greatest({a}, {b})",
            f"sign({a})",
        )
    )


def words(rng, t="", depth=1):
    if depth == 0 or rng.random() < 0.3:
        return rng.choice((f"{t}name", f"{t}city", f"{t}name", quoted(rng.choice((*CITIES, "it's", "", "x")))))
    a, b = words(rng, t, depth - 1), words(rng, t, depth - 1)
    return rng.choice(
        (
            f"{a} || {b}",
            f"upper({a})",
            f"lower({a})",
            f"substr({a}, {rng.randint(-1, 4)}, {rng.randint(0, 3)})",
            f"substr({a}, {rng.randint(0, 3)})",
            f"reverse({a})",
            f"replace({a}, 'o', {quoted(rng.choice(('', '00', 'é')))})",
            f"coalesce({a}, {b}, '-')",
            f"nullif({a}, {b})",
            f"trim('  ' || {a} || ' ')",
            f"cast({t}pay as text)",
            f"least({a}, {b})",
            f"case {t}dept when 10 then {a} when 20 then {b} end",
        )
    )


def truth(rng, t="", depth=2):
    if depth == 0 or rng.random() < 0.25:
        return rng.choice(
            (
                f"{t}pay {rng.choice(('<', '<=', '>', '>=', '=', '<>', '!='))} {money(rng)}",
                f"{t}dept = {rng.choice((10, 20, 30))}",
                f"{t}name < {quoted(rng.choice(FIRST))}",
                f"{t}city is null",
                f"{t}pay is not null",
                f"{t}city = {quoted(rng.choice(CITIES))}",
            )
        )
    a, b = truth(rng, t, depth - 1), truth(rng, t, depth - 1)
    return rng.choice(
        (
            f"{a} and {b}",
            f"{a} or {b}",
            f"not ({a})",
            f"({a}) or ({b})",
            f"{t}pay {rng.choice(('', 'not '))}between {rng.randint(0, 60)} and {rng.randint(50, 150)}",
            f"{t}dept {rng.choice(('', 'not '))}in (10, {rng.choice(('20', '30', 'null'))})",
            f"{t}name {rng.choice(('', 'not '))}like {quoted(rng.choice(('%a%', '_o%', '%e', '__', '%', '', 'J_', '%ö%', 'A%a')))}",
            f"{number(rng, t, 1)} > {number(rng, t, 1)}",
            f"{words(rng, t, 1)} >= {words(rng, t, 0)}",
            f"({a}) = ({b})",
        )
    )


# ---- clusters ----


def choose(rng, i):
    items = rng.choice(("*", "id, name", "name as who, pay", "id, pay * 2 double, city", f"id, {number(rng)} as n", f"id, {words(rng)} as w"))
    text = f"select {rng.choice(('', '', '', 'distinct '))}{items} from p"
    distinct = "distinct" in text
    if rng.random() < 0.7:
        text += f" where {truth(rng)}"
    if rng.random() < 0.7:
        keys = ("1", "1 desc", "1 asc") if distinct else ("pay desc, id", "name, id desc", "city, pay, id", "length(name) desc, name, id", "2, id" if items != "*" else "dept desc, id", "dept % 20, -pay, id")
        text += f" order by {rng.choice(keys)}"
        text += rng.choice(("", "", " limit 3", " limit 4 offset 2", " limit 0", " limit 100 offset 3"))
    more = rng.choice(("", ";", f"; select distinct {rng.choice(('city', 'dept', 'city, dept'))} from p order by 1"))
    return case("select", shouted(rng, text + more), tables(rng), args=rng.choice(((), (), (), ("-n", "NULL"), ("-n", "-", "."))))


def compute(rng, i):
    items = []
    for _ in range(rng.randint(2, 5)):
        a, b = money(rng, 900), money(rng, 40)
        items.append(
            rng.choice(
                (
                    f"{a} * {b}",
                    f"{a} / {b}" if b.strip("-0.") else a,
                    f"{a} % {b}" if b.strip("-0.") else b,
                    f"({a}) - ({b})",
                    f"{rng.randint(1, 9)} / {rng.choice((3, 6, 7, 9, 11))}",
                    f"round({a}, {rng.randint(0, 6)})",
                    f"round(-{rng.randint(0, 9)}.{rng.choice(('5', '45', '005', '2345'))}, {rng.randint(0, 2)})",
                    f"cast({quoted(b)} as {rng.choice(('num', 'text'))})",
                    f"cast({a} as int)",
                    f"cast(true and {rng.randint(0, 3)} > 1 as text)",
                    f"substr({quoted(rng.choice(FIRST + ['naïve ☃ 𝄞 end']))}, {rng.randint(-2, 5)}, {rng.randint(-1, 6)})",
                    f"length({quoted(rng.choice(('', '𝄞𝄞', 'é', 'ab c')))})",
                    f"reverse({quoted(rng.choice(('a𝄞b', 'Łódź', '')))})",
                    f"upper({quoted(rng.choice(FIRST))}) || lower({quoted(rng.choice(FIRST))})",
                    f"instr({quoted('a𝄞béc')}, {quoted(rng.choice(('b', 'c', 'x', '', 'éc')))})",
                    f"replace('banana', {quoted(rng.choice(('an', 'a', '', 'x')))}, {quoted(rng.choice(('', 'o', 'aa')))})",
                    f"greatest({a}, {b}, 3)",
                    f"least('b', {quoted(rng.choice(('a', 'B', 'é', '')))})",
                    f"{quoted(rng.choice(('𝄞', 'é', '～', 'z')))} < {quoted(rng.choice(('～', 'z', '𝄞')))}",
                    f"1 + 2 * {rng.randint(1, 9)} - -{rng.randint(1, 9)} % 4",
                    f"not {rng.randint(1, 5)} = {rng.randint(1, 5)} or false and null",
                    f"case {rng.randint(1, 4)} when 1 then 'one' when 2 then 'two' {rng.choice(('', 'else ' + quoted('many')))} end",
                    f"{quoted(rng.choice(('a%b', 'axxb', 'ab', 'a.b', '𝄞b')))} like {quoted(rng.choice(('a%b', 'a_b', '%%', '_b', 'a%x%b', '%b')))}",
                    "0.1 + 0.2",
                    "2 * 3.500000",
                    "999999999999 + 0.999999",
                    "0.000001 * 0.5",
                    "-0.000001 * 0.5",
                    "trim('  a b  ')",
                )
            )
        )
    return case("compute", "select " + ", ".join(items), {}, kind="edge")


def unknown(rng, i):
    logic = rng.choice(
        (
            "select a.v, b.v, a.v and b.v as x, a.v or b.v as y, not a.v as z from (select true v union all select false union all select null) a, (select true v union all select false union all select null) b",
            "select null = null, null is null, 1 + null, null || 'a', null in (1, 2), 1 in (1, null), 2 in (1, null), not null, null between 1 and 2",
            "select coalesce(null, null, 3), nullif(1, 1), nullif(1, 2), nullif(null, 1), greatest(1, null), case null when null then 1 else 2 end, case when null then 1 else 2 end",
            f"select id, pay > {rng.randint(10, 100)} as big, city = 'Oslo' or dept = 10 as k, dept in (10, null) as m from p order by id",
            "select count(*), count(pay), count(city), count(distinct dept), sum(pay), avg(pay), min(city), max(name) from p",
            "select sum(pay), avg(pay), min(pay), max(pay), count(pay), count(*) from p where id < 0",
            "select dept, city, count(*) from p group by dept, city order by dept, city desc",
            f"select id from p where dept not in (select id from d where id > {rng.choice((0, 100))}) order by id",
            "select id from p where dept not in (select dept from p where dept is null or dept = 10) order by id",
            "select distinct city from p order by city desc; select name from p order by name, id limit 5",
            f"select id, name from p where not (pay > {rng.randint(10, 150)} and city <> 'Gent') order by 1",
        )
    )
    return case("nulls", logic, tables(rng, rng.random() < 0.3), args=rng.choice((("-n", "NULL"), ("-n", "?"), ())), kind="edge")


def joins(rng, i):
    text = rng.choice(
        (
            f"select p.name, d.title from p {rng.choice(('join', 'inner join', 'left join', 'left outer join'))} d on p.dept = d.id order by p.id",
            "select d.title, p.name, o.what from d left join p on p.dept = d.id left join o on o.person = p.id and o.many > 2 order by d.id, p.id, o.nr",
            "select a.name, b.name as boss, a.pay - b.pay diff from p a join p b on a.boss = b.id order by a.id",
            "select a.id, b.id from p a left join p as b on a.boss = b.id and b.pay > a.pay order by a.id",
            f"select count(*) from p, d where p.dept {rng.choice(('<', '=', '>='))} d.id",
            "select * from d cross join (select 1 as one, 'x' as letter union select 2, 'y') e order by d.id, one",
            f"select p.*, o.nr from o join p on p.id = o.person where {truth(rng, 'p.', 1)} order by o.nr",
            f"select o.nr, o.many * o.price as total, name from o left join p on person = id where {truth(rng, 'p.', 1)} order by total desc, nr",
            "select x.title, y.n from d x left join (select dept, count(*) n from p group by dept) y on y.dept = x.id order by x.id desc",
            f"select p.id, d.id from p left join d on {rng.choice(('false', 'true', 'null', 'p.dept < d.id'))} order by 1, 2 limit 12",
            f"select o.*, d.* from o, d where o.many * 10 = d.id order by o.nr limit {rng.randint(1, 9)}",
        )
    )
    return case("joins", shouted(rng, text), tables(rng, rng.random() < 0.2))


def groups(rng, i):
    text = rng.choice(
        (
            f"select dept, count(*) n, sum(pay) total, avg(pay) from p where {truth(rng, '', 1)} group by dept order by {rng.choice(('1', 'n desc, dept', 'total, dept', 'avg(pay) desc, 1'))}",
            f"select city, max(pay) - min(pay) as spread from p group by city having count(*) > {rng.randint(0, 2)} order by spread desc, city",
            "select dept % 20 as half, city, count(distinct name), min(name) from p group by dept % 20, city order by 1, 2",
            "select what, sum(many), sum(many * price), avg(distinct many) from o group by what order by sum(many) desc, what",
            "select what || '!', count(*) * 2 + 1 from o group by what having sum(many) > 3 or min(price) is null order by what",
            "select d.title, count(p.id), sum(p.pay) from d left join p on p.dept = d.id group by d.id, d.title order by d.id",
            f"select count(*), sum(distinct many), max(what) from o where many > {rng.randint(0, 12)}",
            f"select 'all', avg(pay) from p having count(*) > {rng.randint(0, 20)}",
            "select case when pay > 100 then 'high' when pay is null then 'none' else 'low' end as band, count(*) from p group by case when pay > 100 then 'high' when pay is null then 'none' else 'low' end order by band",
            "select dept from p group by dept order by count(*) desc, dept",
            "select length(name), count(*), max(length(city)) from p group by length(name) order by 1 desc",
            "select city from p group by city",
            "select distinct count(*) from p group by dept order by 1",
            "select upper(city), coalesce(sum(pay), 0) from p group by city, name order by 2, 1",
            "select true, 0.000001, max(true), max(0.000001), count(*) from p group by 0.000001",
        )
    )
    return case("groups", shouted(rng, text), tables(rng, rng.random() < 0.15))


def subqueries(rng, i):
    text = rng.choice(
        (
            f"select name from p where pay {rng.choice(('>', '<=', '='))} (select {rng.choice(('avg', 'max', 'min'))}(pay) from p) order by id",
            "select name, (select title from d where d.id = p.dept) as t from p order by p.id",
            "select id, (select count(*) from o where person = p.id) n, (select max(price) from o where o.person = p.id) m from p order by n desc, id",
            f"select title from d where {rng.choice(('', 'not '))}exists (select 1 from p where p.dept = d.id and pay > {rng.randint(10, 150)}) order by title",
            f"select id from p where id {rng.choice(('', 'not '))}in (select person from o where many > {rng.randint(0, 8)} and person is not null) order by id",
            "select id, name from p a where pay = (select max(pay) from p b where b.dept = a.dept) order by id",
            "select t.dept, t.top from (select dept, max(pay) top from p group by dept) t where t.top is not null order by t.top desc, t.dept",
            f"select who, n from (select name who, id n from p order by id desc limit {rng.randint(1, 6)}) q where n > 2",
            "select dept, (select title from d where d.id = dept) as t, count(*) from p group by dept order by dept",
            "select dept, count(*) from p group by dept having count(*) >= (select min(n) from (select count(*) n from p group by dept) c) order by dept",
            "select a.id from p a where exists (select 1 from p b where b.boss = a.id and exists (select 1 from o where o.person = b.id and o.many < a.id)) order by a.id",
            "select (select 1 where false) is null, exists (select null), 3 in (select 3 union select null), 4 in (select 3 union select null)",
            "select sum((select count(*) from o where o.person = p.id)) from p",
            "select id, case when id in (select boss from p) then 'boss' else 'staff' end from p order by id",
        )
    )
    return case("subqueries", shouted(rng, text), tables(rng, rng.random() < 0.15), args=rng.choice(((), ("-n", "NULL"))))


def sets(rng, i):
    one = rng.choice(("select city from p", "select name from p", "select distinct city from p where pay > 50", "select title from d"))
    two = rng.choice(("select city from p where dept = 10", "select what from o", "select title from d", "select 'Oslo'", "select null", "select name from p where id < 5"))
    three = rng.choice(("select 'Gent'", "select city from p where id > 3", "(select what from o order by nr limit 2)"))
    op, again = rng.choice(("union", "union all", "except", "intersect", "union")), rng.choice(("union", "union all", "except", "intersect"))
    order = rng.choice((" order by 1", " order by 1 desc", f" order by {one.split()[1] if 'distinct' not in one else 'city'}", ""))
    limit = rng.choice(("", " limit 4", " limit 5 offset 1"))
    shape = i % 4
    if shape == 0:
        text = f"{one} {op} {two}{order}{limit}"
    elif shape == 1:
        text = f"{one} {op} {two} {again} {three}{order}{limit}"
    elif shape == 2:
        text = f"{one} {op} ({two} {again} {three}){order}{limit}"
    else:
        text = f"(select id, dept from p order by pay desc, id limit 4) {op} (select id, budget from d) order by dept desc, id{limit}"
    return case("sets", shouted(rng, text), tables(rng, rng.random() < 0.15), args=("-n", "NULL"))


def changes(rng, i):
    lines = []
    for k in range(rng.randint(1, 4)):
        lines.append(
            rng.choice(
                (
                    f"insert into p values ({90 + k}, {quoted(rng.choice(('New', 'O''Neil', 'a,b', '', 'say ' + chr(34) + 'x' + chr(34), 'two' + chr(10) + 'lines')))}, 10, {money(rng)}, null, null)",
                    f"insert into p (id, name) values ({70 + k}, 'A'), ({80 + k}, null)",
                    "insert into o (nr, what, many) select id + 500, title, budget / 50 from d where budget is not null",
                    f"update p set pay = pay * 1.1, city = upper(city) where {truth(rng, '', 1)}",
                    "update p set dept = boss, boss = dept where dept is not null",
                    "update o set price = coalesce(price, 0) + many, many = many + 1",
                    "update p set pay = (select avg(pay) from p) where pay is null",
                    f"update d set budget = round(budget / 3, 2), title = title || '{k}'",
                    f"delete from p where {truth(rng, '', 1)}",
                    "delete from o where person not in (select id from p) or person is null",
                    "delete from o",
                    f"create table t{k} (a int, b text, c num); insert into t{k} values (1, 'x', 1.5), (2, null, null), (-3, '', 0)",
                    f"create table u{k} as select dept, count(*) as n, avg(pay) mean from p group by dept order by dept",
                    f"create table u{k} as select name, city from p where id > {rng.randint(3, 20)} order by id",
                )
            )
        )
    if i % 8 == 3:
        lines = ["drop table d", rng.choice(("create table d (only text)", "create table d as select id from p order by id")), "select * from d"]
    if i % 8 == 7:
        lines.append("drop table o")
    if i % 2:
        lines.append(rng.choice(("select * from p order by id", "select count(*) from p")))
    outputs = ["p.csv", "d.csv", "o.csv"] + [f"{letter}{k}.csv" for letter in "tu" for k in range(4)]
    return case("changes", ";\n".join(lines) + ";\n", tables(rng, rng.random() < 0.2), outputs)


def files(rng, i):
    kind = i % 8
    good = 'a:int,b:text,"c:num"\r\n1,"x, ""y""",2.50\r\n-2,"",\r\n3,,0.1'
    data = (good, good.replace("\r\n", "\n"), good + "\n", good + "\r\n", 'a:int,b:text,c:num\n1,"two\nlines",007.10\n2,a\rb,-0\n')[rng.randrange(5)].encode()
    text = rng.choice(("select * from t", "select b, c from t order by a desc", "update t set c = c + 1 where a = 1; select * from t", "insert into t values (9, 'é', 1)", "delete from t where a = 3"))
    if kind == 0:
        data = rng.choice(("a:text\n\nx\n\n", 'a:text\n""\n\n', "a:int\n", "a:int", "a:text\nx", 'a:b:text,"x ,y:int"\nq,1\n')).encode()
        text = rng.choice(("select * from t", "select count(*) from t", "delete from t where false; select * from t"))
    elif kind == 1:
        data = rng.choice((b"", b"\n", b"a\n1\n", b"a:real\n", b":int\n", b"a:int,a:int\n", b"a:INT\n1\n", b"a:int,\n1,2\n", b"a:int,b:int\n1\n", b"a:int,b:int\n1,2,3\n", b"a:int,b:int\n1,2\n\n"))
        return case("files", "select 1; select * from t", {"t.csv": data}, ("t.csv",), "invalid")
    elif kind == 2:
        data = rng.choice((b"a:int\n1.0\n", b"a:int\nx\n", b"a:num\n1.1234567\n", b"a:num\n.5\n", b"a:num\n1.\n", b"a:num\n+1\n", b"a:num\n1e3\n", b'a:int\n""\n', b"a:int\n 1\n", b"a:num\n1000000000000\n", b"a:num\n999999999999.999999\n", b"a:num\n-1000000000000\n", b"a:int\n00012\n", b"a:num\n-0.0\n"))
        return case("files", "select * from t; update t set a = a", {"t.csv": data}, ("t.csv",), "edge")
    elif kind == 3:
        data = rng.choice((b'a:text\n"x\n', b'a:text\nx"y\n', b'a:text\n"x"y\n', b'a:text\n"x" \n', b"a:text\n\xff\n", b"a:text\n\xc3\n", b"a:text,b:text\nx,\"\n", b"\xef\xbb\xbfa:text\nx\n", b"a:text\n\xed\xa0\x80\n"))
        return case("files", "select * from t", {"t.csv": data}, ("t.csv",), "invalid")
    elif kind == 4:
        return case("files", text, {"data/t.csv": data}, ("data/t.csv", "t.csv"), args=rng.choice((("data",), ("-n", "x", "data"))))
    elif kind == 5:
        text = rng.choice(('select "a", "b" as "B b", c "select" from t', 'select T.A, "t"."b" from T', 'select "A" from t', 'create table z as select a as "x,y", b as "p:q" from t', 'create table "Big" (a int)', 'select * from "../t"'))
        return case("files", text, {"t.csv": data}, ("t.csv", "z.csv"), "edge")
    elif kind == 6:
        text += rng.choice(("; select nope from t", "; select * from missing", "; drop table t; select * from t", "; update t set a = 'x'", "; update t set a = a / 0", "; insert into t (a) values (1), (0.5)"))
    return case("files", text, {"t.csv": data}, ("t.csv",))


WRONG = (
    ("selec 1", "select", "select 1 from", "select 1,", "select (1", "select 'x", 'select "x', "select 1 2", "select 1 where", "select * from p group dept", "select 1 # 2", "select 1.1234567", "select 12ab", "insert p values (1)", "create table x (a real)", "select case end", "select a not b", "select 1 = 1 = 1", "select * from p limit 1.5", "select * from p join d", "update p pay = 1", "drop p", "select 1; selec", 'select ""', "select from", "values (1)"),
    ("select * from nope", "insert into nope values (1)", "drop table nope", "create table p (a int)", "update nope set a = 1", "delete from nope", "create table d as select 1 as a", "select 1; drop table p; select * from p", 'select * from "P"', "select (select 1 from nope)"),
    ("select nope from p", "select p.nope from p", "select q.id from p", "select id from p, d", "select * from p, p", "select x.* from p", "select *", "select nofunc(1)", "insert into p (id, id) values (1, 2)", "insert into p (nope) values (1)", "update p set nope = 1", "update p set pay = 1, pay = 2", "create table x (a int, a text)", "select id from p union select id from d order by title", "select id from p order by 2", "select id from p order by 0", "select distinct id from p order by pay", "select id from p order by nope", "create table x as select id, id from p", "select id as n from p where n = 1", "select a.id from p", "insert into p (id) values (name)"),
    ("select 1 + 'a'", "select 'a' < 1", "select not 1", "select 1 and true", "select -'x'", "select 'a' || 1", "select id from p where id", "select upper(1)", "select abs('x')", "select length(5)", "select round(1, 7)", "select round(1, 0.5)", "select substr('abc', 1.5)", "select cast('x' as int)", "select cast(true as num)", "select cast('' as num)", "select 1 in ('a')", "select case 1 when 'a' then 1 end", "select sum(what) from o", "insert into p (id) values ('x')", "insert into p (id) values (1.5)", "insert into p (name) values (1)", "update p set name = 5", "update p set id = true", "create table x as select true as a", "create table x as select 1 as a union select 'b'", "select 1 like '1'", "select greatest(1, 'a')", "select true < 1", "delete from p where 'x'"),
    ("select id, count(*) from p", "select count(*) from p group by dept order by id", "select id from p where count(*) > 1", "select sum(count(*)) from p", "select * from p group by dept", "select dept from p group by dept having pay > 1", "select dept from p group by count(*)", "select p.id from p join d on max(p.id) = 1", "update p set pay = max(pay)", "insert into p (id) values (count(*))", "select id from p having true", "select id from p order by count(*)"),
    ("insert into p values (1, 2)", "insert into p (id, name) values (1)", "insert into p (id) select id, name from p", "select 1 union select 1, 2", "select (select 1, 2)", "select 1 in (select 1, 2)", "select abs()", "select substr('a')", "insert into p (id) values (1), (2, 3)", "select nullif(1)", "select * from p except select * from d"),
    ("select (select id from p union all select 5 union all select 6)", "select 1 = (select 1 union select 2)"),
    ("select 1 / 0", "select 1 % 0", "select 5 / (1 - 1)", "update p set pay = 1 / (id - id)", "select 1 / 0.0"),
    ("select 999999999999 + 1", "select 1000000000000", "select 999999 * 1000001", "select 1 / 0.000001 * 1000000", "select round(999999999999.9)", "select cast('1000000000000' as num)", "select -999999999999 - 1", "select sum(a) from (select 999999999999 a union all select 999999999999) t", "select 1000000 * 999999.999999"),
)


def errors(rng, i):
    if i % 12 == 11:
        args = rng.choice((("-x",), (".", "."), ("-n",), ("-n", "a", "b", "c"), ("--help",)))
        return case("errors", "select 1", tables(rng), args=args, kind="invalid")
    if i % 12 == 10:
        text = rng.choice((b"", b";;", b"-- nothing\n", b"select '\xff'", b"select 1 ;; select 2;", b"select 1 -- end", b"select '--', 2 - -1 --1\n+ 3"))
        return case("errors", text, tables(rng), kind="edge")
    wrong = rng.choice(WRONG[i % len(WRONG)])
    before = rng.choice(("", "", "select count(*) from p; ", "delete from o where many > 4; ", "insert into p (id) values (77); select max(id) from p; "))
    return case("errors", before + wrong + rng.choice(("", ";", "; select 1")), tables(rng) | {}, ("p.csv", "o.csv"), "invalid")


WRITERS = (choose, compute, unknown, joins, groups, subqueries, sets, changes, files, errors)


def cases(rng):
    for writer in WRITERS:
        for i in range(SHARE):
            yield writer(rng, i)
