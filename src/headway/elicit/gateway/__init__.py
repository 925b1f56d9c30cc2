"""The gateway: one reverse proxy per run, between a sandbox and the servers of one model.

It is a process of its own (``python -m headway.elicit.gateway``): it reads one configuration
(:class:`headway.elicit.gateway.config.Config`) as JSON on standard input, listens on a unix
socket, prints ``ready`` and then one JSON line per event (:mod:`headway.elicit.gateway.events`),
writes ``wire.jsonl.zst`` (:mod:`headway.elicit.gateway.wire`) and, at its end, ``gateway.json``
(:class:`headway.elicit.gateway.summary.Summary`). SIGTERM ends it.
"""
