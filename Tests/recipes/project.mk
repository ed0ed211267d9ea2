# What the recipes test: `make test` passes; LEAK=FILE leaves a daemon, STATUS=N ends with that.
test:
	@echo testing
	@if [ -n "$(LEAK)" ]; then leaky "$(LEAK)"; fi
	@exit $(or $(STATUS),0)
