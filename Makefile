# Short names for the commands. The work is done by the scripts they call.

.PHONY: run test drills check format bench lock

run:
	@./run

test:
	@sh tests/run.sh

# What `make test` checks before it runs the tests.
check:
	@sh tests/check.sh

# Kills under load, floods and long sends: what `make test` leaves out.
drills:
	@sh tests/drills.sh

format:
	@.venv/bin/ruff check -q --fix .
	@.venv/bin/ruff format -q .
	@.venv/bin/djade --target-version 5.2 $$(find templates -name '*.html') || true

bench:
	@sh tests/bench.sh

# After a change of requirements/*.in.
lock:
	@sh requirements/lock.sh
