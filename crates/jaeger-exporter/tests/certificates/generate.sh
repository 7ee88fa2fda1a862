#!/bin/sh
# Makes the certificates of this folder: an authority, a server on this machine and a client, good for a hundred years.
set -eu
cd "$(dirname "$0")"
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }
key authority
openssl req -x509 -new -key authority.key -days 36500 -subj "/CN=tests of jaeger-exporter" -out authority.pem
for name in server client; do
    key "$name"
    openssl req -new -key "$name.key" -subj "/CN=$name" |
        openssl x509 -req -CA authority.pem -CAkey authority.key -days 36500 -out "$name.pem" \
            -extfile extensions.cnf -extensions "$name" 2>/dev/null
done
rm authority.key
