# Schul-IT: einrichten, starten, prüfen. »make help« zählt auf, was es gibt.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

HOST ?= 127.0.0.1
PORT ?= 8000

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
SYSTEM_PYTHON := $(shell deploy/find-python)
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))
PROCESSES := $(shell nproc 2>/dev/null || echo 2)
APART := not directory and not browser and not server and not office and not samba

.PHONY: help run install test check bench migration translations locks tools clean \
        test-sqlite test-postgresql test-servers test-browser test-office test-samba pictures

help:  ## diese Übersicht
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install  ## einrichten und starten, beim ersten Mal mit Beispielstadt (HOST, PORT)
	@HOST=$(HOST) PORT=$(PORT) exec deploy/run

install: $(VENV)/.installed $(VENV)/.assets $(CATALOGUES)  ## nur .venv mit dem Befehl .venv/bin/school-it

$(PYTHON):
	@test -n "$(SYSTEM_PYTHON)" || { echo "Es fehlt Python ab 3.11." >&2; exit 1; }
	@$(SYSTEM_PYTHON) -m venv $(VENV) || { \
	  echo "Es fehlt das Modul venv. Unter Debian und Ubuntu: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: requirements.lock setup.cfg pyproject.toml | $(PYTHON)
	@echo "Richte $(VENV) ein …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@$(PYTHON) -m compileall -q app.py start.py school_it imports exports
	@touch $@

$(VENV)/.assets: package-lock.json deploy/assets.py deploy/assets.sha256 $(wildcard static/*.css static/*.js static/*/*.css static/*/*.js) | $(VENV)/.installed
	@test -d static/vendor || command -v npm >/dev/null || $(PIP) install --require-hashes -r requirements-assets.lock
	@$(PYTHON) deploy/assets.py
	@$(PYTHON) -m school_it.serving
	@touch $@

%.mo: %.po | $(VENV)/.installed
	@$(BIN)/pybabel -q compile -i $< -o $@

$(VENV)/.tools: requirements-dev.lock $(VENV)/.installed
	@echo "Richte die Werkzeuge zum Prüfen ein …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

tools: install $(VENV)/.tools  ## dazu die Werkzeuge zum Prüfen und Testen

test: tools  ## richtet alles ein, was die Tests brauchen (mit root oder sudo), und führt alle aus
	@deploy/test-tools
	@$(MAKE) --no-print-directory test-sqlite test-postgresql test-servers test-browser

test-sqlite: tools  ## alle Tests ohne eigene Server, auf SQLite
	@$(PYTHON) -m pytest -q -n $(PROCESSES) -m "$(APART) and not postgres"

test-postgresql: tools  ## die Datenhaltung auf PostgreSQL
	@$(PYTHON) -m pytest -q -n $(PROCESSES) -p tests.postgres --database=postgresql -m "$(APART)"

test-servers: tools  ## gegen ein echtes Verzeichnis und das gestartete Produkt
	@$(PYTHON) -m pytest -q -n $(PROCESSES) --dist loadfile -m "(directory or server) and not browser"

test-browser: tools  ## mit einem echten Browser
	@$(PYTHON) -m pytest -q -n $(PROCESSES) --dist loadscope -m browser

test-office: tools  ## das Bestandsverzeichnis in LibreOffice (libreoffice-calc; nicht Teil von »make test«)
	@$(PYTHON) -m pytest -q -m office

test-samba: tools  ## gegen ein echtes Active Directory (Samba; mit root, nicht Teil von »make test«)
	@$(PYTHON) -m pytest -q -m samba

pictures: tools  ## die Bilder der README aus der Beispielstadt (braucht Chromium)
	@$(PYTHON) -m deploy.pictures

check: tools  ## Stil, Typen, Reihenfolge der Räume, Vorlagen, Versionslisten
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djlint templates --lint --profile jinja --quiet
	@$(PYTHON) deploy/locks.py
	@$(PYTHON) -m pytest -q tests/house/test_order.py

bench: tools  ## Messungen, als Verhältnisse
	@$(PYTHON) -m bench

migration: install  ## neuer Stand der Tabellen: make migration SAYS="was sich ändert"
	@test -n "$(SAYS)" || { echo 'Bitte sagen, was sich ändert: make migration SAYS="…"' >&2; exit 2; }
	@$(BIN)/school-it db revision "$(SAYS)"

translations: | $(VENV)/.installed  ## neue Sätze in translations/ aufnehmen, weggefallene entfernen; danach dort übersetzen
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k _l -k lazy_gettext -k Column:2 \
	  --no-location --sort-by-file --no-wrap -o build/messages.pot .
	@$(BIN)/pybabel -q update -i build/messages.pot -d translations \
	  --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

locks: tools  ## Versionslisten nach einer Änderung von setup.cfg erneuern
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PYTHON) deploy/locks.py --renew

clean:  ## .venv und Zwischenstände entfernen; instance/ bleibt
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
