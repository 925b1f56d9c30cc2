#!/bin/bash
cp "$(dirname "$0")/port/main.c" main.c
