# make            lists what can be done
# PORT, BIND, VAR choose where the portal runs; ARGS are given on to pytest.
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help venv venv-dev run worker beat test check fix types i18n seed bench bench-million year books docs clean

help:
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

venv:
	@.ci/venv requirements.txt

venv-dev:
	@.ci/venv requirements-dev.txt

run: venv ## the whole portal on this machine: web, worker, beat; in a trial also the sandbox of payment and post
	@exec $(PYTHON) -m portal.run

worker: venv ## only the worker of background tasks
	@exec $(PYTHON) -m portal.run worker

beat: venv ## only the clock that starts periodic tasks (one for the whole installation)
	@exec $(PYTHON) -m portal.run beat

test: venv-dev ## every test, against PostgreSQL, Redis and Chromium: make test ARGS="tests/submissions -x"
	@exec $(PYTHON) -m tests.services $(ARGS)

check: venv-dev ## format, lint, types, import directions, migrations, translations, deployment settings
	@exec $(PYTHON) -m tests.check

fix: venv-dev ## format and mend what the linters can mend
	@$(PYTHON) -m ruff format . && $(PYTHON) -m ruff check --fix .

types: venv-dev ## types alone
	@exec $(PYTHON) -m mypy

i18n: venv ## compile the translations
	@exec $(PYTHON) -m portal.lib.po locale

seed: venv ## demo staff and sample submissions
	@exec $(PYTHON) manage.py seed_demo --yes

bench: venv-dev ## measure the pages
	@exec $(PYTHON) -m tests.bench.run $(ARGS)

bench-million: venv-dev ## a million submissions: how long lists, searches and figures take
	@exec $(PYTHON) -m tests.bench.million $(ARGS)

year: venv-dev ## a simulated year through the workflow: dates and figures against a second computation
	@exec $(PYTHON) -m tests.bench.year $(ARGS)

books: venv-dev ## thousands of payments with faults on every way: are the books exact afterwards?
	@exec $(PYTHON) -m tests.bench.books $(ARGS)

docs: venv-dev ## pictures of the screens, from a portal that runs with demo data
	@exec $(PYTHON) -m tests.browser.screens http://127.0.0.1:$${PORT:-8000} --password hong-linh-dung-thu

clean: ## remove caches and the virtual environment; data in var/ stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
