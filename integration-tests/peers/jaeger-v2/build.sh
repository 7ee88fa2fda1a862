#!/bin/sh
# Builds Jaeger v2.13.0 (its commit is also v1.76.0, under which name the Go module has it): build.sh OUTPUT
# go.mod names the version, go.sum pins every dependency.
set -eu
output=$1
mkdir -p "$(dirname "$output")"
cd "$(dirname "$0")"
CGO_ENABLED=0 GOFLAGS="-buildvcs=false -p=2" go build -ldflags='-s -w' -o "$output.new" \
    github.com/jaegertracing/jaeger/cmd/jaeger
# Renamed when it is whole, so that an interrupted build leaves nothing that looks finished.
mv "$output.new" "$output"
