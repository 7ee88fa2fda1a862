// Writes the golden vectors beside this folder with Jaeger's own generated Thrift code:
//
//	cd tests/vectors/generator && go run . ..
//
// The batch is the one that tests/common/mod.rs builds; every field of the IDL is set, and every type of tag occurs.
package main

import (
	"context"
	"log"
	"os"
	"path/filepath"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/jaegertracing/jaeger-idl/thrift-gen/agent"
	"github.com/jaegertracing/jaeger-idl/thrift-gen/jaeger"
)

func p[T any](value T) *T { return &value }

func tags() []*jaeger.Tag {
	return []*jaeger.Tag{
		{Key: "text", VType: jaeger.TagType_STRING, VStr: p("grüße")},
		{Key: "double", VType: jaeger.TagType_DOUBLE, VDouble: p(-0.5)},
		{Key: "yes", VType: jaeger.TagType_BOOL, VBool: p(true)},
		{Key: "no", VType: jaeger.TagType_BOOL, VBool: p(false)},
		{Key: "long", VType: jaeger.TagType_LONG, VLong: p(int64(-9223372036854775808))},
		{Key: "binary", VType: jaeger.TagType_BINARY, VBinary: []byte{0, 255, 128}},
	}
}

func batch() *jaeger.Batch {
	full := &jaeger.Span{
		TraceIdLow: -81985529216486896, TraceIdHigh: 1, SpanId: 9223372036854775807, ParentSpanId: -1,
		OperationName: "HTTP GET /dispatch",
		References: []*jaeger.SpanRef{
			{RefType: jaeger.SpanRefType_CHILD_OF, TraceIdLow: 2, TraceIdHigh: 3, SpanId: 4},
			{RefType: jaeger.SpanRefType_FOLLOWS_FROM, TraceIdLow: -2, TraceIdHigh: -3, SpanId: -4},
		},
		Flags: 11, StartTime: 1700000000000000, Duration: 250,
		Tags: tags(),
		Logs: []*jaeger.Log{
			{Timestamp: 1700000000000100, Fields: tags()[:1]},
			{Timestamp: 0, Fields: []*jaeger.Tag{}},
		},
	}
	// 16 tags need the long form of the compact list header.
	many := &jaeger.Span{TraceIdLow: 5, SpanId: 6, OperationName: "", Flags: -1}
	for range [16]int{} {
		many.Tags = append(many.Tags, &jaeger.Tag{Key: "k", VType: jaeger.TagType_LONG, VLong: p(int64(300))})
	}
	return &jaeger.Batch{
		Process: &jaeger.Process{ServiceName: "frontend", Tags: tags()},
		Spans:   []*jaeger.Span{full, many},
		SeqNo:   p(int64(7)),
		Stats:   &jaeger.ClientStats{FullQueueDroppedSpans: 1, TooLargeDroppedSpans: 2, FailedToEmitSpans: 300},
	}
}

func write(name string, protocol func(thrift.TTransport) thrift.TProtocol, emit bool) {
	memory := thrift.NewTMemoryBuffer()
	out := protocol(memory)
	var err error
	if emit {
		client := agent.NewAgentClient(&oneway{out, 300})
		err = client.EmitBatch(context.Background(), batch())
	} else {
		err = batch().Write(context.Background(), out)
	}
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(os.Args[1], name), memory.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}

// oneway sends as thrift.TStandardClient does, but as a oneway message with a fixed sequence id.
type oneway struct {
	out   thrift.TProtocol
	seqID int32
}

func (o *oneway) Call(ctx context.Context, method string, args, _ thrift.TStruct) (thrift.ResponseMeta, error) {
	if err := o.out.WriteMessageBegin(ctx, method, thrift.ONEWAY, o.seqID); err != nil {
		return thrift.ResponseMeta{}, err
	}
	if err := args.Write(ctx, o.out); err != nil {
		return thrift.ResponseMeta{}, err
	}
	return thrift.ResponseMeta{}, o.out.WriteMessageEnd(ctx)
}

func main() {
	compact := func(t thrift.TTransport) thrift.TProtocol { return thrift.NewTCompactProtocolConf(t, nil) }
	binary := func(t thrift.TTransport) thrift.TProtocol {
		return thrift.NewTBinaryProtocolConf(t, &thrift.TConfiguration{TBinaryStrictWrite: p(true)})
	}
	write("batch.compact", compact, false)
	write("batch.binary", binary, false)
	write("emit.compact", compact, true)
	write("emit.binary", binary, true)
}
