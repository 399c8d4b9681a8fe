# Everything a developer needs is a target here; `make` alone lists them.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# How long `make fuzz` spends on each fuzz target.
FUZZTIME ?= 10s
# Which benchmarks `make bench` runs, and how often each.
BENCH ?= .
COUNT ?= 1

.PHONY: help setup build test test-go test-race test-pg test-npm test-browser lint fuzz bench conformance clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what the tests need (as root on Debian; elsewhere it says what to install)
	@scripts/setup

build: ## Build the program as .build/probatum
	@scripts/build

test: setup ## Run every check, exactly as continuous integration does
	@scripts/lanes format lint go race npm browser

test-go: setup ## Run all Go tests, then with the race detector what shares something between goroutines
	@scripts/lanes go race

test-race: setup ## Run the part with the race detector alone
	@scripts/lanes race

test-pg: setup ## Run the tests of the store on PostgreSQL alone
	@PROBATUM_REQUIRE=1 go test -count=1 -run '/^PostgreSQL$$|PostgreSQL' -skip SQLite ./store

test-npm: setup ## Check our files with implementations that are not ours
	@scripts/lanes npm

test-browser: setup ## Check the pages in a browser: keyboard, screen readers, three languages
	@scripts/lanes browser

lint: setup ## Run gofmt, go vet and golangci-lint
	@scripts/lanes format lint

fuzz: ## Run each fuzz target for FUZZTIME (10s)
	@scripts/fuzz $(FUZZTIME)

bench: ## Run the benchmarks matching BENCH, COUNT times; keeps .build/bench.txt
	@mkdir -p .build
	@go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./... | tee .build/bench.txt

conformance: ## Run all vectors and write their table into docs/conformance.md
	@go build -C tools -trimpath -buildvcs=false -o ../.tools/vectors ./vectors
	@PROBATUM_REQUIRE=1 go test -json -count=1 -run '^TestVectors' ./... | .tools/vectors -into docs/conformance.md

clean: ## Remove what was built here, but not what was installed
	@rm -rf .build .tools interop/node_modules
