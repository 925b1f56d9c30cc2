"""A sandbox on the unpacked file system of an image, here one that is made of Debian's packages."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from headway.elicit.sandbox.images import refuse_compose, unpack
from headway.errors import SandboxError

from .conftest import MB, Done

PACKAGES = (
    *(
        "dash",
        "coreutils",
        "libc6",
        "libselinux1",
        "libpcre2-8-0",
        "libacl1",
        "libattr1",
        "libgmp10",
    ),
    *("libcrypt1", "libgcc-s1", "base-files"),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A Debian with a shell and little else."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        pytest.skip("the image of this test is made of Debian's packages, with Debian's programs")
    folder, root = tmp_path_factory.mktemp("packages"), tmp_path_factory.mktemp("root")
    folder.chmod(0o777)
    subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
    subprocess.run(["apt-get", "download", *PACKAGES], cwd=folder, check=True, capture_output=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for package in sorted(folder.glob("*.deb")):
        data = subprocess.run(
            ["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True
        ).stdout
        subprocess.run(
            ["tar", "-x", "--keep-directory-symlink", "-C", root], input=data, check=True
        )
    (root / "usr" / "bin" / "sh").unlink(missing_ok=True)
    (root / "usr" / "bin" / "sh").symlink_to("dash")
    (root / "image-says").write_text("this is the image")
    return root


@pytest.fixture
def short():
    """Podman takes folders of at most 50 characters."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield folder


@pytest.mark.slow
def test_an_image(root, shell, box, python):
    done = shell("cat /image-says; id -u; pwd; ls /usr/bin/python3 /usr/bin/perl", root=root)
    assert done.out.splitlines()[0] == "this is the image1000"
    assert done.out.splitlines()[1:] == ["/work"]
    assert "cannot access '/usr/bin/python3'" in done.err
    # What belongs to the image stays as it is, and what belongs to us is not in it.
    done = shell(
        "echo x > /image-says; rm /usr/bin/id; echo x > /usr/new; echo y > /work/a", root=root
    )
    assert done.err.count("Read-only file system") == 3
    assert (root / "image-says").read_text() == "this is the image"
    assert not (root / "work").exists()
    assert not (root / "run" / "python").exists()
    with box(root=root) as sandbox:
        sandbox.start(
            [
                "sh",
                "-c",
                "head -c 1G /dev/zero > /tmp/big; n=$?; rm /tmp/big; echo $n > /work/said",
            ],
            {},
        )
        done = Done(sandbox.wait())
        copy = sandbox.collect(sandbox.spec.folder / "copy")
    assert (copy.path / "said").read_text() == "1\n"


@pytest.mark.slow
def test_our_interpreter_in_an_image(root, python):
    """It runs with its own C library, whatever the image has."""
    done = python(
        "import sys, http.client; print(sys.version_info[:2]); print(sys.flags.isolated)", root=root
    )
    assert done.out.endswith("1\n"), done.err
    assert os.getuid() or done.ended.peak_memory < 256 * MB


@pytest.mark.slow
def test_an_image_of_podman(root, tmp_path, short, shell):
    if not shutil.which("podman"):
        pytest.skip("podman is not installed (Debian's package podman)")
    store = [f"--root={short}/store", f"--runroot={short}/run", "--storage-driver=vfs"]
    podman = ["podman", *store]
    planted = root / "usr" / "bin" / "planted"
    planted.write_text("#!/bin/sh\nid -u\n")
    planted.chmod(0o4755)
    with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as tar:
        command = [*podman, "import", "-", "headway-test"]
        subprocess.run(command, stdin=tar.stdout, check=True, capture_output=True)
    whole = unpack("headway-test", tmp_path / "whole", podman)
    assert (whole / "image-says").read_text() == "this is the image"
    assert stat.S_IMODE((whole / "usr" / "bin" / "planted").stat().st_mode) == 0o755
    assert shell("cat /image-says; planted", root=whole).out == "this is the image1000\n"
    with pytest.raises(SandboxError, match="exists"):
        unpack("headway-test", whole, podman)
    with pytest.raises(SandboxError, match=r"podman .*create"):
        unpack("localhost/no-such-image", tmp_path / "other", podman)
    assert not (tmp_path / "other").exists()


def test_compose_is_refused(tmp_path):
    refuse_compose(tmp_path)
    (tmp_path / "compose.yaml").touch()
    with pytest.raises(SandboxError, match="several containers"):
        refuse_compose(tmp_path)


def test_podman_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="podman is missing"):
        unpack("any", tmp_path / "to")
