"""``python -m headway.elicit.gateway``: configuration on standard input, events on standard output.

Ends with status 0 after SIGTERM, 1 if the log could not be kept, 2 if it could not start.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys

from headway.elicit.gateway.config import parse
from headway.elicit.gateway.redact import Redactor, keys
from headway.errors import HeadwayError


def main() -> int:
    """Run one gateway."""
    # No key in a core file, and nothing that others can read.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    redactor = Redactor(())
    try:
        config = parse(sys.stdin.read())
        found = keys(config.profile, os.environ)
        for name in found:
            del os.environ[name]
        redactor = Redactor(found.values())
        # After what can be wrong is checked: it brings the HTTP library.
        from headway.elicit.gateway.serving import quiet, serve

        quiet(redactor, sys.stderr)
        whole = asyncio.run(serve(config, found, redactor, sys.stdout))
    except HeadwayError as error:
        sys.stderr.write(redactor.text(f"{error}\n"))
        return 2
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
