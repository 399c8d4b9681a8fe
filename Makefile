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

.PHONY: help setup build test test-go test-npm test-browser lint fuzz bench clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what the tests need (as root on Debian; elsewhere it says what to install)
	@scripts/setup

build: ## Build the program as .build/probatum
	@scripts/build

test: setup ## Run every check, exactly as continuous integration does
	@scripts/lanes format lint go npm browser

test-go: ## Run the Go tests with the race detector
	@scripts/lanes go

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

clean: ## Remove what was built here, but not what was installed
	@rm -rf .build .tools interop/node_modules
