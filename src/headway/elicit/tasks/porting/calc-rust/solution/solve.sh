#!/bin/bash
mkdir -p port && cp /solution/port/main.rs port/
