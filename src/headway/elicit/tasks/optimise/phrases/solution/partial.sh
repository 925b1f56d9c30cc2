#!/bin/bash
cp "$(dirname "$0")/partial/main.c" main.c
