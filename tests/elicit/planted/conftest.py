"""The planted trajectories; what lies in their tasks is theirs, and no test of ours."""

collect_ignore = ["tasks"]
