# Every target sets up what it needs. HOST and PORT say where `make run` serves.
PYTHON ?= $(shell command -v python3 || command -v python3.11)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.PHONY: run test lint bench weigh demo corpora lock clean

run: .venv/.installed
	@exec $(BIN)/python app.py

# Each file of tests on one of WORKERS processes, those with browsers on the first while there are
# others; 0 runs all of them in this one.
WORKERS ?= auto
test: .venv/.installed-dev
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadfile $(ARGS)

lint: .venv/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.installed-dev
	$(BIN)/python -m benchmarks

weigh: .venv/.installed-dev
	$(BIN)/python -m benchmarks.phone
	$(BIN)/python -m benchmarks.lighthouse

demo: .venv/.installed
	$(BIN)/flask --app app demo

# Images and archives that others collected, for the tests that try them all.
corpora: .venv/.installed-dev
	$(BIN)/python -m tests.corpora

# After a change of a pin in pyproject.toml.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --extra postgres
lock: .venv/.installed-dev
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt

clean:
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Hallway needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.txt | .venv/bin/python
	$(INSTALL) --requirement requirements.txt
	@touch $@

# The second lock holds everything of the first.
.venv/.installed-dev: requirements-dev.txt requirements.txt | .venv/bin/python
	$(INSTALL) --requirement requirements-dev.txt
	@touch .venv/.installed $@
