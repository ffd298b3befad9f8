export CGO_ENABLED ?= 0

GOLANGCI_VERSION := $(shell sed -n 's/^golangci_version=//p' .ci/run)
RACE ?= ./storage/... ./commerce/... ./internal/...
BENCH ?= ./commerce/... ./storage/... ./internal/...

.DEFAULT_GOAL := help
.PHONY: help build test race lint fmt bench run ci

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

build: ## compile everything
	go build ./...

test: ## run all tests
	go test ./...

race: ## run what is concurrent under the race detector (needs a C compiler); RACE=packages
	CGO_ENABLED=1 go test -race $(RACE)

lint: ## run golangci-lint at the version CI uses
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION) run ./...

fmt: ## format the code
	gofmt -s -w .

bench: ## run the benchmarks; BENCH=packages
	go test -run '^$$' -bench . -benchmem $(BENCH)

run: ## start the server with the sample shop
	go run ./cmd/server

ci: ## everything that CI checks
	.ci/run
