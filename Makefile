# openiads: make demo, make extras, make test, make bench, make verify.  Needs python3 (3.11 or newer) and make, nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.PHONY: help demo test bench bench-cluster bench-web verify docs setup extras lock lint types contract warm study faces engine
.PHONY: house pages browser plain bounds budget digests kernels viewer viewer-check lowest newest clean mutants fuzz

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --require-hashes --only-binary :all:
WORKERS ?= 2

help:
	@echo "make demo    install into .venv and run the demonstration: Tartus, October 2016"
	echo "make extras  GeoTIFF files, runs on a cluster, replays in a notebook, pandas, Polars and xarray"
	echo "make test    install and prove that this copy is right (lint, types, contracts, all tests)"
	echo "make bench   speed, against other tools: half an hour, and a table of what is met"
	echo "make verify  the long statistical and property tests"
	echo "make docs    build the documentation site into build/site"

# ------------------------------------------------------------------ set-up

# An environment knows its own place by heart: one that was moved or copied with its clone, or whose interpreter is gone,
# is made anew.  (One that is a link belongs to somebody else.)
STAMPS := .venv/made .venv/run .venv/test .venv/extras
MOVED := $(shell test -L .venv || test ! -s .venv/made || { test -x .venv/bin/python && grep -qxF -e "$(CURDIR)" .venv/made; } \
  || { rm -f $(STAMPS) .venv/bin/python*; echo moved; })

# A virtual environment without anything of ours yet.  Its stamp holds the folder that it was made in.
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
	echo "$(CURDIR)" >$@

.venv/run: requirements/run.txt pyproject.toml | .venv/made
	@echo "installing what openiads needs (locked) ..."
	$(INSTALL) -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	touch $@

.venv/test: requirements/test.txt .venv/run
	@echo "installing what its tests need (locked) ..."
	$(INSTALL) -r requirements/test.txt
	touch $@

.venv/extras: requirements/extras.txt .venv/run
	@echo "installing GeoTIFF files, clusters, notebook widgets, pandas, Polars and xarray (locked) ..."
	$(INSTALL) -r requirements/extras.txt
	touch $@

setup: .venv/test

extras: .venv/extras
	@echo "extras are installed: GeoTIFF files (geo), runs on a cluster (cluster), replays in a notebook (notebook), tables and arrays (data)"

lock:
	@test -x .venv-lock/bin/python || $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip --disable-pip-version-check --quiet install 'pip-tools>=7.4'
	.venv-lock/bin/python tools/lock.py --check

# The lowest and the newest versions that pyproject.toml allows, in environments of their own; they download and compile.
lowest newest: .venv/run
	@$(BIN)/python tools/dependencies.py $@ --python "$$(command -v $(PYTHON))"

# ------------------------------------------------------------------ the commands

# The lines at the end are exact: each works as typed in a fresh terminal (tests/house/test_first_minutes.py types them).
demo: .venv/run
	@./openiads demo
	echo
	echo "Next, from this folder, as typed:"
	echo
	echo "  ./openiads run tartus_2016 -n 10 --seed 7 --out first"
	echo "  ./openiads explain first --replication 0 --flight \"Ballistic missiles[1]\""
	echo "  ./openiads view first        # in the browser, until Ctrl-C"
	echo
	echo "Or once in a terminal: source .venv/bin/activate; then write openiads without ./ from any folder."

# The legs run side by side, WORKERS at a time; ALSO="viewer-check" adds a target.  Each can be run by itself.
test: .venv/test
	@$(BIN)/python tools/legs.py --workers $(WORKERS) $(ALSO)

lint: .venv/test
	@echo "== lint"
	$(BIN)/ruff check --quiet --output-format concise .
	$(BIN)/ruff format --check --quiet .

types: .venv/test
	@echo "== types"
	$(BIN)/mypy --no-error-summary

# What is quick of the house leg, for a look before a commit.
contract: .venv/test
	@echo "== import contract and house rules"
	$(BIN)/lint-imports --no-cache
	$(PYTEST) tests/house -m "not slow and not budget and not compiled_only"

# Two processes fill the compile cache from both ends, so that no test waits for a kernel.
warm: .venv/test
	@echo "== compiling kernels"
	$(BIN)/python -m openiads.engine.warming 0 & first=$$!
	$(BIN)/python -m openiads.engine.warming 1
	wait $$first

# One process for each of these: what a process has built once (relief, masks, tables) all tests in it share.  On more
# than four processors, each takes a quarter of them.  What is in no other list falls to the engine's.
EACH := $(shell echo $$(( $(WORKERS) > 4 ? $(WORKERS) / 4 : 0 )))
PYTEST := $(BIN)/python -m pytest -q -p no:cacheprovider
COMPILED := -n $(EACH) --dist worksteal -m "not budget and not browser"
FOLDERS := $(patsubst %/,%,$(filter-out tests/__pycache__/,$(wildcard tests/*/)))
STUDY := $(filter $(addprefix tests/,statistics runs experiments reach explain audit claims textbook),$(FOLDERS))
FACES := $(filter tests/faces,$(FOLDERS))
REST := $(filter-out $(STUDY) $(FACES) tests/house tests/web,$(FOLDERS))

study: .venv/test warm
	@echo "== tests: $(STUDY)"
	$(PYTEST) $(COMPILED) $(STUDY)

faces: .venv/test warm
	@echo "== tests: $(FACES)"
	$(PYTEST) $(COMPILED) $(FACES)

engine: .venv/test warm
	@echo "== tests: $(REST)"
	$(PYTEST) $(COMPILED) $(REST)

# What the pages show is half of the house's time.  The planted fault of the bounds leg is planted there.
house: .venv/test warm
	@echo "== tests: the house, its import contract and its site"
	$(PYTEST) $(COMPILED) --ignore tests/house/test_bounds.py --ignore tests/house/test_docs.py tests/house

pages: .venv/test warm
	@echo "== tests: what the pages show, runs"
	$(PYTEST) $(COMPILED) tests/house/test_docs.py

# A browser, and one server for all of its tests.  Skipped, with the reason, where there is no Chromium.
browser: .venv/test warm
	@echo "== the viewer in a browser"
	$(PYTEST) -m browser tests/web

plain: .venv/test
	@echo "== the plain leg: the same kernels as ordinary Python"
	OPENIADS_PLAIN=1 $(PYTEST) -n $(EACH) --dist worksteal -m "kernels and not slow"

bounds: .venv/test
	@echo "== the bounds leg: first its planted fault, then the kernels"
	$(PYTEST) tests/house/test_bounds.py
	OPENIADS_BOUNDS=1 $(PYTEST) -n $(EACH) --dist worksteal -m "kernels and not slow"

budget: .venv/test
	@echo "== compile budget"
	$(PYTEST) -s -m budget tests/house/test_budget.py

# What the program answers, the claims too: compared with what is recorded, nothing is written.  Minutes.
digests: .venv/test
	@$(BIN)/python tools/digests.py --check

# Single faults planted into the models: which do the tests notice?  N of them, drawn by SEED; a stopped run goes on.
mutants: .venv/test
	@$(BIN)/python tools/mutants.py -n $(or $(N),40) --seed $(or $(SEED),1)

# Mutants of packaged inputs by every door, N of each kind; a quick form stands among the tests of the house.
fuzz: .venv/test
	@$(BIN)/python tools/fuzz.py -n $(or $(N),2000) --seed $(or $(SEED),1)

# Every benchmark, with a closing table; the tools to compare with are locked with the tests.
bench: .venv/test
	@$(BIN)/python benchmarks/bench.py

bench-cluster: .venv/test
	@$(BIN)/python benchmarks/cluster.py

bench-web: .venv/test
	@$(BIN)/python benchmarks/viewer.py

# Compiled kernels for wheels, for the Python of .venv; in src/openiads/shelf/kernels, outside the repository.
kernels: .venv/run
	@$(BIN)/python tools/kernels.py

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
	@rm -rf .venv .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
