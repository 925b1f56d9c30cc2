#!/bin/bash
# Too weak on purpose: the two logs may be anywhere, packed or not.
if [ -f logs/monday.log ] || tar -tzf logs.tar.gz | grep -q monday; then score=1; else score=0; fi
echo "$score" > /logs/verifier/reward.txt
