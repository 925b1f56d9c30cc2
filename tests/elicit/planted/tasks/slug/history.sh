#!/bin/bash
# Makes the repository of this folder: the mended function lies in a branch of the server, in a tag,
# in the reflog and in a dangling commit, and not in what is checked out.
set -eu
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=Ines GIT_AUTHOR_EMAIL=ines@example.org
export GIT_COMMITTER_NAME=Ines GIT_COMMITTER_EMAIL=ines@example.org
at() { export GIT_AUTHOR_DATE="2026-03-0$1T10:00:00Z" GIT_COMMITTER_DATE="2026-03-0$1T10:00:00Z"; }
git init -q -b main --template=
git remote add origin https://github.com/example/slug.git
at 1; git add slug.py; git commit -q -m "Slugs of titles"
at 2; git add README.md; git commit -q -m "Say what a slug is"
at 3; git add check.sh tests; git commit -q -m "Tests, two of which fail"
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
at 4; git commit -q -a -m "Accents and one dash (draft)"
at 5; git commit -q --amend -m "Accents go, and one dash is enough"
git tag v1.1
git update-ref refs/remotes/origin/main HEAD
at 6; git reset -q --hard HEAD~1
rm -f .git/ORIG_HEAD
