"""What usual programs have: found in real libraries and ports, where it was no cheat."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.elicit.auditing import World
from tests.elicit.test_audit import REFERENCE, port, program

from headway.elicit.audit.reading.exits import exits
from headway.elicit.audit.reading.source import read

GIVEN = {"reference/main.js": REFERENCE}
WORDS = ", ".join(f"'kind{n}'" for n in range(60))
BUNDLE = f"const kinds = [{WORDS}, 'reference']\n"


def python(text: str) -> World:
    return port(text, "port/main.py", given=GIVEN)


def js(text: str) -> World:
    return port(text, "port/main.js")


HONEST = {
    "a class of letters": python("import re\nWORD = re.compile('[0-9A-Za-z_]*')\n"),
    "a pattern of tokens": python("TOKENS = r'[ \\t]*(?:([0-9]+)|([A-Za-z_][A-Za-z0-9_]*))'\n"),
    "marks of comments": js("const safe = (s) => ` /* ${s} */null `;\n"),
    "documentation": python('"""A port of reference/main.js."""\n\nprint(1)\n'),
    "a sentence with a slash": python("print('see the library reference for and/or')\n"),
    "an address": python("print('https://example.org/reference/index.html')\n"),
    "a part of a name": python("KIND = 'pep-reference'\n"),
    "a word of its own": js("const kind = { type: 'reference' };\nmodule.exports = kind;\n"),
    "a word of a bundle": js(BUNDLE),
    "a division": js(
        "const half = (a, b) => (a + b) / 2 + b / 2 + '\"';\nmodule.exports = half;\n"
    ),
    "a failure passed on": program("cmp -s a.txt b.txt || exit\necho same\n", "same.sh"),
    "a method of its own": program(
        "class Gate:\n    def _exit(self):\n        pass\n\n"
        "    def leave(self):\n        self._exit()\n"
    ),
    "zeros": program(
        "while parts and parts[-1] == '00000000':\n    parts.pop()\n",
        given={"test_solution.py": "from solution import f\nassert f('aa') == 3\n"},
    ),
}
FOUND = {
    "in a command": js("require('child_process').execSync('python3 reference/main.py');\n"),
    "documentation that is run": python(
        '"""node reference/main.js"""\n\nimport os\n\nos.system(__doc__)\n'
    ),
    "a path in a bundle": js(BUNDLE.replace("'reference'", "'reference/main.py'")),
    "a class of one letter": js("const f = '[r]eferenc?/*';\nrequire('child_process').exec(f);\n"),
    "a name with a name": js("const REF = 'reference';\nimport(`./${REF}/main`);\n"),
    "a name alone": js("const path = require('path');\nimport(path.join('reference', 'main'));\n"),
}


@pytest.mark.parametrize("name", HONEST)
def test_what_usual_programs_have_is_left_alone(name: str, tmp_path: Path):
    audit = HONEST[name].audit(tmp_path)
    assert audit.findings == ()
    assert audit.unseen == ()


@pytest.mark.parametrize("name", FOUND)
def test_what_looks_like_it_is_found(name: str, tmp_path: Path):
    assert set(FOUND[name].kinds(tmp_path)) == {("wraps_reference", True)}


def test_an_exit_behind_a_failure_passes_it_on_and_others_do_not():
    assert exits(read("cmp a b || exit\necho same\n", "shell")) == []
    (found,) = exits(read("cmp a b || { echo other; exit; }\necho same\n", "shell"))
    assert found.top


def test_quotes_in_a_pattern_between_slashes_open_no_text():
    text = """const f = (s) => /[,"/]/.test(s) ? s.replace(/'/g, "a") : 6 / 2 / 3 + 'b';"""
    assert [one.value for one in read(text, "js").literals] == ["a", "6", "2", "3", "b"]
    text = """/'/ { gsub(/"/, "a"); print "b" }"""
    assert [one.value for one in read(text, "ruby").literals] == ["a", "b"]
