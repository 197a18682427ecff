# Everything happens in .venv, made on first use. PYTHON names the interpreter to make it with.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: install run test check format bench bench-crash screenshots lock clean

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "pip>=26"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	# Puts the evidence model together, once, so that the first question need not wait for it.
	$(BIN)/python -c "from qa.judging import Judge; Judge().shares([('', '')])"
	touch $@

run: $(STAMP)
	$(BIN)/python app.py

test: check
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group bench
	# It asks for an older huggingface_hub than sentence-transformers has, and works with this one.
	$(BIN)/python -m pip install --quiet --no-deps langchain-huggingface==1.2.3
	$(BIN)/python docs/bench.py
	$(BIN)/python docs/bench_speed.py

bench-crash: $(STAMP)
	$(BIN)/python docs/bench_crash.py --kills 1000

screenshots: $(STAMP)
	$(BIN)/python docs/screenshots.py

# Pins what is installed now.
lock: $(STAMP)
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip \
		| sed 's/+cpu$$//' > constraints.txt

clean:
	rm -rf $(VENV) .index .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
