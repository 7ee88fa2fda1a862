// Writes what jaeger-client-go sends in Zipkin's format: a body of its Zipkin transport, and a packet of its agent client.
// Ids and times are fixed, so the bytes are.
package main

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/ext"
	otlog "github.com/opentracing/opentracing-go/log"
	"github.com/uber/jaeger-client-go"
	"github.com/uber/jaeger-client-go/thrift"
	"github.com/uber/jaeger-client-go/thrift-gen/agent"
	"github.com/uber/jaeger-client-go/thrift-gen/zipkincore"
	"github.com/uber/jaeger-client-go/transport/zipkin"
)

var start = time.UnixMicro(1_700_000_000_000_000)

func main() {
	body := recordBody()
	must(os.WriteFile(filepath.Join(os.Args[1], "go.zipkin-http"), body, 0o644))
	must(os.WriteFile(filepath.Join(os.Args[1], "go.zipkin-udp"), recordPacket(spans()), 0o644))
}

// recordBody has a small trace sent by the Zipkin transport.
func recordBody() []byte {
	var body []byte
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer collector.Close()
	sender, err := zipkin.NewHTTPTransport(collector.URL+"/api/v1/spans", zipkin.HTTPBatchSize(100))
	must(err)
	number := uint64(0x0a00)
	tracer, closer := jaeger.NewTracer("zipkin-go", jaeger.NewConstSampler(true), jaeger.NewRemoteReporter(sender),
		jaeger.TracerOptions.RandomNumber(func() uint64 { number++; return number }),
		jaeger.TracerOptions.Tag(jaeger.TracerIPTagKey, "192.0.2.1"),
		jaeger.TracerOptions.Tag("hostname", "host-1"))
	at := func(microseconds int) time.Time { return start.Add(time.Duration(microseconds) * time.Microsecond) }
	finish := func(microseconds int) opentracing.FinishOptions {
		return opentracing.FinishOptions{FinishTime: at(microseconds)}
	}
	root := tracer.StartSpan("GET /", opentracing.StartTime(at(0)), ext.SpanKindRPCServer)
	root.SetTag("text", "grüße ☃").SetTag("yes", true).SetTag("no", false).SetTag("long", int64(-42)).SetTag("double", -0.5)
	call := tracer.StartSpan("call", opentracing.ChildOf(root.Context()), opentracing.StartTime(at(10)), ext.SpanKindRPCClient)
	ext.PeerService.Set(call, "next")
	ext.PeerPort.Set(call, 8080)
	ext.PeerHostIPv4.Set(call, 0xc0000202)
	ext.Error.Set(call, true)
	call.FinishWithOptions(opentracing.FinishOptions{FinishTime: at(90), LogRecords: []opentracing.LogRecord{
		{Timestamp: at(40), Fields: []otlog.Field{otlog.String("event", "retry")}},
		{Timestamp: at(50), Fields: []otlog.Field{otlog.String("event", "timeout"), otlog.Int("after", 3)}},
	}})
	work := tracer.StartSpan("work", opentracing.ChildOf(root.Context()), opentracing.StartTime(at(91)))
	ext.Component.Set(work, "worker")
	work.FinishWithOptions(finish(95))
	root.FinishWithOptions(finish(100))
	closer.Close()
	return body
}

// recordPacket has the agent's client write spans into one packet.
func recordPacket(spans []*zipkincore.Span) []byte {
	buffer := thrift.NewTMemoryBufferLen(65_000)
	must(agent.NewAgentClientFactory(buffer, thrift.NewTCompactProtocolFactory()).EmitZipkinBatch(context.Background(), spans))
	return buffer.Bytes()
}

// spans are one of each sort that Jaeger's agent knows, and some that it mends.
func spans() []*zipkincore.Span {
	base := start.UnixMicro()
	host := func(name string) *zipkincore.Endpoint {
		return &zipkincore.Endpoint{Ipv4: 0x0a000001, Port: 80, ServiceName: name}
	}
	i64 := func(value int64) *int64 { return &value }
	event := func(after int64, value string, host *zipkincore.Endpoint) *zipkincore.Annotation {
		return &zipkincore.Annotation{Timestamp: base + after, Value: value, Host: host}
	}
	tag := func(key string, kind zipkincore.AnnotationType, value []byte) *zipkincore.BinaryAnnotation {
		return &zipkincore.BinaryAnnotation{Key: key, Value: value, AnnotationType: kind, Host: host("web")}
	}
	return []*zipkincore.Span{
		{TraceID: 0xb00, ID: 1, Name: "server", Debug: true, Timestamp: i64(base), Duration: i64(100), TraceIDHigh: i64(7),
			Annotations: []*zipkincore.Annotation{
				event(0, "sr", host("web")), event(100, "ss", host("web")), event(50, "cache miss", host("web")),
				event(60, `{"event":"retry","attempt":"2"}`, host("web")), event(61, "", host("web"))},
			BinaryAnnotations: []*zipkincore.BinaryAnnotation{
				tag("text", zipkincore.AnnotationType_STRING, []byte("grüße")),
				tag("yes", zipkincore.AnnotationType_BOOL, []byte{1}), tag("no", zipkincore.AnnotationType_BOOL, []byte{0}),
				tag("bytes", zipkincore.AnnotationType_BYTES, []byte{0, 255}),
				tag("i16", zipkincore.AnnotationType_I16, []byte{255, 254}), tag("i32", zipkincore.AnnotationType_I32, []byte{0, 0, 1, 0}),
				tag("i64", zipkincore.AnnotationType_I64, []byte{0, 0, 0, 1, 0, 0, 0, 0}),
				tag("double", zipkincore.AnnotationType_DOUBLE, []byte{0x3f, 0xf8, 0, 0, 0, 0, 0, 0}),
				tag("short", zipkincore.AnnotationType_I64, []byte{1}), tag("nothing", zipkincore.AnnotationType_I64, nil),
				tag("jaegerClient", zipkincore.AnnotationType_STRING, []byte("Go-2.30.0")),
				tag("jaeger.hostname", zipkincore.AnnotationType_STRING, []byte("host-1")),
				tag("lc", zipkincore.AnnotationType_STRING, []byte("component-1")),
				{Key: "ca", Value: []byte{1}, AnnotationType: zipkincore.AnnotationType_BOOL,
					Host: &zipkincore.Endpoint{Ipv4: -1062731775, Port: -1, ServiceName: "caller", Ipv6: []byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}}}},
		{TraceID: 0xb00, TraceIDHigh: i64(7), ID: 2, ParentID: i64(1), Name: "both sides",
			Annotations:       []*zipkincore.Annotation{event(10, "cs", host("web")), event(20, "sr", host("db")), event(30, "ss", host("db")), event(40, "cr", host("web"))},
			BinaryAnnotations: []*zipkincore.BinaryAnnotation{tag("error", zipkincore.AnnotationType_STRING, []byte("timeout"))}},
		{TraceID: 0xb00, TraceIDHigh: i64(7), ID: 3, ParentID: i64(0), Name: "parent zero, negative", Timestamp: i64(base + 50), Duration: i64(-5),
			BinaryAnnotations: []*zipkincore.BinaryAnnotation{tag("Error", zipkincore.AnnotationType_STRING, []byte("FALSE"))}},
		{TraceID: 0xb00, TraceIDHigh: i64(7), ID: 4, ParentID: i64(1), Name: "client without times",
			Annotations: []*zipkincore.Annotation{event(60, "cs", host("web")), event(75, "cr", host("web"))}},
		{TraceID: 0xb00, TraceIDHigh: i64(7), ID: 5, ParentID: i64(1), Name: "logs alone",
			Annotations: []*zipkincore.Annotation{event(80, "a", host("web")), event(85, "b", host("web"))}},
		{TraceID: 0xb00, TraceIDHigh: i64(7), ID: 6, ParentID: i64(1), Name: "no times at all",
			BinaryAnnotations: []*zipkincore.BinaryAnnotation{tag("error", zipkincore.AnnotationType_STRING, nil)}},
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
