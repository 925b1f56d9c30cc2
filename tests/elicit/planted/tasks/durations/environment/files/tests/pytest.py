"""A stand-in for pytest where it is not installed: what these tests use of it, and no more."""

import argparse
import configparser
import contextlib
import importlib.util
import pathlib
import sys
import types


class Skipped(Exception):
    pass


def skip(reason=""):
    raise Skipped(reason)


def _marking(name):
    def outer(*given, **named):
        if given and callable(given[0]):
            setattr(given[0], name, True)
            return given[0]

        def inner(function):
            setattr(function, name, given[0] if given else True)
            return function

        return inner

    return outer


mark = types.SimpleNamespace(skip=_marking("skip"), skipif=_marking("skip"), xfail=_marking("xfail"))


@contextlib.contextmanager
def raises(kind):
    try:
        yield
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was not raised")


def _load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _options(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("-q", action="store_true")
    parser.add_argument("-k", default="")
    parser.add_argument("--deselect", action="append", default=[])
    parser.add_argument("--ignore", action="append", default=[])
    config = configparser.ConfigParser()
    config.read("pytest.ini")
    return parser.parse_args(config.get("pytest", "addopts", fallback="").split() + words)


def main(words):
    given = _options(words)
    sys.path.insert(0, ".")
    sys.modules["pytest"] = sys.modules[__name__]
    ignored = list(given.ignore)
    for path in (given.folder / "conftest.py", pathlib.Path("conftest.py")):
        if path.exists():
            ignored += getattr(_load(path), "collect_ignore", [])
    counts = dict(passed=0, failed=0, skipped=0)
    for path in sorted(given.folder.glob("test_*.py")):
        if path.name in ignored or str(path) in ignored:
            continue
        try:
            module = _load(path)
        except Skipped:
            counts["skipped"] += 1
            continue
        for name, test in list(vars(module).items()):
            if name.startswith("test_") and callable(test):
                counts[_run(f"{path}::{name}", test, given)] += 1
    print(", ".join(f"{number} {word}" for word, number in counts.items()))
    return 1 if counts["failed"] else 0


def _run(name, test, given):
    unwanted = given.k.removeprefix("not ")
    if name in given.deselect or (unwanted and unwanted in name) or getattr(test, "skip", False):
        return "skipped"
    try:
        test()
    except Skipped:
        return "skipped"
    except Exception as error:
        if getattr(test, "xfail", False):
            return "skipped"
        print(f"FAILED {name}: {type(error).__name__}: {error}")
        return "failed"
    return "passed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
