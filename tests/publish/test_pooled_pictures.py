"""Pictures of a pooled scale and of domains: what they hold, and that they draw."""

from __future__ import annotations

import numpy as np

from headway.publish.chart import save
from headway.publish.domains import domains_document
from headway.publish.domains_chart import domains_spec
from headway.publish.pooled import pooled_document, pooled_text
from headway.publish.pooled_chart import SHOWN, pooled_spec
from headway.scale.domains import domains
from headway.scale.pooled import pooled
from headway.scale.responses import Responses


def runs(models=12, items=25, harnesses=2):
    rng = np.random.default_rng(2)
    names = ("model", "item", "benchmark", "harness", "successes")
    columns = {name: [] for name in names}
    for m, b, h, i in np.ndindex(models, 2, harnesses, items):
        p = 1 / (1 + np.exp(-(m / 3 - 2 - (i - 12) / 8 + h)))
        won = 0 if (m, b) == (models - 1, 1) else rng.binomial(1, p)
        values = (f"m{m:02d}", f"{b}/{i}", f"test {b}", f"h{h}", won)
        for name, value in zip(names, values, strict=True):
            columns[name].append(value)
    return Responses.build(columns)


def test_a_pooled_picture_holds_models_and_doubted_results(tmp_path):
    document = pooled_document(pooled(runs(), draws=2))
    top, below = pooled_spec(document)["vconcat"]
    assert len(top["data"]["values"]) == min(SHOWN, 12)
    assert below["data"]["values"][0]["label"].startswith("m11 on test 1 (h")
    assert (
        save(pooled_spec(document), tmp_path / "p.svg").read_text(encoding="utf-8").count("<svg")
        == 1
    )
    text = pooled_text(document)
    assert "SD between harnesses" in text
    assert [row["harness"] for row in document["setups"]["harnesses"]] == ["h1", "h0"]
    without = {**document, "doubted": []}
    assert len(pooled_spec(without)["vconcat"]) == 1


def test_a_picture_of_domains_has_a_panel_each_and_the_correlations(tmp_path):
    document = domains_document(domains(runs(harnesses=1), "benchmark", draws=2), "two_pl")
    panels, matrix = domains_spec(document)["vconcat"]
    assert [" ".join(p["title"]["text"]) for p in panels["hconcat"]] == ["test 0", "test 1"]
    assert len(matrix["data"]["values"]) == 2
    assert save(domains_spec(document), tmp_path / "d.png").stat().st_size > 10_000
