# Short names for the commands. The work is done by the scripts they call.

.PHONY: run test check bench lock

run:
	@./run

test:
	@sh tests/run.sh

# What `make test` checks before it runs the tests.
check:
	@sh tests/check.sh

bench:
	@sh tests/bench.sh

# After a change of requirements/*.in.
lock:
	@sh requirements/lock.sh
