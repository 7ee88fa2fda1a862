#!/bin/sh
# Builds the real Jaeger (all-in-one, v1.62.0: the last with the UDP agent) from its Go module: build.sh OUTPUT
# go.mod names the version, go.sum pins every dependency.
set -eu
output=$1
mkdir -p "$(dirname "$output")"
cd "$(dirname "$0")"
CGO_ENABLED=0 GOFLAGS="-buildvcs=false -p=2" go build -ldflags='-s -w' -o "$output.new" \
    github.com/jaegertracing/jaeger/cmd/all-in-one
# Renamed when it is whole, so that an interrupted build leaves nothing that looks finished.
mv "$output.new" "$output"
