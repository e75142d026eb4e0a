# cadre: everything a newcomer needs is `make up` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
UV ?= $(shell command -v uv || echo .venv/bin/uv)
PY := .venv/bin/python

.PHONY: help up console test test-unit test-doors check fix bench docs migration openapi clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

up: .venv/.ready web/dist/.ready ## Build what is missing, start cadre, print a sign-in link
	@.venv/bin/cadre up

# The environment is made again only when the lock or the project file changed.
.venv/.ready: pyproject.toml uv.lock scripts/environment
	@scripts/environment
	@touch $@

web/node_modules/.ready: web/package.json web/package-lock.json
	@scripts/need node npm
	@echo "· installing the console's packages (about a minute, once)"
	@cd web && npm install --no-audit --no-fund --loglevel=error
	@touch $@

WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts examples -type f 2>/dev/null)
web/dist/.ready: web/node_modules/.ready $(WEB_SOURCES)
	@echo "· building the console"
	@cd web && npm run --silent build -- --logLevel warn
	@touch $@

console: web/dist/.ready ## Build the web console

test: .venv/.ready web/dist/.ready ## Run every test; installs what they need
	@scripts/test

test-unit: .venv/.ready ## Run the tests that need no browser
	@$(PY) -m pytest -q --ignore=tests/doors

check: .venv/.ready web/node_modules/.ready ## Formatting, types, imports, house plan; Python and TypeScript
	@.venv/bin/ruff check . && .venv/bin/ruff format --check -q .
	@.venv/bin/pyright
	@.venv/bin/lint-imports --no-logo 2>/dev/null || .venv/bin/lint-imports
	@$(PY) -m pytest -q tests/test_house_plan.py
	@cd web && npm run --silent check

fix: .venv/.ready web/node_modules/.ready ## Format and mend what a machine can mend
	@.venv/bin/ruff check --fix -q . ; .venv/bin/ruff format -q .
	@cd web && npm run --silent fix

bench: .venv/.ready ## Measure beside dbos and langgraph, write docs/performance.md
	@$(UV) sync --quiet --group bench && touch .venv/.ready
	@$(PY) -m benchmarks

docs: .venv/.ready web/node_modules/.ready ## Refresh what is generated: OpenAPI, the CLI reference, the client types
	@$(PY) scripts/write_docs.py
	@cd web && npm run --silent api

openapi: docs

migration: .venv/.ready ## Write the next migration: make migration name="what it does"
	@$(PY) scripts/new_migration.py "$(name)"

clean: ## Remove what was built; your data in .cadre stays
	@rm -rf .venv web/node_modules web/dist .pytest_cache .ruff_cache
