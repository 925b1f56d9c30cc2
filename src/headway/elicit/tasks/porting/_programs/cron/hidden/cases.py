"""Cases of cron: schedule expressions, drawn by cluster in fixed shares."""

# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
from case import Case

NAME = "cron"
BUILD = ["gcc", "-O2", "-o", "reference/main", "reference/main.c"]
COMMAND = ["reference/main"]

SHARE = 20  # cases a cluster
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
FORMATS = ("iso", "day", "week", "long", "epoch", "gap")


def cased(rng, text):
    return rng.choice((text.lower(), text, text.upper()))


def start(rng, low=1990, high=2060):
    year, month, day = rng.randint(low, high), rng.randint(1, 12), rng.randint(1, 28)
    text = f"{year:04}-{month:02}-{day:02}"
    return text if rng.random() < 0.5 else f"{text}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"


def item(rng, field, wrap=False):
    low, high = BOUNDS[field]
    a, b = rng.randint(low, high), rng.randint(low, high)
    if not wrap:
        a, b = min(a, b), max(a, b)
    elif a <= b and b > low:
        a, b = b, a - 1 if a > low else a
    step = rng.choice((2, 3, 4, 5, 7, 10, 15))
    kind = rng.randrange(6) if not wrap else 3 + rng.randrange(2)
    return (str(a), f"*/{step}", f"{a}/{step}", f"{a}-{b}", f"{a}-{b}/{step}", f"0{a}"[-2:])[kind]


def field(rng, index, most=3):
    return ",".join(item(rng, index) for _ in range(rng.randint(1, most)))


def some(rng, *fields):
    """An expression in which unstated fields are quiet: midnight, every day."""
    minute, hour, day, month, weekday = fields
    blank = rng.choice((" ", " ", " ", "  ", "\t", " \t "))
    return blank.join((minute, hour, day, month, weekday))


def clock(rng):
    return str(rng.randint(0, 59)), str(rng.randint(0, 23))


def count(rng, low=3, high=25):
    return ("-n", str(rng.randint(low, high)))


def basic(rng, i):
    days = "*" if i % 3 else field(rng, 2)
    text = some(rng, field(rng, 0), field(rng, 1), days, field(rng, 3) if i % 2 else "*", "*")
    options = count(rng) if i % 4 else ("-u", start(rng, 1990, 1990))
    if i % 4 == 0:
        day = rng.randint(1, 25)
        return Case("fields", ("-u", f"2024-06-{day + 3:02}", f"2024-06-{day:02}T05:17", text))
    if i % 8 == 5:
        options = ()
    return Case("fields", (*options, start(rng), text))


def names(rng, i):
    def month():
        name = rng.choice(MONTHS)
        return cased(rng, name if rng.random() < 0.4 else name[:3])

    def weekday():
        name = rng.choice(DAYS)
        return cased(rng, name if rng.random() < 0.4 else name[:3])

    if i % 6 == 5:
        macro = rng.choice(
            ("hourly", "daily", "midnight", "weekly", "monthly", "quarterly", "yearly", "annually", "workdays")
        )
        text = rng.choice(("", " ")) + cased(rng, "@" + macro) + rng.choice(("", " "))
        return Case("fields", (*count(rng), start(rng), text))
    months = rng.choice((month(), f"{month()},{month()}", f"{month()}-{month()}", "*"))
    weekdays = rng.choice((weekday(), f"{weekday()},{weekday()}", f"{weekday()}-{weekday()}", f"{weekday()}/2"))
    text = some(rng, *clock(rng), "*", months, weekdays)
    return Case("fields", (*count(rng), "-f", "day", start(rng), text))


def wrapping(rng, i):
    if i % 6 == 0:
        text = some(rng, *clock(rng), "?", "*", rng.choice(("5-7", "7-2", "0-7", "7", "7/2", "6-1/2", "7-7", "4-7/2", "7-5/3")))
        return Case("wrapping", (*count(rng), "-f", "day", start(rng), text), kind="edge")
    fields = ["0", "0", "*", "*", "*"]
    chosen = (0, 1, 2, 3, 4)[i % 5]
    fields[chosen] = item(rng, chosen, wrap=True)
    if rng.random() < 0.5:
        fields[chosen] += "," + item(rng, chosen)
    if chosen == 1:
        fields[0] = str(rng.randint(0, 59))
    return Case("wrapping", (*count(rng, 10, 40), start(rng), some(rng, *fields)))


def month_end(rng, i):
    items = (
        "L",
        "l",
        f"L-{rng.randint(1, 30)}",
        f"{rng.randint(1, 31)}W",
        f"{rng.choice((1, 29, 30, 31, 15))}w",
        "LW",
        f"1W,{rng.randint(10, 20)}W",
        f"L-{rng.randint(26, 30)},5",
        f"{rng.randint(1, 31)},LW",
    )
    day = items[i % len(items)]
    weekday = rng.choice(("*", "*", "*", "?", "*/2", "mon-thu"))
    text = some(rng, *clock(rng), day, rng.choice(("*", "*", "feb", "*/2")), weekday)
    options = ("-f", rng.choice(("iso", "day", "day", "gap")))
    return Case("month_end", (*count(rng, 8, 30), *options, start(rng), text), kind="edge")


def nth(rng, i):
    def one():
        weekday = rng.choice((str(rng.randint(0, 7)), cased(rng, rng.choice(DAYS)[:3])))
        return rng.choice(
            (f"{weekday}#{rng.randint(1, 5)}", f"{weekday}#-{rng.randint(1, 5)}", f"{weekday}L", f"{weekday}l", f"{weekday}#5")
        )

    weekdays = ",".join(one() for _ in range(1 + i % 3))
    if i % 5 == 4:
        weekdays += f",{rng.randint(0, 6)}"
    text = some(rng, *clock(rng), "*" if i % 4 else rng.choice(("?", "1-10", "*/2", "13")), "*", weekdays)
    return Case("nth", (*count(rng, 8, 30), "-f", "day", start(rng), text))


def either(rng, i):
    days = (field(rng, 2, 2), "*/2", "?", "*,13", "13", "1-7", "?/3", "13,*", "1/2")[i % 9]
    weekdays = (field(rng, 4, 2), "*", "5", "*/2", "?", "mon-fri", "1,*")[i % 7]
    text = some(rng, *clock(rng), days, rng.choice(("*", "*", "2-10/4")), weekdays)
    return Case("either", (*count(rng, 8, 30), "-f", "day", start(rng), text))


def calendar(rng, i):
    year = rng.choice((1, 4, 99, 100, 399, 400, 1582, 1899, 1900, 1999, 2000, 2099, 2100, 2400, 9995))
    if i % 4 == 0:
        text = f"0 0 29 2 * {rng.choice(('*', '1900-2100', '2000/100', '1600-2400/200', '4-404/4'))}"
        return Case("calendar", (*count(rng, 2, 12), "-u", "2404-12-31", f"{year:04}-01-01", text), kind="edge")
    if i % 4 == 1:
        text = f"0 12 31 dec,jan * {rng.choice(('*', '2015-2030', '1999-2101/3', '2020/6', '2026'))}"
        return Case("calendar", (*count(rng), "-f", "week", "-u", "9999-12-31", f"{rng.randint(1995, 2030)}-01-01", text))
    if i % 4 == 2:
        month = rng.choice(("12", "1", "1,12", "2"))
        text = some(rng, *clock(rng), rng.choice(("1-4", "28-31", "L", "*/5")), month, "*")
        return Case("calendar", (*count(rng), "-f", rng.choice(("week", "long")), f"{min(year, 9990):04}-11-27", text))
    text = some(rng, *clock(rng), str(rng.randint(1, 31)), "*", rng.choice(("*", "fri")))
    return Case("calendar", (*count(rng), "-r", "-f", rng.choice(FORMATS), start(rng, 3, 2500), text))


def formats(rng, i):
    text = some(rng, item(rng, 0), item(rng, 1), "*", rng.choice(("*", item(rng, 3))), rng.choice(("*", item(rng, 4))))
    options = ["-f", FORMATS[i % 6]]
    if i % 4 == 3:
        options = ["-f", "epoch", *options]
    if i % 3 == 0:
        options.append("-r")
    if i % 8 == 7:
        day, back = rng.randint(10, 20), "-r" in options
        end = f"2023-03-{day - 4 if back else day + 4:02}" + rng.choice(("", "T08:00"))
        return Case("formats", (*options, "-u", end, f"2023-03-{day}T11:11", text))
    return Case("formats", (*options, *count(rng), start(rng, 1960, 1980) if i % 6 == 4 else start(rng), text))


def explained(rng, i):
    days = [item(rng, 2) for _ in range(rng.randint(0, 2))]
    days += rng.sample(("L", "LW", "15W", "3w", "L-3", "l-12", "L-0", "1W", "*", "?/9"), rng.randint(0 if days else 1, 4))
    weekdays = [item(rng, 4) for _ in range(rng.randint(0, 1))]
    weekdays += rng.sample(("fri#2", "7#-1", "sunL", "1#1", "1#-3", "MON#5", "6-1", "?", "0#3"), rng.randint(0 if weekdays else 1, 4))
    hours = item(rng, 1, wrap=rng.random() < 0.4)
    text = some(rng, field(rng, 0, 4), hours, ",".join(days), rng.choice(("*", "dec-feb", "1-6,8", field(rng, 3))), ",".join(weekdays))
    if i % 5 == 4:
        text += rng.choice((" 2020-2030", " *", " 1999/100", " 2024,2025,2028", " 1-9999"))
    return Case("explain", ("-e", text))


def table(rng, i):
    lines = []
    for k in range(rng.randint(1, 5)):
        text = rng.choice(
            (
                some(rng, item(rng, 0), item(rng, 1), "*", "*", "*"),
                some(rng, "0", "*/6", rng.choice(("*", "L", "13")), "*", rng.choice(("*", "fri"))),
                rng.choice(("@daily", "@Weekly", "@hourly", "@workdays")),
            )
        )
        label = rng.choice(("backup", "send the report", "a  b", "# not a comment", "naïve ☃", "2026", "x,y;z", "50%"))
        lines.append(rng.choice(("", " ", "\t")) + text + rng.choice((" ", "  ", "\t")) + f"{label}{rng.choice(('', str(k)))}" + rng.choice(("", "", " ", "\t")))
        if rng.random() < 0.3:
            lines.append(rng.choice(("", "# comment", "  # comment", "   ")))
    ending = "" if i % 3 == 0 else "\n"
    options = rng.choice(((), ("-f", "gap"), ("-f", "day"), ("-r",), ("-r", "-f", "gap")))
    limit = ("-u", "2025-07-03") if i % 4 == 1 and "-r" not in options else count(rng)
    first = f"2025-07-0{rng.randint(1, 2)}" if limit[0] == "-u" else start(rng)
    return Case("table", (*options, *limit, "-t", first), stdin=("\n".join(lines) + ending).encode())


BROKEN = (
    ("60 0 * * *", "0 24 * * *", "0 0 0 * *", "0 0 32 * *", "0 0 * 13 *", "0 0 * 0 *", "0 0 * * 8", "0 0 1 1 * 0"),
    ("0 0 * * fri#6", "0 0 * * fri#0", "0 0 L-31 * *", "0 0 32W * *", "0 0 0W * *", "0 0 * * * 2030-2020", "0 0 * * 9L"),
    ("0 0 * * mon-fri#2", "0 0 * * fri#", "0 0 * * fri#-", "0 0 * * #2", "0 0 W * *", "0 0 L- * *", "0 0 1,,2 * *", "0 0 L-1-2 * *"),
    ("*/0 * * * *", "*/ * * * *", "*/a * * * *", "1-5/-2 * * * *", "*/1/2 * * * *", "*/00000 * * * *", "0 0 * * * 2020/0"),
    ("0 0 * jann *", "0 0 * mon *", "0 0 * * jan", "a * * * *", "0 0 1-L * *", "0 0 L/2 * *", "0 0 * * L", "0 0 * * friL/2", "@never"),
    ("00000 * * * *", "1- * * * *", "-1 * * * *", "1.5 * * * *", "? * * * *", "0 0 15W/2 * *", "** * * * *", "0 0 * * 1#2#3", "+1 * * * *"),
    ("* * * *", "* * * * * * *", "", "   ", "@daily 5", "*", "@daily @weekly"),
    ("61 25 * * *", "1-99/0 * * * *", "x,99 * * * *", "99,x * * * *", "0 0 32,foo * *", "0 0 foo-32 * *", "0 0 * foo 9", "99-x/0 * * * *"),
)


def errors(rng, i):
    text = rng.choice(BROKEN[i % len(BROKEN)])
    if i % 4 == 0:
        return Case("errors", ("-e", text), kind="invalid")
    if i % 4 < 3:
        return Case("errors", ("-n", "3", start(rng), text), kind="invalid")
    body = f"0 0 * * * fine\n# and now\n{text} label\n{rng.choice(BROKEN[0])} never\n"
    return Case("errors", ("-t", start(rng)), stdin=body.encode(), kind="invalid")


def limits(rng, i):
    date = rng.choice(
        ("2023-02-29", "2023-13-01", "2023-00-10", "2023-01-00", "1900-02-29", "0000-01-01", "2023-1-1", "2023-01-01T24:00", "2023-01-01T10:60", "2023-01-01 10:00", "2023-01-01T10", "now", "", "20230101", "2023-04-31")
    )
    good = start(rng)
    usage = rng.choice(
        (
            ("-n", "0", good, "* * * * *"),
            ("-n", "10001", good, "* * * * *"),
            ("-n", "x", "bad", "* * * * *"),
            ("-n", "000012", good, "* * * * *"),
            ("-n",),
            ("-x", good, "* * * * *"),
            ("-t", "-e", good),
            (good,),
            ("-f", "ISO", good, "* * * * *"),
            (good, "* * * * *", "-r"),
            ("-e",),
            ("-t",),
            (),
            ("-f", "iso", "-u"),
            ("--", good, "* * * * *"),
        )
    )
    rows = (
        Case("errors", usage, kind="invalid"),
        Case("errors", (date, "61 * * * *"), kind="invalid"),
        Case("errors", ("-u", date, good, "61 * * * *"), kind="invalid"),
        Case("calendar", ("-n", str(rng.randint(3, 9)), f"9999-12-{rng.randint(24, 31)}", "0 12 * * *"), kind="edge"),
        Case("calendar", ("-n", "10", "-r", f"0001-01-0{rng.randint(1, 9)}T10:00", rng.choice(("0 6,12 * * *", "@daily"))), kind="edge"),
        Case("calendar", (good, rng.choice(("0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 L-30 2 *", "0 0 * 2 6#5 2001"))), kind="edge"),
        Case("calendar", ("-u", "2020-02-01", f"2020-02-0{rng.randint(2, 9)}", "* * * * *"), kind="edge"),
        Case("calendar", ("-u", "2020-01-07T23:00", "2020-01-01", "* * * * *"), kind="edge"),
        Case("calendar", ("-u", f"2020-01-05T1{rng.randint(0, 9)}:30", "2020-01-05", "30 * * * *"), kind="edge"),
        Case("table", ("-n", "5", "-t", good), stdin=rng.choice((b"", b"# only\n", b"0 0 * *\n", b"0 0 * * *\n", b"@daily\n", b"@daily  \n", b"@nope\n", b"0 0 * * 9\n")), kind="invalid"),
    )
    return rows[i % len(rows)]


WRITERS = (basic, names, wrapping, month_end, nth, either, calendar, formats, explained, table, errors, limits)


def cases(rng):
    for writer in WRITERS:
        for i in range(SHARE):
            yield writer(rng, i)
