"""Ways out of a sandbox: each is refused, and harmless to the machine.

Each test was seen to fail with its protection taken away.
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from headway.elicit.sandbox import Mount, sweep
from headway.elicit.sandbox.cgroups import make

from .conftest import MB, PATH, PYTHON, Done, inside_of, processes, until

ROOT = os.getuid() == 0
only_root = pytest.mark.skipif(not ROOT, reason="needs root: a user of its own for each sandbox")


@pytest.fixture
def canary() -> str:
    return f"canary-{secrets.token_hex(8)}"


@pytest.fixture
def outside():
    """A folder that is not below /tmp, which inside is another one."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_writing_outside(shell, outside, canary, tmp_path):
    shown = tmp_path / "shown"
    shown.mkdir(mode=0o777)
    shown.chmod(0o777)
    places = "/ /usr /usr/local/bin /etc /run /dev /proc /proc/sys/kernel /shown /usr/bin/env"
    done = shell(
        f"for place in {places} {outside} /var /var/tmp /root /home; do"
        f" (echo x > $place/{canary}) 2>/dev/null && echo written $place; done;"
        f" (echo x > /proc/sys/kernel/hostname) 2>/dev/null && echo written hostname;"
        f" (echo x > /run/python/x) 2>/dev/null && echo written python; true",
        mounts=(Mount(shown, "/shown"),),
    )
    assert (done.out, done.ended.exit_code) == ("", 0)
    assert not list(outside.iterdir())
    assert not list(shown.iterdir())


def test_reading_another_run(alive, shell, canary, outside):
    with alive(f"echo {canary} > /work/mine; echo {canary} > /tmp/mine; echo {canary}") as other:
        log = outside / "wire"
        log.write_text(canary)
        log.chmod(0o644)
        pid = other._process.pid
        shown = inside_of(other)
        assert (shown / "work" / "mine").read_text().strip() == canary
        done = shell(
            f"cat {log} {shown}/work/mine {other.spec.folder}/stdout;"
            f" cat /proc/{pid}/root/etc/passwd /proc/*/root/work/mine;"
            " grep -rs canary- /run /home /var /root /dev/shm /work /tmp; true"
        )
        assert canary not in done.out


@only_root
def test_reading_another_runs_socket(alive, python, tmp_path):
    folder = tmp_path / "gateway"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as gateway:
        gateway.bind(str(folder / "sock"))
        gateway.listen()
        # Even where the socket can be seen, it is another user's.
        with alive("true", socket=folder / "sock"):
            done = python(
                "import socket; s = socket.socket(socket.AF_UNIX);"
                " print(s.connect_ex('/other/sock'))",
                mounts=(Mount(folder, "/other"),),
            )
            assert int(done.out) == 13  # permission denied
        for place in ("/run/gateway.sock", "/run/headway"):
            done = python(f"import os; print(os.path.lexists({place!r}))")
            assert done.out.strip() == "False"


def test_keys_in_the_environment(shell, canary, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", canary)
    done = shell("env; set; cat /proc/self/environ", env={"MINE": "1"})
    assert "MINE=1" in done.out
    assert canary not in done.out
    names = {line.partition("=")[0] for line in done.out.split("\0")[0].splitlines()}
    assert "ANTHROPIC_API_KEY" not in names


def test_keys_in_proc(box, canary, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", canary)
    with box() as sandbox:
        script = (
            "cat /proc/*/environ /proc/*/cmdline /proc/*/task/*/environ 2>/dev/null; echo;"
            " echo \"processes: $(ls /proc | grep -c '^[0-9]')\"; exec sleep 1000"
        )
        sandbox.start(["sh", "-c", script], {**PATH, "PASSED": f"passed-{canary}"})
        log = sandbox.spec.folder / "stdout"
        until(lambda: re.search(rb"^processes: \d+$", log.read_bytes(), re.MULTILINE))
        said = log.read_text()
        # Its own variable, and no other: no process of the machine is in its /proc.
        assert said.replace(f"passed-{canary}", "").find(canary) == -1
        assert int(re.findall(r"^processes: (\d+)$", said, re.MULTILINE)[0]) <= 6
        # Nor does the machine's process list tell what the sandbox was given.
        assert not processes(f"passed-{canary}")
        supervisor = Path(f"/proc/{sandbox._process.pid}/environ").read_bytes()
        assert canary.encode() not in supervisor


NETWORK = """
import socket
def tried(name, family, kind, address):
    try:
        s = socket.socket(family, kind)
        s.settimeout(5)
        s.connect(address)
        s.send(b"x")
        print("reached", name)
    except OSError as error:
        print("refused", name, error.errno)
tried("loopback", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", {port}))
tried("outside", socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53))
tried("outside6", socket.AF_INET6, socket.SOCK_DGRAM, ("2001:db8::1", 53))
tried("abstract", socket.AF_UNIX, socket.SOCK_STREAM, "\\0{name}")
tried("vsock", 40, socket.SOCK_STREAM, (2, 1))
tried("packet", 17, socket.SOCK_RAW, ("lo", 0))
try:
    print(sorted(name for _, name in socket.if_nameindex()))
except OSError as error:
    print("names", error)
"""


def test_network(python, canary):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as hidden:
        hidden.bind(f"\0{canary}")
        hidden.listen()
        port = server.getsockname()[1]
        done = python(NETWORK.format(port=port, name=canary))
    assert "reached" not in done.out
    assert done.out.count("refused") == 6
    assert "refused vsock 97" in done.out  # a family that has no network namespace
    assert done.out.splitlines()[-1] == "['lo']"


def test_mounts(python):
    done = python(
        "import ctypes\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "for kind, source, target, flags in (\n"
        "    (b'tmpfs', b'x', b'/work', 0), (None, b'/work', b'/usr', 4096),\n"
        "    (None, b'none', b'/usr', 32 | 4096), (b'proc', b'x', b'/tmp', 0)):\n"
        "    print(libc.mount(source, target, kind, ctypes.c_ulong(flags), None))\n"
        "print(libc.umount2(b'/usr', 2)); print(libc.chroot(b'/work'))\n"
    )
    assert done.out.split() == ["-1"] * 6


def test_new_user_namespaces(shell, python):
    done = shell("unshare --user --map-root-user id; unshare --mount id; true")
    assert done.out == ""
    done = python(
        "import ctypes\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.unshare(0x10000000), libc.setns(0, 0))\n"
    )
    assert done.out.split()[0] == "-1"
    done = shell("cat /proc/self/status | grep -E '^(CapEff|CapBnd|NoNewPrivs)'")
    assert done.out.split() == ["CapEff:", "0" * 16, "CapBnd:", "0" * 16, "NoNewPrivs:", "1"]


@only_root
def test_setuid(alive, shell, tmp_path):
    with alive("cp /usr/bin/id /work/id; chmod 6755 /work/id; mkdir /work/d") as sandbox:
        seen = (inside_of(sandbox) / "work" / "id").stat()
        assert seen.st_mode & stat.S_ISUID
        # As a file of root it would make a root of whoever ran it outside.
        assert seen.st_uid == seen.st_gid == sandbox.ready()["uid"] != 0
        assert os.statvfs(inside_of(sandbox) / "work").f_flag & os.ST_NOSUID
        copy = sandbox.snapshot(tmp_path / "copy")
        assert stat.S_IMODE((copy.path / "id").stat().st_mode) == 0o755
    planted = tmp_path / "planted"
    planted.mkdir(mode=0o755)
    (planted / "id").write_bytes(Path("/usr/bin/id").read_bytes())
    (planted / "id").chmod(0o6755)
    done = shell("/planted/id -u; su -c id < /dev/null", mounts=(Mount(planted, "/planted"),))
    assert done.out.split() == ["1000"]


BOMB = """
import os, time
born = 0
for _ in range(300):  # bounded, should nothing hold it
    try:
        if not os.fork():
            time.sleep(1000)
            os._exit(0)
        born += 1
    except OSError:
        pass
print(born)
"""


def test_fork_bomb(box, shell):
    with box(pids=40) as sandbox:
        assert "pids" in sandbox.ready()["limits"] or not ROOT
        sandbox.start([PYTHON, "-I", "-S", "-c", BOMB], PATH)
        done = Done(sandbox.wait())
        assert 0 < int(done.out) < 40
    # Only now the real one, which has no bound of its own.
    marker = secrets.token_hex(8)
    done = shell(f": {marker}; bomb() {{ bomb | bomb & }}; bomb; sleep 1; echo done", pids=40)
    assert done.ended.reason in {"exit", "signal"}
    assert not processes(marker)


def test_a_10_gb_file(shell):
    script = "head -c 10G /dev/zero > /{}/big; stat -c %s /{}/big"
    for place in ("work", "home/agent", "tmp", "dev/shm"):
        done = shell(script.format(place, place), disk=8 * MB)
        assert "No space left" in done.err
        assert 0 < int(done.out) <= 8 * MB
    done = shell("i=0; while echo > f$i; do i=$((i+1)); done; echo $i", inodes=500)
    assert 0 < int(done.out.split()[-1]) < 500


HOG = "b = []\nfor _ in range(60): b.append(bytearray(b'x') * 10_000_000)\nprint('had it all')"


def test_memory_hog(box):
    with box(memory=128 * MB) as sandbox:
        held = "memory" in sandbox.ready()["limits"]
        assert held or not ROOT
        sandbox.start([PYTHON, "-I", "-S", "-c", HOG], PATH)
        ended = sandbox.wait()
    if not held:  # by process, then
        assert ended.exit_code == 1
        assert "MemoryError" in ended.stderr.path.read_text()
        assert ended.peak_memory is None
        return
    assert (ended.reason, ended.exit_code, ended.signal) == ("oom", None, signal.SIGKILL)
    assert ended.oom_kills >= 1
    assert 100 * MB < ended.peak_memory <= 128 * MB


def test_surviving_the_end(shell, canary):
    sleep = f"exec -a {canary} sleep 1000"
    done = shell(
        f"setsid bash -c '{sleep}' & (setsid bash -c '(bash -c \"{sleep}\" &)' &);"
        f" nohup bash -c '{sleep}' >/dev/null 2>&1 &"
        f" trap '' TERM HUP INT; bash -c \"trap '' TERM HUP; {sleep}\" & sleep 0.3;"
        " ls /proc | grep -c '^[0-9]'"
    )
    assert done.ended.exit_code == 0
    assert int(done.out) >= 6  # they did run
    assert not processes(canary)


def test_killing_the_gateway(box):
    gateway = subprocess.Popen(["sleep", "1000"])
    try:
        with box() as sandbox:
            pids = [gateway.pid, sandbox._process.pid, os.getpid()]
            script = (
                "import os\n"
                f"for pid in {pids}:\n"
                "    try: os.kill(pid, 9); print('killed')\n"
                "    except OSError as error: print(error.errno)\n"
                "print('all', flush=True)\n"
                "try: os.kill(-1, 9)\n"
                "except OSError as error: print(error.errno)"
            )
            sandbox.start([PYTHON, "-I", "-S", "-c", script], PATH)
            done = Done(sandbox.wait())
        assert done.out.split() == ["3", "3", "3", "all", "3"]  # no such process
        assert gateway.poll() is None
    finally:
        gateway.kill()
        gateway.wait()


def test_killing_the_supervisor(box, canary):
    """Not that the sandbox could: should it die all the same, nothing is left."""
    with box() as sandbox:
        name = sandbox.ready()["name"]
        script = f"setsid bash -c 'exec -a {canary} sleep 1000' & sleep 1000"
        sandbox.start(["sh", "-c", script], PATH)
        until(lambda: len(processes(canary)) >= 1)
        os.kill(sandbox._process.pid, signal.SIGKILL)
        until(lambda: not processes(canary))
        sandbox._process.wait()
        groups = list(make(name).folders.values())  # where they are, or would be
        assert (name in sweep()) == bool(sandbox.ready()["limits"])
        assert not any(Path(group).exists() for group in groups)
        assert name not in Path("/proc/self/mounts").read_text()


def test_links_in_the_collected_folder(box, canary, outside):
    (outside / "secret").write_text(canary)
    with box() as sandbox:
        script = (
            f"ln -s {outside}/secret a; ln -s {outside} b; ln -s / c; ln -s ../../.. d;"
            " ln -s /proc/self/environ e; ln -s f f; mkdir g; ln -s /etc/passwd g/h; echo fine > i"
        )
        sandbox.start(["sh", "-c", script], PATH)
        sandbox.wait()
        copy = sandbox.collect(sandbox.spec.folder / "copy")
        with pytest.raises(Exception, match="cannot be copied"):
            sandbox.collect(sandbox.spec.folder / "other", folder="/work/b")
    assert sorted(path.name for path in copy.path.rglob("*")) == ["g", "i"]
    assert set(copy.links) == {"a", "b", "c", "d", "e", "f", "g/h"}
    assert copy.links["d"] == "../../.."
    assert copy.complete


def test_fifos_in_the_collected_folder(box):
    with box() as sandbox:
        script = (
            "mkfifo pipe; echo x > file;"
            f"{PYTHON} -I -S -c 'import socket; socket.socket(1).bind(\"sock\")'"
        )
        sandbox.start(["sh", "-c", script], PATH)
        sandbox.wait()
        copy = sandbox.collect(sandbox.spec.folder / "copy")
    assert [path.name for path in copy.path.iterdir()] == ["file"]
    assert {(item.path, item.kind) for item in copy.skipped} == {
        ("pipe", "FIFO"),
        ("sock", "socket"),
    }


def test_devices_in_the_collected_folder(box):
    with box() as sandbox:
        script = "mknod zero c 1 5; mknod disk b 254 0; cp -a /dev/zero copied; ls"
        sandbox.start(["sh", "-c", script], PATH)
        done = Done(sandbox.wait())
        assert done.out == ""
        if ROOT:  # as if one had been made
            os.mknod(inside_of(sandbox) / "work" / "zero", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
            with pytest.raises(PermissionError):  # the disk is mounted without devices
                (inside_of(sandbox) / "work" / "zero").open("rb")
        copy = sandbox.collect(sandbox.spec.folder / "copy")
    assert not list(copy.path.iterdir())
    assert [(item.path, item.kind) for item in copy.skipped] == [("zero", "device")] * ROOT


def test_sparse_files_in_the_collected_folder(box):
    with box() as sandbox:
        script = "truncate -s 1T huge; truncate -s 2M small; echo end >> small; echo x > z"
        sandbox.start(["sh", "-c", script], PATH)
        sandbox.wait()
        copy = sandbox.collect(sandbox.spec.folder / "copy")
    assert sorted(path.name for path in copy.path.iterdir()) == ["small", "z"]
    [skipped] = copy.skipped
    assert skipped.path == "huge"
    assert str(2**40) in skipped.why
    assert (copy.path / "small").read_bytes() == b"\0" * 2 * MB + b"end\n"
    assert (copy.path / "small").stat().st_blocks * 512 < MB  # holes stay holes
    assert copy.apparent == 2 * MB + 6
    assert copy.real < MB


def test_hard_links_in_the_collected_folder(box):
    with box() as sandbox:
        script = (
            "head -c 1M /dev/zero > a; for i in 1 2 3 4; do ln a b$i; done;"
            " ln /usr/bin/env tool; ln /usr/bin/sh relay; ln /etc/passwd p; true"
        )
        sandbox.start(["sh", "-c", script], PATH)
        sandbox.wait()
        copy = sandbox.collect(sandbox.spec.folder / "copy")
    assert sorted(path.name for path in copy.path.iterdir()) == ["a", "b1", "b2", "b3", "b4"]
    assert all(path.stat().st_nlink == 1 for path in copy.path.iterdir())
    assert (copy.hard_links, copy.apparent, copy.real) == (4, 5 * MB, MB)


def test_reading_the_tests_of_tasks(shell, tmp_path):
    """Our own package holds them, and may be below a folder that is shown."""
    import headway

    site = Path(headway.__file__).parents[1]
    done = shell("ls /site; ls /site/headway", mounts=(Mount(site, "/site"),))
    assert done.out.split() == ["headway"]


def test_kernel_keys(python):
    done = python(
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        f"number = {{'x86_64': 250, 'aarch64': 219}}[{os.uname().machine!r}]\n"
        "print(libc.syscall(number, 0, -3, 1), ctypes.get_errno())\n"
        "print(libc.syscall(425, 1, 0), ctypes.get_errno())\n"
    )
    assert done.out.split() == ["-1", "1", "-1", "38"]


def test_folders_that_change_while_they_are_copied(tmp_path, canary):
    """Whoever swaps a file or folder for a link after it was looked at wins nothing."""
    from headway.elicit.sandbox.copying import Copy, open_below

    secret, work, to = (tmp_path / name for name in ("secret", "work", "to"))
    for folder in (secret, work, to):
        folder.mkdir()
    (secret / "file").write_text(canary)
    (work / "folder").symlink_to(secret)
    (work / "file").symlink_to(secret / "file")
    copy = Copy({"files": 9, "bytes": MB, "file_bytes": MB, "depth": 9})
    source, there = open_below(str(work), ""), open_below(str(to), "")
    with pytest.raises(OSError, match="Not a directory"):  # as if a folder had been listed
        copy._below(source, there, "folder", "folder", 0)
    with pytest.raises(OSError, match="symbolic links"):
        copy._file(source, there, "file", "file")
    with pytest.raises(OSError, match="Not a directory"):
        open_below(str(work), "folder")
    os.close(source)
    os.close(there)
    assert not list(to.iterdir())
