# make run     everything on this machine: PostgreSQL, Valkey, web, worker, beat, sweeper; Ctrl-C stops it
# make test    lint and all tests, browser included
# Needs Python 3.11 and make. The environment is made from uv.lock in .venv.

PYTHON ?= $(shell command -v python3.11 || echo python3)
UV_VERSION = 0.13.8
# A uv that is on the PATH will do; else one is put into .boot. uv takes the Python that is there and downloads none.
UV = $(shell command -v uv || echo .boot/bin/uv)
export UV_PYTHON_DOWNLOADS = never
BIN = .venv/bin
# Tests that kill things wait a lot: whoever has nothing left to do takes over some of the other's.
PYTEST_ARGS ?= -n 2 --dist worksteal

.PHONY: run test lint fmt bench env env-dev chromium
.DEFAULT_GOAL := env

run: env
	@exec $(BIN)/python manage.py up --demo

test: env-dev chromium lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: env-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	SECRET_KEY=lint $(BIN)/lint-imports
	SECRET_KEY=lint $(BIN)/mypy
	git ls-files -z '*.html' | xargs -0 --no-run-if-empty $(BIN)/djade --check --target-version 5.2

fmt: env-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files -z '*.html' | xargs -0 --no-run-if-empty $(BIN)/djade --target-version 5.2

bench: env-dev
	@set -e; for each in bench/*.py; do echo "== $$each"; PYTHONPATH=.:bench $(BIN)/python $$each; done

# Each stamp is as new as the lock file it was made from, so an environment that is up to date costs nothing.
env: .venv/.run-stamp
env-dev: .venv/.dev-stamp

.venv/.run-stamp: uv.lock pyproject.toml | $(UV)
	@echo "Putting the environment together (.venv) ..."
	@$(UV) sync --quiet --frozen --inexact --no-dev --python $(PYTHON)
	@touch $@

.venv/.dev-stamp: uv.lock pyproject.toml | $(UV)
	@echo "Putting the environment together (.venv, with the tools for tests) ..."
	@$(UV) sync --quiet --frozen --inexact --python $(PYTHON)
	@touch $@ .venv/.run-stamp

.boot/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Switchyard needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments (Debian: apt-get install python3-venv)."; exit 1; }
	@echo "Fetching uv $(UV_VERSION) ..."
	@$(PYTHON) -m venv .boot
	@.boot/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# The browser tests fail, and say why, when there is no Chromium.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests ..."; \
	    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; \
	  else \
	    echo "The browser tests need Chromium, and will fail: install it (Debian: apt-get install chromium)."; \
	  fi; }
