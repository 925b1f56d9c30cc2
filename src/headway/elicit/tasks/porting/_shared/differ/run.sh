#!/bin/bash
# Runs the port on all cases; the driver tells what came of them on stdout.
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
built=${HEADWAY_BUILT:-/built}
open=${HEADWAY_OPEN:-/tests}
# Least memory in MB: what the runtime takes before it does anything.
case $HEADWAY_LANGUAGE in
  python) set -- 64 /usr/bin/python3 -B "$built/main.py" ;;
  js) set -- 512 /usr/bin/node "$built/main.js" ;;
  go) set -- 256 "$built/main" ;;
  *) set -- 64 "$built/main" ;;
esac
least=$(($1 * 1024))
shift
exec "$open/drive" "$open/cases.bin" "$PWD" $least "$@"
