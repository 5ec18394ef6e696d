# Two commands do everything on a machine with Python 3.11 or newer and make:
#   make book    make test
# The environment is made when it is missing, from the one lock file.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

# The real photos, one folder a class; empty means the drawn cars.
CARS ?= $(CNNBOOK_CARS)
export CNNBOOK_CARS := $(CARS)
# TensorFlow's start-up notices belong on no page and in no report.
export TF_CPP_MIN_LOG_LEVEL ?= 3
# Left alone, TensorFlow calls on oneDNN on some processors only; on another one, training took half
# the time with it.
export TF_ENABLE_ONEDNN_OPTS ?= 1

# The tests share out all cores, a file to one of them, for what its tests have built in common; so
# each keeps to one thread. In their own order: few tests of the site take long, and come first.
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses=auto --dist=loadfile \
	--no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help book test test-package check bench backends serve live lighthouse lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

book: $(READY)  ## build both editions into _build/html (CARS=/path: on your own photos)
	$(BIN)/jupyter-book build book -W -n --keep-going

test: book  ## run every test, on the package and on the built book
	$(PYTEST)

test-package: $(READY)  ## run the quick tests of the package alone, without the book
	$(PYTEST) -m "not slow" $(addprefix --ignore=tests/,book browser widgets)

check: $(READY)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)  ## time the package beside its peers, as ratios
	$(BIN)/python -m benchmarks

backends: $(READY)  ## compare with PyTorch, JAX and ONNX too (installs them)
	$(BIN)/python -m pip install --quiet --editable '.[backends,export]' --no-build-isolation
	$(BIN)/python -m pytest tests/backends

serve: book  ## serve the built site on http://localhost:8000
	$(BIN)/python -m http.server --directory _build/html 8000

live: book  ## serve the built site on http://localhost:8890 with cells that can be changed and run
	PYTHONPATH=book/_ext:persian-book $(BIN)/python -m live _build/html

lighthouse: book  ## measure the site, or PAGES, as a phone loads it (wants Node and Chromium; installs Lighthouse)
	npm install --silent --no-fund --no-audit --prefix _build/lighthouse lighthouse@12.8.2
	$(BIN)/python scripts/lighthouse.py --program _build/lighthouse/node_modules/.bin/lighthouse $(PAGES)

lock: $(READY)  ## resolve the lock file anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --quiet --extra test pyproject.toml --output-file requirements.lock

clean:  ## remove what was built, keep the environment
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache
