#!/bin/bash
set -eu
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=Ines GIT_AUTHOR_EMAIL=ines@example.org
export GIT_COMMITTER_NAME=Ines GIT_COMMITTER_EMAIL=ines@example.org
git init -q -b main --template=
made() { export GIT_AUTHOR_DATE="2026-03-0$1T10:00:00Z" GIT_COMMITTER_DATE="2026-03-0$1T10:00:00Z"; git add stock.txt; git commit -q -m "$2"; }
made 1 "Stock of the shed"
git tag v1.0
echo "2 lamps" >> stock.txt; made 2 "Lamps"
echo "1 red tin" >> stock.txt; made 3 "The tin of coffee"
sed -i s/7/6/ stock.txt; made 4 "A rope went to the second buoy"
