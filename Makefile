# What a person runs, and what CI runs. Each target is a short script or a cargo command.

PYTHON ?= python3
JUDGE_MINUTES ?= 10
VENV := .tools/venv/bin/python

.PHONY: demo test judge wrong tools build sdk fmt lint install packages dist bench mutants fuzz aws-check clean

## A real `pulumi up` on the embedded simulator, in TypeScript and Python. No AWS account.
demo:
	@$(MAKE) --no-print-directory --jobs 2 tools build
	@$(VENV) tools/demo.py

## Every test. What is installed and what is built do not need each other, and each has parts in which one core waits.
test:
	@$(MAKE) --no-print-directory --jobs 2 tools build
	@$(VENV) tools/test.py

## Every small history and 100,000 long ones under a model of the engine, then random histories under Pulumi's own, as long as
## you like: make judge JUDGE_MINUTES=60. It prints figures.
judge: build
	@$(PYTHON) tools/setup.py judge
	@$(PYTHON) tools/judge.py --minutes $(JUDGE_MINUTES)

## Ten wrong providers, and which judge catches each: half an hour. make wrong WRONG='alias mark' makes those alone.
wrong: tools build
	@$(PYTHON) tools/setup.py judge
	@$(VENV) tools/wrong.py $(WRONG)

## The Pulumi CLI, Python and Node packages, below .tools.
tools:
	@$(PYTHON) tools/setup.py

## The provider and the simulator, into target/release; with the features that the tests need, awskms-explore's of tokio among
## them, so that neither builds again what the other has built.
build:
	@echo "==> building the provider and the simulator (about 4 min the first time)"
	@cargo build --quiet --release --locked --workspace --features awskms-sim/connector

## Everything generated: Rust tables, schema.json, SDKs, reference.
sdk:
	@$(PYTHON) tools/setup.py sdkgen
	@cargo xtask generate
	@.tools/bin/awskms-sdkgen .

fmt:
	@cargo fmt --all

lint:
	@cargo fmt --all --check
	@cargo clippy --quiet --release --locked --workspace --all-targets -- -D warnings
	@$(PYTHON) tools/licences.py

## The provider into Pulumi's plugin folder.
install:
	@$(PYTHON) tools/install.py

## The SDKs for Node.js and Python as packages, into dist.
packages: tools
	@ls dist/pulumi-awskms-*.tgz dist/pulumi_awskms-*.whl

## A release, into dist. SIGN=KEY signs it with a key of yours; tools/dist.py says more.
dist: tools
	@$(VENV) tools/dist.py $(if $(SIGN),--sign $(SIGN))

## Figures of the simulator and the provider.
bench: tools build
	@$(VENV) bench/simulator.py

## The simulator's beliefs against a live account: make aws-check ACCOUNT=123456789012 REGION=eu-central-1 AWAY=eu-west-1
aws-check: tools build
	@$(VENV) tests/simulator/aws_check --account "$(ACCOUNT)" --region "$(REGION)" --away "$(AWAY)"

## Breaks the code that decides, place by place, and counts what the tests of the core notice. Minutes for MUTATE='plan/*guard*',
## an hour or two for all of it. Needs no clean checkout: it works on a copy. The list of survivors is in target/mutants.out.
MUTANTS := target/tools/bin/cargo-mutants
MUTATE ?= plan/*.rs owner.rs stale.rs diff/*.rs
mutants:
	@test -x $(MUTANTS) || cargo install --quiet --locked --root target/tools --version 27.1.0 cargo-mutants
	@CARGO_PROFILE_TEST_OPT_LEVEL=1 nice $(MUTANTS) mutants --package awskms-core --output target --timeout 120 \
	  $(foreach file,$(MUTATE),--file 'crates/core/src/$(file)') --exclude '*/laws.rs' -- --lib

## Arbitrary bytes and JSON at what is open to them: the wire form, the policy parser and evaluator, the simulator's HTTP face.
## The tests do it shortly; this as long as you like: make fuzz FUZZ_CASES=1000000.
FUZZ_CASES ?= 50000
fuzz:
	@PROPTEST_CASES=$(FUZZ_CASES) nice cargo test --release --locked --quiet -p pulumi-awskms --lib any_bytes
	@PROPTEST_CASES=$(FUZZ_CASES) nice cargo test --release --locked --quiet -p awskms-core --lib policy::laws::anything
	@PROPTEST_CASES=$(FUZZ_CASES) nice cargo test --release --locked --quiet -p awskms-sim any_

clean:
	@rm -rf .tools target dist
