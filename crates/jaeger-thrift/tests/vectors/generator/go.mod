module generator

go 1.26

require (
	github.com/apache/thrift v0.25.0
	github.com/jaegertracing/jaeger-idl v0.14.0
)
