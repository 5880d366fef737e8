# Two commands on a fresh machine: `make demo` and `make test`. Nothing but git, make and Python is needed.
PYTHON ?= python3
BIN := .venv/bin
# One more than cores: many tests wait, for processes, servers and clocks.
JOBS ?= $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")

.PHONY: help setup demo test check fmt bench faults fuzz soak lock wheel clean
.DEFAULT_GOAL := help

help: ## show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: .venv/.runtime ## build .venv from the lock file

demo: setup ## run the gateway with sample data
	MAILGATE_DATA=$${MAILGATE_DATA:-./demo-data} $(BIN)/mailgate up --demo

test: .venv/.dev ## run the whole test suite; as root it installs Chromium and Dovecot first
	@sh deploy/test-packages.sh
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not slow"

check: .venv/.dev ## style, types, architecture, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n $(JOBS) -q tests/house tests/thread tests/tickets tests/store/test_schema.py tests/test_tokens.py tests/test_settings.py

fmt: .venv/.dev ## format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.dev ## print the performance table
	$(BIN)/python -m mailgate.bench $(ARGS)

faults: .venv/.dev ## every failpoint at every door, and what else takes long (half an hour)
	$(BIN)/python -m pytest -n $(JOBS) -m slow tests/faults tests/flows tests/receive tests/security tests/sla tests/web/test_everybody.py

fuzz: .venv/.dev ## 100,000 hostile letters out, the API by its description, then break mails at random until stopped
	HOSTILE_TASKS=100000 $(BIN)/python -m pytest -q tests/compose/test_headers.py -k hostile_tasks
	API_EXAMPLES=100 $(BIN)/python -m pytest -q -m slow tests/web/test_api_by_description.py
	FUZZED_MAILS=10000 $(BIN)/python -m pytest -q tests/flows/test_fuzzed.py
	$(BIN)/python -m tests.parse.fuzz $(ARGS)

soak: .venv/.dev ## 30 minutes of mail, kills and restarts (ARGS="--minutes 5"), 10 of cut IMAP connections; then the ledger
	$(BIN)/python -m tests.soak $(ARGS)
	CUT_SECONDS=600 $(BIN)/python -m pytest -q -m slow tests/faults/test_f8_imap_cuts.py

lock: ## write the lock files anew (needs uv)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q -o requirements-dev.lock

wheel: .venv/.dev ## build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove what was built (never data)
	rm -rf .venv dist build

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
