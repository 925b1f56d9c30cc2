#!/bin/bash
# Runs the port on all cases; the driver tells what came of them on stdout.
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
built=${HEADWAY_BUILT:-/built}
open=${HEADWAY_OPEN:-/tests}
case $HEADWAY_LANGUAGE in
  python) set -- /usr/bin/python3 -B "$built/main.py" ;;
  js) set -- /usr/bin/node "$built/main.js" ;;
  *) set -- "$built/main" ;;
esac
exec "$open/drive" "$open/cases.bin" "$PWD" "$@"
