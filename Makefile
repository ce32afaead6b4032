# PulseHub. `make` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help

dev := .pulsehub/bin/dev
bin := $(CURDIR)/.pulsehub/bin
begun := $(shell date +%s)
# Everything is compiled alike, so that programs, tests and linters share what they have in common.
export GOFLAGS := $(shell cat tools/goflags)

.PHONY: help
help: ## Show this list.
	@awk 'BEGIN { FS = ":.*## " } /^[a-z][a-z-]*:.*## / { printf "  make %-18s %s\n", $$1, $$2 } /^## / { printf "\n%s\n", substr($$0, 4) }' $(MAKEFILE_LIST)

## Run

.PHONY: bootstrap
bootstrap:
	@tools/bootstrap

.PHONY: dev
dev: bootstrap ## Install what is missing, build, and run everything. Ctrl-C stops it.
	@exec $(dev) --begun $(begun)

.PHONY: setup
setup: bootstrap ## Install what this machine lacks: PostgreSQL, Redis, Chromium, nginx, npm packages.
	@exec $(dev) --setup

.PHONY: compose-env
compose-env: bootstrap ## Write .env for docker compose: a password and keys, made once.
	@if [ -e .env ]; then echo ".env is there already"; else \
	( umask 077; { echo "POSTGRES_PASSWORD=$$(LC_ALL=C tr -dc a-z0-9 </dev/urandom | head -c 32)"; go run ./cmd/pulsehub keys; } >.env.new && mv .env.new .env ) && echo "wrote .env"; fi

.PHONY: web
web: web-packages ## Build the web app into web/dist, from where it goes into the binary.
	npm --prefix web run build

.PHONY: clean-dev
clean-dev: ## Remove the development data, addresses, logs and built programs (.pulsehub).
	@tools/clean-dev

.PHONY: temporal-cli
temporal-cli: ## Build Temporal's command line client as .pulsehub/bin/temporal-cli.
	@mkdir -p $(bin)/cli && GOBIN=$(bin)/cli go install github.com/temporalio/cli/cmd/temporal@v1.5.1
	@mv $(bin)/cli/temporal $(bin)/temporal-cli && rmdir $(bin)/cli
	@echo "Built. Try: set -a; . .pulsehub/env; set +a; .pulsehub/bin/temporal-cli workflow list --address \$$TEMPORAL_ADDRESS --namespace \$$TEMPORAL_NAMESPACE"

## Test

# Each group runs even if one before it failed; the last word says which did.
.PHONY: test
test: ## Set everything up and run every test: Go with the race detector, web, browser.
	@tools/each "the tests" test-go test-web test-browser

.PHONY: test-go
test-go: setup ## Go tests, with the race detector, on a Postgres, Redis and Temporal of their own.
	$(dev) --state .pulsehub/test-services --services-only -- go test -race -timeout 20m ./...

.PHONY: test-web
test-web: setup ## Unit tests of the web app.
	cd web && npm test

.PHONY: test-browser
test-browser: setup ## Browser tests against a whole running stack.
	$(dev) --state .pulsehub/test-browser -- npm --prefix web run e2e

.PHONY: histories
histories: setup ## Record the workflow histories that replay tests run, anew.
	$(dev) --state .pulsehub/test-services --services-only -- env PULSEHUB_RECORD_HISTORIES=1 go test -count=1 -run 'TestRecordHistories' ./workflows

## Check

checks := check-format check-vet check-static check-imports check-workflows check-modules check-generated check-web

.PHONY: check
check: ## Every check that is not a test: format, lint, import rules, determinism, types, generated files.
	@tools/each "the checks" $(checks)

.PHONY: check-format
check-format:
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "gofmt these files:"; echo "$$unformatted"; exit 1; fi

.PHONY: check-vet
check-vet:
	go vet ./...

.PHONY: linters
linters: $(bin)/.linters

$(bin)/.linters: tools/lint/go.mod tools/lint/go.sum
	@mkdir -p $(bin)
	cd tools/lint && CGO_ENABLED=0 GOGC=800 go build -o $(bin)/ tool
	@touch $@

.PHONY: check-static
check-static: linters
	$(bin)/staticcheck ./...

.PHONY: check-imports
check-imports: linters
	@test -f .depguard.yaml
	$(bin)/depguard ./...

.PHONY: check-workflows
check-workflows: linters
	$(bin)/workflowcheck ./workflows/...

.PHONY: check-modules
check-modules:
	go mod tidy -diff
	cd tools && go mod tidy -diff
	cd tools/lint && go mod tidy -diff

.PHONY: check-generated
check-generated: web-packages
	@tools/check-generated

.PHONY: check-web
check-web: web-packages
	cd web && npm run lint && npm run typecheck

.PHONY: web-packages
web-packages: bootstrap
	@$(dev) --setup-web

## Generate

generated := .env.example api/openapi.json web/src/api/generated.ts

.PHONY: generate
generate: web-packages ## Write what is made from code: .env.example, api/openapi.json, the web app's client.
	go generate ./...
	go run ./cmd/pulsehub openapi > api/openapi.json.new && mv api/openapi.json.new api/openapi.json
	npm --prefix web run generate

.PHONY: generated-files
generated-files:
	@echo $(generated)

## Measure

.PHONY: bench-chat
bench-chat: bootstrap ## Latency of a turn with 1, 30 and 100 users.
	go run ./cmd/pulsehub bench chat

.PHONY: bench-analysis
bench-analysis: bootstrap ## Analysis of a workspace with 1,000,000 events, cold and cached.
	go run ./cmd/pulsehub bench analysis

.PHONY: bench-ingest
bench-ingest: bootstrap ## Ingest of 1,000,000 events, from POST to stored and resolved.
	go run ./cmd/pulsehub bench ingest

.PHONY: bench-segments
bench-segments: bootstrap ## Previews of rules over 1,000,000 events of 100,000 customers, and the count of all segments.
	go run ./cmd/pulsehub bench segments

.PHONY: bench-dummydata
bench-dummydata: bootstrap ## Generation of 1,000,000 events.
	go run ./cmd/pulsehub bench dummydata

.PHONY: bench-predictions
bench-predictions: bootstrap ## Fit of the predictions of 100,000 customers.
	go run ./cmd/pulsehub bench predictions

.PHONY: bench-learning
bench-learning: bootstrap ## What choosing by what was learned costs, in simulated workspaces.
	go run ./cmd/pulsehub bench learning
