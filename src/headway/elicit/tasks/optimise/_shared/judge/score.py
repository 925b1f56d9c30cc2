"""Stage 3: compares what the port printed with what the given program printed, and its counts.

    python3 score.py CLOSED OUT REWARD.JSON

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import json
import math
import sys
from pathlib import Path

closed, out, place = map(Path, sys.argv[1:4])
# A port whose counts fall much more than its processor time has tampered with the counts: of honest
# ports the instructions become slower by a factor of three at most. Starting takes about a
# millisecond a load; below 20 ms nothing can be said.
STARTING, SAYS, FACTOR = 1500, 20_000, 12


def runs(folder):
    """Name -> (state, exit codes, instructions, microseconds, what was wrong)."""
    table = {}
    if not (folder / "runs").is_file():
        return table
    for line in (folder / "runs").read_text().splitlines():
        name, state, counted, native, instructions, microseconds, wrong = line.split(" ", 6)
        table[name] = (state, (int(counted), int(native)), int(instructions), int(microseconds), wrong)
    return table


def mistake(name, given, port):
    """What is wrong with the port on one load; None for nothing."""
    if port is None:
        return "it was not run"
    if port[0] != "counted":
        return port[4]
    if port[1] != given[1]:
        return f"its exit code is {port[1][0]} in valgrind and {port[1][1]} outside, not {given[1][0]}"
    wanted = (closed / "original" / f"{name}.counted").read_bytes()
    for kind, where in (("counted", "in valgrind"), ("native", "outside of valgrind")):
        if (out / f"{name}.{kind}").read_bytes() != wanted:
            return f"what it prints {where} is not what the given program prints"
    return None


def plausible(given, port, ratio):
    """Whether the counts agree with the processor time, as far as that can be told."""
    before = sum(each[3] for each in given.values())
    after = sum(each[3] for each in port.values())
    print(f"processor time: {before / 1000:.0f} ms as given, {after / 1000:.0f} ms now")
    spent = after - STARTING * len(port)
    return spent < SAYS or ratio <= FACTOR * before / spent


def score():
    """What reward.json holds."""
    given, oracle = runs(closed / "original"), float((closed / "pinned").read_text())
    rewards = {"reward": 0.0, "correct": 0, "loads": len(given), "loads_correct": 0, "oracle": oracle}
    if (out / "refused").exists():
        print(f"not run: {(out / 'refused').read_text().strip()}")
        return rewards
    port = runs(out)
    wrong = {name: mistake(name, given[name], port.get(name)) for name in given}
    for name, why in wrong.items():
        print(f"{name}: {why or f'{given[name][2]:,} instructions as given, {port[name][2]:,} now'}")
        if why is None:
            rewards[f"{name}.ratio"] = round(given[name][2] / port[name][2], 3)
    rewards["loads_correct"] = sum(why is None for why in wrong.values())
    if rewards["loads_correct"] < len(given):
        return rewards
    original, now = sum(each[2] for each in given.values()), sum(port[name][2] for name in given)
    # To three places: what the C library does at the start differs by a few instructions.
    ratio = round(original / now, 3)
    rewards |= {"correct": 1, "ratio": ratio, "instructions": now, "original": original}
    rewards["plausible"] = int(plausible(given, port, ratio))
    print(f"{original:,} instructions as given, {now:,} now: {ratio:g} times fewer")
    if rewards["plausible"]:
        rewards["reward"] = round(min(max(math.log(ratio) / math.log(oracle), 0.0), 1.0), 4)
    else:
        print("Its processor time does not fall with its instructions: the counts are not believed.")
    return rewards


place.write_text(json.dumps(score(), indent=1) + "\n")
