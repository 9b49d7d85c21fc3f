# Every target does its own set-up, in .venv: python3.11 or newer, pip and make are enough.
#
#   make demo     ingest corpus/ and ask it a question
#   make test     the whole test suite; PYTEST="-k citations" narrows it
#   make lint     ruff, mypy --strict, import-linter
#   make wheel    the installable package, in dist/
#   make lock     resolve the dependencies again (needs the network)
#   make clean    delete everything that these targets made
#
# Another interpreter: make test PYTHON=python3.12

PYTHON := $(or $(PYTHON),$(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done))
# The versions that the lock is made for. Others install from the ranges in pyproject.toml.
LOCKED_PYTHONS := 3.11 3.12 3.13

VENV := .venv
BIN := $(VENV)/bin
ARCHIVE := .demo/archive
QUESTION := Which countries joined the boycott?
PYTEST :=

.PHONY: demo test lint wheel lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	$(BIN)/dateline ingest --archive $(ARCHIVE) corpus/
	@echo
	$(BIN)/dateline ask --archive $(ARCHIVE) "$(QUESTION)"

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(PYTEST)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict bot retrieval
	$(BIN)/lint-imports

wheel: $(VENV)/.installed-dev
	rm -rf build dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

comma := ,

# The stamps make the second run quick, and let it work without the network.
$(VENV)/.installed: pyproject.toml requirements.lock | $(BIN)/pip
	$(call install,requirements.lock,.)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml requirements-dev.lock | $(BIN)/pip
	$(call install,requirements-dev.lock,.[dev$(comma)slack])
	@touch $@ $(VENV)/.installed

# Debian and Ubuntu split ensurepip from python3: there, the system's own pip fills the venv.
$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "dateline needs Python 3.11 or newer: \
	install it, or name it with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { $(PYTHON) -m venv --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }

# $(call install,LOCK,PROJECT): the versions and hashes of LOCK, then the package itself. Python
# compiles what it imports; compiling every module beforehand would take 150 MB more.
define install
	@echo "Installing into $(VENV) (once; one to three minutes) ..."
	@if echo " $(LOCKED_PYTHONS) " | grep -q \
		" $$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])') "; then \
		$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r $(1) && \
		$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
	else \
		echo "$(1) is for Python $(LOCKED_PYTHONS): installing from the ranges in pyproject.toml"; \
		$(BIN)/python -m pip install --quiet 'setuptools>=77' && \
		$(BIN)/python -m pip install --quiet --no-compile --no-build-isolation -e '$(2)'; \
	fi
endef

# One resolution for every platform and Python; index addresses are left out. pyproject.toml's
# build requirement is locked too, so that building needs nothing that is not pinned.
UV := $(VENV)/uv/bin/uv
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate

lock: | $(BIN)/pip
	test -x $(UV) || { $(BIN)/python -m venv $(VENV)/uv && $(VENV)/uv/bin/pip install --quiet uv; }
	echo 'setuptools>=77' | $(COMPILE) --upgrade --extra dev --extra slack pyproject.toml - -o requirements-dev.lock
	echo 'setuptools>=77' | $(COMPILE) --constraint requirements-dev.lock pyproject.toml - \
		-o requirements.lock

clean:
	rm -rf $(VENV) .demo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .import_linter_cache
	find bot retrieval evals tests -name __pycache__ -type d -prune -exec rm -rf {} +
