#!/bin/bash
mkdir -p port && cp /solution/port/main.go port/
