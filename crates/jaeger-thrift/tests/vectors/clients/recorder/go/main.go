// Reports the spans of ../README.md with jaeger-client-go: to the agent in small packets, and to the collector.
// Ids and times are fixed, but for the time of the log that a baggage item leaves.
package main

import (
	"errors"
	"log"
	"math"
	"os"
	"strings"
	"time"

	"github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/ext"
	otlog "github.com/opentracing/opentracing-go/log"
	"github.com/uber/jaeger-client-go"
	"github.com/uber/jaeger-client-go/transport"
)

// Small enough that the spans take several packets, and that one does not fit in any.
const maxPacketBytes = 1000

// Longer than the reporter waits for more spans, so that the first one is sent alone.
const untilSent = 1500 * time.Millisecond

var start = time.UnixMicro(1_700_000_000_000_000)

func main() {
	agent, err := jaeger.NewUDPTransport(os.Getenv("AGENT_HOST")+":"+os.Getenv("AGENT_PORT"), maxPacketBytes)
	if err != nil {
		log.Fatal(err)
	}
	report(agent, "huge")
	report(transport.NewHTTPTransport(os.Getenv("COLLECTOR_URL")))
}

// report sends the spans, and before them some that fit in no packet of the agent's.
func report(sender jaeger.Transport, tooLarge ...string) {
	// High bits set, so that ids are negative in Thrift's signed integers.
	number := uint64(0xfedc_ba98_7654_3210)
	tracer, closer := jaeger.NewTracer("recorder", jaeger.NewConstSampler(true), jaeger.NewRemoteReporter(sender),
		jaeger.TracerOptions.Gen128Bit(true),
		jaeger.TracerOptions.MaxTagValueLength(4*maxPacketBytes),
		jaeger.TracerOptions.RandomNumber(func() uint64 { number++; return number }),
		jaeger.TracerOptions.Tag(jaeger.TracerIPTagKey, "192.0.2.1"),
		jaeger.TracerOptions.Tag("process.text", "grüße"),
		jaeger.TracerOptions.Tag("process.long", int64(-7)))
	at := opentracing.StartTime(start)
	finish := opentracing.FinishOptions{FinishTime: start.Add(250 * time.Microsecond)}

	root := tracer.StartSpan("HTTP GET /dispatch", at, ext.SpanKindRPCServer)
	root.SetTag("text", "grüße ☃ 𝄞")
	root.SetTag("yes", true)
	root.SetTag("no", false)
	root.SetTag("long", int64(-42))
	root.SetTag("smallest", int64(math.MinInt64))
	root.SetTag("double", -0.5)
	root.SetTag("binary", []byte{0, 255, 128})
	root.SetBaggageItem("customer", "Rachel's Floral Designs")

	elsewhere := jaeger.NewSpanContext(jaeger.TraceID{Low: 0xabcd}, 0xef, 0, true, nil)
	call := tracer.StartSpan("call", at, opentracing.ChildOf(root.Context()), opentracing.FollowsFrom(elsewhere))
	ext.Error.Set(call, true)

	for _, name := range tooLarge {
		span := tracer.StartSpan(name, at, opentracing.ChildOf(root.Context()))
		span.SetTag("text", strings.Repeat("x", 2*maxPacketBytes))
		span.FinishWithOptions(finish)
	}

	debug := tracer.StartSpan("debug", at)
	ext.SamplingPriority.Set(debug, 1)

	parent := jaeger.NewSpanContext(jaeger.TraceID{High: 1, Low: 2}, 3, 0, true, nil)
	empty := tracer.StartSpan("empty", at, opentracing.ChildOf(parent))

	many := tracer.StartSpan("many", at, opentracing.FollowsFrom(root.Context()))
	for index := range 20 {
		many.SetTag("k", index)
	}
	// Logs that come with the end, because only they have a time that the program says.
	at100 := start.Add(100 * time.Microsecond)
	finishWith := func(span opentracing.Span, logs ...[]otlog.Field) {
		options := finish
		for _, fields := range logs {
			options.LogRecords = append(options.LogRecords, opentracing.LogRecord{Timestamp: at100, Fields: fields})
		}
		span.FinishWithOptions(options)
	}
	finishWith(call, []otlog.Field{otlog.Error(errors.New("refused"))})
	time.Sleep(untilSent)
	finishWith(root, []otlog.Field{
		otlog.String("event", "cache miss"), otlog.Int("count", -3), otlog.Bool("hit", false), otlog.Float64("ratio", 0.25),
	}, nil)
	for _, span := range []opentracing.Span{debug, empty, many} {
		span.FinishWithOptions(finish)
	}
	if err := closer.Close(); err != nil {
		log.Fatal(err)
	}
}
