#!/bin/bash
mkdir -p port && cp /solution/port/main.py port/
