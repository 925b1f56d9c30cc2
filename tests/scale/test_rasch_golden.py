"""`rasch` on CAISI's published 9 x 4 table: the stress test of docs/method.md."""

from __future__ import annotations

import numpy as np
import pytest

from headway.errors import ScaleError
from headway.ledger import load
from headway.scale import Table, rasch

THREE = ("CTF-Archive-Diamond", "PortBench", "ARC-AGI-2 semi-private")


def caisi(without=()):
    """The raw percentages, as the stress test was made (GPQA's guess floor is not taken off)."""
    ledger = load()
    cells = [r for r in ledger.results if r.source.startswith("caisi")]
    names = ledger.benchmarks
    cells = [r for r in cells if names[r.benchmark].name not in without]
    return Table.build(
        [ledger.models[r.model].name for r in cells],
        [names[r.benchmark].name for r in cells],
        [r.score for r in cells],
        n_items=[r.n_items for r in cells],
        domain={b.name: b.domain for b in names.values()},
        imputed=[r.imputed for r in cells],
    )


def difference(scale):
    return float(
        scale.ability[scale.models.index("GPT-5.5")]
        - scale.ability[scale.models.index("DeepSeek-V4-Pro")]
    )


@pytest.mark.parametrize(("spread", "elo"), [(0, 215), (2, 332), (3, 433), (3.26, 460)])
def test_difference_by_item_spread(spread, elo):
    scale = rasch(caisi(), draws=0, sampling=0, spread=float(spread))
    assert scale.unit == "Elo"
    assert difference(scale) == pytest.approx(elo, abs=3)


@pytest.mark.parametrize(
    ("without", "elo"), [(THREE[:1], 385), (THREE[1:2], 407), (THREE[2:], 418), (THREE, 160)]
)
def test_difference_without_benchmarks(without, elo):
    """After a drop the weights renormalise within and over domains."""
    scale = rasch(caisi(without), draws=0, sampling=0, spread=3.26)
    assert difference(scale) == pytest.approx(elo, abs=3)


def test_the_interval_shows_what_the_table_cannot_tell():
    scale = rasch(caisi(), draws=400, sampling=0)
    one, two = (scale.models.index(m) for m in ("GPT-5.5", "DeepSeek-V4-Pro"))
    low, high = np.quantile(scale.draws[:, one] - scale.draws[:, two], [0.05, 0.95])
    assert low < 300
    assert high > 460
    said = " ".join(scale.cautions)
    assert "prior" in said
    assert "filled in" in said


def test_an_imputed_cell_is_less_certain():
    table = caisi()
    narrow, wide = (
        rasch(table, draws=400, sampling=0, spread=2.2, imputed_items=n) for n in (1000, 5)
    )
    k = table.models.index("DeepSeek-V4-Pro")
    assert wide.draws[:, k].std() > 1.2 * narrow.draws[:, k].std()


def test_a_model_that_solves_everything_has_a_finite_ability():
    table = Table.build(["a", "a", "b", "b"], ["x", "y", "x", "y"], [1, 1, 0, 0])
    scale = rasch(table, draws=50, sampling=20)
    assert np.isfinite(scale.draws).all()
    assert np.isfinite(scale.sampling).all()
    assert scale.ability[0] > scale.ability[1]


def test_a_negative_spread():
    with pytest.raises(ScaleError, match="negative"):
        rasch(caisi(), spread=-1.0)
