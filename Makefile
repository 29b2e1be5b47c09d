# make run    start the app           make test   everything that has to pass
# make help   all targets

.DEFAULT_GOAL := help
.PHONY: help run test test-office quick soak check format lock clean

# Where Python keeps no bytecode, every process of the tests compiles everything anew: a third more work.
unexport PYTHONDONTWRITEBYTECODE

RUN_PYTHON := .venv/bin/python
DEV_PYTHON := .venv-dev/bin/python
PORT ?= 8501
TIMES ?= 1
SEED ?= 1

# Makes the virtual environment $(1) with the first Python of this machine that will do, or says what is missing. The
# system's own comes first: it was built with all optimizations, which one compiled at home often was not; that
# takes up to half as long again.
PYTHON := /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11 python
define make_venv
@for name in $(PYTHON); do \
    $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
    new_enough=$$name; \
    if $$name -c 'import ensurepip, venv' 2>/dev/null; then python=$$name; break; fi; \
done; \
if [ -z "$$new_enough" ]; then \
    echo "Python 3.11 or newer is needed, and none was found here. Get one from https://www.python.org/downloads/" >&2; \
    echo "or from your system (Debian, Ubuntu: sudo apt-get install python3 python3-venv), then try again." >&2; exit 1; \
elif [ -z "$$python" ]; then \
    echo "$$($$new_enough --version) is here, but its parts for virtual environments (venv, ensurepip) are missing." >&2; \
    echo "On Debian or Ubuntu: sudo apt-get install python3-venv    Then try again." >&2; exit 1; \
fi; \
echo "Making $(1) with $$($$python --version)"; \
$$python -m venv --clear $(1)
endef

help:
	@echo "make run      start the app on http://localhost:$(PORT) (another port: make run PORT=8600)"
	@echo "make test     format, lint, types and the tests; gets Chromium and nginx on Debian where they are missing"
	@echo "make test-office  decks as LibreOffice draws them against our PDFs; gets LibreOffice on Debian where it is missing"
	@echo "make quick    a loop to work in: format, lint, types, and the tests without browsers, several processes, PostgreSQL,"
	@echo "              what is slow, and all but the first three cases of each"
	@echo "make soak     what make test has no time for, before a release: more ways through the app in a browser, PostgreSQL where"
	@echo "              nothing of its own is asked, all of the awkward strings, hostile files and requests; and, for longer than"
	@echo "              there, networks cut, the database away, and faults at random;"
	@echo "              longer, and with other faults: make soak TIMES=10 SEED=7"
	@echo "make check    format, lint and types only"
	@echo "make format   put the code in order"
	@echo "make lock     compile the requirements files from pyproject.toml, every version the newest"
	@echo "make clean    remove what make made; the database in data/ stays"
	@echo
	@echo "Another Python than the one that make finds: make clean run PYTHON=python3.13"

run: .venv/installed
	@exec $(RUN_PYTHON) -m streamlit run server.py --server.port $(PORT)

test: style programs
	@$(DEV_PYTHON) -m tests.run

test-office: .venv-dev/installed
	@command -v soffice >/dev/null || $(MAKE) --no-print-directory libreoffice
	@$(DEV_PYTHON) -m pytest tests/exports/decks/office.py

quick: style
	@$(DEV_PYTHON) -m tests.run --quick

soak: style programs
	@$(DEV_PYTHON) -m tests.run -m soak --soak $(TIMES) --seed $(SEED)

check: style
	$(DEV_PYTHON) -m mypy

.PHONY: style
style: .venv-dev/installed
	$(DEV_PYTHON) -m ruff format --check .
	$(DEV_PYTHON) -m ruff check .

format: .venv-dev/installed
	$(DEV_PYTHON) -m ruff check --fix .
	$(DEV_PYTHON) -m ruff format .

lock: .venv-dev/installed
	.venv-dev/bin/uv pip compile --universal --python-version 3.11 --upgrade --quiet \
	    --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	.venv-dev/bin/uv pip compile --universal --python-version 3.11 --upgrade --quiet \
	    --custom-compile-command "make lock" --constraints requirements.txt --group dev pyproject.toml \
	    -o requirements-dev.txt

clean:
	rm -rf .venv .venv-dev .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: programs
programs: .venv-dev/installed
	@command -v chromium-headless-shell >/dev/null || command -v google-chrome >/dev/null || \
	    $(MAKE) --no-print-directory chromium
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || test -x .venv-dev/nginx/usr/sbin/nginx || \
	    $(MAKE) --no-print-directory nginx

# The headless shell needs a third less CPU than the whole browser, which does where there is nothing else.
.PHONY: chromium
chromium:
	@there=$$(command -v chromium || command -v chromium-browser); \
	if ! command -v apt-get >/dev/null; then \
	    test -z "$$there" || exit 0; \
	    echo "The browser tests need Chromium, and this machine has no apt-get to install it with: please install it." >&2; exit 1; \
	fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=; \
	elif sudo -n true 2>/dev/null; then sudo=sudo; \
	elif [ -n "$$there" ]; then exit 0; \
	elif command -v sudo >/dev/null; then sudo=sudo; \
	else echo "The browser tests need Chromium. As root: apt-get install chromium-headless-shell" >&2; exit 1; fi; \
	get() { DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$1; }; \
	echo "Installing Chromium for the browser tests"; \
	$$sudo apt-get update -qq && get chromium-headless-shell || test -n "$$there" || get chromium

.PHONY: libreoffice
libreoffice:
	@if ! command -v apt-get >/dev/null; then \
	    echo "This needs LibreOffice, and this machine has no apt-get to install it with: please install it." >&2; exit 1; \
	fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=; \
	elif command -v sudo >/dev/null; then sudo=sudo; \
	else echo "This needs LibreOffice. As root: apt-get install libreoffice-impress-nogui" >&2; exit 1; fi; \
	echo "Installing LibreOffice"; \
	$$sudo apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends libreoffice-impress-nogui

# Unpacked, not installed: an installed nginx would start to listen on port 80.
.PHONY: nginx
nginx:
	@if ! command -v apt-get >/dev/null; then \
	    echo "The tests of several processes need nginx, and this machine has no apt-get to get it with: please install it." >&2; \
	    exit 1; \
	fi; \
	echo "Fetching nginx for the tests of several processes"; \
	mkdir -p .venv-dev/nginx && cd .venv-dev/nginx && \
	{ apt-get download -qq nginx 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get download -qq nginx; }; } && \
	dpkg -x nginx_*.deb . && rm nginx_*.deb

.venv/installed: requirements.txt
	@test -x $(RUN_PYTHON) || $(MAKE) --no-print-directory .venv
	@echo "Installing the packages of requirements.txt (the first time this takes a minute or two)"
	@$(RUN_PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv-dev/installed: requirements-dev.txt
	@test -x $(DEV_PYTHON) || $(MAKE) --no-print-directory .venv-dev
	@echo "Installing the packages of requirements-dev.txt (the first time this takes a minute or two)"
	@$(DEV_PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.venv .venv-dev:
	$(call make_venv,$@)
