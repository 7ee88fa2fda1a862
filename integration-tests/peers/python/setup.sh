#!/bin/sh
# Installs the peer on jaeger-client for Python into DIR and leaves DIR/run: setup.sh DIR
# requirements.txt pins every package, with setuptools, which builds those that have no wheel.
set -eu
here=$(dirname "$0")
mkdir -p "$1"
rm -f "$1/run"
cp "$here/main.py" "$here/requirements.txt" "$1"
cd "$1"
python3 -m venv --clear venv
pip() { venv/bin/python -m pip --disable-pip-version-check "$@"; }
pip install "$(grep '^setuptools==' requirements.txt)"
pip install --no-build-isolation --use-pep517 -r requirements.txt
cat >run.new <<'END'
#!/bin/sh
exec "$(dirname "$0")/venv/bin/python" "$(dirname "$0")/main.py"
END
chmod +x run.new
# Renamed last, so that an interrupted set-up leaves nothing that looks finished.
mv run.new run
