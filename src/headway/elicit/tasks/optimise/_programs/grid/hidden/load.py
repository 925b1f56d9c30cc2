"""The hidden load of grid: maps of several kinds, and questions, by seed."""
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13


def scattered(rng, width, height, walls, costs):
    return [[("#" if rng.random() < walls else rng.choice(costs)) for _ in range(width)] for _ in range(height)]


def corridors(rng, width, height, costs):
    """Walls with a gap each: long ways around."""
    cells = scattered(rng, width, height, 0.0, costs)
    for y in range(2, height - 1, 3):
        gap = rng.randrange(width)
        for x in range(width):
            if x != gap:
                cells[y][x] = "#"
    return cells


def free(rng, cells):
    while True:
        y = rng.randrange(len(cells))
        x = rng.randrange(len(cells[0]))
        if cells[y][x] != "#":
            return x, y


def questions(rng, cells, count, sources, changes=0.0, odd=0.0):
    homes = [free(rng, cells) for _ in range(sources)]
    for _ in range(count):
        if rng.random() < odd:
            width, height = len(cells[0]), len(cells)
            yield rng.choice(["", "way 1 2 3", "way a b c d", f"way {width} 0 0 0", "go 1 1", f"reach 0 {height} 5", "reach 0 0 -1", "set 0 0 x", "set -1 0 5", "way 0 0 -1 0", "set 0 0 0", "reach 1 1"])
        elif rng.random() < changes:
            x, y = rng.randrange(len(cells[0])), rng.randrange(len(cells))
            yield f"set {x} {y} {rng.choice('123456789#')}"
        elif rng.random() < 0.3:
            yield "reach {} {} {}".format(*rng.choice(homes), rng.choice([0, 5, 20, 60, 100_000]))
        else:
            yield "way {} {} {} {}".format(*rng.choice(homes), *free(rng, cells))


def text(cells, asked):
    head = f"{len(cells[0])} {len(cells)}"
    return "\n".join([head, *("".join(row) for row in cells), *asked, ""]).encode()


def made(rng, cells, count, sources, changes=0.0, odd=0.0):
    return text(cells, questions(rng, cells, count, sources, changes, odd))


def loads(rng):
    """Name -> standard input."""
    return {
        "meadow": made(rng, scattered(rng, 76, 64, 0.12, "123456789"), 14, 14),
        "depots": made(rng, scattered(rng, 70, 60, 0.2, "1239"), 24, 3),
        "corridors": made(rng, corridors(rng, 80, 60, "12345"), 12, 12),
        "flat": made(rng, scattered(rng, 64, 60, 0.05, "1"), 10, 10),
        "building": made(rng, scattered(rng, 50, 50, 0.25, "1234"), 40, 4, changes=0.4),
        "islands": made(rng, scattered(rng, 60, 30, 0.45, "159"), 60, 60, odd=0.1),
        "odd": made(rng, scattered(rng, 5, 4, 0.2, "123"), 40, 5, 0.2, 0.6),
        "broken": b"4 3\n1234\n12#4\n1204\nway 0 0 1 1\n",
        "short": b"4 3\n1234\n12#4\n",
    }


def sample(rng):
    """What the agent gets to measure with."""
    return made(rng, scattered(rng, 40, 40, 0.15, "123456789"), 16, 8, changes=0.1, odd=0.1)
