"""The standard setup: a bash tool in a loop, the same for every model; prompt and rules are data.

:mod:`headway.elicit.standard.agent` runs inside the sandbox with any Python from 3.8 on and
nothing else, so it imports nothing of ours.
"""
