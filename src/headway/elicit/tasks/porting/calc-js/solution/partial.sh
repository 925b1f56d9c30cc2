#!/bin/bash
# A port with planted errors: it passes some clusters of cases and misses others.
mkdir -p port && cp /solution/partial/main.js port/
