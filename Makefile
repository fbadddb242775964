# Everything a person or CI runs. `make` alone is what CI runs, but for `make test-keycloak`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCK := uv pip compile --system-certs --quiet --universal --python-version 3.11 --generate-hashes --no-header

# Tests run in as many processes as there are processors, four at most; SPREAD= runs them in one.
SPREAD ?= -n auto --maxprocesses 4 --dist worksteal
NO_TESTS := 5  # how pytest ends when ARGS choose none of a kind

.DEFAULT_GOAL := check
.PHONY: setup demo test test-soak test-keycloak check lint types arch fmt bench lock help clean

setup: $(STAMP)  ## create the virtual environment from the locked requirements

$(STAMP): requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Playhead needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Use make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Installing into $(VENV) (first time only, about a minute) ..."
	@$(PYTHON) -m venv --clear $(VENV) || \
	  { echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip install --system-certs --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt || \
	  { echo "uv cannot install; trying pip, which knows this machine's pip settings ..."; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## record a simulated exchange and show it live (Ctrl-C ends it)
	@$(BIN)/playhead demo $(ARGS)

test: setup  ## every test but the long soak runs
	@$(BIN)/python -m pytest -m "alone and not soak" $(ARGS) || [ $$? -eq $(NO_TESTS) ]
	@$(BIN)/python -m pytest -m "not alone and not soak" $(SPREAD) $(ARGS) || [ $$? -eq $(NO_TESTS) ]

test-soak: setup  ## the long chaos and soak runs
	@$(BIN)/python -m pytest -m soak $(ARGS)

test-keycloak: setup  ## sign-in against a real Keycloak, which Maven fetches; says so where it cannot
	@$(BIN)/python -m tests.keycloak $(ARGS)

check: lint types arch test  ## what CI runs, but for test-keycloak

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy $(wildcard src tests benchmarks tools)

arch: setup
	@$(BIN)/lint-imports

fmt: setup  ## format and fix what can be fixed
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup  ## print the table of measurements
	@$(BIN)/python -m benchmarks $(ARGS)

lock: setup  ## write the locked requirement files anew from pyproject.toml
	cd $(CURDIR) && $(BIN)/$(LOCK) requirements/bootstrap.in -o requirements/bootstrap.txt
	cd $(CURDIR) && $(BIN)/$(LOCK) pyproject.toml -o requirements/runtime.txt
	cd $(CURDIR) && $(BIN)/$(LOCK) --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

clean:  ## remove the virtual environment and caches, never recorded data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
