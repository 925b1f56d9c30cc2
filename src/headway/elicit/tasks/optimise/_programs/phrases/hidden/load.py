"""The hidden load of phrases: invented languages, texts and questions, by seed."""
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13

ONSETS = "b br d dr f g gl h k l m n p pl r s st t tr v w th sh".split()
VOWELS = "a e i o u ai ea ou".split()
ENDS = ["", "", "n", "r", "s", "t", "l", "nd", "st", "'s"]


def word(rng):
    return "".join(rng.choice(ONSETS) + rng.choice(VOWELS) for _ in range(rng.choice([1, 1, 2, 2, 3]))) + rng.choice(ENDS)


def language(rng, size):
    words = list(dict.fromkeys(word(rng) for _ in range(size)))
    weights = [1 / (rank + 3) for rank in range(len(words))]
    return words, weights


def dressed(rng, text):
    kind = rng.random()
    text = text.upper() if kind < 0.02 else text.title() if kind < 0.12 else text
    return text + rng.choice([""] * 9 + [",", ".", ";", " -"])


def prose(rng, spoken, count, width):
    words, weights = spoken
    stock = [rng.choices(words, weights, k=rng.randint(2, 4)) for _ in range(12)]
    said = []
    while len(said) < count:
        said += rng.choice(stock) if rng.random() < 0.12 else rng.choices(words, weights, k=rng.randint(1, 6))
    lines, line = [], []
    for each in said:
        line.append(dressed(rng, each))
        if sum(map(len, line)) + len(line) > width:
            lines.append(" ".join(line))
            line = []
            if rng.random() < 0.05:
                lines.append("")
    return [*lines, " ".join(line)], said


def questions(rng, said, spoken, count, kinds):
    for _ in range(count):
        kind = rng.choice(kinds)
        place = rng.randrange(max(1, len(said) - 6))
        if kind == "find":
            phrase = said[place : place + rng.choice([1, 2, 2, 3, 4])]
            if rng.random() < 0.2:
                phrase = rng.choices(spoken[0], k=2)
            yield "find " + rng.choice([" ", " ", ", ", "  "]).join(phrase)
        elif kind == "near":
            # Neither the most frequent words nor the rare ones: else the work hangs on the draw.
            while len(spoken[0]) > 50 and not 6 <= spoken[0].index(said[place]) < 30:
                place = rng.randrange(len(said) - 6)
            yield "near " + " ".join(said[place : place + rng.choice([1, 1, 2])]).title()
        elif kind == "begin":
            yield "begin " + rng.choice(spoken[0])[: rng.choice([1, 2, 2, 3, 9])]
        else:
            yield rng.choice(["", "find", "find -", "near ...", "begin two words", "seek a word", "find zzz", "begin qq", "near zzz", "FIND a"])


def made(rng, words, size, count, kinds, width=70):
    spoken = language(rng, size)
    lines, said = prose(rng, spoken, words, width)
    return "\n".join([*lines, "----", *questions(rng, said, spoken, count, kinds), ""]).encode()


def loads(rng):
    """Name -> standard input."""
    return {
        "find": made(rng, 2200, 700, 36, ["find"]),
        "near": made(rng, 1500, 400, 12, ["near"]),
        "begin": made(rng, 2400, 1200, 40, ["begin"]),
        "mixed": made(rng, 1300, 300, 34, ["find", "find", "near", "begin", "odd"], 40),
        "repeats": made(rng, 700, 7, 16, ["find", "near"], 30),
        "odd": made(rng, 60, 20, 60, ["odd", "odd", "find", "begin"], 20),
        "unasked": b"a text\nand no questions",
        "nothing": b"----\nfind a\nbegin a\nnear a\n",
    }


def sample(rng):
    """What the agent gets to measure with."""
    return made(rng, 1200, 350, 40, ["find", "find", "near", "begin", "odd"])
