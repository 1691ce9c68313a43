#!/bin/sh
# Run the quick tests on every supported Python that is installed here, each in a virtual environment of its own.
# The arguments are pytest's.
set -eu

for version in 3.11 3.12 3.13; do
    python=$(command -v "python$version" || true)
    if [ -z "$python" ] || ! "$python" -c '' 2>/dev/null; then
        echo "python$version is not here: not tried"
        continue
    fi
    folder=$(mktemp -d)
    "$python" -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
    "$folder/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation --no-deps .
    echo "== python$version"
    "$folder/bin/python" -m pytest -q -m "not verify" -p no:cacheprovider "$@"
    rm -rf "$folder"
done
