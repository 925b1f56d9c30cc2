"""What a sandbox is asked for, and what it tells afterwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

__all__ = [
    "Caps",
    "Captured",
    "Collected",
    "Ended",
    "Mount",
    "Reason",
    "Seed",
    "Skipped",
    "Spec",
]

MB = 2**20

Reason = Literal["exit", "signal", "timeout", "killed", "oom", "not_started"]


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of the host that the sandbox sees, read-only.

    Attributes
    ----------
    source : Path
        On the host; links in it are followed when the sandbox is made.
    target : str
        Absolute path inside.
    """

    source: Path
    target: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A folder whose regular files are copied in before the command starts, by :class:`Caps`.

    Attributes
    ----------
    source : Path
        Folder of the host.
    target : str
        Absolute path below ``/work``, ``/home/agent`` or ``/tmp``.
    """

    source: Path
    target: str = "/work"


@dataclass(frozen=True, slots=True)
class Caps:
    """How much is copied out of (or into) a sandbox; what is over is left out and named.

    Attributes
    ----------
    files : int
        Regular files, and folders, each.
    bytes : int
        Apparent sizes together; a file with several names counts once a name.
    file_bytes : int
        Apparent size of one file: a sparse file counts as long as it says it is.
    depth : int
        Folders inside each other.
    """

    files: int = 20_000
    bytes: int = 512 * MB
    file_bytes: int = 128 * MB
    depth: int = 48


@dataclass(frozen=True, slots=True)
class Spec:
    """One sandbox.

    Attributes
    ----------
    folder : Path
        Folder of the host for what the command prints (``stdout``, ``stderr``); must exist.
    mounts : tuple of Mount
        Read-only, beside the host's ``/usr`` and the interpreter that always are.
    seeds : tuple of Seed
        Copied in, in this order.
    files : dict of str to str
        Absolute path below ``/work``, ``/home/agent`` or ``/tmp`` -> text, written after the seeds.
    socket : Path or None
        The gateway's unix socket, which ``127.0.0.1:port`` reaches inside; the socket itself is
        not there. None: no way out at all. When root, the socket is given to the sandbox's own
        user, so no other sandbox can use it.
    port : int
        Port inside.
    root : Path or None
        Unpacked root file system of an image, used in place of the host's ``/usr``, read-only:
        what a task works on must be seeded into ``/work``, and nothing inside is root.
    work : str
        Where the work folder is, inside; another place only on a root of an image.
    memory : int
        Bytes, for all processes and what is written to disk together (the disk is in memory).
    pids : int
        Processes and threads, ours (three) included.
    disk, inodes : int
        Bytes and number of files that ``/work``, ``/home/agent``, ``/tmp`` and ``/dev/shm`` hold
        together.
    hidden : tuple of str
        Absolute paths of the host's programs, libraries and folders that are shown empty; they must
        exist and be no links. ``/run/python`` leaves out our own interpreter.
    cpus : float or None
        Cores, as a quota; None: no limit.
    seconds : float
        Wall time; then SIGTERM, and SIGKILL after `grace` seconds.
    grace : float
        Seconds between the two.
    output : int
        Bytes kept of stdout, and of stderr; the rest is read and thrown away.
    caps : Caps
        For seeds, snapshots and the collection.
    """

    folder: Path
    mounts: tuple[Mount, ...] = ()
    seeds: tuple[Seed, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    socket: Path | None = None
    port: int = 8080
    root: Path | None = None
    work: str = "/work"
    hidden: tuple[str, ...] = ()
    memory: int = 4096 * MB
    pids: int = 512
    disk: int = 1024 * MB
    inodes: int = 100_000
    cpus: float | None = None
    seconds: float = 3600.0
    grace: float = 5.0
    output: int = 16 * MB
    caps: Caps = Caps()

    def plain(self) -> dict[str, Any]:
        """As the supervisor is told: nothing but what ``marshal`` holds."""
        plain = asdict(self)
        for key in ("folder", "socket", "root"):
            plain[key] = None if plain[key] is None else str(Path(plain[key]).absolute())
        for item in (*plain["mounts"], *plain["seeds"]):
            item["source"] = str(Path(item["source"]).absolute())
        return plain


@dataclass(frozen=True, slots=True)
class Captured:
    """What a command printed.

    Attributes
    ----------
    path : Path
        File with the first bytes of it.
    kept, seen : int
        Bytes in the file, and bytes that were printed.
    """

    path: Path
    kept: int
    seen: int

    @property
    def cut(self) -> bool:
        """Whether something was thrown away."""
        return self.seen > self.kept


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; all its processes are gone.

    Attributes
    ----------
    reason : str
        ``exit`` by itself, ``signal`` by one that we did not send, ``timeout``, ``killed`` by
        the caller, ``oom`` when the kernel ended it for memory, ``not_started``.
    exit_code : int or None
        Of the command itself; None when a signal ended it or it never started. A shell's code of
        128 + n for a child that a signal ended cannot be told from the signal itself.
    signal : int or None
        Number.
    text : str
        One sentence for people; empty for an ordinary end.
    seconds : float
        Wall time of the command, snapshots excluded.
    peak_memory : int or None
        Bytes, with files on the sandbox's disk; None where no cgroup counts.
    oom_kills : int or None
        Processes that the kernel ended for memory, also when the command went on.
    stdout, stderr : Captured
        What was printed.
    """

    reason: Reason
    exit_code: int | None
    signal: int | None
    text: str
    seconds: float
    peak_memory: int | None
    oom_kills: int | None
    stdout: Captured
    stderr: Captured


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not copied: path below the folder, what it is, and why."""

    path: str
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Collected:
    """A copy of the work folder: regular files only.

    Attributes
    ----------
    path : Path
        The copy.
    files, folders : int
        Numbers of them.
    apparent, real : int
        Bytes that the files say they have, and that they take up where they came from (a file
        with several names once).
    links : dict of str to str
        Symbolic links that were seen, path -> text; they are not made again.
    hard_links : int
        Names beyond the first of one file; each became a file of its own.
    skipped : tuple of Skipped
        What was left out, the first thousand in order of path.
    skips : int
        How many were left out.
    """

    path: Path
    files: int
    folders: int
    apparent: int
    real: int
    links: dict[str, str]
    hard_links: int
    skipped: tuple[Skipped, ...]
    skips: int

    @property
    def complete(self) -> bool:
        """Whether every regular file and folder is in the copy."""
        return self.skips == 0
