# check is what CI runs; the others are for people.
.PHONY: check test crash bench up down

check: ## everything a change must pass
	.ci/run

test: ## the tests alone
	go test ./...

crash: ## kill -9, broker restarts and cut links, then the verifiers
	go test -count=1 -timeout=2h -v ./internal/crashtest -rounds 50

bench: ## benchmarks, in a form that benchstat reads
	go test -run='^$$' -bench=. -benchmem ./...

up: ## a server and two executors on this machine
	docker compose up --build --detach --wait

down: ## stop them; the data stays
	docker compose down
