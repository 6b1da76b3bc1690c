# What a fresh machine needs is Python 3.11 or newer and make. `uv` is used where it is installed.

PYTHON ?= python3
PORT ?= 8080
SEEDS ?= 1,2
DATABASE ?= both
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help demo install example test check weaknesses bench fuzz faults clean

help:  ## Say what there is to make.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(RUN_STAMP)  ## Try everything in the browser, on a sample book (PORT=8080).
	@exec $(BIN)/renewals demo --port $(PORT)

install: $(RUN_STAMP)  ## The command `renewals` in .venv, for your own book.
	@echo "ready: . $(VENV)/bin/activate && renewals --help"

example: $(RUN_STAMP)  ## Spreadsheets to try the import with, dates around today.
	@$(BIN)/python -m bot.sample examples/contracts.xlsx --health
	@echo "wrote examples/contracts.xlsx, signals.csv, tickets.csv and payments.csv beside it"

test: $(DEV_STAMP)  ## Format, lint, types, import contracts, then all tests on both databases.
	@scripts/check
	@TMPDIR="$$(scripts/tests_tmp)" $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

weaknesses: $(DEV_STAMP)  ## Ask whether a package of the locks has a known weakness.
	@$(BIN)/python scripts/known_weaknesses

check: $(DEV_STAMP)  ## Format, lint, types and import contracts alone.
	@scripts/check

bench: $(DEV_STAMP)  ## The benchmarks; writes benchmarks/results.json.
	@$(BIN)/python -m benchmarks $(ARGS)

faults: MINUTES ?= 12
faults: $(DEV_STAMP)  ## A storm of faults on real replicas (MINUTES=12 SEEDS=1,2 DATABASE=both).
	@TMPDIR="$$(scripts/tests_tmp)" $(BIN)/python -m tests.faults --minutes $(MINUTES) \
		--seeds $(SEEDS) --database $(DATABASE)

fuzz: MINUTES ?= 2
fuzz: SEED ?= 1
fuzz: $(DEV_STAMP)  ## Anything at all to every door and every chat (MINUTES=2, SEED=1).
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES) --seed $(SEED)

clean:  ## Forget the virtual environment.
	rm -rf $(VENV)

$(RUN_STAMP): requirements.lock pyproject.toml scripts/install
	@scripts/install "$(PYTHON)" "$(VENV)" requirements.lock
	@touch $@

$(DEV_STAMP): requirements-dev.lock pyproject.toml scripts/install
	@scripts/install "$(PYTHON)" "$(VENV)" requirements-dev.lock
	@touch $@ $(RUN_STAMP)
