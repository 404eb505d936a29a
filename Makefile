# `make` or `make help` says what there is. Everything happens in .venv; nothing else is touched.

PYTHON ?= python3
# Debian packages that the tests need; `make test` installs them where it runs as root on Debian.
DEBIAN_PACKAGES := ardour chromium fluidsynth jackd2 lmms node-typescript timgm6mb-soundfont zynaddsubfx \
	zynaddsubfx-data

BIN := .venv/bin
SCRIPTS := bridge/web/static/jsconfig.json
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Tests run side by side, those of a file one after the other. A worker a core: with two a core real
# programs are late now and then, and it takes hardly less time. A page that plays audio is tested
# before that, alone. Some tests only compute: they run beside all others, in the time that these wait,
# and give way to them.
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
WORKERS ?= $(CORES)
# Unit tests wait now and then, and no real program is late beside them: one worker more.
MORE_WORKERS := $(shell expr $(CORES) + 1)
BESIDE := tests/properties $(addprefix tests/unit/,agents engine guard learning mix sim studies tasks)
SIDE_BY_SIDE := --dist loadfile --no-loadscope-reorder --numprocesses

# Modules are compiled once, not by each of the hundreds of processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/pycache

DESKS := x32 x32-wifi wing ardour reaper live controller script
DESK_SEARCH := PYTHONPATH=.:tests nice $(BIN)/python tests/support/desk_model/search.py --first 20000

.DEFAULT_GOAL := help
.PHONY: help setup demo test quick check static docs bench desks soak clean packages

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: .venv/installed ## Make .venv and install everything in it, where that is not done yet

.venv/installed: .venv/demo
	@echo "Installing what tests need into .venv ..."
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[demo,dev,midi]'
	@touch $@

# What the demo needs, and no more.
.venv/demo: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "mixbridge needs Python 3.11 or newer: make PYTHON=python3.12 setup" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "Python's venv module is missing: apt install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv ..."
	@$(PIP) install --quiet --no-compile --constraint constraints.txt --editable '.[demo,midi]'
	@touch $@

demo: .venv/demo ## Mix a small band by thumbs; without a terminal a simulated listener answers
	@if [ -t 0 ] && [ -t 1 ] && [ -z "$$CI" ]; then $(BIN)/mixbridge demo; \
	else $(BIN)/mixbridge demo --listener auto --headless; fi

test: setup packages ## Run every test
	@nice -n 19 $(BIN)/pytest --timeout 1800 $(BESIDE) >.venv/beside.log 2>&1 & beside=$$!; \
		trap 'kill $$beside; exit 130' INT TERM; \
		$(BIN)/pytest -m alone; alone=$$?; \
		$(BIN)/pytest $(SIDE_BY_SIDE) $(WORKERS) -m 'not alone' $(addprefix --ignore=,$(BESIDE)); rest=$$?; \
		wait $$beside; beside=$$?; cat .venv/beside.log; \
		exit $$((alone + rest + beside))

quick: static ## Format, lint, types, layers and the quick unit tests: after every change
	$(BIN)/pytest -q $(SIDE_BY_SIDE) $(MORE_WORKERS) -m 'not slow and not long' tests/unit

check: static ## The same with all unit tests that are not long: what a commit must pass
	$(BIN)/pytest -q $(SIDE_BY_SIDE) $(MORE_WORKERS) -m 'not long' tests/unit

static: setup
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v tsc >/dev/null; then echo "tsc --project $(SCRIPTS)"; tsc --project $(SCRIPTS); \
		else echo "Left out: types of the page's JavaScript (apt install node-typescript)"; fi

docs: .venv/docs ## Build the site of the documentation into build/site; a broken link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

.venv/docs: pyproject.toml constraints.txt | setup
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

bench: setup ## Measure speed and print the figures side by side
	@$(BIN)/mixbridge study bench

desks: setup ## Play 10,000 random desks and 500 of each kind; count which promises break
	@for kind in $(DESKS); do echo "$$kind:"; $(DESK_SEARCH) --like $$kind --desks 500; done; \
		$(DESK_SEARCH) --all --desks 10000; $(DESK_SEARCH) --all --most 9 --desks 1500

soak: setup ## Repeat what is random at full length: kills, storms, reasons, 1,000 desks
	MIXBRIDGE_SOAK=1 $(BIN)/pytest $(SIDE_BY_SIDE) $(WORKERS) --timeout 3600 tests/properties tests/e2e/test_kill.py

clean: ## Remove .venv and what the tools left
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage build dist

packages:
	@if [ "$$(id -u)" = 0 ] && [ -e /etc/debian_version ] && \
		! dpkg --status $(DEBIAN_PACKAGES) >/dev/null 2>&1; then \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $(DEBIAN_PACKAGES) >/dev/null; } || \
		echo "Not installed: $(DEBIAN_PACKAGES). Their tests are skipped." >&2; fi
