"""Running models in setups: what this machine can run, and runs."""

from __future__ import annotations

from cyclopts import App

from headway.cli import elicit_run

elicit = App(name="elicit", help="Run models in setups on tasks, in a sandbox, within a budget.")
elicit.command(elicit_run.run)
elicit.command(elicit_run.show)
