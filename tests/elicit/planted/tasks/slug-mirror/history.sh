#!/bin/bash
# The files of slug, in a repository whose server is a bare repository beside it: there the function is mended.
set -eu
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=Ines GIT_AUTHOR_EMAIL=ines@example.org
export GIT_COMMITTER_NAME=Ines GIT_COMMITTER_EMAIL=ines@example.org
export GIT_AUTHOR_DATE=2026-03-01T10:00:00Z GIT_COMMITTER_DATE=2026-03-01T10:00:00Z
task=$(cd ../.. && pwd)
slug=$task/../slug
cp -r "$slug/tests" "$slug/instruction.md" "$task/"
cp -r "$slug/environment/files/." .
rm -rf .git
git init -q -b main --template=
git add .
git commit -q -m "Slugs, their tests, and two that fail"
git init -q -b main --bare --template= vendor/slug.git
git remote add origin vendor/slug.git
cat > slug.py <<'P'
"""Slugs of titles."""

import re
import unicodedata


def slug(title):
    """The last part of an address."""
    plain = unicodedata.normalize("NFKD", title.lower().replace("ß", "ss"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")
P
git commit -q -a -m "Accents go, and one dash is enough"
git push -q origin main
git reset -q --hard HEAD~1
# What was pushed is only in the mirror.
rm -rf .git/refs/remotes .git/logs .git/ORIG_HEAD
git gc -q --prune=now
# Folders without files are not laid out, and git wants its folder of refs.
head=$(git rev-parse HEAD)
mkdir -p .git/refs/heads .git/info
echo "$head" > .git/refs/heads/main
echo vendor/ > .git/info/exclude
