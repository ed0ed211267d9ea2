# The front door: each target is one command that a person would type.
PREFIX ?= /usr/local
# Unneeded sections and symbols left out: half the size, the same speed.
STATIC = -Xswiftc -static-executable -Xlinker --gc-sections -Xlinker -s
# The flags of the README's build, so that what it compiled is used again.
SOAK = swift run -c release -Xswiftc -static-executable soak
BINARY = .build/release/reaper
SOURCES = Package.swift Sources Tests
# What `reaper --version` says of the sources; empty where git does not know. In the file's name, so that
# a new commit is linked anew; nothing is compiled for it.
COMMIT := $(shell packaging/commit)
STAMP = $(if $(COMMIT),$(CURDIR)/.build/stamp/$(subst $(eval ) ,-,$(COMMIT)).o)

.PHONY: build scan test dora formats soak mutants recipes lint fmt check man bench install install-files \
	uninstall package packaging release clean

build: $(STAMP) ## the release binary: one static file
	swift build -c release $(STATIC) $(addprefix -Xlinker ,$(STAMP)) --product reaper

$(CURDIR)/.build/stamp/%.o:
	mkdir -p $(@D)
	printf 'const char reaper_build_commit[] = "%s";\n' '$(COMMIT)' | clang -c -x c -o $@ -

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

man: ## write the pages of section 1 from the tables of flags and commands
	swift build --product reaper
	rm -f man/*.1
	for page in $$(.build/debug/reaper help man-page list); do \
	    .build/debug/reaper help man-page $$page > man/$$page || exit 1; done

bench: build ## measure against the C floor and other tools; fails when a goal is missed
	status=0; for part in run kill child up; do Benchmarks/$$part || status=1; done; exit $$status

# Where files go; a distribution may have its own place for zsh's functions (Debian: vendor-completions).
BINDIR = $(PREFIX)/bin
DATADIR = $(PREFIX)/share
ZSHDIR = $(DATADIR)/zsh/site-functions
BASH_COMPLETION = $(DATADIR)/bash-completion/completions/reaper
ZSH_COMPLETION = $(ZSHDIR)/_reaper
FISH_COMPLETION = $(DATADIR)/fish/vendor_completions.d/reaper.fish
PAGES1 = $(notdir $(wildcard man/*.1))
PAGES5 = $(notdir $(wildcard man/*.5))
SCHEMAS = $(notdir $(wildcard schema/*.json))
INSTALLED = $(BINDIR)/reaper $(PAGES1:%=$(DATADIR)/man/man1/%) $(PAGES5:%=$(DATADIR)/man/man5/%) \
	$(SCHEMAS:%=$(DATADIR)/reaper/%) $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)

install: build install-files ## into PREFIX [/usr/local], below DESTDIR

install-files: ## the same with BINARY, which is there already
	install -D -m 755 $(BINARY) $(DESTDIR)$(BINDIR)/reaper
	for page in $(PAGES1); do install -D -m 644 man/$$page $(DESTDIR)$(DATADIR)/man/man1/$$page || exit 1; done
	for page in $(PAGES5); do install -D -m 644 man/$$page $(DESTDIR)$(DATADIR)/man/man5/$$page || exit 1; done
	for file in $(SCHEMAS); do install -D -m 644 schema/$$file $(DESTDIR)$(DATADIR)/reaper/$$file || exit 1; done
	mkdir -p $(dir $(DESTDIR)$(BASH_COMPLETION) $(DESTDIR)$(ZSH_COMPLETION) $(DESTDIR)$(FISH_COMPLETION))
	$(BINARY) completions bash > $(DESTDIR)$(BASH_COMPLETION)
	$(BINARY) completions zsh > $(DESTDIR)$(ZSH_COMPLETION)
	$(BINARY) completions fish > $(DESTDIR)$(FISH_COMPLETION)
	chmod 644 $(DESTDIR)$(BASH_COMPLETION) $(DESTDIR)$(ZSH_COMPLETION) $(DESTDIR)$(FISH_COMPLETION)

uninstall: ## what install put there; directories that others may use, too, stay
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	[ ! -d $(DESTDIR)$(DATADIR)/reaper ] || rmdir $(DESTDIR)$(DATADIR)/reaper

package: build ## a Debian package in .build/package
	packaging/debian/build

packaging: build ## install and uninstall, and the Debian package, tried for real
	Tests/packaging/run

release: ## tag the version at the top of CHANGELOG.md
	packaging/release

clean:
	swift package clean
