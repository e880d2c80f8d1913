# Two commands for a fresh machine with Python, make and a C compiler:
#   make demo   declouds the bundled sample and draws a before/after picture
#   make test   runs the whole test suite
# Both make .venv once; it is made again when pyproject.toml or constraints.txt change.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test lint benchmark clean

demo: .venv/installed-train
	$(BIN)/cloudgan-geo decloud sample_data/scene.tif --overwrite
	$(BIN)/cloudgan-geo preview sample_data/scene.tif sample_data/scene_decloud.tif \
	  --truth sample_data/scene_clear.tif --out sample_data/before_after.png --overwrite

test: .venv/installed-dev
	$(BIN)/python -m pytest

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: .venv/installed-dev
	$(BIN)/python tests/benchmarks/perlin.py

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info

.venv/installed-%: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --constraint constraints.txt --editable '.[$*]'
	touch $@
