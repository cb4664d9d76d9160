# Sets everything up. You need make and Python 3.11 or newer.
#
#   PYTHON=  the interpreter for .venv (default: the first suitable one)
#   MLX=     the build of MLX on Linux: cpu, cuda12 or cuda13 (default: by the driver)
#   ARGS=    arguments for mlxtop (`make run`), pytest (`make test`) or each script (`make bench`)

.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?=
MLX ?=
ARGS ?=

bin := .venv/bin
inputs := pyproject.toml constraints.txt tools/set_up.sh
stamp := .venv/.set-up-$(or $(MLX),auto)

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(stamp) ## chat with the built-in model, or ARGS="MODEL …", ARGS="replay FILE", …
	@exec $(bin)/mlxtop $(if $(filter -%,$(firstword $(ARGS))),demo) $(or $(ARGS),demo)

# Compiled files are written even if the environment forbids it: the tests start hundreds of processes.
pytest = env PYTHONDONTWRITEBYTECODE= $(bin)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test: $(stamp)-dev ## run the tests (ARGS="-k name" for some of them)
	@exec $(pytest) $(ARGS)

test-fast: $(stamp)-dev ## run the tests without an app, an engine or a terminal (a minute)
	@exec $(pytest) --lane fast $(ARGS)

test-app: $(stamp)-dev ## run the tests of the app, its screens and widgets
	@exec $(pytest) --lane app $(ARGS)

test-system: $(stamp)-dev ## run the tests with terminals, engines and the wheel
	@exec $(pytest) --lane system $(ARGS)

test-mac: $(stamp)-dev ## compare readings of this Mac with macOS's own tools
	@[ "$$(uname)" = Darwin ] || { echo 'SKIPPED: this is not a Mac, so nothing was compared.' >&2; exit 0; }; \
		exec $(bin)/python -m pytest tests/mac -n 0 $(ARGS)

test-zoo: $(stamp)-dev ## compare every architecture that runs here with mlx-lm (minutes)
	@ZOO=all exec $(bin)/python -m pytest tests/zoo -n auto --dist loadfile $(ARGS)

check: lint types imports test ## all checks: format, lint, types, imports, tests

format: $(stamp)-dev ## format the code and fix what ruff can fix
	@$(bin)/ruff check --fix-only --quiet .
	@$(bin)/ruff format .

lint: $(stamp)-dev ## check format, lint and plain English
	@$(bin)/ruff format --check --quiet . || { echo 'Not formatted: run "make format".'; exit 1; }
	@$(bin)/ruff check --quiet .
	@$(bin)/python -m tools.prose

types: $(stamp)-dev ## check types, strictly, tests too
	@$(bin)/mypy

imports: $(stamp)-dev ## check that each layer imports only layers below it
	@$(bin)/lint-imports --no-logo --no-cache

check-darwin: $(stamp)-dev ## compile our types and offsets against macOS's headers (fetches ziglang)
	@$(bin)/python -c 'import ziglang' 2>/dev/null || \
		$(bin)/python -m pip install --quiet --constraint constraints.txt ziglang
	@$(bin)/python -m tools.check_darwin

screenshots: $(stamp)-dev ## draw the screenshots of the documentation again
	@$(bin)/python -m tools.screenshots

demo-model: $(stamp)-dev ## train the built-in model again, from its seed
	@$(MAKE) --no-print-directory -C tools/demo

bench: $(stamp)-dev ## measure what watching costs, each benchmark in turn (minutes)
	@for script in benchmarks/[!_]*.py; do \
		grep -q '^def main' $$script || continue; \
		echo "== $$script"; $(bin)/python -m benchmarks.$$(basename $$script .py) $(ARGS) || exit 1; \
	done

wheel: $(stamp)-dev ## build the wheel into dist/
	@$(bin)/python -m build --wheel --outdir dist .

clean: ## remove everything that was built or installed here, .venv too
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(stamp): $(inputs)
	@PYTHON='$(PYTHON)' MLX='$(MLX)' sh tools/set_up.sh run
	@touch $@

# The developer's installation contains everything that a run needs, so it sets both stamps.
$(stamp)-dev: $(inputs)
	@PYTHON='$(PYTHON)' MLX='$(MLX)' sh tools/set_up.sh dev
	@touch $(stamp) $@

.PHONY: help run test test-fast test-app test-system test-mac test-zoo check format lint types \
	imports check-darwin screenshots demo-model bench wheel clean
