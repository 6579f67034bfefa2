# Everything a developer types. `make` alone prints this manual.
# Nothing needs to be installed or set before: Python 3.11, git and make are enough.

# Always `.venv/bin/python -m …`, never a script in .venv/bin: the kernel reads at most 127 characters of
# a script's first line, and a checkout may lie deeper than that.
PYTHON := .venv/bin/python

company ?= acme
PART ?= whole
SIZE ?=
ONLY ?=

.DEFAULT_GOAL := help

help: ## Print this manual
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

run: install .env ## Start Terrace and its own PostgreSQL; stop both with Ctrl-C
	@exec $(PYTHON) -m lib.postgres exec -- $(PYTHON) manage.py develop

test: install-dev .env ## Run the tests, two at a time, on a PostgreSQL of their own
	@exec $(PYTHON) -m pytest -n 2 --dist loadgroup -m "not slow"

test-slow: install-dev .env ## Run the tests that `make test` leaves out, and those of apps with companies in databases
	@$(PYTHON) -m pytest -n 2 --dist loadgroup -m slow
	@echo "What belongs to the application, its companies now in databases of their own."
	@exec $(PYTHON) -m pytest -n 2 --dist loadgroup tests/apps --isolation database

stress: install-dev .env ## Run the tests with pooler, threads and tasks at their whole size, in minutes
	@FULL_SIZE=1 exec $(PYTHON) -m pytest -s tests/isolation/test_stress.py tests/isolation/test_pgbouncer.py \
	    tests/lib/tenancy/test_bounds.py

faults: install-dev .env ## Run the tests that kill, crash and starve at their whole size, in half an hour
	@FULL_SIZE=1 exec $(PYTHON) -m pytest -s tests/faults tests/lib/commands/test_claims.py

django-suite: install-dev ## Compare our backend with Django's own by its tests (PART=representative: in minutes)
	@$(PYTHON) -m benchmarks.django_suite --part $(PART)

bench: install-dev ## Compare making and migrating companies with django-tenants and with the limit (SIZE=--quick)
	@$(PYTHON) -m benchmarks.fleet $(SIZE)

bench-requests: install-dev ## Compare the cost of a request with plain Django's (ONLY=round-trips: in seconds)
	@$(PYTHON) -m benchmarks.requests $(if $(ONLY),--quick)

bench-memory: install-dev .env ## Measure what a worker keeps in memory for each company
	@$(PYTHON) -m benchmarks.memory

check: install-dev .env ## Check style, format and types
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

format: install-dev .env ## Put the code into its format, and fix what ruff can fix
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

migrations: install-dev .env ## Write migrations for changed models
	@$(PYTHON) -m lib.postgres exec -- $(PYTHON) manage.py makemigrations
	@$(PYTHON) -m ruff format --quiet .

shell: install .env ## Open a Python prompt inside a company: make shell company=acme
	@exec $(PYTHON) -m lib.postgres exec -- $(PYTHON) manage.py tenant $(company) shell

psql: install ## Open PostgreSQL's own prompt as the application
	@exec $(PYTHON) -m lib.postgres psql

clean: ## Stop PostgreSQL and remove .venv and var, the development data included
	@echo "Stopping PostgreSQL, removing .venv and var with the development data."
	@if [ -x $(PYTHON) ] && [ -d var ]; then $(PYTHON) -m lib.postgres stop; fi
	@rm -rf .venv var

# Written under another name first: a half-written .env would never be written again.
.env:
	@echo "Writing .env with a secret key of its own."
	@sed -e "s/^SECRET_KEY=.*/SECRET_KEY=$$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')/" \
	    -e "s|^TENANCY_KEYS=.*|TENANCY_KEYS=$$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')|" \
	    .env.example >.env.new
	@mv .env.new .env

install: ## Install what running needs (done by the others as needed)
	@bin/install requirements.txt

install-dev: ## Install what testing and checking need (done by the others as needed)
	@bin/install requirements-dev.txt

.PHONY: help run test test-slow stress faults django-suite bench bench-requests bench-memory check format migrations shell psql clean install install-dev
