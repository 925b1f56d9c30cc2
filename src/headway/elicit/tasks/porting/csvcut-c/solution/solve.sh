#!/bin/bash
mkdir -p port && cp /solution/port/main.c port/
