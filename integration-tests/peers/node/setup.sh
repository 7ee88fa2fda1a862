#!/bin/sh
# Installs the peer on jaeger-client for Node into DIR and leaves DIR/run: setup.sh DIR
# package-lock.json pins every package. None of them needs an install script.
set -eu
here=$(dirname "$0")
mkdir -p "$1"
rm -f "$1/run"
cp "$here/main.js" "$here/package.json" "$here/package-lock.json" "$1"
cd "$1"
npm ci --no-audit --no-fund --ignore-scripts --omit=dev
cat >run.new <<'END'
#!/bin/sh
exec node "$(dirname "$0")/main.js"
END
chmod +x run.new
# Renamed last, so that an interrupted set-up leaves nothing that looks finished.
mv run.new run
