#!/bin/bash
# Makes the repository: the mended package lies in a branch of the server alone.
set -eu
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=Ines GIT_AUTHOR_EMAIL=ines@example.org
export GIT_COMMITTER_NAME=Ines GIT_COMMITTER_EMAIL=ines@example.org
at() { export GIT_AUTHOR_DATE="2026-04-0$1T10:00:00Z" GIT_COMMITTER_DATE="2026-04-0$1T10:00:00Z"; }
git init -q -b main --template=
git remote add origin https://github.com/example/parcel.git
at 1; git add parcel pyproject.toml; git commit -q -m "Rates of parcels"
at 2; git add README.md; git commit -q -m "Say what is charged"
at 3; git add tests; git commit -q -m "Tests"
sed -i 's/if Decimal(weight) < most:/if 0 < Decimal(weight) <= most and zone in rates:/
s/return int(cents \* 1.5) if express else cents/return -(-cents * 3 \/\/ 20) * 10 if express else cents/
s/kg is too heavy/kg to {zone}/' parcel/rates.py
at 4; git commit -q -a -m "Ends of bands, whole ten cents, zones that are not known (fixes #12)"
git update-ref refs/remotes/origin/main HEAD
at 5; git reset -q --hard HEAD~1
rm -rf .git/ORIG_HEAD .git/logs
