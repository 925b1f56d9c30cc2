"""Launching a design: its missing runs, on this machine or a cluster, and nothing is lost.

::

    outcome = launch(Path("design.toml"), Path("runs/design"))
    outcome.state.by_status     # {"solved": 31, "unsolved": 9}

What was finished stays finished, whatever is killed: the same call goes on with the rest.
"""

from headway.elicit.launch.folder import Folder
from headway.elicit.launch.launcher import State
from headway.elicit.launch.start import Outcome, launch
from headway.elicit.launch.status import status
from headway.elicit.launch.stopping import stop

__all__ = ["Folder", "Outcome", "State", "launch", "status", "stop"]
