# `make run` and `make test` are all a newcomer needs. Steps leave a stamp and are not done twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PORT ?= 7860

.PHONY: run install test check lint types unit chromium eval ablation bench-ingest bench-peers docs screenshot clean

run: $(STAMP)  ## install, ingest the bundled documents, serve the page
	-$(BIN)/stifinner ingest  # what an earlier version indexed is brought up to date; else half a second
	$(BIN)/stifinner serve --port $(PORT)

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Stifinner needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "Cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet -c constraints.txt -e .
	@touch $@

$(DEV_STAMP): $(STAMP)
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

test: $(DEV_STAMP) chromium check  ## everything CI runs
	$(BIN)/pytest

check: $(DEV_STAMP) lint types  ## what every commit passes

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_STAMP)
	$(BIN)/mypy

unit: $(DEV_STAMP)  ## the tests that need no browser and no server
	$(BIN)/pytest -m 'not e2e and not slow'

chromium:
	@command -v chromium >/dev/null || { \
	  echo "Installing Debian's chromium for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	  { echo "The browser tests need chromium: as root, apt-get install chromium"; exit 1; }

eval: $(DEV_STAMP)  ## reference questions, report page
	$(BIN)/stifinner eval run --set dev --name dev --fresh
	$(BIN)/stifinner eval report dev

ablation: $(DEV_STAMP)  ## what each part brings: dev questions with one after another taken out
	$(BIN)/python -m eval.ablation --into docs/evaluation.md

bench-ingest: $(DEV_STAMP)  ## ingest of 10,000 generated passages
	$(BIN)/python -m eval.bench_ingest

bench-peers: constraints.txt  ## the same work by other RAG tools, in a virtual environment of their own
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet -c constraints.txt -e . -r eval/peers/requirements.txt
	.venv-peers/bin/python -m eval.peers --set test --into docs/evaluation.md

docs: $(DEV_STAMP)  ## renew the generated parts of docs/*.md
	$(BIN)/python -m tests.render_docs

screenshot: $(DEV_STAMP) chromium
	$(BIN)/python -m tests.e2e.screenshot

clean:
	rm -rf $(VENV) build dist *.egg-info
