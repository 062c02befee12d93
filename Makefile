# 邻桥 Linqiao. `make help` lists the targets.
SHELL := /bin/bash
export PATH := $(PATH):/usr/local/go/bin
BIN := bin/linqiao
WEB := web/node_modules/.package-lock.json
GOFLAGS_TEST ?= -timeout 15m

.PHONY: deb help run demo test test-go test-web test-e2e bench faults build web check fmt clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## build everything, make a demo county on SQLite (kept between runs) and serve it
	$(BIN) demo

demo: run

build: web $(BIN) ## build the binary with its screens

.PHONY: $(BIN)
$(BIN):
	go build -trimpath -o $(BIN) ./cmd/linqiao

$(WEB): web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $(WEB)

web: $(WEB) ## build the screens that the binary embeds
	@scripts/web-build.sh

test: ## run everything: Go on SQLite and PostgreSQL, screens, byte budgets, end-to-end
	scripts/test.sh

test-go: ## Go tests only
	scripts/test.sh go

test-web: ## types, unit tests and byte budgets of the screens
	scripts/test.sh web

test-e2e: ## end-to-end tests in Chromium
	scripts/test.sh e2e

check: $(BIN) ## check the program folders
	$(BIN) check programs

faults: ## break disks, databases and processes under load and count what is lost (half an hour)
	scripts/faults.sh

deb: build ## make the Debian package in bin/
	scripts/deb.sh $(BIN) bin

bench: build ## print the figures of docs/performance.md
	scripts/bench.sh

fmt: ## format Go
	gofmt -w $$(git ls-files '*.go')

clean: ## remove what was built
	rm -rf bin .cache web/console/dist/assets web/mobile/dist/assets
