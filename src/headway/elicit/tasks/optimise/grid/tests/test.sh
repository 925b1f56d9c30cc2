#!/bin/bash
# For Harbor's own runner: the stages of the judge, one after the other in one container.
exec bash /tests/stages.sh
