"""How a command in a sandbox is watched, ended and recorded, and what is copied out of it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from headway.elicit.sandbox import Caps, Sandbox, Seed, Spec, check, sweep
from headway.errors import SandboxError

from .conftest import MB, PATH, PYTHON, Done, inside_of, processes, until


def test_the_commands_own_exit_code_counts(shell):
    for script, code in (("exit 0", 0), ("exit 3", 3), ("false", 1)):
        ended = shell(script).ended
        assert (ended.reason, ended.exit_code, ended.signal, ended.text) == ("exit", code, None, "")
    ended = shell("kill -SEGV $$").ended
    assert (ended.reason, ended.exit_code, ended.signal) == ("signal", None, signal.SIGSEGV)


def test_the_sandbox_ends_with_the_command(shell):
    done = shell("sleep 1000 & echo done")
    assert (done.out, done.ended.exit_code) == ("done\n", 0)
    assert done.ended.seconds < 30


def test_a_command_that_cannot_be_run(box):
    with box() as sandbox:
        sandbox.start(["no-such-program"], PATH)
        ended = sandbox.wait()
    assert (ended.reason, ended.exit_code) == ("not_started", None)
    assert "no-such-program: No such file" in ended.text


def test_a_sandbox_that_cannot_be_made(box, tmp_path):
    with (
        box(seeds=(Seed(tmp_path / "missing"),)) as sandbox,
        pytest.raises(SandboxError, match="missing"),
    ):
        sandbox.start(["true"], PATH)
    with (
        box(files={"/etc/passwd": "x"}) as sandbox,
        pytest.raises(SandboxError, match="/etc is not on"),
    ):
        sandbox.start(["true"], PATH)


def test_time_is_up(shell):
    done = shell("trap 'echo asked; exit 7' TERM; echo up; sleep 1000 & wait", seconds=1)
    assert (done.out, done.ended.reason, done.ended.exit_code) == ("up\nasked\n", "timeout", 7)
    done = shell("trap '' TERM; while :; do sleep 0.1; done", seconds=1, grace=1)
    assert (done.ended.reason, done.ended.signal) == ("timeout", signal.SIGKILL)
    assert 2 <= done.ended.seconds < 20
    assert "1 s" in done.ended.text


def test_the_caller_ends_it(alive):
    with alive("trap '' TERM") as sandbox:
        assert sandbox.wait(0.01) is None
        sandbox.kill("the budget is used up", grace=0.2)
        ended = sandbox.wait()
        assert (ended.reason, ended.text) == ("killed", "the budget is used up")
        assert sandbox.wait() is ended
        with pytest.raises(SandboxError, match="each is for one"):
            sandbox.start(["true"], PATH)


def test_a_caller_that_dies(tmp_path):
    script = (
        "import os, sys; from pathlib import Path\n"
        "from headway.elicit.sandbox import Sandbox, Spec\n"
        f"box = Sandbox(Spec(Path({str(tmp_path)!r}))).open()\n"
        "box.start(['sleep', '1000'], {'PATH': '/usr/bin'})\n"
        "print(box._process.pid, box.ready()['name'], flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    pid, name = done.stdout.split()
    until(lambda: not Path(f"/proc/{pid}").exists())
    assert name not in sweep()


def test_what_is_printed_is_capped(python):
    done = python(
        "import os\nblock = b'x' * 1_000_000\nfor _ in range(1000): os.write(1, block)\n"
        "os.write(2, b'end')",
        output=MB,
    )
    assert done.ended.exit_code == 0
    assert (done.ended.stdout.seen, done.ended.stdout.kept) == (1_000_000_000, MB)
    assert done.ended.stdout.path.stat().st_size == MB
    assert done.ended.stdout.cut
    assert (done.err, done.ended.stderr.cut) == ("end", False)


def test_seeds_and_files(box, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, text in ((first, "one"), (second, "two")):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "file").write_text(text)
        (folder / f"{text}.sh").write_text(f"echo {text}")
        (folder / f"{text}.sh").chmod(0o755)
        (folder / "link").symlink_to("/etc/passwd")
    files = {"/home/agent/.config/a/b.toml": "x = 1", "/work/new": "é"}
    with box(seeds=(Seed(first), Seed(second)), files=files) as sandbox:
        script = (
            "cat sub/file new; ./one.sh; ./two.sh; cat ~/.config/a/b.toml; ls; rm -r sub; id -u"
        )
        sandbox.start(["sh", "-c", script], PATH)
        done = Done(sandbox.wait())
    assert done.out == "twoéone\ntwo\nx = 1new\none.sh\nsub\ntwo.sh\n1000\n"


def test_caps_of_the_copy(box):
    with box(caps=Caps(files=20, bytes=2000, file_bytes=1500, depth=3)) as sandbox:
        script = (
            "mkdir -p a/b/c/d; echo x > a/b/c/in; echo x > a/b/c/d/out;"
            " head -c 1600 /dev/zero > big;"
            " head -c 1400 /dev/zero > n1; head -c 1400 /dev/zero > n2; chmod 0 n1;"
            " for i in $(seq 30); do echo > z$i; done"
        )
        sandbox.start(["sh", "-c", script], PATH)
        sandbox.wait()
        copy = sandbox.collect(sandbox.spec.folder / "copy")
    assert copy.files == 20
    assert copy.apparent <= 2000
    assert not copy.complete
    why = {item.path: item.why for item in copy.skipped}
    assert "3 folders deep" in why["a/b/c/d"]
    assert "1600 bytes" in why["big"]
    assert "2000 bytes together" in why["n2"]
    assert why["z9"] == "more than 20 files"
    assert copy.skips == len(copy.skipped) == 3 + 12
    with pytest.raises(SandboxError, match="not open"):
        sandbox.collect(sandbox.spec.folder / "again")


def test_a_copy_is_whole_or_absent(box):
    with box() as sandbox:
        sandbox.start(["sh", "-c", "echo 1 > a"], PATH)
        sandbox.wait()
        (sandbox.spec.folder / "there").mkdir()
        with pytest.raises(SandboxError, match="exists"):
            sandbox.collect(sandbox.spec.folder / "there")
        with pytest.raises(SandboxError, match="not on the sandbox's disk"):
            sandbox.collect(sandbox.spec.folder / "new", folder="/usr")
        with pytest.raises(SandboxError, match="not on the sandbox's disk"):
            sandbox.collect(sandbox.spec.folder / "new", folder="/work/../../etc")
        sandbox.collect(sandbox.spec.folder / "new")
    assert sorted(path.name for path in sandbox.spec.folder.iterdir()) == [
        "new",
        "stderr",
        "stdout",
        "there",
    ]


COUNTER = """
import os
files = [os.open(f"f{i:02}", os.O_RDWR | os.O_CREAT) for i in range(50)]
n = 0
while not os.path.exists("/tmp/stop"):
    n += 1
    for file in files:
        os.pwrite(file, b"%012d" % n, 0)
    if n == 20: print("up", flush=True)
"""


def test_a_snapshot_is_of_one_moment(box):
    with box() as sandbox:
        sandbox.start([PYTHON, "-I", "-S", "-c", COUNTER], PATH)
        until(lambda: "up" in (sandbox.spec.folder / "stdout").read_text())
        last = 0
        file = inside_of(sandbox) / "work" / "f00"
        for turn in range(5):
            until(lambda last=last: int(file.read_text()) > last + 1)  # it goes on
            copy = sandbox.snapshot(sandbox.spec.folder / f"snap{turn}")
            seen = [int((copy.path / f"f{i:02}").read_text()) for i in range(50)]
            # The first so many are of one round, the rest of the round before.
            assert seen == sorted(seen, reverse=True)
            assert seen[0] - seen[-1] <= 1
            last = seen[0]
        sandbox.kill("enough")
        assert sandbox.wait().reason == "killed"


def test_collecting_waits_for_the_end(alive, tmp_path):
    with alive("true") as sandbox, pytest.raises(SandboxError, match="still runs"):
        sandbox.collect(tmp_path / "copy")


@pytest.fixture
def gateway(tmp_path):
    """A server on a unix socket; a function handles each connection, in a thread of its own."""
    servers = []

    def serve(handle) -> Path:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                handle(self)

        path = tmp_path / "gateway.sock"
        servers.append(socketserver.ThreadingUnixStreamServer(str(path), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=[0.05]).start()
        return path

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def read_request(connection) -> tuple[str, bytes]:
    head = connection.rfile.readline().decode()
    headers = http.client.parse_headers(connection.rfile)
    return head, connection.rfile.read(int(headers.get("Content-Length", 0)))


STREAM = """
import http.client
one = http.client.HTTPConnection("127.0.0.1", 8080)
one.request("POST", "/stream", body=b"q" * 3_000_000)
reply = one.getresponse()
print(reply.read(5).decode())
two = http.client.HTTPConnection("127.0.0.1", 8080)
two.request("GET", "/got-it")
print(two.getresponse().read().decode())
rest = reply.read()
print(len(rest), rest == b"r" * 3_000_000)
"""


def test_the_relay_streams(gateway, python):
    got, bodies = threading.Event(), []

    def handle(connection) -> None:
        head, body = read_request(connection)
        bodies.append(body)
        connection.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfirst")
        connection.wfile.flush()
        if "got-it" in head:
            got.set()
        else:
            assert got.wait(30)  # the first part must be there before the rest is sent
            connection.wfile.write(b"r" * 3_000_000)

    done = python(STREAM, socket=gateway(handle))
    assert done.out.splitlines() == ["first", "first", "3000000 True"], done.err
    assert bodies == [b"q" * 3_000_000, b""]


def test_the_relay_passes_on_ends(gateway, python):
    """A client that has said all still hears the answer; a server that goes is gone."""

    def handle(connection) -> None:
        connection.wfile.write(connection.rfile.read()[::-1])

    done = python(
        "import socket\n"
        "s = socket.create_connection(('127.0.0.1', 8080))\n"
        "s.sendall(b'abc' * 100_000); s.shutdown(socket.SHUT_WR)\n"
        "data = b''\n"
        "while piece := s.recv(65536): data += piece\n"
        "print(data == b'cba' * 100_000)",
        socket=gateway(handle),
    )
    assert done.out == "True\n", done.err


def test_the_relay_without_a_gateway(python, gateway, tmp_path):
    dead = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(dead))
    done = python(
        "import socket\n"
        "s = socket.create_connection(('127.0.0.1', 8080))\n"
        "try: print(s.recv(9))\n"
        "except ConnectionResetError: print(b'')\n"
        "raise SystemExit(4)",
        socket=dead,
    )
    assert (done.out, done.ended.exit_code) == ("b''\n", 4)


def test_the_relay_is_no_child_of_the_command(python, gateway):
    done = python(
        "import os\ntry: os.waitpid(-1, 0)\nexcept ChildProcessError: print('none')",
        socket=gateway(lambda connection: None),
    )
    assert done.out == "none\n"


def test_what_this_machine_can_hold():
    found = {finding.name: finding for finding in check()}
    assert found["start"].ok, found["start"].text
    assert set(found) == {
        "bubblewrap",
        "start",
        "user",
        "memory",
        "processes",
        "freezing",
        "calls",
    }
    assert found["user"].ok == (os.getuid() == 0)
    assert all(finding.text.endswith(".") for finding in found.values())
    assert "namespaces" in check_elsewhere()


def check_elsewhere() -> str:
    code = (
        "import sys; from pathlib import Path\n"
        "from headway.elicit.sandbox import Sandbox, Spec, check\n"
        "sys.platform = 'darwin'\n"
        "[one] = check(); assert not one.ok and one.needed\n"
        "try: Sandbox(Spec(Path('.'))).open()\nexcept Exception as error: print(error)"
    )
    return subprocess.check_output([sys.executable, "-c", code], text=True)


def test_nothing_is_left_of_many_runs(tmp_path):
    """Eight at a time, some with supervisors that are killed."""
    sweep()
    before = set(Path("/proc/self/mounts").read_text().splitlines())
    marker = f"left-{os.getpid()}"
    names: list[str] = []
    limits: dict[str, int] = {}

    def work(turns: list[int]) -> None:
        for turn in turns:
            folder = tmp_path / str(turn)
            folder.mkdir()
            with Sandbox(Spec(folder, memory=64 * MB, pids=32, disk=MB)) as sandbox:
                names.append(sandbox.ready()["name"])
                limits.update(sandbox.ready()["limits"])
                sandbox.start(["sh", "-c", f"sleep 100 & : {marker}; sleep 0.05"], PATH)
                if turn % 3 == 0:
                    os.kill(sandbox._process.pid, signal.SIGKILL)
                else:
                    assert sandbox.wait().exit_code == 0

    threads = [threading.Thread(target=work, args=[range(k, 24, 8)]) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 24
    until(lambda: not processes(marker))
    assert len(set(sweep()) & set(names)) == (8 if limits else 0)
    assert set(Path("/proc/self/mounts").read_text().splitlines()) == before
    left = [path for path in Path("/sys/fs/cgroup").glob("*/headway-*") if path.name in names]
    assert not left
