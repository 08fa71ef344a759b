# openiads: make demo, make test, make bench, make verify.  Needs python3 (3.11 or newer) and make, nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.PHONY: help demo test bench bench-cluster bench-web verify docs setup lock lint types contract warm tests browser plain
.PHONY: bounds budget viewer viewer-check clean

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --require-hashes --only-binary :all:
BENCH := .venv-bench/bin
WORKERS ?= 2

help:
	@echo "make demo    install into .venv and run the demonstration: Tartus, October 2016"
	echo "make test    install and prove that this copy is right (lint, types, contracts, all tests)"
	echo "make bench   speed, against other tools, in an environment of its own"
	echo "make verify  the long statistical and property tests"
	echo "make docs    build the documentation site into build/site"

# ------------------------------------------------------------------ set-up

# A virtual environment without anything of ours yet.  Its stamp names the interpreter that made it.
.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	  echo "openiads needs Python 3.11 or newer; $$($(PYTHON) --version) is too old. Set PYTHON=python3.12, say." >&2
	  exit 1
	}
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || {
	  echo "$(PYTHON) has no venv module. On Debian or Ubuntu: apt-get install python3-venv" >&2
	  exit 1
	}
	test -x $(BIN)/python && $(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	touch $@

.venv/run: requirements/run.txt pyproject.toml | .venv/made
	@echo "installing what openiads needs (locked) ..."
	$(INSTALL) -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	touch $@

.venv/test: requirements/test.txt .venv/run
	@echo "installing what its tests need (locked) ..."
	$(INSTALL) -r requirements/test.txt
	touch $@

.venv-bench/made: requirements/bench.txt pyproject.toml | .venv/made
	@echo "installing the tools to compare with (locked, own environment) ..."
	test -x $(BENCH)/python || $(PYTHON) -m venv .venv-bench
	$(BENCH)/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/bench.txt
	$(BENCH)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --no-index --editable .
	touch $@

setup: .venv/test

lock:
	@test -x .venv-lock/bin/python || $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip --disable-pip-version-check --quiet install 'pip-tools>=7.4'
	.venv-lock/bin/python tools/lock.py --check

# ------------------------------------------------------------------ the commands

demo: .venv/run
	@$(BIN)/openiads demo

test: lint types contract warm tests browser plain bounds budget
	@echo "make test: all legs passed"

lint: .venv/test
	@echo "== lint"
	$(BIN)/ruff check --quiet --output-format concise .

types: .venv/test
	@echo "== types"
	$(BIN)/mypy --no-error-summary

contract: .venv/test
	@echo "== import contract and house rules"
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/house -m "not slow and not budget and not compiled_only"

# Two processes fill the compile cache from both ends, so that no test waits for a kernel.
warm: .venv/test
	@echo "== compiling kernels"
	$(BIN)/python -m openiads.engine.warming 0 & first=$$!
	$(BIN)/python -m openiads.engine.warming 1
	wait $$first

tests: .venv/test warm
	@echo "== tests"
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "not budget and not browser"

# One process: a browser, and one server for all of its tests.  Skipped, with the reason, where there is no Chromium.
browser: .venv/test tests
	@echo "== the viewer in a browser"
	$(BIN)/python -m pytest -q -m browser tests/web

plain: .venv/test browser
	@echo "== the plain leg: the same kernels as ordinary Python"
	OPENIADS_PLAIN=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "kernels and not slow"

bounds: .venv/test plain
	@echo "== the bounds leg: first its planted fault, then the kernels"
	$(BIN)/python -m pytest -q tests/house/test_bounds.py
	OPENIADS_BOUNDS=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "kernels and not slow"

budget: .venv/test
	@echo "== compile budget"
	$(BIN)/python -m pytest -q -s -m budget tests/house/test_budget.py

bench: .venv-bench/made
	@$(BENCH)/python benchmarks/raid24.py --json

# Dask is locked with the tests.
bench-cluster: .venv/test
	@$(BIN)/python benchmarks/cluster.py

bench-web: .venv/test
	@$(BIN)/python benchmarks/viewer.py

# The page that the package carries, from web/.  Nobody needs Node to use openiads; these two need node 20 or newer.
viewer:
	cd web
	npm ci --no-audit --no-fund
	npm run build

viewer-check:
	@echo "== the viewer: linter, types and unit tests, then built again"
	built=$$(mktemp -d)
	trap 'rm -rf "$$built"' EXIT
	tar -c --exclude node_modules web | tar -x -C "$$built"
	cd "$$built/web"
	npm ci --no-audit --no-fund --silent
	npm run --silent check
	npm run --silent build -- --outDir "$$built/static"
	cd - >/dev/null
	diff -r "$$built/static" src/openiads/faces/static || {
	  echo "src/openiads/faces/static is not what web/ builds: make viewer" >&2
	  exit 1
	}

verify: .venv/test
	@OPENIADS_HYPOTHESIS=deep OPENIADS_VERIFY=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "not browser"

# Pages to open from disk; a warning is an error.
docs: .venv/test
	@$(BIN)/python tools/site.py

clean:
	@rm -rf .venv .venv-bench .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
