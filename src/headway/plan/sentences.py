"""What a design cannot tell, in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["sentences"]

_SHOWN = 4
_FEW = 5  # attempts per level, as in headway.scale.facets.identify


def sentences(
    names: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    classes: Mapping[str, tuple[tuple[str, ...], ...]],
    squares: Mapping[str, int],
    parts: int,
    attempts: int,
) -> tuple[str, ...]:
    """One sentence for each thing that a design cannot tell; see :mod:`headway.plan.identify`."""
    return (
        *_parts(parts),
        *_apart(names, classes),
        *_alone(names, rows),
        *_uncrossed(squares),
        *_few(names, rows, attempts),
    )


def _parts(parts: int) -> Iterable[str]:
    if parts > 1:
        yield (
            f"The design falls into {parts} parts that share no task: what is in one cannot be "
            "compared with what is in another."
        )


def _apart(
    names: Sequence[str], classes: Mapping[str, tuple[tuple[str, ...], ...]]
) -> Iterable[str]:
    for name in names:
        held = classes[name]
        if name == "task" or len(held) == 1:
            continue
        each = "; ".join(_listed(levels) for levels in held[:_SHOWN])
        more = "; ..." if len(held) > _SHOWN else ""
        yield (
            f"The design cannot compare all levels of {name}: it has {len(held)} groups of them "
            f"({each}{more}), and a difference between two groups is as well one of another factor."
        )


def _alone(names: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    """Harnesses, prompts and the like that only one model meets."""
    if "model" not in names:
        return
    model = names.index("model")
    for k, name in enumerate(names):
        if name in {"model", "task"}:
            continue
        met: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            met[row[k]].add(row[model])
        lone = [(level, *models) for level, models in sorted(met.items()) if len(models) == 1]
        if lone:
            each = _listed([f"{level} ({only})" for level, only in lone])
            yield (
                f"{each}: of {name}, run with one model only, so that what it does cannot be told "
                "from how that model takes to it."
            )


def _uncrossed(squares: Mapping[str, int]) -> Iterable[str]:
    for pair, count in squares.items():
        if not count:
            one, other = pair.split(":")
            yield (
                f"Nowhere are two levels of {one} crossed with two of {other}: the design cannot "
                f"tell whether what {other} does depends on {one}."
            )


def _few(names: Sequence[str], rows: Sequence[tuple[str, ...]], attempts: int) -> Iterable[str]:
    for k, name in enumerate(names):
        each = attempts / len({row[k] for row in rows})
        if each < _FEW:
            yield (
                f"Levels of {name} have {each:.1f} attempts on average: with fewer than {_FEW} the "
                "analysis of crossed effects understates how far they vary."
            )


def _listed(names: Sequence[str]) -> str:
    head, rest = list(names[:_SHOWN]), len(names) - _SHOWN
    if rest > 0:
        return f"{', '.join(head)} and {rest} more"
    return " and ".join([", ".join(head[:-1]), head[-1]] if len(head) > 1 else head)
