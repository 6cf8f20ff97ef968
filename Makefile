# The commands of the house: `make` alone lists them. Each sets up what it lacks.
.DEFAULT_GOAL := help
.PHONY: help monograph test fix docs golden bench serve clean

UV_VERSION := 0.13.9
UV         := .uv/$(UV_VERSION)/bin/uv
BIN        := .venv/bin
READY      := .venv/.ready

# All that uv keeps stays in the project, so that a home that is absent or closed does not matter.
export UV_CACHE_DIR ?= $(CURDIR)/.uv/cache
export UV_COMPILE_BYTECODE := 1
export UV_NO_MANAGED_PYTHON := 1
unexport VIRTUAL_ENV

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

monograph: $(READY) ## build the monograph into build/monograph/
	$(BIN)/equipoise monograph --out build/monograph

test: $(READY) ## everything that a change must pass
	@scripts/system-packages chromium openjdk-17-jre-headless
	@echo "== format";   $(BIN)/ruff format --check
	@echo "== lint";     $(BIN)/ruff check
	@echo "== types";    $(BIN)/mypy
	@echo "== floors";   $(BIN)/lint-imports
	@echo "== evidence"; $(BIN)/equipoise evidence check
	@echo "== tests";    $(BIN)/pytest -n 2

fix: $(READY) ## put the code in form, mend what lint can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: $(READY) ## write the generated documents again (docs/schemas/)
	$(BIN)/equipoise evidence schema --out docs/schemas

golden: $(READY) ## write the golden files again; read the diff before you keep it
	$(BIN)/pytest tests/golden --update-golden

bench: $(READY) ## run each script of benchmarks/
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

serve: $(READY) ## pages, API and CDS Hooks at http://127.0.0.1:8000
	$(BIN)/equipoise serve --port 8000

clean: ## remove all that these commands made, the environment too
	rm -rf build dist .venv .uv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests benchmarks validation -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml uv.lock | $(UV)
	@echo "== environment"; $(UV) sync --locked
	@$(BIN)/python -m compileall -q src
	@touch $@

$(UV):
	@scripts/system-packages python3-venv
	@echo "== uv $(UV_VERSION)"; python3 -m venv .uv/$(UV_VERSION)
	@.uv/$(UV_VERSION)/bin/pip install --quiet --no-cache-dir --disable-pip-version-check uv==$(UV_VERSION)
