# The front door: each target is one command that a person would type.
PREFIX ?= /usr/local
# Unneeded sections and symbols left out: half the size, the same speed.
STATIC = -Xswiftc -static-executable -Xlinker --gc-sections -Xlinker -s
BINARY = .build/release/reaper
SOURCES = Package.swift Sources Tests

.PHONY: build scan test lint fmt check man bench install uninstall clean

build: ## the release binary: one static file
	swift build -c release $(STATIC) --product reaper

scan: build ## build, then look at this machine
	$(BINARY) scan

test: ## every test
	swift test --disable-xctest

lint: ## style, as CI holds to it
	swift format lint --strict --recursive $(SOURCES)

fmt: ## put the style right
	swift format --in-place --recursive $(SOURCES)

check: lint test ## what to run before a commit; warnings are errors in every build

man: ## write man/reaper.1 from the flag table
	swift build --product reaper
	.build/debug/reaper help man-page > man/reaper.1

bench: build ## measure against the C floor and other tools; fails when a goal is missed
	status=0; Benchmarks/run || status=1; Benchmarks/kill || status=1; exit $$status

install: build
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/reaper
	install -D -m 644 man/reaper.1 $(DESTDIR)$(PREFIX)/share/man/man1/reaper.1

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/reaper $(DESTDIR)$(PREFIX)/share/man/man1/reaper.1

clean:
	swift package clean
