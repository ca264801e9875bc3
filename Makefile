# The commands of the README. Each sets up the environment in .venv first, where it is missing or out of date.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
LOWEST := .venv-lowest
ON_ALL_CORES := -n auto --dist loadfile # the tests of one file share what is slow to make
unexport VIRTUAL_ENV # an environment that the caller has activated is not the one that is used

.PHONY: report test test-slow test-lowest mutants lint lab docs data check-data clean help

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1: /'

report: $(READY) ## write the report to report/index.html
	$(BIN)/cbcstats report

test: $(READY) ## run all tests but for the slow ones
	$(BIN)/python -m pytest $(ON_ALL_CORES) -m "not slow"

test-slow: $(READY) ## run the slow tests: browser, office programs, Spark, many broken files
	$(BIN)/python -m pytest $(ON_ALL_CORES) -m slow

test-lowest: $(LOWEST)/ready ## run the tests but for the slow ones with the lowest versions of all dependencies
	$(LOWEST)/bin/python -m pytest $(ON_ALL_CORES) -m "not slow and not browser" --ignore tests/test_benchmarks.py

mutants: $(READY) ## change the code in small ways, and list what no test notices; an hour or two
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,mutants]'
	$(BIN)/mutmut run
	$(BIN)/mutmut results

lint: $(READY) ## check style, types, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lab: $(READY) ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir notebooks

docs: $(READY) ## build the documentation in docs/_build/html
	$(BIN)/sphinx-build -W --keep-going -q docs docs/_build/html

data: $(READY) ## write the data dictionary anew from the schemas
	$(BIN)/python -m tools.data_dictionary data

check-data: $(READY) ## check the tables in data/, and say which cell is wrong and what to write
	$(BIN)/python -m tools.check_data data

clean: ## remove the environment, the report and what the tools leave behind
	rm -rf $(VENV) $(LOWEST) report docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis mutants

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(READY)

# The benchmarks stand beside the newest releases of others, and are not tested with the lowest.
$(LOWEST)/ready: pyproject.toml constraints-lowest.txt
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --constraint constraints-lowest.txt --editable '.[dev]'
	touch $(LOWEST)/ready
