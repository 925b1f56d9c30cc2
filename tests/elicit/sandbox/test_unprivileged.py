"""The same tests as a user without rights, whose sandboxes stand on user namespaces alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

# As root, in mounts of its own: give a plain user a way to the interpreter, then become that user.
BECOME = """
import os, sys
sys.path.insert(0, {source!r})
from headway.elicit.sandbox import linux
linux.own_room()
closed = {{}}
for path in {wanted!r}:
    parts = path.split("/")
    above = ["/".join(parts[:n]) for n in range(2, len(parts))]
    shut = [folder for folder in above if not os.stat(folder).st_mode & 1]
    if shut:
        closed.setdefault(shut[0], []).append(path)
for folder, paths in closed.items():
    handles = [os.open(path, os.O_PATH) for path in paths]
    linux.mount("tmpfs", folder, "mode=0755")
    for path, handle in zip(paths, handles):
        os.makedirs(path, exist_ok=True)
        linux.bind(f"/proc/self/fd/{{handle}}", path)
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
os.execv(sys.executable, [sys.executable, "-m", "pytest", *{arguments!r}])
"""


@pytest.fixture
def base():
    """A folder that belongs to the plain user, outside of root's own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chown(folder, 65534, 65534)
        yield folder


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become a user without rights")
def test_sandboxes_of_a_user_without_rights(base):
    here = Path(__file__).parent
    source = here.parents[2] / "src"
    prefixes = sorted({os.path.realpath(sys.base_prefix), sys.prefix, str(here.parents[2])})
    wanted = [
        path for path in prefixes if not any(path.startswith(f"{other}/") for other in prefixes)
    ]
    arguments = [
        *("-q", "-p", "no:cacheprovider", f"--basetemp={base}/t", f"--rootdir={here.parents[2]}"),
        *(str(here / name) for name in ("test_escapes.py", "test_supervising.py")),
    ]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            BECOME.format(source=str(source), wanted=wanted, arguments=arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=here.parents[2],
        env={
            "PATH": os.environ["PATH"],
            "HOME": base,
            "TMPDIR": base,
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) >= 35
    assert "failed" not in done.stdout
