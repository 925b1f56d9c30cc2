"""The hidden load of bignum: sums of several sizes, by seed."""
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13


def number(rng, digits):
    kind = rng.random()
    if kind < 0.08:
        return "9" * digits
    if kind < 0.16:
        return "1" + "0" * (digits - 1)
    return str(rng.randrange(10 ** (digits - 1), 10**digits))


def about(rng, digits):
    return number(rng, max(1, round(digits * rng.uniform(0.9, 1.1))))


def quotients(rng, lines, digits):
    for _ in range(lines):
        b = about(rng, digits * rng.choice([0.1, 0.5, 0.9]))
        if rng.random() < 0.3:  # next to a multiple, where a guessed digit is wrong by one
            a = str(int(b) * int(about(rng, digits / 2)) + rng.choice([0, 1, int(b) - 1]))
        else:
            a = about(rng, digits)
        yield f"div {a} {b}"


def mixed(rng, lines):
    for _ in range(lines):
        name = rng.choice("add sub mul div gcd pow fact foo".split())
        a, b = about(rng, rng.choice([1, 3, 9, 18, 19, 40])), about(rng, rng.choice([1, 2, 9, 18, 19, 40]))
        if name == "pow":
            b = str(rng.choice([0, 1, 2, 7, 5001, 10**20]))
        if name == "fact":
            yield f"fact {rng.choice(['0', '1', '2', '20', '21', '5001', '00012', str(rng.randrange(150))])}"
        else:
            yield rng.choice([f"{name} {a} {b}"] * 12 + [f"  {name}  00{a} {b} ", f"{name} {a}", f"{name} {b} {a} 1", f"{name} -{a} {b}", "", f"{name} 0 {b}", f"{name} {a} 0", f"{name} {a} {a}"][: 7 if name == "pow" else 8])


def text(lines):
    return ("\n".join(lines) + "\n").encode()


def loads(rng):
    """Name -> standard input."""
    powers = [f"pow {about(rng, d)} {n}" for d, n in ((1, 120), (3, 70), (12, 20), (40, 7), (80, 3))]
    products = [f"mul {about(rng, d)} {about(rng, e)}" for d, e in ((280, 220), (400, 50), (200, 200), (70, 420))]
    divisors = []
    for digits in (12, 40, 60):
        common = int(about(rng, digits))
        divisors.append(f"gcd {common * int(about(rng, digits))} {common * int(about(rng, digits))}")
    sums = [f"{rng.choice(['add', 'sub'])} 1{number(rng, 3000)} {about(rng, 2200)}" for _ in range(16)]
    return {
        "products": text(products),
        "powers": text(powers),
        "factorials": text([f"fact {rng.randint(*r)}" for r in ((10, 60), (100, 140), (160, 180))]),
        "quotients": text(quotients(rng, 5, 260)),
        "divisors": text(divisors),
        "sums": text(sums),
        "mixed": text(mixed(rng, 200)),
        "empty": b"",
    }


def sample(rng):
    """What the agent gets to measure with."""
    large = [f"mul {about(rng, 300)} {about(rng, 250)}", f"pow {about(rng, 5)} 60", f"fact {rng.randint(90, 120)}"]
    return text([*large, *quotients(rng, 2, 200), f"gcd {about(rng, 60)} {about(rng, 60)}", *mixed(rng, 30)])
