# make run    serve the demonstration at http://127.0.0.1:8000 (PORT= for another)
# make test   install what the tests need as well, then run all of them on SQLite and PostgreSQL
# make quick  the tests that take no server, no browser and no long walk, on SQLite
# make check  ruff, mypy and the import contracts
# make setup  only build the environment
# make pictures  take the pictures of the guides again

PYTHON ?= python3.11
PORT ?= 8000
PYTEST_ARGS ?=
PIP := .venv/bin/python -m pip --disable-pip-version-check --quiet
SOURCES := buyback migrations tests benchmarks docs

# What Python has compiled is kept: a run starts it some thirty times, and compiling takes longer than starting.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test quick check pictures chromium clean

help:
	@sed -n '/^# /s/^# //p' Makefile

setup: .venv/.run

run: setup
	.venv/bin/buyback demo --port $(PORT)

test: .venv/.test chromium
	.venv/bin/pytest -n 3 --dist worksteal --databases both $(PYTEST_ARGS)

quick: .venv/.test
	.venv/bin/pytest -n 2 --dist worksteal --databases sqlite -m "not server and not browser and not long" $(PYTEST_ARGS)

check: .venv/.test
	.venv/bin/ruff check $(SOURCES)
	.venv/bin/ruff format --check --quiet $(SOURCES)
	.venv/bin/mypy
	.venv/bin/lint-imports

pictures: .venv/.test chromium
	.venv/bin/python docs/pictures.py

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# A Python older than 3.11 is refused here, with a sentence, not later with a traceback.
.venv/bin/python:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Needs Python 3.11 or newer with its venv module (Debian: apt-get install python3.11-venv);" \
	         "PYTHON= names another interpreter." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run: requirements/run.lock pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/run.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test: requirements/test.lock .venv/.run
	$(PIP) install --require-hashes -r requirements/test.lock
	@touch $@

chromium:
	@command -v chromium >/dev/null && exit; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
	fi; \
	command -v chromium >/dev/null || \
	  { echo "The browser tests need Chromium, which is missing and cannot be installed from here:" \
	         "as root, apt-get install chromium." >&2; exit 1; }
