# Everything that a checkout needs: only git, make and Python 3.10 or newer have to be there.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Twice quiet: without warnings, which are about the machine's own package index.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: demo test bench clean

demo: $(VENV)/installed  ## lint the example project
	@echo '$$ celerylint examples/shop'
	@status=0; $(BIN)/celerylint examples/shop || status=$$?; test $$status -le 1

test: $(VENV)/installed-dev  ## every check there is
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo > $(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }
	$(BIN)/pytest -q

bench: $(VENV)/installed-dev  ## celerylint and ruff on one tree, as ratios: make bench TREE=path
	$(BIN)/python scripts/bench.py $(TREE)

# Not bin/python: where the system's Python has no ensurepip, that one is there and of no use.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	|| { echo "celerylint needs Python 3.10 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
	|| { echo "no virtual environment could be made: on Debian, apt install python3-venv"; exit 1; }

$(VENV)/installed: pyproject.toml | $(BIN)/pip
	@echo "installing celerylint and what it needs into $(VENV)"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/pip
	@echo "installing celerylint and its development tools into $(VENV)"
	@$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) build dist *.egg-info
