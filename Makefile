# `make` alone lists the commands.
PYTHON ?= python3
BIN = .venv/bin
STUDY ?= corpus/advocates

.PHONY: help setup report sample lab check test bench lock clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1 \t/' | expand -t 16

setup: .venv/ready ## set up .venv from requirements.lock

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "evalkit needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

report: setup ## build reports/NAME from a study (STUDY=corpus/advocates)
	$(BIN)/evalkit report $(STUDY) --out reports/$(notdir $(STUDY))

sample: setup ## build reports/sample, the committed funder's report, anew
	$(BIN)/evalkit report corpus/advocates --audience funder --out reports/sample

lab: setup ## open the study in JupyterLab
	$(BIN)/evalkit lab $(STUDY)

check: setup ## list the problems of the study
	$(BIN)/evalkit check $(STUDY)

test: setup ## set up and run every check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

bench: setup ## measure reading, folding and laying (benchmarks/)
	$(BIN)/python benchmarks/spine.py

lock: ## write requirements.lock anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header \
	  --group dev pyproject.toml -o requirements.lock

clean: ## delete what was built
	rm -rf .venv dist build reports/advocates reports/advocates-internal
