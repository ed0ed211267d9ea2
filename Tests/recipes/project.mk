# What the recipes test: `make test` passes; LEAK=FILE leaves a daemon, with KEEP=REAPER_KEEP a wanted one,
# STATUS=N ends with that.
test:
	@echo testing
	@if [ -n "$(LEAK)" ]; then REAPER_KEEP=1 leaky "$(LEAK)" $(KEEP); fi
	@exit $(or $(STATUS),0)
