# What one can do with a checkout. Each target says on the screen what it does and may be
# interrupted and run again. `make` alone lists them.

PORT ?= 8080
DATA ?= demo-data
PYTHON = $(shell scripts/find-python)

.DEFAULT_GOAL := help
.PHONY: help demo prepare dev debian test lint format bench requirements sbom translations clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 24

demo: prepare ## a lived-in clinic on http://localhost:8080 (PORT=…, DATA=…)
	@exec .venv/bin/bedside demo --data $(DATA) --port $(PORT)

prepare: ## everything that serving needs: .venv, packages, built pages
	@$(PYTHON) scripts/prepare.py serve

dev: ## everything that working on Bedside needs
	@$(PYTHON) scripts/prepare.py develop

debian: ## the Debian packages that the tests drive (needs root or sudo without a password)
	@$(PYTHON) scripts/debian.py

test: ## packages, linters, tests; pytest's summary comes last
	@scripts/test

lint: dev ## ruff, pyright, import contracts, TypeScript, Biome
	@scripts/lint

format: dev ## bring Python, scripts and styles into their form
	@.venv/bin/ruff check --fix-only --quiet src tests benchmarks scripts
	@.venv/bin/ruff format src tests benchmarks scripts
	@node_modules/.bin/biome check --write --error-on-warnings

bench: dev debian ## the table of speeds, against nginx and @tus/server
	@.venv/bin/python -m benchmarks

requirements: dev ## pin all packages again, with their hashes
	@scripts/requirements

sbom: dev ## the bill of materials (CycloneDX) of all packages that Bedside pins
	@.venv/bin/python -m scripts.sbom artifacts/bedside.cdx.json

translations: dev ## take new sentences into the catalogues and compile them
	@scripts/translations

clean: ## remove what was built; demo data stays
	@rm -rf .venv node_modules src/bedside/web/static artifacts .pytest_cache .ruff_cache
