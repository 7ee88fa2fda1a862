#!/bin/sh
# Records all clients anew: record.sh WORK [CLIENT...]
# WORK is a folder for what is built and installed; the recordings go to the folder above this one. Needs Go, a JDK with
# Maven, Node, Python, and the right to name the machine: the clients send its name, so they run under another one.
set -eu
here=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
mkdir -p "$1"
work=$(CDPATH= cd -- "$1" && pwd)
shift
[ $# -gt 0 ] || set -- go java node python

build_go() {
    (cd "$here/go" && CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -mod=readonly -o "$work/go" .)
}
run_go() { record go "$work/go"; }

build_java() {
    mvn -q -B -f "$here/java" -Drecorder.directory="$work/java" compile
}
run_java() {
    record java java -Djava.net.preferIPv4Stack=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
        -cp "$work/java/classes:$work/java/lib/*" Recorder
}

build_node() {
    mkdir -p "$work/node"
    cp "$here/node/main.js" "$here/node/package.json" "$here/node/package-lock.json" "$work/node"
    npm --prefix "$work/node" ci --no-audit --no-fund --ignore-scripts --omit=dev >&2
}
run_node() { record node node "$work/node/main.js"; }

build_python() {
    python3 -m venv --clear "$work/python"
    "$work/python/bin/python" -m pip --quiet install "$(grep '^setuptools==' "$here/python/requirements.txt")"
    "$work/python/bin/python" -m pip --quiet install --no-build-isolation --use-pep517 -r "$here/python/requirements.txt"
}
run_python() { record python "$work/python/bin/python" "$here/python/main.py"; }

# Names the machine `host-1` for the command alone, in a namespace of its own.
record() {
    rm -f "$here/../$1".*
    client=$1
    shift
    unshare --uts sh -c 'hostname host-1 && exec "$@"' sh python3 "$here/record.py" "$here/../$client" "$@"
}

for client; do
    "build_$client"
    "run_$client"
done
