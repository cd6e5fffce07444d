# Concord: `make help` lists what can be done. Every target first brings .venv/ up to date.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
DONE := .venv/.stamps
PACKAGES := libs/contracts libs/core libs/front libs/stack services/intake services/screening services/victim-assistance services/reporting
PROTOS := $(shell find proto -name '*.proto')
SOURCES := libs services tests tools benchmarks

# Hundreds of processes of ours start in a run of the tests: one that compiles what it imports takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-full setup-dev lock demo up down test check format bench clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

# What was done to .venv/ is noted inside it, so that who removes it removes the notes too.
$(DONE)/venv:
	$(PYTHON) -m venv .venv
	@mkdir -p $(DONE)
	@touch $@

$(DONE)/run: requirements/run.txt $(DONE)/venv
	$(PIP) --require-hashes -r requirements/run.txt
	@touch $@

$(DONE)/proto: $(PROTOS) tools/generate_proto.py $(DONE)/run
	$(PY) tools/generate_proto.py
	@touch $@

$(DONE)/packages: $(addsuffix /pyproject.toml,$(PACKAGES)) $(DONE)/proto
	$(PIP) --no-deps --no-build-isolation $(addprefix -e ,$(PACKAGES))
	@touch $@

$(DONE)/engine: $(wildcard services/screening/concord_screening/engine/*.py) tools/compile_engine.py $(DONE)/packages
	$(PY) tools/compile_engine.py
	@touch $@

$(DONE)/full: requirements/full.txt $(DONE)/packages
	$(PIP) --require-hashes -r requirements/full.txt
	@touch $@

$(DONE)/dev: requirements/dev.txt $(DONE)/full
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

.stamps/system: tools/install_system.sh
	bash tools/install_system.sh
	@mkdir -p .stamps
	@touch $@

setup: $(DONE)/packages $(DONE)/engine ## install what Concord runs with, embedded, into .venv/

setup-full: setup $(DONE)/full ## install what only the full stack needs, too: Java, Keycloak's administration

setup-dev: $(DONE)/dev $(DONE)/engine ## install what develops and tests it, too

lock: setup-dev ## compile requirements/*.in into hash-pinned requirements
	cd requirements && for set in run full dev; do ../.venv/bin/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -o $$set.txt $$set.in; done

demo: setup ## start everything embedded, walk the main job, stay up (EXIT=1: stop after the walk)
	$(PY) -m concord_core.cli demo $(if $(EXIT),--exit)

up: setup-full ## start the full stack: real Kafka, real Keycloak, two nodes
	$(PY) -m concord_core.cli up

down: setup ## stop the full stack
	$(PY) -m concord_core.cli down

test: setup-dev .stamps/system ## every test, on real PostgreSQL, Kafka, Keycloak and Chromium
	$(PY) -m pytest $(ARGS)

check: $(DONE)/dev ## format, lint, types, import contracts, contracts' lint, catalogues, docs
	.venv/bin/ruff format --check $(SOURCES)
	.venv/bin/ruff check $(SOURCES)
	$(PY) tools/check_rooms.py
	$(PY) tools/check_full.py
	.venv/bin/lint-imports
	.venv/bin/buf lint proto
	.venv/bin/buf format --diff --exit-code proto
	.venv/bin/buf breaking proto --against proto/baseline.binpb
	.venv/bin/mypy
	.venv/bin/mypy --explicit-package-bases tests benchmarks $(wildcard tools/*.py libs/*/tests services/*/tests)
	$(PY) tools/check_catalogues.py
	$(PY) tools/check_docs.py
	$(PY) -m tools.error_catalogue --check

format: setup-dev ## format code and contracts
	.venv/bin/ruff format $(SOURCES)
	.venv/bin/ruff check --fix $(SOURCES)
	.venv/bin/buf format --write proto

bench: setup-dev .stamps/system ## measure beside peers and limits; writes docs/benchmarks.md
	$(PY) -m benchmarks

clean: ## remove what was built and installed
	rm -rf .venv .stamps .run libs/contracts/concord

-include services/screening/engine.mk
