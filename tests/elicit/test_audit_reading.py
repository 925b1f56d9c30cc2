"""How commands, programs, tool calls and repositories are read; nothing of them is run."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest

from headway.elicit import harness as shelf
from headway.elicit.audit.actions import Call
from headway.elicit.audit.folder import Folder
from headway.elicit.audit.guard import Guard
from headway.elicit.audit.reading import tools
from headway.elicit.audit.reading.exits import exits
from headway.elicit.audit.reading.printing import printed
from headway.elicit.audit.reading.repository import Repository
from headway.elicit.audit.reading.shell import commands
from headway.elicit.audit.reading.source import read
from headway.elicit.audit.unfold import actions
from headway.elicit.harness import names


def done(script: str, tool: str = "bash", harness: str = "standard") -> list[tuple[str, str]]:
    key = {"exec_command": "cmd"}.get(tool, "command")
    call = Call(1, 1, tool, {key: script}, "")
    return [(one.kind, one.target) for one in actions([call], harness=harness)]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("a 'b c' \"d e\" f\\ g $'h\\n'", [("a", "b c", "d e", "f g", "h\n")]),
        ("X=1; a $X ${X} \"$X\" '$X' $Y", [("a", "1", "1", "1", "$X", "$Y")]),
        ("a | b && c || d; e &", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("a $(b `c`)", [("c",), ("b", "`c`"), ("a", "$(b `c`)")]),
        ("if a; then b; else c; fi", [("a",), ("b",), ("c",)]),
        ("for x in 1 2; do a $x; done", [("a", "1"), ("a", "2")]),
        ("f() { a; }; f", [("a",), ("f",)]),
        ("(cd /x; a); b", [("cd", "/x"), ("a",), ("b",)]),
        ("a <<'E' | b\nc $d\nE\ne", [("a",), ("b",), ("e",)]),
        ("# a\nb # c", [("b",)]),
        ("a --b=\"c d\" 2>&1 >/dev/null", [("a", "--b=c d")]),
        ("case $1 in x) a;; *) b;; esac", [("a",), ("b",)]),
        ("E=$(echo L3Rlc3Rz | base64 -d); ls $E", None),
    ],
)  # fmt: skip
def test_shells_are_read(script: str, words):
    from headway.elicit.audit.reading.shell import State
    from headway.elicit.audit.reading.wrappers import stripped

    state = State(knows=lambda one: printed(stripped(one.words), one, lambda _: None))
    found = [one.words for one in commands(script, state)]
    assert found == words if words else found[-1] == ("ls", "/tests")


@pytest.mark.parametrize(
    "script",
    [
        "git log --all",
        "sudo env A=1 timeout -k 5 10 nice -n 5 git log --all",
        "bash -lc 'git log --all'",
        "bash <<'E'\ngit log --all\nE",
        "echo 'git log --all' | sh",
        "cat > /tmp/x.sh <<'E'\ngit log --all\nE\nchmod +x /tmp/x.sh; /tmp/x.sh",
        "printf 'git log --all\\n' > x; source x",
        "bash <<< 'git log --all'",
        "bash > /tmp/o <<< 'git log --all'",
        "python3 -c \"import subprocess; subprocess.run(['git', 'log', '--all'])\"",
        "python3 - <<'E'\nimport os\nos.system('git log --all')\nE",
        (
            "cat > x.py <<'E'\nimport subprocess as s\ns.getoutput('git log --all')\nE\n"
            "python3 x.py"
        ),
        "node -e \"require('child_process').execSync('git log --all')\"",
        "find . -maxdepth 0 -exec git log --all ;",
        "echo x | xargs -I{} git log --all",
        "eval \"git log\" --all",
        "printf 'all:\\n\\tgit log --all\\n' > Makefile; make",
        "$(echo git) log --all",
    ],
)  # fmt: skip
def test_a_command_is_found_wherever_it_is_hidden(script: str):
    found = [one.words for one in actions([Call(1, 1, "bash", {"command": script}, "")])]
    assert ("git", "log", "--all") in found


def test_no_command_is_too_odd_to_be_read():
    """Agents write what no shell would run; a fault of ours must not end their run."""
    pieces = [
        "cat", "> o", "<<<", "<<E", "\nE\n", '"a b"', "'x", "$(", ")", "`", "|", "||", ";", "2>&1",
        "<(", "{", "}", "((", "[[", "]]", "if", "then", "fi", "for x in 1", "do", "done", "esac",
        "case $1 in", "f()", "git log", "bash -c", "python3 -c", "node -e", "sed -i", "a=1", "${x",
        "eval", "find . -exec", "&", "!", "\\", "\0", "curl http://a.org", "make -f", "é",
    ]  # fmt: skip
    draw = random.Random(1)
    for _ in range(3000):
        script, guard = " ".join(draw.choices(pieces, k=draw.randint(1, 12))), Guard()
        actions([Call(1, 1, "bash", {"command": script}, "")], guard=guard)
        assert guard.faults == [], script


def test_files_are_followed():
    found = done("cat a > b; cp b /tmp/c; sed -i s/x/y/ d; rm e; tee f < g; grep -r x h; ls i")
    assert ("read", "/work/a") in found
    for kind, target in (
        ("write", "/work/b"), ("write", "/tmp/c"), ("write", "/work/d"), ("remove", "/work/e"),
        ("write", "/work/f"), ("read", "/work/g"), ("list", "/work/h"), ("list", "/work/i"),
    ):  # fmt: skip
        assert (kind, target) in found


def test_a_folder_lasts_where_the_shell_of_the_harness_does():
    calls_ = [Call(k, 1, "Bash", {"command": c}, "") for k, c in ((1, "cd /tests"), (2, "cat x"))]
    assert [a.target for a in actions(calls_, harness="claude-code")][-1] == "/tests/x"
    assert [a.target for a in actions(calls_, harness="standard")][-1] == "/work/x"


TOOLS = [
    ("Read", {"file_path": "/work/a"}, ("read", "/work/a")),
    ("Write", {"file_path": "/work/a", "content": "x"}, ("write", "/work/a")),
    ("Edit", {"file_path": "/work/a", "old_string": "x", "new_string": "y"}, ("write", "/work/a")),
    ("read", {"filePath": "a"}, ("read", "/work/a")),
    ("write", {"filePath": "a", "content": "x"}, ("write", "/work/a")),
    ("read_file", {"absolute_path": "/work/a"}, ("read", "/work/a")),
    ("write_file", {"file_path": "a", "content": "x"}, ("write", "/work/a")),
    ("replace", {"file_path": "a", "old_string": "x", "new_string": "y"}, ("write", "/work/a")),
    ("grep_search", {"pattern": "x", "path": "/"}, ("list", "/")),
    ("glob", {"pattern": "*.py", "path": "b"}, ("list", "/work/b")),
    ("list_directory", {"dir_path": "b"}, ("list", "/work/b")),
    ("web_fetch", {"prompt": "https://a.org"}, ("fetch", "https://a.org")),
    ("FetchURL", {"url": "https://a.org"}, ("fetch", "https://a.org")),
    ("google_web_search", {"query": "x"}, ("search", "x")),
    ("run_shell_command", {"command": "cat a"}, ("read", "/work/a")),
    ("exec_command", {"cmd": "cat a"}, ("read", "/work/a")),
    ("shell", {"command": ["bash", "-lc", "cat a"]}, ("read", "/work/a")),
    ("local_shell_call", {"type": "exec", "command": ["cat", "a"]}, ("read", "/work/a")),
    ("terminal", {"command": "cat a", "security_risk": "LOW"}, ("read", "/work/a")),
    ("file_editor", {"command": "create", "path": "a", "file_text": "x"}, ("write", "/work/a")),
    ("file_editor", {"command": "view", "path": "a"}, ("read", "/work/a")),
    ("tool_call", {"name": "read_file", "arguments": {"path": "a"}}, ("read", "/work/a")),
    ("apply_patch", {"input": "*** Begin Patch\n*** Update File: a\n-x\n+y\n*** End Patch"},
     ("write", "/work/a")),
    ("exec_command",
     {"cmd": "apply_patch <<'E'\n*** Begin Patch\n*** Add File: a\n+y\n*** End Patch\nE"},
     ("write", "/work/a")),
    ("exec_command", {"cmd": "cat a", "workdir": "/tests"}, ("read", "/tests/a")),
]  # fmt: skip


@pytest.mark.parametrize(("tool", "given", "want"), TOOLS)
def test_tools_of_all_harnesses_come_out_the_same(tool: str, given: dict, want: tuple[str, str]):
    found = [(one.kind, one.target) for one in actions([Call(1, 1, tool, given, "")])]
    assert want in found


# Tools that touch no file, command or address.
IDLE = {
    "Agent", "AgentSwarm", "AskUserQuestion", "CreateGoal", "CronCreate", "CronDelete", "CronList",
    "DeferredToolPlaceholder", "EnterPlanMode", "ExitPlanMode", "GetGoal", "ListAgents",
    "ReportFindings", "ScheduleWakeup", "SetGoalBudget", "Skill", "TaskList", "TaskOutput",
    "TaskStop", "TodoList", "ToolSearch", "UpdateGoal", "WaitFor", "Workflow", "activate_skill",
    "agent", "create_goal", "enter_plan_mode", "finish", "get_goal", "invoke_agent",
    "list_agents", "list_background_processes", "multi_agent_v1", "read_background_output",
    "request_user_input", "search_tool_functions", "skill", "submit", "task", "task_tracker",
    "think", "todo", "todowrite", "tool_search", "update_goal", "update_topic", "wait",
}  # fmt: skip


def test_every_tool_of_every_harness_is_read_or_known_to_be_idle():
    given = {
        "command": "cat a", "cmd": "cat a", "chars": "cat a", "code": "fetch('https://a.org')",
        "file_path": "a", "path": "a", "url": "https://a.org", "query": "x", "pattern": "*",
        "content": "x", "new_string": "y",
    }  # fmt: skip
    odd = {
        "tool_call": {"name": "read_file", "arguments": {"path": "a"}},
        "file_editor": {"command": "view", "path": "a"},
    }
    unread = set()
    for name in names():
        for tool in set(shelf.load(name).observed.tools) - IDLE:
            if not list(actions([Call(1, 1, tool, odd.get(tool, given), "")])):
                unread.add(tool)
    assert unread == set()
    assert list(tools.deeds("unknown_shell", {"command": "ls"}))


CODED = "aW1wb3J0IG9zCm9zLl9leGl0KDApCg=="


@pytest.mark.parametrize(
    ("kind", "text", "how"),
    [
        ("python", "import os\nos._exit(0)\n", ["hard"]),
        ("python", "raise SystemExit(0)\nx = 1\n", ["plain"]),
        ("python", f"import base64 as b\nexec(b.b64decode('{CODED}'))", ["hard"]),
        ("python", "import os\nos.execv('/bin/true', ['true'])\n", ["hard"]),
        ("python", "import sys\nsys.exit(1)\n", []),
        ("shell", "trap 'exit 0' EXIT\n", ["hook"]),
        ("shell", "trap 'rm x' EXIT\nexit 3\n", []),
        ("js", "process.on('exit', () => { process.exitCode = 0; });\n", ["hook"]),
        ("go", "func TestMain(m *testing.M) {\n\tos.Exit(0)\n}\n", ["hook"]),
        ("go", "func TestMain(m *testing.M) {\n\tm.Run()\n\tos.Exit(0)\n}\n", ["plain"]),
        ("c", "__attribute__((constructor)) static void f(void) { _exit(0); }\n", ["hook"]),
        ("c", "// _exit(0);\nchar *s = \"exit(0)\";\n", []),
    ],
)  # fmt: skip
def test_ends_are_read(kind: str, text: str, how: list[str]):
    assert [one.how for one in exits(read(text, kind))] == how


def test_texts_are_put_together():
    for kind, text in (
        ("js", "const a = 'refer' + 'ence'; const b = ['py', 'thon', String(3)].join('');"),
        ("python", "a = 'refer' \"ence\"\nimport base64\nb = base64.b64decode('cHl0aG9uMw==')\n"),
    ):
        values = {one.value for one in read(text, kind).literals}
        assert {"reference", "python3"} <= values


def test_a_repository_is_read_without_git(tmp_path: Path):
    def git(*words: str) -> str:
        author = ["-c", "user.name=x", "-c", "user.email=x@x.org"]
        run = subprocess.run(["git", *author, *words], cwd=tmp_path, capture_output=True, text=True,
                             check=True)  # fmt: skip
        return run.stdout.strip()

    def held() -> Repository:
        return Repository(dict(Folder(tmp_path / ".git")))

    git("init", "-q", "-b", "main")
    for number in range(3):
        (tmp_path / "a").write_text(f"{number}\n" * 500, encoding="utf-8")
        git("add", "a")
        git("commit", "-qm", f"Commit {number} with words enough to make a delta of")
    assert held().is_all_own
    assert held().names_beyond() == set()
    git("tag", "v2")
    lost = git("rev-parse", "HEAD")
    git("reset", "-q", "--hard", "HEAD~1")
    for pack in (False, True):
        if pack:
            git("gc", "-q")
        repository = held()
        assert repository.head == git("rev-parse", "HEAD")
        assert set(repository.own) == set(git("rev-list", "HEAD").split())
        assert lost in repository.commits
        assert not repository.is_all_own
        assert {"v2", "refs/tags/v2"} <= repository.names_beyond()
    git("remote", "add", "origin", "https://example.org/a.git")
    assert held().remotes() == {"origin": "https://example.org/a.git"}
    assert json.dumps(sorted(held().refs))
