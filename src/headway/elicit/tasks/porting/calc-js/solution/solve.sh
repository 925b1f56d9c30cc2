#!/bin/bash
mkdir -p port && cp /solution/port/main.js port/
