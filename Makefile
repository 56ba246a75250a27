# make run: a live sample community. make test: everything, on a bare machine.
PYTHON ?= python3
LINLI = .venv/bin/linli

.PHONY: run setup test lint screenshots bench lock clean

run: setup
	$(LINLI) demo

setup: .venv/ready

.venv/ready: packaging/lock.txt packaging/setup.sh packaging/debian-packages.txt pyproject.toml
	sh packaging/setup.sh $(PYTHON)

test: setup lint
	.venv/bin/python -m pytest -n auto

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

screenshots: setup
	$(LINLI) demo --headless --screenshots docs/screenshots --seconds 45

bench: setup
	$(LINLI) bench ingest --json
	$(LINLI) bench history --json
	$(LINLI) bench ui --json
	$(LINLI) bench start --json

# Needs uv; writes every hash and no address.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --extra dev pyproject.toml -o packaging/lock.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
