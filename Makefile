# Tykva: see README.md. Every target installs what it needs from Debian packages and PyPI.

DATA ?= ./data
LISTEN ?= 127.0.0.1:8080
BUILD_FLAGS ?=
# How many tests run at once: more would only wait for each other.
TEST_WIDTH ?= --experimental-maximum-parallelization-width 24
VENV := e2e/.venv

.PHONY: help run examples test test-swift test-e2e test-faults check format lint bench release setup setup-test clean

help:  ## What can be made
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: setup  ## Build and start a demo on loopback, with its data in ./data
	swift build $(BUILD_FLAGS) --product tykva
	@exec "$$(swift build $(BUILD_FLAGS) --show-bin-path)/tykva" serve --dev --data $(DATA) --listen $(LISTEN)

examples: setup  ## Start the demo with two services behind it (orders on 8081, billing on 8082)
	swift build $(BUILD_FLAGS) --product tykva
	swift build $(BUILD_FLAGS) --product orders
	swift build $(BUILD_FLAGS) --product billing
	@scripts/examples "$$(swift build $(BUILD_FLAGS) --show-bin-path)" $(DATA) $(LISTEN)

test: test-swift test-e2e  ## Every test

test-swift: setup-test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/with-postgres scripts/failures-last swift test $(BUILD_FLAGS) --skip-build $(TEST_WIDTH)

test-e2e: setup-test $(VENV)/ready  ## The real binary and other people's programs
	swift build $(BUILD_FLAGS) --build-tests
	TYKVA_BIN="$$(swift build $(BUILD_FLAGS) --show-bin-path)" $(VENV)/bin/python -m pytest -n 2 --dist loadgroup e2e

test-faults: setup-test $(VENV)/ready  ## Every fault of docs/reliability.md, with its table (about fifteen minutes)
	swift build $(BUILD_FLAGS) --product tykva
	TYKVA_FAULTS=all TYKVA_BIN="$$(swift build $(BUILD_FLAGS) --show-bin-path)" $(VENV)/bin/python -m pytest e2e/faults

$(VENV)/ready: e2e/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --requirement e2e/requirements.txt
	touch $@

check: lint test  ## Format, lint, build, test

format:  ## Write every Swift file in the project's format
	swift format --in-place --parallel --recursive Package.swift Sources Tests Examples Benchmarks

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests Examples Benchmarks

bench: setup-test  ## Release build, then the benchmarks
	swift build $(BUILD_FLAGS) -c release --product tykva-bench
	swift build $(BUILD_FLAGS) -c release --product tykva
	scripts/with-postgres --durable "$$(swift build $(BUILD_FLAGS) -c release --show-bin-path)/tykva-bench"

release: setup  ## One binary with the Swift library inside
	swift build $(BUILD_FLAGS) -c release --static-swift-stdlib --product tykva
	@echo "built $$(swift build $(BUILD_FLAGS) -c release --static-swift-stdlib --show-bin-path)/tykva"

setup:
	@scripts/setup build

setup-test:
	@scripts/setup build test

clean:  ## Remove what was built
	swift package clean
	rm -rf $(VENV)
