# Everything a person runs. `make` alone lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

ENV ?= sandbox
PIPENV_VERSION := 2026.10.3
PYTHON ?= $(firstword $(foreach v,python3.13 python3.12 python3.11 python3,$(shell command -v $(v) >/dev/null 2>&1 && $(v) -c 'import sys,venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(v))))
BIN := .venv/bin
RUN := $(BIN)/python
# What would take CDKTF's place, and the AWS provider's: the tests synthesize with these too.
SUCCESSORS := build/cdktn/.installed build/provider6/.installed
# Their Node.js, and the fork's command line.
SUCCESSORS_NODE := tests/infrastructure/successors/node
LANES := $(SUCCESSORS) build/cdktn-cli/.installed
# How many processes share the tests: make test WORKERS=1; tests/conftest.py says how many by default.
WORKERS ?= auto
SPREAD := --numprocesses=$(WORKERS)
export VIDEO
export INTENDED
export CHECKPOINT_DISABLE := 1
export PIPENV_VERBOSITY := -1
# Else each of the processes that a test starts would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE

##@ Two commands to begin with
.PHONY: demo test
demo: setup build/site/index.html ## Deploy to a local AWS, transcode a video for real: make demo [VIDEO="a.mp4 b.mov"] [OPEN=1]
	@$(RUN) -m sandbox demo$(if $(VIDEO), --named-in="$$VIDEO")$(if $(OPEN), --open)
test: ## Everything that a change must hold: lint, types, unit, property, snapshot, e2e
	@# What is installed for one of them is installed beside the others.
	@$(MAKE) --no-print-directory --jobs=3 setup-cdktf lint types test-page $(LANES)
	@$(RUN) -m pytest $(SPREAD)

##@ Parts of the tests
.PHONY: lint format types docs test-page test-fast test-e2e cli-lane playback browser in-browser pictures snapshot-update guards bench bench-tests chaos api-load corpus fuzz soak iam-report prices capacity
lint: setup .venv-lint/.synced ## Check style and format (ruff), imports (import-linter), every policy (checkov, parliament)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@PYTHONPATH=lambda_src:. $(BIN)/lint-imports --no-cache
	@$(RUN) -m checks.policy_lint
format: setup ## Fix style and format (ruff)
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
types: setup ## Check types (mypy, strict)
	@$(BIN)/mypy
docs: setup ## Write the documentation's tables and pictures that are made from the code
	@PYTHONPATH=lambda_src $(RUN) -m checks.docs
test-page: web/node_modules/.installed build/site/index.html build/cdktn-cli/.installed ## The page's types (TypeScript, strict), its tests and its size
	@npm run --prefix web --silent types
	@npm run --prefix web --silent test
	@# Node.js 22 builds the same files.
	@PATH="$(CURDIR)/build/cdktn-cli/node_modules/.bin:$$PATH" npm run --prefix web --silent build -- --logLevel=warn --outDir ../build/site-node22
	@diff --recursive build/site build/site-node22
test-fast: setup $(LANES) ## All tests that need no deployed sandbox
	@$(RUN) -m pytest $(SPREAD) -m "not e2e"
test-e2e: setup-cdktf $(LANES) ## The tests on deployed sandboxes
	@$(RUN) -m pytest $(SPREAD) tests/e2e
cli-lane: setup-cdktf $(LANES) ## Plan a deployed sandbox with the command line of CDKTF's fork: make cli-lane [TOOL=tofu]
	@$(if $(TOOL),TERRAFORM_BINARY_NAME="$(TOOL)" $(RUN) sandbox/runtime/prerequisites.py)
	@$(if $(TOOL),,command -v tofu >/dev/null || echo "OpenTofu (\`tofu\`) isn't on the PATH: the lane runs with Terraform alone.")
	@$(if $(TOOL),CLI_LANE_TOOL="$(TOOL)") $(RUN) -m pytest tests/e2e/test_cdktn.py
playback: setup-cdktf ## Play what the sandbox makes and delivers in headless Chromium, with hls.js and dash.js
	@PYTHONPATH=lambda_src $(RUN) -m checks.playback
browser: setup-cdktf web/node_modules/.installed ## The page and other players in headless Chromium, on a sandbox of its own
	@$(RUN) -m pytest tests/browser
in-browser: setup-cdktf web/node_modules/.installed ## What playback and browser prove, with one deployment for both
	@PYTHONPATH=lambda_src $(RUN) -m checks.playback --from-folder
	@$(RUN) -m pytest tests/browser
pictures: setup-cdktf web/node_modules/.installed ## Take the pictures of the page's views in docs/pictures
	@PICTURES=docs/pictures $(RUN) -m pytest tests/browser/test_views.py
snapshot-update: setup ## Accept the synthesized Terraform JSON as the new snapshots
	@$(RUN) -m pytest tests/infrastructure/snapshot --snapshot-update
guards: setup build/mutation/.installed ## Change the functions in a copy, report what no test notices: make guards [SAMPLE=300] [SEED=1] [ALL=1]
	@$(RUN) -m checks.guards$(if $(SAMPLE), --sample=$(SAMPLE))$(if $(SEED), --seed=$(SEED))$(if $(ALL), --all)
fuzz: setup ## Feed every entry hostile input, so many each: make fuzz [INPUTS=1000]
	@FUZZ_INPUTS=$(or $(INPUTS),1000) $(RUN) -m pytest tests/fuzz --hypothesis-profile=search --show-capture=no
bench: setup build/cdktn/.installed build/site/index.html ## Measure ratios within one run, tiers, prices, and an asset's requests on a deployed sandbox
	@PYTHONPATH=lambda_src $(RUN) -m checks.bench
bench-tests: setup $(LANES) ## Measure what share of one process's time `make test-fast` takes (some 20 minutes)
	@$(RUN) -m checks.bench.spreading
prices: setup ## Refresh the price list from AWS's Price List API; 3 if it can't be asked: make prices [REGION=us-east-1]
	@PYTHONPATH=lambda_src $(RUN) -m tools.price_list$(if $(REGION), --region=$(REGION))
capacity: setup ## Simulate days of 5,000 to 500,000 uploads against AWS's quotas, write docs/scale.md (two minutes)
	@PYTHONPATH=lambda_src $(RUN) -m checks.capacity
corpus: setup ## Run every kind of source through the sandbox and compare: make corpus [CASES="portrait hlg"]
	@$(RUN) -m checks.corpus $(CASES)
soak: setup-cdktf ## Kill Terraform at random points of the whole pipeline's deployment: make soak [ROUNDS=10] [SEED=1]
	@PYTHONPATH=lambda_src $(RUN) -m checks.interruptions$(if $(ROUNDS), --rounds=$(ROUNDS))$(if $(SEED), --seed=$(SEED))
iam-report: setup ## Say per role what is granted, what the sandboxes' runs used, and why the rest stays
	@PYTHONPATH=lambda_src $(RUN) -m checks.iam
chaos: setup build/site/index.html ## Upload thousands of files while faults are injected, audit: make chaos [UPLOADS=5000] [SEED=1] [NIGHT=1 or CAP=half]
	@$(RUN) -m sandbox chaos$(if $(UPLOADS), --uploads=$(UPLOADS))$(if $(SEED), --seed=$(SEED))$(if $(NIGHT), --night)$(if $(CAP), --cap=$(CAP))
api-load: setup build/site/index.html ## Read from the API at a rate that is kept, beside a bare Lambda: make api-load [RATE=200] [DURATION=120]
	@$(RUN) -m sandbox api-load$(if $(RATE), --rate=$(RATE))$(if $(DURATION), --seconds=$(DURATION))

##@ Supply chain
.PHONY: sbom audit outdated
sbom: setup ## Write what the Lambda zip is made of to build/lambda-sbom.cdx.json (CycloneDX)
	@$(RUN) -m tools.supply_chain sbom
audit: setup build/audit/.installed ## Look for known vulnerabilities of all that is locked; 3 if the source can't be asked
	@$(RUN) -m tools.supply_chain audit
outdated: setup ## List newer releases of what Pipfile and package.json name; 3 if a source can't be asked
	@$(RUN) -m tools.supply_chain outdated

##@ Deploying (ENV=dev|staging|prod|sandbox; AWS credentials as usual)
.PHONY: synth diff preflight deploy adopt destroy cancel-jobs state-bucket terraform
# Where somebody else holds the state's lock: so long is waited, then Terraform says who.
LOCK_TIMEOUT ?= 5m
WAITING := $(foreach step,plan apply destroy,TF_CLI_ARGS_$(step)=-lock-timeout=$(LOCK_TIMEOUT))
CDKTF := ENVIRONMENT=$(ENV) $(WAITING) npx --no-install cdktf
REVIEW := $(RUN) -m tools.plan_review
STACK := cdktf.out/stacks/$(ENV)
ifeq ($(ENV),sandbox)
CDKTF := $(RUN) -m sandbox exec -- env $(WAITING) npx --no-install cdktf
REVIEW := $(RUN) -m sandbox exec -- $(REVIEW)
endif
# Whether quotas, names and the bucket for state are looked at before anything is deployed.
PREFLIGHT ?= yes
CHECK := $(if $(filter no,$(PREFLIGHT)),true,$(RUN) -m tools.preflight)
ifeq ($(ENV),sandbox)
CHECK := $(if $(filter no,$(PREFLIGHT)),true,$(RUN) -m sandbox exec -- $(CHECK))
endif
STATE_STACK := state-backend$(if $(filter sandbox,$(ENV)),-sandbox)
# cdktf would ask the registry for checksums, for a lock file in a folder that is never committed.
UNLOCKED := --skip-provider-lock
synth: setup-cdktf ## Write the Terraform JSON of every environment to cdktf.out/
	@npx --no-install cdktf synth
state-bucket: setup-cdktf ## Make the bucket for Terraform's state, once an account: make state-bucket ENV=dev
	@$(CDKTF) synth >/dev/null
	@$(CHECK) cdktf.out/stacks/$(STATE_STACK)
	@$(CDKTF) deploy $(STATE_STACK) --skip-synth $(UNLOCKED) $(ARGS)
diff: setup-cdktf ## Review what a deployment would change: make diff ENV=prod [INTENDED="address ..."]
	@rm -f $(STACK)/plan $(STACK)/review.md
	@$(CDKTF) diff $(ENV) $(UNLOCKED) $(ARGS) || { echo "Planning failed: there is nothing to review." >&2; exit 4; }
	@$(REVIEW) $(STACK)/plan --intended="$$INTENDED" --markdown=$(STACK)/review.md
preflight: setup-cdktf ## Look whether the account has room: quotas, names, state bucket: make preflight ENV=dev
	@$(CDKTF) synth >/dev/null
	@$(CHECK) $(STACK)
deploy: preflight ## Apply, after a preflight: make deploy ENV=dev [ARGS=--auto-approve] [PREFLIGHT=no]
	@$(CDKTF) deploy $(ENV) --skip-synth $(UNLOCKED) $(ARGS)
adopt: setup-cdktf ## After a killed deployment: import what it made and did not record: make adopt ENV=dev
	@$(if $(filter sandbox,$(ENV)),$(RUN) -m sandbox exec --) npx --no-install cdktf synth >/dev/null
	@$(if $(filter sandbox,$(ENV)),$(RUN) -m sandbox exec --) $(RUN) -m tools.state_recovery $(STACK)
destroy: setup-cdktf ## Remove: make destroy ENV=dev [ARGS=--auto-approve]
	@$(RUN) -m stacks.destroy_guard $(ENV)
	@$(CDKTF) destroy $(ENV) $(UNLOCKED) $(ARGS) || { echo "If it was unfinished jobs that kept the MediaConvert queue: make cancel-jobs ENV=$(ENV), then destroy again."; exit 1; }
	@$(if $(filter sandbox,$(ENV)),$(RUN) -m sandbox exec --) $(RUN) -m tools.ops.webhook_parameters media-pipeline-$(ENV)
# Where `make terraform` writes.
TO ?= build/terraform/$(ENV)
terraform: setup-cdktf ## Write a folder that Terraform plans and applies by itself: make terraform ENV=dev [TO=folder]
	@$(CDKTF) synth >/dev/null
	@$(RUN) -m tools.plain_terraform $(STACK) cdktf.out/stacks/$(STATE_STACK) --to="$(TO)"
cancel-jobs: setup ## Cancel the MediaConvert jobs that keep a queue from being destroyed: make cancel-jobs ENV=dev
	@$(if $(filter sandbox,$(ENV)),$(RUN) -m sandbox exec --) $(RUN) -m tools.ops.unfinished_jobs media-pipeline-jobs-$(ENV)

##@ Operating a deployed pipeline
.PHONY: ops
OPS := $(RUN) -m tools.ops
ifeq ($(ENV),sandbox)
OPS := $(RUN) -m sandbox exec -- $(OPS)
endif
ops: setup ## Look and repair: make ops ENV=prod ARGS="list --status FAILED" (ARGS=--help tells more)
	@MEDIA_PIPELINE=$${MEDIA_PIPELINE:-media-pipeline-$(ENV)} $(OPS) $(ARGS)

.PHONY: smoke
smoke: setup ## Prove on a deployed pipeline what only AWS can show, and leave nothing: make smoke ENV=dev
	@PYTHONPATH=lambda_src $(RUN) -m checks.smoke $(if $(filter sandbox,$(ENV)),--sandbox,--pipeline $${MEDIA_PIPELINE:-media-pipeline-$(ENV)})

##@ The sandbox: a local AWS and MediaConvert
.PHONY: page sandbox-up sandbox-down sandbox-status
page: setup-cdktf ## Leave the page up on this machine, and say where it is and how to sign in; make sandbox-down ends it
	@$(RUN) -m sandbox up
	@$(RUN) -m sandbox deploy
	@$(RUN) -m sandbox person
sandbox-up: setup build/site/index.html ## Start the local AWS and MediaConvert endpoints
	@$(RUN) -m sandbox up
sandbox-down: setup ## Stop them
	@$(RUN) -m sandbox down
sandbox-status: setup ## Say what runs
	@$(RUN) -m sandbox status

##@ Housekeeping
.PHONY: setup setup-cdktf site lock clean help
setup: .venv/.synced build/lambda-dependencies/.installed ## Install what the project needs (Python)
setup-cdktf: setup node_modules/.installed build/site/index.html ## The same, cdktf-cli, and the page
	@{ command -v npx && command -v "$${TERRAFORM_BINARY_NAME:-terraform}"; } >/dev/null || $(RUN) sandbox/runtime/prerequisites.py

site: build/site/index.html ## Build the page, as it is deployed

.venv/.synced: Pipfile Pipfile.lock
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer, with its venv module, was not found. Install it (for instance: apt-get install python3.11-venv, or brew install python@3.13), or name it: make PYTHON=/path/to/python3.13"; exit 1; fi
	@$(PYTHON) sandbox/runtime/prerequisites.py
	@echo "Installing the Python packages (about two minutes, once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -qq --disable-pip-version-check pipenv==$(PIPENV_VERSION)
	@# Compiling the AWS bindings takes pip a minute: of their 2,135 modules, those that are imported are compiled then.
	@VIRTUAL_ENV="$(CURDIR)/.venv" PATH="$(CURDIR)/.venv/bin:$$PATH" $(BIN)/pipenv sync --dev --quiet --extra-pip-args=--no-compile
	@$(RUN) -m compileall -qq --workers 0 -x _provider_aws .venv/lib || true
	@touch $@

build/lambda-dependencies/.installed: .venv/.synced
	@echo "Installing the Lambda functions' locked packages"
	@# Wheels in pure Python alone: the zip has the same bytes on every machine, and runs on every one.
	@rm -rf $(@D) && mkdir -p $(@D)
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/pipenv requirements --categories lambda --hash > build/lambda-requirements.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-compile --require-hashes --only-binary=:all: \
		--platform any --implementation py --abi none --python-version 3.13 \
		--report $(@D)/.installed.json --target $(@D) --requirement build/lambda-requirements.txt
	@touch $@

build/audit/.installed: .venv/.synced
	@echo "Installing pip-audit, in an environment of its own"
	@rm -rf $(@D)
	@$(PYTHON) -m venv $(@D)
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/pipenv requirements --categories audit --hash > build/audit-requirements.txt
	@$(@D)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
		--requirement build/audit-requirements.txt
	@touch $@

build/mutation/.installed: .venv/.synced
	@echo "Installing mutmut, in an environment of its own that sees the project's packages"
	@rm -rf $(@D)
	@$(BIN)/python -m venv $(@D)
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/pipenv requirements --categories mutation --hash > build/mutation-requirements.txt
	@$(@D)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
		--requirement build/mutation-requirements.txt
	@$(BIN)/python -c 'import site; print(*site.getsitepackages(), sep="\n")' \
		> "$$($(@D)/bin/python -c 'import site; print(site.getsitepackages()[0])')/project.pth"
	@touch $@

# In environments of their own: the fork wants an older package of constructs, and the bindings are in each other's way.
$(SUCCESSORS): build/%/.installed: .venv/.synced
	@echo "Installing what would take CDKTF's place: $*"
	@rm -rf $(@D)
	@$(PYTHON) -m venv $(@D)
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/pipenv requirements --categories $* --hash > build/$*-requirements.txt
	@$(@D)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-compile --require-hashes \
		--only-binary=:all: --requirement build/$*-requirements.txt
	@touch $@

build/cdktn-cli/.installed: $(SUCCESSORS_NODE)/package.json $(SUCCESSORS_NODE)/package-lock.json
	@echo "Installing the command line of CDKTF's fork, and its Node.js"
	@rm -rf $(@D) && mkdir -p $(@D) && cp $^ $(@D)
	@# npm itself runs on the Node.js that is here.
	@npm ci --prefix $(@D) --no-audit --no-fund --loglevel=error
	@touch $@

.venv-lint/.synced: Pipfile.lock | .venv/.synced
	@echo "Installing the linters of policies (half a minute, once)"
	@mkdir -p build
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/pipenv requirements --categories lint --hash > build/lint-requirements.txt
	@$(BIN)/python -m venv --clear $(@D)
	@$(@D)/bin/pip install -qq --disable-pip-version-check --no-deps --no-compile --require-hashes --only-binary=:all: \
		--requirement build/lint-requirements.txt
	@touch $@

node_modules/.installed: package.json package-lock.json
	@$(or $(PYTHON),$(RUN)) sandbox/runtime/prerequisites.py
	@echo "Installing cdktf-cli"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json
	@$(or $(PYTHON),$(RUN)) sandbox/runtime/prerequisites.py
	@echo "Installing what the page is built of and with"
	@npm ci --prefix web --no-audit --no-fund --loglevel=error
	@touch $@

# The types of the API's answers are made from its description, and are not committed.
web/src/api/schema.ts: docs/openapi.json web/node_modules/.installed
	@npm run --prefix web --silent schema >/dev/null
	@touch $@

build/site/index.html: web/src/api/schema.ts $(shell find web/src web/plugins web/*.* -type f -not -name schema.ts 2>/dev/null)
	@echo "Building the page"
	@npm run --prefix web --silent build -- --logLevel=warn

lock: .venv/.synced ## Lock the newest allowed versions, naming no package index: make lock [CATEGORIES="cdktn lint"]
	@VIRTUAL_ENV="$(CURDIR)/.venv" PATH="$(CURDIR)/.venv/bin:$$PATH" $(BIN)/pipenv lock$(if $(CATEGORIES), --categories "$(CATEGORIES)")
	@$(RUN) -c 'import json, pathlib; \
	path = pathlib.Path("Pipfile.lock"); lock = json.loads(path.read_text()); lock["_meta"]["sources"] = []; \
	[package.pop("index", None) for group in lock.values() for package in group.values() if isinstance(package, dict)]; \
	path.write_text(json.dumps(lock, indent=4, sort_keys=True) + "\n")'
	@for folder in . web $(SUCCESSORS_NODE); do npm install --prefix "$$folder" --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error; done

clean: ## Remove what the other targets made (not the sandbox's state)
	@rm -rf .venv .venv-lint node_modules web/node_modules web/src/api/schema.ts build cdktf.out .mypy_cache .ruff_cache .pytest_cache .hypothesis

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  \033[36m%-17s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
