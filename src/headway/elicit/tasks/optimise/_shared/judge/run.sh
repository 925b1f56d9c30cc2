#!/bin/bash
# The program can write nowhere but in its scratch folder, which is emptied after each run; and the
# runner replaces this shell, so that nothing of ours is there beside it.
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
if [ -e /built/refused ]; then
  cp /built/refused /logs/refused
  exit
fi
mkdir -p /tmp/bin /tmp/run
cp /tests/runner /built/port /tmp/bin
chmod 500 /tmp/bin/*
chmod 500 /tmp/bin /tmp /work "$HOME" /dev/shm /logs
exec /tmp/bin/runner /tmp/bin/port /tests/loads /logs /tmp/run "$(cat /tests/seconds)"
