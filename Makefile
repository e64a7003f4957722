# Inlay. `make` prints what there is.

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint style look advisories golden bench load peers proof clean

PORT ?= 8000
BIN := .venv/bin
# A demo is five processes and the tests start dozens: what they import is compiled once, not each time.
unexport PYTHONDONTWRITEBYTECODE
# Two of them begin with what waits for a browser: beside these the third keeps two cores busy.
WORKERS ?= 3

help:  ## Print this
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Make .venv and install Inlay into it (quick when it is there)
	@PYTHON="$(PYTHON)" scripts/setup.sh

demo: setup  ## Start everything on this machine: PORT=8000, LEADS=file.csv, DOCUMENTS=folder
	@exec $(BIN)/inlay demo --port $(PORT) $(if $(LEADS),--leads "$(LEADS)") $(if $(DOCUMENTS),--documents "$(DOCUMENTS)")

# Types are checked beside the tests: one process, where tests often wait for a browser or a database.
test: look  ## Lint and all tests; finds or installs a Chromium, finds or starts a PostgreSQL and a Redis
	@CHROMIUM_PATH="$$(scripts/chromium.sh)" && export CHROMIUM_PATH && echo "Chromium: $$CHROMIUM_PATH" && \
	mkdir -p .mypy_cache && { $(BIN)/mypy > .mypy_cache/said 2>&1 & } && types=$$! && \
	$(BIN)/python -m tests.services $(BIN)/python -m pytest -m "not proof" -n $(WORKERS) --dist worksteal; tested=$$?; \
	wait $$types; typed=$$?; cat .mypy_cache/said; exit $$((tested + typed))

lint: style  ## Style, types, the house's laws, checksums of vendored files, secrets, known faults of dependencies
	@$(BIN)/python -m pytest -q tests/test_architecture.py
	@$(BIN)/python -m scripts.leaks
	@$(BIN)/python -m scripts.advisories --where-reachable

advisories: setup  ## Ask what is known against our dependencies; fails where nobody can be asked
	@$(BIN)/python -m scripts.advisories

# Without the house's laws, which are tests.
style: look
	@$(BIN)/mypy

# Without types, which take longest.
look: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/python scripts/vendor.py --check

golden: setup  ## Accept how components look now: markup, ARIA trees, what is heard, pixels
	@CHROMIUM_PATH="$$(scripts/chromium.sh)" && export CHROMIUM_PATH && GOLDEN=accept \
	$(BIN)/python -m pytest -q tests/components/test_golden.py tests/components/test_every_story.py tests/components/test_transcripts.py tests/proof/test_pixels.py -k "accepted_one"

# What measures, or loads the machine by itself, comes after all else and has it alone.
proof: setup  ## The long checks: kills, load, all stories
	@CHROMIUM_PATH="$$(scripts/chromium.sh)" && export CHROMIUM_PATH && proof="$(BIN)/python -m tests.services $(BIN)/python -m pytest" && \
	{ $$proof -m "proof and not alone" -n 2 --dist worksteal; checked=$$?; \
	$$proof -m "proof and alone" --durations=20; measured=$$?; exit $$((checked + measured)); }

bench: setup  ## Measure, and print the table
	@CHROMIUM_PATH="$$(scripts/chromium.sh)" && NGINX_PATH="$$(scripts/nginx.sh)" && export CHROMIUM_PATH NGINX_PATH && \
	$(BIN)/python -m bench

load: setup  ## The soak and the faults under load (half an hour), with their tables in bench/: soak.md, chaos.md
	@INLAY_TABLES=bench $(BIN)/python -m tests.services $(BIN)/python -m pytest -m proof tests/proof/test_soak.py tests/proof/test_chaos.py

peers: setup  ## Measure Gradio and Streamlit beside Inlay; installs them into var/peers
	@CHROMIUM_PATH="$$(scripts/chromium.sh)" && export CHROMIUM_PATH && $(BIN)/python -m bench.peers

clean:  ## Remove what can be made again: .venv, caches, the demo's state
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache var *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
