#!/bin/sh
# Builds the peer on Jaeger's Java client (JDK 17, Maven 3.8): setup.sh DIR
# pom.xml names every version. The classes and the jars come into DIR/build; it takes `java` from the path.
set -eu
mkdir -p "$1"
output=$(cd "$1" && pwd)
cd "$(dirname "$0")"
rm -rf "$output/run" "$output/run.new" "$output/build"
mvn -q -B -Dpeer.directory="$output/build" compile
cat > "$output/run.new" <<'EOF'
#!/bin/sh
# Small, and quick to start: one collector thread, no second compiler. Logs go to standard error.
build=$(dirname "$0")/build
exec java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
    -cp "$build/classes:$build/lib/*" Peer
EOF
chmod +x "$output/run.new"
# Renamed when all is there, so that an interrupted set-up leaves nothing that looks finished.
mv "$output/run.new" "$output/run"
