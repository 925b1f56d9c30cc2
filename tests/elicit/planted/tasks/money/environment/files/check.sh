#!/bin/bash
# Runs the given tests.
cd "$(dirname "$0")" || exit 2
node --test test/money.test.js
