# Quiet on success; every target that needs .venv makes it first.
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
MINISTACK := .venv-ministack
COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options --no-config
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
PYTHON ?= $(shell for p in python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# Those of the catalogue that take seconds; the workflow names the same.
GATED := autoscaling broadcast-900 broadcast-900-14 lost-responses noisy-neighbour outage oversized-mail \
	press-release quota-exhausted rehearsal reserved-concurrency sandbox slices-by-country unbalanced-pods

.DEFAULT_GOAL := help
.PHONY: help install ministack demo test check hooks gate baseline wheel wheeltest bench clients cluster-test motosuite lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

install: $(INSTALLED) ## make .venv with the command seslab in it

# The stamp makes a second install a no-op until the lock or the project file changes.
$(INSTALLED): requirements/seslab.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "seslab needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv package (Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@echo "Installing into $(VENV): a minute or two the first time ..."
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --require-hashes -r requirements/seslab.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

ministack: $(MINISTACK)/.installed ## make .venv-ministack, for --on ministack

# Not in .venv: ministack pins another botocore.
$(MINISTACK)/.installed: requirements/ministack.lock
	@echo "Installing ministack into $(MINISTACK) ..."
	@$(MINISTACK)/bin/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(MINISTACK)
	@$(MINISTACK)/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements/ministack.lock
	@touch $@

demo: install ## compare the strategies, simulated and, on a smaller broadcast, for real
	@$(BIN)/seslab compare broadcast-900 --out demo-report
	@echo; echo "And for real, on this machine: 150 mails, three strategies in turn: half a minute ..."
	@$(BIN)/seslab compare rehearsal -s leaky-bucket -s sqs-dlq -s heartbeat --on moto --out demo-report/real
	@echo; echo "The page for a browser, with figures: demo-report/report.html"

test: install ## run the tests
	@$(BIN)/pytest -q -n auto --maxprocesses 8 --dist loadgroup

check: install ## ruff, mypy, the layers, and what git may track
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "Run $(BIN)/ruff format" >&2; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -q tests/unit/test_architecture.py

hooks: ## let git run make check before each commit
	@hook="$$(git rev-parse --git-path hooks)/pre-commit"; \
		test ! -e "$$hook" || { echo "$$hook is there already: let it run make check" >&2; exit 1; }; \
		mkdir -p "$$(dirname "$$hook")" && printf '#!/bin/sh\nexec make check\n' > "$$hook" && chmod +x "$$hook"

gate: install ## compare the strategies with what .ci/baseline.json expects
	@$(BIN)/seslab gate $(GATED) --baseline .ci/baseline.json --strict

baseline: install ## make what is now the baseline, with REASON="…"
	@$(BIN)/seslab gate update $(GATED) --baseline .ci/baseline.json --reason "$(REASON)"

wheel: install ## build sdist and wheel into dist/, and try the wheel away from here
	@$(BIN)/python tests/wheel.py

wheeltest: install ## run the tests on the installed wheel
	@$(BIN)/python tests/wheel.py -q -n auto --maxprocesses 8 --dist loadgroup

bench: install ## measure speed, as ratios
	@$(BIN)/python -m benchmarks

clients: ## fetch nodemailer, for the tests of foreign clients (needs node)
	@npm install --silent --no-fund --no-audit --prefix .clients nodemailer@^10 @aws-sdk/client-sesv2@^3

cluster-test: install ## run the tests on a Dask cluster of this machine
	@$(BIN)/pytest -q -m cluster tests/cluster

motosuite: install ## run moto's own SES and SQS tests against moto and against the local AWS
	@$(BIN)/python tests/moto_suite.py

# Not after `install`: the old lock may be the very thing that no longer installs.
lock: | $(BIN)/pip-compile ## pin every dependency again, with hashes
	@$(COMPILE) --extra moto --extra locust --extra page --extra cluster --extra preflight --extra dev --output-file requirements/seslab.lock pyproject.toml
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["ministack"], sep="\n")' \
		| $(COMPILE) --output-file requirements/ministack.lock -

$(BIN)/pip-compile:
	@$(MAKE) install

clean: ## remove .venv, caches and the demo's report
	@rm -rf $(VENV) $(MINISTACK) .clients .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info demo-report
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
