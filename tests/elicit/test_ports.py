"""Ports that do what they should not: they harm their own cases alone, and wrap nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.elicit.shipping import left, oracle

from headway.elicit.task import find
from headway.elicit.verify import verify

TASK = "wordcount-c"

# In front of the reference port. What the first argument is decides what it does before it works.
ABUSE = r"""
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void hang(void) { for (;;) pause(); }
static void spin(void) { for (;;) {} }
static void forks(void) { for (;;) if (fork() < 0) pause(); }
static void eat(void) {
    for (;;) {
        char *more = malloc(1 << 20);
        if (!more) exit(1);
        memset(more, 1, 1 << 20);
    }
}
static void print(void) { for (;;) if (fputs("more and more\n", stdout) < 0) exit(0); }
static void fill(void) {
    char block[65536] = {1};
    for (int n = 0;; n++) {
        char name[64];
        snprintf(name, sizeof name, "%s/%d", n % 2 ? "/tmp" : "/dev/shm", n);
        int file = open(name, O_WRONLY | O_CREAT, 0600);
        if (file < 0) exit(0);
        for (int k = 0; k < 200; k++) if (write(file, block, sizeof block) < 0) exit(0);
        close(file);
    }
}
static void deep(void) {
    for (int n = 0; n < 20000; n++) if (mkdir("d", 0700) || chdir("d")) break;
    chmod(".", 0);
    exit(0);
}
static void erase(void) {
    if (system("rm -rf /work /tmp/* /built /tests") < 0) exit(0);
    unlink("/built/main");
    rmdir("/work");
    char here[4096];
    if (getcwd(here, sizeof here) && chdir("/") == 0) rmdir(here);
    exit(0);
}
static void linger(void) { /* a child outlives the case and would write into the next */
    if (fork() == 0) {
        setsid();
        if (fork()) _exit(0);
        for (;;) { puts("from another case"); fflush(stdout); usleep(1000); }
    }
    exit(0);
}
static void strike(void) { /* at the driver, by all ways there are */
    pid_t driver = getppid();
    char path[64];
    struct rlimit none = {0, 0};
    for (int number = 1; number < 32; number++) {
        kill(driver, number);
        kill(-1, number);
        sigqueue(driver, number, (union sigval){0});
        syscall(SYS_tkill, driver, number);
        syscall(SYS_tgkill, driver, driver, number);
    }
    int handle = (int)syscall(434, driver, 0);
    syscall(424, handle, 9, NULL, 0);
    syscall(SYS_prlimit64, driver, RLIMIT_CPU, &none, NULL);
    syscall(SYS_prlimit64, driver, RLIMIT_NOFILE, &none, NULL);
    syscall(SYS_ptrace, 16, driver, 0, 0);
    for (int k = 0; k < 64; k++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", driver, k);
        int file = open(path, O_WRONLY);
        if (file >= 0 && write(file, "junk", 4) != 4) exit(9);
    }
    snprintf(path, sizeof path, "/proc/%d/mem", driver);
    int memory = open(path, O_RDWR);
    if (memory >= 0) exit(8);
    exit(0);
}

int port(int, char **);
int main(int count, char **word) {
    static const struct { const char *when; void (*act)(void); } acts[] = {
        ACTS
    };
    for (size_t k = 0; count > 1 && k < sizeof acts / sizeof *acts; k++)
        if (!strcmp(word[1], acts[k].when)) acts[k].act();
    return port(count, word);
}
#define main port
"""
# First argument of a case in which the program says what was wrong -> what the port does there, and
# what comes of it.
WRONG = "exit code, class of error"
ACTS = {
    "-x": ("hang", "waits"),
    "-lq": ("spin", "time"),
    "--lines": ("forks", "waits"),
    "--top=-1": ("eat", "memory"),
    "--top=": ("print", "output"),
    "sub": ("fill", WRONG),
    "---": ("deep", WRONG),
    "--top=1 ": ("erase", WRONG),
    "-l-": ("linger", WRONG),
    "nothing": ("strike", WRONG),
}


def verdict(
    tmp_path: Path, port: bytes | str, name: str = TASK, more: dict[str, bytes] | None = None
):
    task = find(name)
    suffix = {"c": "c", "rust": "rs"}[name.rpartition("-")[2]]
    work = left(task, tmp_path / "work", port, f"main.{suffix}")
    for path, data in (more or {}).items():
        place = work / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return verify(task, work, tmp_path / "verifier")


def missed(tmp_path: Path) -> list[dict[str, Any]]:
    text = (tmp_path / "verifier/logs/verifier/missed.json").read_text(encoding="ascii")
    return list(json.loads(text))


def first_words() -> dict[int, str]:
    """First argument of each case, by its number."""
    top = find(TASK).folder.parent
    script = (
        "import json, random, sys; sys.path[:0] = sys.argv[1:]; sys.dont_write_bytecode = True;"
        " import cases; print(json.dumps([c.args[:1] for c in cases.cases(random.Random(1))]))"
    )
    paths = [str(top / "_shared/differ"), str(top / "_programs/wordcount/hidden")]
    said = subprocess.run(
        [sys.executable, "-c", script, *paths], capture_output=True, text=True, check=True
    )
    return {number: "".join(args) for number, args in enumerate(json.loads(said.stdout))}


@pytest.mark.slow
def test_a_port_that_runs_wild_in_some_cases_fails_those_alone(tmp_path: Path):
    acts = ",".join(f'{{"{when}", {act}}}' for when, (act, _) in ACTS.items())
    found = verdict(tmp_path, ABUSE.replace("ACTS", acts) + oracle(TASK))
    assert found.reason == ""
    wild = {number: word for number, word in first_words().items() if word in ACTS}
    assert set(wild.values()) == set(ACTS), "each is done at least once"
    # What a lingering child prints in its own case may come in time or not.
    reasons = {case["case"]: case["why"].replace("stdout, ", "") for case in missed(tmp_path)}
    assert reasons == {number: ACTS[word][1] for number, word in wild.items()}


WRAPS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static const char SOURCE[] = PROGRAM;
static void attempt(const char *python, int count, char **word) {
    char *line[64] = {(char *)python, "-c", (char *)SOURCE};
    for (int k = 1; k < count && k < 60; k++) line[k + 2] = word[k];
    execvp(python, line);
}
int main(int count, char **word) {
    static const char *const names[] = {
        "python3", "python", "/usr/bin/python3", "/usr/bin/python3.11", "/run/python/bin/python3",
        "/usr/local/bin/python3", "/work/python3", "/built/python3", "/tmp/python3", OWN
    };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) attempt(names[k], count, word);
    execlp("sh", "sh", "-c", "exec python3 /work/reference/main.py \"$@\"", "sh", NULL);
    void *library = dlopen("libpython3.11.so.1.0", RTLD_NOW | RTLD_GLOBAL);
    if (library) {
        void (*start)(void) = (void (*)(void))dlsym(library, "Py_Initialize");
        int (*run)(const char *) = (int (*)(const char *))dlsym(library, "PyRun_SimpleString");
        start();
        return run(SOURCE);
    }
    return 77;
}
"""


def wrapper() -> str:
    task = find(TASK)
    source = (task.folder.parent / "_programs/wordcount/given/reference/main.py").read_text()
    return WRAPS.replace("PROGRAM", json.dumps(source)).replace("OWN", json.dumps(sys.executable))


def test_a_port_that_calls_the_references_interpreter_scores_0(tmp_path: Path):
    (tmp_path / "main.c").write_text(wrapper(), encoding="utf-8")
    build = ["gcc", "-std=c11", "-w", "-o", tmp_path / "main", tmp_path / "main.c"]
    subprocess.run(build, check=True)
    line = [tmp_path / "main", "-lw"]
    said = subprocess.run(line, input=b"one two\nthree\n", capture_output=True, check=True)
    assert said.stdout == b"2 3\n", "where there is an interpreter, it is a good wrapper"
    found = verdict(tmp_path, wrapper())
    assert (found.score, found.reason) == (0, "")


def test_a_port_that_carries_the_interpreter_along_scores_0(tmp_path: Path):
    python = Path("/usr/bin/python3").resolve().read_bytes()
    carried = {"port/python3": python, "python3": python, "port/reference.py": b"print(1)"}
    taken = '__asm__(".section .rodata\\n.global blob\\nblob: .incbin \\"PATH\\"\\n");\n' + oracle(
        TASK
    )
    for number, path in enumerate(("/work/python3", "/work/port/python3", "python3")):
        place = tmp_path / str(number)
        place.mkdir()
        found = verdict(place, taken.replace("PATH", path), more=carried)
        assert (found.score, found.reason) == (0, ""), path
        said = (place / "verifier/build/stderr").read_text(encoding="utf-8")
        assert "can't open" in said or "file not found" in said, said


@pytest.mark.parametrize(
    ("port", "said"),
    [
        (b"\x7fELF\x00\x01", "is no UTF-8 text"),
        (b"int main(void){return 0;}\xff", "is no UTF-8 text"),
        (b"//" + b"x" * 300_000, "is larger than 262144 bytes"),
        (b"int main(void) {", "error"),
    ],
)
def test_a_port_that_is_no_source_text_is_not_built(tmp_path: Path, port: bytes, said: str):
    found = verdict(tmp_path, port)
    assert (found.score, found.reason) == (0, "")
    assert said in (tmp_path / "verifier/build/stderr").read_text(encoding="utf-8")
    assert {case["why"] for case in missed(tmp_path)} == {"not run"}


def test_a_port_that_has_another_program_do_the_work_scores_0(tmp_path: Path):
    # The system has a word counter, too.
    port = """
#include <unistd.h>
int main(int count, char **word) { return count < 0 || execv("/usr/bin/wc", word); }
"""
    assert verdict(tmp_path, port).score == 0


def test_a_port_that_writes_answers_of_its_own_scores_0(tmp_path: Path):
    port = r"""
#include <stdio.h>
int main(void) {
    static const char *const places[] = {
        "/logs/verifier/reward.txt", "/logs/verifier/reward.json", "/outputs/stdout",
        "/tests/answers.json",
    };
    for (int k = 0; k < 4; k++) {
        FILE *file = fopen(places[k], "w");
        if (file) { fputs("1\n", file); fclose(file); }
    }
    return 0;
}
"""
    found = verdict(tmp_path, port)
    assert found.reason == ""
    assert found.score < 0.1
