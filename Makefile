# The front door: each target is one command that a person would type.
PREFIX ?= /usr/local
# Unneeded sections and symbols left out: half the size, the same speed.
STATIC = -Xswiftc -static-executable -Xlinker --gc-sections -Xlinker -s
# The flags of the README's build, so that what it compiled is used again.
SOAK = swift run -c release -Xswiftc -static-executable soak
BINARY = .build/release/reaper
SOURCES = Package.swift Sources Tests

.PHONY: build scan test dora formats soak mutants recipes lint fmt check man bench install uninstall clean

build: ## the release binary: one static file
	swift build -c release $(STATIC) --product reaper

scan: build ## build, then look at this machine
	$(BINARY) scan

test: ## every test, and 100,000 simulated shutdowns
	swift test --disable-xctest
	$(SOAK) --seeds 100000

dora: .build/dora/bin/dora ## the tests against dora itself, from the Python registry
	REAPER_TEST_DORA=$(CURDIR)/.build/dora/bin/dora swift test --disable-xctest --filter RealDora

.build/dora/bin/dora:
	python3 -m venv .build/dora
	.build/dora/bin/pip install --quiet dora-rs-cli dora-rs pyarrow || { rm -rf .build/dora; exit 1; }

formats: .build/formats/junit-10.xsd ## the formats against their real readers, from the Python registry; tidy, chromium, dot
	swift test --disable-xctest --filter 'JUnitReport|GitHub|OpenMetricsReport|DotReport|MergedReport|HTML'

.build/formats/junit-10.xsd:
	python3 -m venv .build/formats
	.build/formats/bin/pip install --quiet xmlschema prometheus-client 'markdown-it-py[linkify]' \
	    || { rm -rf .build/formats; exit 1; }
	# Jenkins' schema comes with the sources of pytest, which holds its own results to it.
	.build/formats/bin/pip download --quiet --no-deps --no-binary :all: -d .build/formats pytest
	tar -xzf .build/formats/pytest-*.tar.gz -C .build/formats --strip-components 3 \
	    --wildcards '*/example_scripts/junit-10.xsd'
	touch $@

soak: ## millions of simulated shutdowns
	$(SOAK) --seeds 3000000

recipes: build ## docs/recipes.md, run for real where its programs are there; `Tests/recipes/install` brings them
	Tests/recipes/run

mutants: ## break the shutdown engine on purpose; the simulation must notice each time
	Tests/mutants/run

lint: ## style, as CI holds to it
	swift format lint --strict --recursive $(SOURCES)

fmt: ## put the style right
	swift format --in-place --recursive $(SOURCES)

check: lint test ## what to run before a commit; warnings are errors in every build

man: ## write man/reaper.1 from the flag table
	swift build --product reaper
	.build/debug/reaper help man-page > man/reaper.1

bench: build ## measure against the C floor and other tools; fails when a goal is missed
	status=0; for part in run kill child up; do Benchmarks/$$part || status=1; done; exit $$status

install: build
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/reaper
	install -D -m 644 man/reaper.1 $(DESTDIR)$(PREFIX)/share/man/man1/reaper.1
	install -D -m 644 man/reaper-rules.5 $(DESTDIR)$(PREFIX)/share/man/man5/reaper-rules.5
	install -D -m 644 man/reaper-services.5 $(DESTDIR)$(PREFIX)/share/man/man5/reaper-services.5
	install -D -m 644 schema/rules.schema.json $(DESTDIR)$(PREFIX)/share/reaper/rules.schema.json
	install -D -m 644 schema/services.schema.json $(DESTDIR)$(PREFIX)/share/reaper/services.schema.json

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/reaper $(DESTDIR)$(PREFIX)/share/man/man1/reaper.1
	rm -f $(DESTDIR)$(PREFIX)/share/man/man5/reaper-rules.5
	rm -f $(DESTDIR)$(PREFIX)/share/man/man5/reaper-services.5
	rm -f $(DESTDIR)$(PREFIX)/share/reaper/rules.schema.json
	rm -f $(DESTDIR)$(PREFIX)/share/reaper/services.schema.json

clean:
	swift package clean
