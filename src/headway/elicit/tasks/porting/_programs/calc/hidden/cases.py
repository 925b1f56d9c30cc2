"""Cases of calc.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

from case import Case

NAME = "calc"
COMMAND = ["python3", "reference/main.py"]
EACH = 26


def case(cluster, lines, args=(), kind="valid", end="\n"):
    return Case(cluster, tuple(args), (end.join(lines) + end).encode(), kind=kind)


def small(rng):
    return rng.choice([str(rng.randrange(0, 20)), str(rng.randrange(1, 10)), f"{rng.randrange(0, 9)}.{rng.randrange(0, 100):02}", f"({rng.randrange(1, 9)}/{rng.randrange(1, 9)})"])


def big(rng, most=60):
    digits = rng.choice([5, 9, 10, 18, 19, 20, 38, 39, most])
    return rng.choice(["1" + "0" * (digits - 1), "9" * digits, str(rng.randrange(10 ** (digits - 1), 10**digits)), str(2 ** rng.choice([31, 32, 63, 64, 128]) - rng.randrange(0, 2))])


def expression(rng, depth=3, atom=small):
    if depth == 0 or rng.random() < 0.15:
        return atom(rng)
    one, two = expression(rng, depth - 1, atom), expression(rng, depth - 1, atom)
    kind = rng.random()
    if kind < 0.6:
        return one + rng.choice([" ", ""]) + rng.choice(["+", "-", "*", "/", "//", "%", "+", "-", "*"]) + rng.choice([" ", ""]) + two
    if kind < 0.7:
        return rng.choice(["-", "-", "+", "--"]) + one
    if kind < 0.8:
        return f"({one})^{rng.choice(['2', '3', '-1', '0', '-2'])}"
    if kind < 0.93:
        return f"({one})"
    return rng.choice(["abs", "floor", "ceil", "round", "num", "den"]) + f"({one})"


def arithmetic(rng):
    return case("arithmetic", [expression(rng) for _ in range(rng.randrange(2, 6))])


def precedence(rng):
    pool = ["-2^2", "2^3^2", "2^-1^2", "-3!", "3!!", "2^3!", "-7//2", "-7%3", "7%-3", "7//-2", "-7.5//2", "-7.5%2", "7/2/2", "7-2-2", "2*3%4", "not 1==2", "not not true", "1<2==2", "1<3<2", "3>2>1", "1==1!=2", "true or false and false", "2--3", "2-+-3",
            "not true or true", "if 1<2 then 3 else 4+5", "1+(if true then 2 else 3)*2", "let x=2 in x*x", "let x=1 in let x=x+1 in x", "10-4%3", "6/3*2", "2^2*3", "-2^-2", "(1\n+2\n)*3", "1;2;;3", "true==1", "true==true", "true!=0", "5 # five", "2 ^ - 1", "-(-3)!!"]
    lines = rng.sample(pool, rng.randrange(3, 8))
    lines += [expression(rng, 2)]
    rng.shuffle(lines)
    return case("precedence", lines, end=rng.choice(["\n", "\n", "\r\n", ";"]) if not any("#" in line for line in lines) else "\n")


def large(rng):
    a, b, c = big(rng), big(rng), big(rng, 300)
    pool = [f"{a}*{b}", f"{a}-{b}", f"{c}//{a}", f"{c}%{b}", f"-{c}//{b}", f"-{c}%{a}", f"{c}/{a}", f"{a}^{rng.randrange(2, 9)}", f"{rng.randrange(20, 300)}!", f"2^{rng.randrange(60, 3300)}", f"{a}/{b}+{b}/{a}", f"{c}*{c}", f"({c}*{b}+1)//{c}",
            f"3^{rng.randrange(50, 900)}%{b}", f"{a}*{b}=={b}*{a}", f"{a}<{b}", f"{a}/{b}<{b}/{a}", f"{c}-{c}+1", f"{c}^2//({c}-1)", f"(2^64-1)*(2^64-1)", f"(2^{rng.choice([64, 96, 128])}-1)//(2^32+1)", f"2^{rng.choice([127, 160])}//(2^{rng.choice([63, 64])}-1)", f"1/3^{rng.randrange(30, 200)}"]
    return case("large", rng.sample(pool, rng.randrange(2, 6)))


def builtin(rng):
    a, b, c = (rng.choice([small(rng), big(rng), str(rng.randrange(-50, 50))]) for _ in range(3))
    n, m = (str(rng.choice([rng.randrange(0, 1000), rng.randrange(0, 10**20), 360, 0])) for _ in range(2))
    pool = [f"gcd({n},{m})", f"lcm({n},{m})", f"gcd({n},{m},{n})", f"gcd(-{n})", f"lcm(-4,{m})", f"min({a},{b},{c})", f"max({a},{b},{c})", f"isqrt({n})", f"isqrt({n}*{m})", f"isqrt({big(rng)})", f"powmod({n},{m},97)", f"powmod(-{n},{rng.randrange(0, 99)},{rng.randrange(1, 10**12)})", f"powmod(3,{big(rng)},{big(rng)})",
            f"round({a})", "round(2.5)", "round(-2.5)", "round(-0.4)", f"floor(-{b})", f"ceil(-{b})", f"floor({c}/7)", f"ceil({c}/7)", f"round({a}/2)", f"num({b}/6)", f"den(-{c}/6)", f"abs(-{a})", "powmod(2,10,1)", "powmod(0,0,5)", "0^0", "0!", "1!", "isqrt(15)", "isqrt(10^100-1)", "(-1)^1000000001", "1^10^900"]
    return case("builtins", rng.sample(pool, rng.randrange(3, 8)))


def written(rng):
    places = rng.choice(["0", "1", "2", "3", "10", "05", "40"])
    pool = ["1/3", "2/3", "-2/3", "0.5", "1.5", "-0.5", "-0.004", "0.005", "-0.005", "1/8", "99.995", "0.995", "1_000_000", "1_0.0_1", "007", "0.10", "-1/1000000", "10^30/7", "true", "1<2", "0", "12345678901234567890.5", "2.5", "0.049", "-0.05"]
    lines = rng.sample(pool, rng.randrange(4, 9))
    if rng.random() < 0.5:
        lines = [f"x{k} = {line}" if rng.random() < 0.5 else line for k, line in enumerate(lines)]
    args = rng.choice([["-p", places], ["-p", places], ["-a"], [], ["-a", "-p", places], ["-p", "1", "-p", places]])
    return case("output", lines, args)


def variables(rng):
    names = ["x", "y", "_z", "Sum", "if_", "X", "ans", "gcd"]
    held, lines = [], []
    for _ in range(rng.randrange(3, 9)):
        def atom(r):
            return r.choice(held) if held and r.random() < 0.6 else str(r.randrange(1, 12))
        name = rng.choice(names)
        text = expression(rng, 2, atom)
        if rng.random() < 0.2:
            text = f"let {name} = {atom(rng)} in {name} + {text}"
        if rng.random() < 0.6:
            lines.append(f"{name}{rng.choice(['=', ' = '])}{text}")
            held.append(name)
        else:
            lines.append(text)
            held.append("ans")
    return case("variables", lines, rng.choice([[], ["-a"]]))


def functions(rng):
    n = rng.randrange(0, 40)
    k = rng.randrange(2, 9)
    blocks = [
        ["f(n) = if n < 2 then 1 else n * f(n - 1)", f"f({n})"],
        ["fib(n) = if n < 2 then n else fib(n-1) + fib(n-2)", f"fib({n % 13})"],
        ["g(a, b) = if b == 0 then a else g(b, a % b)", f"g({rng.randrange(1, 10**9)}, {rng.randrange(1, 10**9)})"],
        ["even(n) = if n == 0 then true else odd(n-1)", "odd(n) = if n == 0 then false else even(n-1)", f"even({n})"],
        ["x = 5", "h(y) = x + y", "h(1)", "x = 7", "h(1)", "let x = 100 in h(x)"],
        ["c() = 42", "c() + c()", "c = 1", "c + c()"],
        [f"sum(i, 1, {n}, i^2)", f"prod(i, 1, {k}, 1 + 1/i)", f"sum(i, {k}, 1, i)", "prod(i, 2, 1, i)"],
        [f"p(n) = n > 1 and sum(d, 2, isqrt(n), if n % d == 0 then 1 else 0) == 0", f"sum(n, 1, {n + 10}, if p(n) then 1 else 0)"],
        ["s(x, n) = sum(k, 0, n, x^k / k!)", f"s(1, {k})", f"s(1/{k}, 6)"],
        [f"sum(i, 1, {k}, sum(j, 1, i, i*j))", f"sum(i, 1, 3, let i = {k} in i)"],
        ["twice(x) = 2*x", "twice(x) = x + x + 1", f"twice({k})", "twice = 3", "twice(twice)"],
        [f"d(n) = if n == 0 then 0 else 1 + d(n-1)", f"d({rng.choice([50, 98, 99, 99])})"],
        ["r(a, b) = if a > b then a - b else b - a", f"r({small(rng)}, {small(rng)})", "r(r(1,5),r(9,2))"],
        [f"col(n, s) = if n == 1 then s else col(if n % 2 == 0 then n/2 else 3*n+1, s+1)", f"col({rng.choice([6, 7, 9, 12, 25])}, 0)"],
    ]
    return case("functions", [line for block in rng.sample(blocks, rng.randrange(1, 4)) for line in block])


def logic(rng):
    def test(depth):
        kind = rng.random()
        if depth == 0 or kind < 0.3:
            chain = [str(rng.randrange(0, 4))]
            for _ in range(rng.choice([1, 1, 1, 2])):
                chain += [rng.choice(["<", "<=", ">", ">=", "==", "!="]), rng.choice([str(rng.randrange(0, 4)), "3/2", "0.5"])]
            return " ".join(chain)
        if kind < 0.8:
            return f"{test(depth - 1)} {rng.choice(['and', 'or'])} {test(depth - 1)}"
        if kind < 0.9:
            return f"not ({test(depth - 1)})"
        return f"(if {test(depth - 1)} then {test(depth - 1)} else {test(depth - 1)})"
    short = ["false and 1/0 == 1", "true or 1/0 == 1", "if true then 1 else 1/0", "2 < 1 < 1/0", "let t = 1 < 2 in t == true", "1 == true", "false == false", "(1 < 2) == (3 < 4)", "if not false then 1 else nope"]
    return case("logic", [test(2) for _ in range(rng.randrange(2, 5))] + rng.sample(short, 2))


def syntax(rng):
    pool = ["1 +", "(1", "1)", "1 2", "* 3", "1..2", "1.", ".5", "1_", "1__0", "_1 = 2 3", "2x", "1.5e3", "x = ", "f(x = 1", "if 1 then 2", "if true then 1 else", "let 3 = 4 in 5", "let x = 3", "sum(1, 2, 3, 4)", "sum(i, 1, 2)", "f(x,) = x +", "$", "1 ! 2", "é", "1 = 2", "x == ", "a & b", "then", "gcd(1,,2)", "()", "f(1,",
            "true = 1", "1 < ", "not", "2 ^", "2 ^ not 1", "1 + not true", "1_000_", "3 ;) 4", "let if = 2 in 3", "x + y = 3", "prod = 1", "1 + if true then 1 else 2", "0x10", "1 . 5", "-", "!3"]
    lines = [expression(rng, 1) for _ in range(rng.randrange(0, 4))]
    bad = rng.choice(pool)
    if rng.random() < 0.2:
        bad = "(" * rng.choice([58, 59, 60, 61]) + "1" + ")" * 60
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(["", "  ", "\t", "1;", "# ok\n", "(1\n+2); "]) + bad)
    return case("syntax", lines, kind="invalid")


def errors(rng):
    pool = ["1/0", "5 % (1-1)", "3 // 0", "0^-1", "nope", "nope(1)", "x + nope2", "1 + true", "not 1", "1 and true", "true and 1", "if 1 then 2 else 3", "true < false", "-true", "true!", "(1/2)!", "(-1)!", "2^0.5", "2^true", "gcd(1/2)", "gcd(1, true)", "isqrt(-1)", "isqrt(1/4)", "powmod(2,-1,5)", "powmod(2,1,0)", "powmod(2,1,-5)", "abs()", "abs(1,2)", "f(1,2)", "f()",
            "10^1000", "10^999*10", "1/10^1000", "500!", "2^3322", "2^99999999999999999999", "2^3321*2", "(1/2)^4000", "g(1)", "g(true)", "deep(100)", "deep(1000)", "sum(i, 1, 30000, 1)", "sum(i, 1/2, 3, i)", "sum(i, 1, 3, true)", "loop(1)", "gcd(x) = 3", "dup(a, a) = 1", "lcm(10^600, 10^600+1)", "sum(i,1,10, 1/(i-5))", "min(1, true)", "ans2", "1 < true", "true == 1 < true",
            "let q = 1 in p", "f(\n1,\n nope)", "9" * 1001, "0." + "3" * 1000, "0" * 1200 + "1", "0.5!", "round(true)", "max()", "powmod(1/2, 1, 1)", "1 + 2 * (3 - true)"]
    lines = ["x = 3", "f(n) = n + x", "g(n) = 1 / (n - x + 2) + zero(n)", "zero(n) = if n then 1 else 1/0", "deep(n) = if n == 0 then 0 else 1 + deep(n - 1)", "loop(n) = loop(n + 1)"]
    for _ in range(rng.randrange(0, 3)):
        lines.append(expression(rng, 2))
    lines.append(rng.choice(["", " ", "1; "]) + rng.choice(pool))
    lines.append("12345")
    return case("errors", lines, rng.choice([[], ["-a"]]), kind="invalid")


def usage(rng):
    args = rng.choice([["-x"], ["-p"], ["-p", "x"], ["-p", "100"], ["-p", "-1"], ["-p", ""], ["file"], ["-a", "-b"], ["-ap", "3"], ["-p3"], ["--"], ["-p", "\u0663"], ["-"], [""]])
    body = rng.choice([b"", b"\n", b"# only a comment", b"#\xff\xfe\n1+1\n", b"1+1", b";;;\n\n", b"\xc3\xa9\n", b"1\x00\n", b"1\r\n2\r\n", b"\r", b"1\x0b+2", b"\xef\xbb\xbf1", b"(1\n\n+ # two\n2)\n7/0\n"])
    if rng.random() < 0.65:
        return Case("edges", tuple(rng.choice([[], [], ["-a"], ["-p", "1"]])), body + (expression(rng, 1).encode() if body.endswith(b"\n") else b""), kind="edge")
    return Case("edges", tuple(args), body, kind="invalid")


def cases(rng):
    for make in (arithmetic, precedence, large, builtin, written, variables, functions, logic, syntax, errors, usage):
        for _ in range(EACH):
            yield make(rng)
