"""One name for all runs that were made in the same way."""

from __future__ import annotations

import hashlib
import json

from headway.elicit.record import Run

__all__ = ["setup_of", "whole_run"]


def setup_of(run: Run) -> str:
    """Harness and prompts in words, and a hash of all that a setup is; not model, task or attempt.

    Two runs have one name if the harness (its file and what was installed), whose sampling was
    sent, prompts, effort, temperature, longest reply and budget were the same. Prices do not
    count, nor does the seed.
    """
    kept = {
        "harness": (run.harness.name, run.harness.digest, run.harness.installed_digest),
        "sampling": run.model.sampling,
        "prompts": run.setup.prompts_digest,
        "effort": run.setup.effort,
        "temperature": run.setup.temperature,
        "max_tokens": run.setup.max_tokens,
        "budget": (run.budget.kind, run.budget.limit, run.budget.weights.model_dump()),
    }
    text = json.dumps(kept, sort_keys=True)
    words = [run.harness.name]
    if run.setup.prompts != "harness":
        words.append(run.setup.prompts)
    if run.setup.temperature is not None:
        words.append(f"t{run.setup.temperature:g}")
    return f"{'+'.join(words)}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def whole_run(run: Run) -> str:
    """The attempts of one number of a model in one setup: a whole run over the tasks."""
    seed = f"{run.setup.seed}." if run.setup.seed else ""
    return f"{run.model.profile}/{setup_of(run)}/{seed}{run.attempt}"
