#!/bin/bash
# For Harbor's own runner: the stages of the differential test, one after the other.
exec bash /tests/stages.sh rust
