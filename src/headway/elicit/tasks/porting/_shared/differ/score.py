"""Compares what a port did with what the reference did, case by case.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import wire  # noqa: E402


def right(answer):
    """The answer as the reference gave it."""
    outputs = tuple(None if data is None else bytes.fromhex(data) for data in answer["outputs"])
    out, err = bytes.fromhex(answer["stdout"]), bytes.fromhex(answer["stderr"])
    return wire.Result("exit", answer["code"], 0, 0, out, err, outputs)


def missed(wanted, found):
    """In what the two differ; empty where they do not."""
    if found is None:
        return "not run"
    if found.how != "exit":
        return found.how if found.how != "signal" else f"signal {found.code}"
    names = ("", "exit code", "stdout", "class of error", "files")
    pairs = zip(names, wanted.said, found.said, strict=True)
    return ", ".join(name for name, one, other in pairs if one != other)


answers = json.loads(Path(sys.argv[1]).read_text(encoding="ascii"))
stdout, logs = Path(sys.argv[2]), Path(sys.argv[3])
found = wire.unpack(stdout.read_bytes()) if stdout.exists() else {}
cases, passed, misses = Counter(), Counter(), []
for number, answer in enumerate(answers):
    why = missed(right(answer), found.get(number))
    cases[answer["cluster"]] += 1
    passed[answer["cluster"]] += not why
    if why:
        misses.append({"case": number, "cluster": answer["cluster"], "kind": answer["kind"], "why": why})
rewards = {"reward": passed.total() / len(answers), "cases": len(answers), "passed": passed.total()}
for cluster in cases:
    rewards |= {f"{cluster}.cases": cases[cluster], f"{cluster}.passed": passed[cluster]}
(logs / "reward.json").write_text(json.dumps(rewards), encoding="ascii")
(logs / "missed.json").write_text(json.dumps(misses, indent=0), encoding="ascii")
print(f"{passed.total()} of {len(answers)} cases passed")
for cluster in cases:
    print(f"{cluster}: {passed[cluster]} of {cases[cluster]}")
