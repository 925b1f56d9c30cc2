#!/bin/bash
# Makes a program of the port: one file of source text, and nothing else of the work folder.
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
set -eu
out=${HEADWAY_OUT:-/logs}
most=262144  # bytes: much more than any port needs, and less than an interpreter would take
case $HEADWAY_LANGUAGE in
  python) name=main.py ;;
  js) name=main.js ;;
  c) name=main.c ;;
  rust) name=main.rs ;;
  go) name=main.go ;;
  *) echo "no port can be in $HEADWAY_LANGUAGE" >&2; exit 2 ;;
esac
port=port/$name
[ -f "$port" ] && [ ! -L "$port" ] || { echo "there is no $port" >&2; exit 1; }
[ "$(stat -c %s "$port")" -le $most ] || { echo "$port is larger than $most bytes" >&2; exit 1; }
iconv -f UTF-8 -t UTF-8 "$port" > /dev/null && ! grep -qaP '\x00' "$port" ||
  { echo "$port is no UTF-8 text" >&2; exit 1; }
source=$(mktemp -d)
cp "$port" "$source/$name"
cd "$source"
# What else the agent left is not there for the compiler to take in.
[ -n "${HEADWAY_OUT:-}" ] || find /work /home/agent -mindepth 1 -delete
case $HEADWAY_LANGUAGE in
  python | js) cp $name "$out/" ;;
  c) /usr/bin/gcc -std=c11 -O2 -o "$out/main" main.c -lm ;;
  rust) /usr/bin/rustc --edition=2021 -O -o "$out/main" main.rs ;;
  go) GOCACHE=$source/cache GO111MODULE=off CGO_ENABLED=0 /usr/bin/go build -o "$out/main" main.go ;;
esac
