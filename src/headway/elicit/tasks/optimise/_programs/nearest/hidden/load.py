"""The hidden load of nearest: word lists with near misses, by seed."""
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COMMON = "etaoinshrdlucmfwypvbgkqjxz"
WEIGHTS = [12, 9, 8, 7.5, 7, 6.7, 6.3, 6, 6, 4.2, 4, 2.8, 2.8, 2.4, 2.2, 2.3, 2, 1.9, 1, 1.5, 2, 0.8, 0.1, 0.2, 0.2, 0.1]


def word(rng, low, high):
    return "".join(rng.choices(COMMON, WEIGHTS, k=rng.randint(low, high)))


def near(rng, text, edits):
    letters = list(text)
    for _ in range(edits):
        place = rng.randrange(len(letters) + 1)
        kind = rng.choice("put take swap".split())
        if kind == "put" and len(letters) < 31:
            letters.insert(place, rng.choice(LETTERS))
        elif kind == "take" and len(letters) > 1 and place < len(letters):
            del letters[place]
        elif place < len(letters):
            letters[place] = rng.choice(LETTERS)
    return "".join(letters)


def written(words, queries, wanted):
    return "\n".join([f"{len(words)} {len(queries)} {wanted}", *words, *queries, ""]).encode()


def listing(rng, count, queries, wanted, low, high, edits):
    stems = [word(rng, low, high) for _ in range(count // 3)]
    words = [near(rng, rng.choice(stems), rng.randint(0, 3)) for _ in range(count)]
    asked = [near(rng, rng.choice(words), rng.randint(0, edits)) for _ in range(queries)]
    return written(words, asked, wanted)


def loads(rng):
    """Name -> standard input."""
    few = [word(rng, 1, 31) for _ in range(5)]
    broken = written([word(rng, 3, 9) for _ in range(20)], ["abc", "a-b", "abc"], 3)
    return {
        "plain": listing(rng, 900, 36, 5, 3, 11, 3),
        "long": listing(rng, 240, 20, 8, 12, 28, 6),
        "short": listing(rng, 700, 60, 12, 1, 5, 2),
        "far": written([word(rng, 2, 14) for _ in range(500)], [word(rng, 1, 31) for _ in range(24)], 10),
        "few": written(few, few + [word(rng, 1, 31) for _ in range(20)], 10),
        "broken": broken,
        "missing": written(few, few, 2).rsplit(b"\n", 3)[0],
        "header": b"12 x\n" + b"abc\n" * 12,
    }


def sample(rng):
    """What the agent gets to measure with."""
    return listing(rng, 400, 24, 5, 3, 12, 3)
