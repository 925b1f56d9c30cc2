"""What a sandbox is made of, put together in the supervisor's own mount namespace."""

from __future__ import annotations

import os

import headway
from headway.elicit.sandbox import bwrap, interpreter, linux
from headway.elicit.sandbox.copying import Copy, copy_tree, open_below

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Stage", "folder_of", "host_user"]

_FIRST_USER = 1_900_000_000  # above what systemd and container tools give away


def host_user() -> int:
    """The number outside for a supervisor's sandbox: one of its own when root, else ours.

    While two supervisors live they have two process ids, and so two users.
    """
    if os.getuid():
        return os.getuid()
    wanted = _FIRST_USER + os.getpid()
    with open("/proc/self/uid_map", encoding="ascii") as file:
        spans = [tuple(int(word) for word in line.split()) for line in file]
    if any(first <= wanted < first + count for first, _, count in spans):
        return wanted
    first, _, count = max(spans, key=lambda span: span[2])
    return first + count - 1 - os.getpid() % max(count // 2, 1)


def folder_of() -> str:
    """An empty folder to mount on; each supervisor sees only its own mount there."""
    folder = "/run/headway" if not os.getuid() else f"/tmp/headway-{os.getuid()}"  # noqa: S108
    os.makedirs(folder, mode=0o755, exist_ok=True)
    seen = os.lstat(folder)
    if seen.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user: remove it.")
    return folder


class Stage:
    """Files of one sandbox: the disk that it writes to, and what it sees read-only.

    Attributes
    ----------
    disk : str
        Folder with ``work``, ``home``, ``tmp`` and ``shm``; a file system of its own, limited in
        bytes and in files, without setuid files and devices.
    words : list of str
        Arguments of bubblewrap for what is seen read-only.
    socket : str or None
        The gateway's socket, outside of the sandbox.
    """

    def __init__(self, spec: dict[str, Any], user: int) -> None:
        self.spec = spec
        self.user = user
        self.targets = bwrap.writable(spec["work"])
        top = folder_of()
        linux.mount("tmpfs", top, "size=4m,nr_inodes=4096,mode=0755")
        self._binds, self._texts, self.disk = f"{top}/binds", f"{top}/etc", f"{top}/disk"
        for folder in (self._binds, self._texts, self.disk):
            os.mkdir(folder, 0o755)
        size, inodes = spec["disk"], spec["inodes"]
        linux.mount("tmpfs", self.disk, f"size={size},nr_inodes={inodes},mode=0755")
        for name in bwrap.WRITABLE:
            os.mkdir(f"{self.disk}/{name}", 0o700)
            os.chown(f"{self.disk}/{name}", user, user)
        self.socket = self._gateway()
        self.words: list[str] = []

    def build(self) -> None:
        """Put together what the sandbox sees, and lay the seeds."""
        words, root = self._mounts(), self.spec["root"]
        if interpreter.FOLDER not in self.spec["hidden"]:
            words += interpreter.shown(self._bound, self._texts, root is not None)
        base = bwrap.system(self._texts) if root is None else self._image(root, words)
        self.words = base + words + self._masks()
        self._fill()

    def _image(self, root: str, words: list[str]) -> list[str]:
        """The image, with a layer of our own over it, on the sandbox's disk.

        Where something of ours is shown, that layer has an empty place for it; so nothing is
        made in a folder to which a link of the image may lead.
        """
        upper, work, whole = (f"{self.disk}/{name}" for name in ("upper", "upperwork", "root"))
        for folder in (upper, work, whole):
            os.mkdir(folder, 0o755)
        texts = bwrap.texts(self._texts, ("hosts", "resolv.conf"))
        for folder in ("/proc", "/dev", *self.targets.values()):
            os.makedirs(f"{upper}{folder}", 0o755, exist_ok=True)
        shown = texts + words
        for at, word in enumerate(shown):
            if word in {"--bind", "--ro-bind"}:
                _place(f"{upper}{shown[at + 2]}", os.path.isdir(shown[at + 1]))
        options = f"lowerdir={self._bound(root)},upperdir={upper},workdir={work}"
        linux.mount("overlay", whole, options + (",userxattr" if os.getuid() else ""))
        return ["--bind", whole, "/", *texts]

    def _mounts(self) -> list[str]:
        words = []
        seen = {"/usr": "/usr"} if self.spec["root"] is None else {}
        for item in self.spec["mounts"]:
            source = os.path.realpath(item["source"])
            seen[source] = item["target"]
            words += ["--ro-bind", self._bound(source), item["target"]]
        return words + _hidden(seen)

    def _masks(self) -> list[str]:
        """Something empty in the place of what is hidden."""
        words, empty = [], f"{self._binds}/empty"
        with open(empty, "x", encoding="ascii"):
            pass
        os.chmod(empty, 0)
        for path in self.spec["hidden"]:
            if path == interpreter.FOLDER:
                continue
            if os.path.isdir(path):
                words += ["--tmpfs", path, "--remount-ro", path]
            else:
                words += ["--ro-bind", empty, path]
        return words

    def _gateway(self) -> str | None:
        """The gateway's socket, where the sandbox's user can reach it, and no other sandbox's."""
        path = self.spec["socket"]
        if path is None:
            return None
        if not os.getuid():
            os.chown(path, self.user, self.user, follow_symlinks=False)
            os.chmod(path, 0o600)
        return self._bound(path)

    def _bound(self, source: str) -> str:
        """The source where the sandbox's user can reach it, whatever the folders above it allow."""
        place = f"{self._binds}/{len(os.listdir(self._binds))}"
        if os.path.isdir(source):
            os.mkdir(place, 0o755)
        else:
            with open(place, "x", encoding="ascii"):
                pass
        linux.bind(source, place)
        return place

    def _fill(self) -> None:
        for seed in self.spec["seeds"]:
            copy = Copy(self.spec["caps"], self.user)
            source = open_below(seed["source"], "")
            try:
                copy_tree(source, self.place(seed["target"]), copy)
            finally:
                os.close(source)
            if copy.skips:
                path, kind, why = copy.skipped[0]
                raise ValueError(f"The {kind} {path} of {seed['source']} {why}.")
        for path, text in self.spec["files"].items():
            place = f"{self.place(os.path.dirname(path))}/{os.path.basename(path)}"
            with open(place, "w", encoding="utf-8") as file:
                file.write(text)
            os.chown(place, self.user, self.user)

    def shown(self) -> dict[str, str]:
        """What can be written to: folder outside -> inside."""
        return {f"{self.disk}/{name}": target for name, target in self.targets.items()}

    def place(self, path: str) -> str:
        """Where a folder of the sandbox's disk is outside; it is made if it is missing."""
        below, name = self._split(path)
        place = f"{self.disk}/{name}"
        for part in filter(None, below.split("/")):
            place = f"{place}/{part}"
            if not os.path.isdir(place):
                os.mkdir(place, 0o755)
                os.chown(place, self.user, self.user)
        return place

    def opened(self, path: str) -> int:
        """An open folder of the sandbox's disk, reached without following links."""
        below, name = self._split(path)
        return open_below(f"{self.disk}/{name}", below)

    def _split(self, path: str) -> tuple[str, str]:
        """``/work/a`` -> ``/a``, ``work``; the innermost folder that holds it."""
        for name, target in reversed(self.targets.items()):
            if path == target or path.startswith(f"{target}/"):
                below = path[len(target) :]
                if ".." in below.split("/"):
                    break
                return below, name
        raise ValueError(f"{path} is not on the sandbox's disk: use a path below /work.")


def _place(path: str, folder: bool) -> None:
    os.makedirs(path if folder else os.path.dirname(path), 0o755, exist_ok=True)
    if not folder:
        with open(path, "w", encoding="ascii"):
            pass


def _hidden(seen: dict[str, str]) -> list[str]:
    """Our own package, wherever it can be seen: it brings the tests that tasks are judged by."""
    words = []
    own = os.path.realpath(os.path.dirname(headway.__file__))
    for source, target in seen.items():
        if own.startswith(f"{source}/"):
            place = f"{target}{own[len(source) :]}"
            words += ["--tmpfs", place, "--remount-ro", place]
    return words
