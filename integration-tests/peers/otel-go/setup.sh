#!/bin/sh
# Builds the OpenTelemetry Go peer into DIR: setup.sh DIR
# go.mod names the versions, go.sum pins every dependency.
set -eu
mkdir -p "$1"
dir=$(CDPATH= cd -- "$1" && pwd)
CDPATH= cd -- "$(dirname "$0")"
CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -mod=readonly -p 2 -ldflags='-s -w' -o "$dir/run.new" .
# Renamed when it is whole, so that an interrupted build leaves nothing that looks finished.
mv "$dir/run.new" "$dir/run"
