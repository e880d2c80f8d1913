# Two commands for a fresh machine with Python, make and a C compiler:
#   make demo   declouds the bundled sample and draws a before/after picture
#   make test   runs the tests, but for the slow ones, within four minutes on two cores
# And with more time:
#   make test-all   runs every test
# Both make .venv once; it is made again when pyproject.toml or constraints.txt change.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# QGIS's own Python, which has the modules qgis and osgeo.
QGIS_PYTHON ?= /usr/bin/python3
# A QGIS without a screen and with a throwaway profile.
QGIS_HOME = HOME=$$(mktemp -d) && export HOME && XDG_RUNTIME_DIR=$$HOME && export XDG_RUNTIME_DIR && \
  QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1

# Tests run in so many processes at a time, with one thread each; 0 is pytest's own.
TEST_WORKERS ?= 2
TESTING = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile

# What pytest gets besides; in CI --no-skips, with which a test that is skipped fails.
PYTEST_OPTIONS ?=

.PHONY: demo test test-all attack lint docs benchmark plugin wheel test-qgis qgis-screenshots clean

demo: .venv/installed-train
	$(BIN)/cloudgan-geo decloud sample_data/scene.tif --overwrite
	$(BIN)/cloudgan-geo preview sample_data/scene.tif sample_data/scene_decloud.tif \
	  --truth sample_data/scene_clear.tif --out sample_data/before_after.png --overwrite

test: .venv/installed-dev
	$(TESTING) -m 'not slow' $(PYTEST_OPTIONS)

test-all: .venv/installed-dev
	$(TESTING) $(PYTEST_OPTIONS)

# Hours on two cores: damaged inputs of every kind, then runs ended by signals. The tables go to
# docs/security.md.
ATTACK_INPUTS ?= 20000
ATTACK_RUNS ?= 1000
attack: .venv/installed-dev
	$(BIN)/python tests/attack/inputs.py --cases $(ATTACK_INPUTS)
	folder=$$(mktemp -d) && $(BIN)/python tests/attack/kills.py $$folder --cases $(ATTACK_RUNS) && \
	  rm -r $$folder

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The documentation as a site, in dist/site; a link that leads nowhere fails.
docs: .venv/installed-docs
	$(BIN)/mkdocs --quiet build --strict --config-file .mkdocs.yml

benchmark: .venv/installed-dev
	$(BIN)/python tests/benchmarks/perlin.py
	$(BIN)/python tests/benchmarks/clouds.py
	$(BIN)/python tests/benchmarks/bars.py

# The zip that QGIS users install: Plugins > Manage and Install Plugins > Install from ZIP.
# For a release: make plugin PLUGIN_OPTIONS=, which refuses while addresses are placeholders.
PLUGIN_OPTIONS ?= --allow-placeholders
plugin:
	$(PYTHON) qgis_plugin/make_zip.py dist $(PLUGIN_OPTIONS)

# The program that the plugin installs: Plugins > Cloudgan > Choose the backend... > Install...
wheel:
	$(PYTHON) -m pip --quiet --disable-pip-version-check wheel --no-deps --wheel-dir dist .

# Needs QGIS from the distribution: apt-get install qgis python3-qgis python3-venv
test-qgis: .venv/installed-dev .venv-qgis/installed
	$(QGIS_HOME) .venv-qgis/bin/python -m pytest tests/qgis $(PYTEST_OPTIONS)

qgis-screenshots: .venv/installed-dev
	$(QGIS_HOME) $(QGIS_PYTHON) qgis_plugin/screenshots.py docs/images

clean:
	rm -rf .venv .venv-qgis .qgis-settings .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info

.venv/installed-%: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --constraint constraints.txt --editable '.[$*]'
	touch $@

.venv-qgis/installed:
	$(QGIS_PYTHON) -c 'import qgis.core' || \
	  { echo 'QGIS is not here: apt-get install qgis python3-qgis python3-venv' >&2; exit 1; }
	$(QGIS_PYTHON) -m venv --clear --system-site-packages .venv-qgis
	.venv-qgis/bin/python -m pip --quiet --disable-pip-version-check install pytest pytest-qgis
	touch $@
