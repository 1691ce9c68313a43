# make demo | test | verify | lint | bench: each installs what it needs first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEBIAN_PACKAGES := slapd ldap-utils curl openssl age
# A browser and a reader of PDF for mails and reports; secret stores as desktops have them; a tracer for the calls that the unit's filter must let through.
DEBIAN_PACKAGES_TO_VERIFY := chromium poppler-utils dbus-daemon gnome-keyring python3-keyrings.alt strace
READY := $(VENV)/.ready
# The tests of one file share servers and build on each other, so a file stays in one process. The order stays as well:
# the long ones come first, and the short ones at the end fill what is left.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
VERIFY_LOG := $(VENV)/verify.log
# What looks at the yearly report for barriers; tests/report/browser.py finds it here.
AXE := $(VENV)/axe

.DEFAULT_GOAL := help
.PHONY: help setup debian debian-verify axe demo test verify lint bench peers mutation texts clean

help:
	@echo "make demo    the main job on a simulated district of two schools"
	@echo "make test    all checks: style, types, architecture, tests (5 minutes on two cores)"
	@echo "make verify  what takes longer: make test, mutation run, evidence on paper, every supported Python that is here"
	@echo "make lint    style, types and architecture alone"
	@echo "make peers   two public clients read the full-size district"
	@echo "make bench   speed beside curl, ldapsearch and other clients; BENCH=\"cycle --pairs 3\" for single rows"
	@echo "make texts   write new texts into the German catalogue"
	@echo "make setup   only install: Debian packages and the virtual environment in $(VENV)"

setup: debian $(READY)

debian:
	@sh tests/setup-debian.sh $(DEBIAN_PACKAGES)

debian-verify:
	@sh tests/setup-debian.sh $(DEBIAN_PACKAGES_TO_VERIFY)

axe: $(READY)
	@command -v npm >/dev/null || sh tests/setup-debian.sh npm
	@mkdir -p $(AXE) && cp tests/report/axe/package.json tests/report/axe/package-lock.json $(AXE)
	npm ci --prefix $(AXE) --ignore-scripts --no-audit --no-fund

$(READY): pyproject.toml requirements/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $(READY)

demo: setup
	$(BIN)/mdm-sync demo

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup lint
	$(BIN)/pytest -m "not verify" $(SIDE_BY_SIDE) --cov --cov-report=term:skip-covered

verify: test debian-verify axe mutation peers
	$(BIN)/pytest -m verify --log-file=$(VERIFY_LOG) --log-file-level=WARNING
	@echo "what the long tests tell, seeds and phases of kills among it: $(VERIFY_LOG)"
	sh tests/every-python.sh $(SIDE_BY_SIDE)

mutation: $(READY)
	$(BIN)/python tests/mutation.py

peers: setup
	$(BIN)/python -m tests.peers.compare

bench: setup
	$(BIN)/python -m tests.bench $(BENCH)

texts: $(READY)
	$(BIN)/pybabel extract -F config/babel.cfg -k text -k plural:1,2 -k counted:1,2 --no-location --sort-output -o $(VENV)/texts.pot .
	$(BIN)/pybabel update -D mdm_sync -l de -i $(VENV)/texts.pot -d config/locale --no-fuzzy-matching --omit-header

clean:
	rm -rf $(VENV) demo-district mutants .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
