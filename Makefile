# The commands of the README. Each sets up the environment in .venv first, where it is missing or out of date.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: report test lint lab data clean help

help: ## list the commands
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /  make \1: /'

report: $(READY) ## write the report to report/index.html
	$(BIN)/cbcstats report

test: $(READY) ## run all tests
	$(BIN)/python -m pytest

lint: $(READY) ## check style, types, and that the data dictionary is in step
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lab: $(READY) ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir notebooks

data: $(READY) ## write the data dictionary anew from the schemas
	$(BIN)/python -m cbcstats.dictionary data

clean: ## remove the environment, the report and what the tools leave behind
	rm -rf $(VENV) report .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(READY)
