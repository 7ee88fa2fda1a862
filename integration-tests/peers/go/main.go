// A hop of a chain of services, as ../README.md has it, on the published Jaeger client for Go (jaeger-client-go): HTTP by
// net/http with the tracer's own Extract and Inject, gRPC by opentracing-contrib's otgrpc. And the client's Binary carrier.
package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	otgrpc "github.com/opentracing-contrib/go-grpc"
	"github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/ext"
	"github.com/uber/jaeger-client-go"
	"github.com/uber/jaeger-client-go/config"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const service, method = "go", "/hello.Greeter/SayHello"
const timeout, maxBytes = 10 * time.Second, 1 << 20

var tracer, closer = newTracer()

// Note is what a hop tells of itself.
type Note struct {
	Service      string            `json:"service"`
	TraceID      string            `json:"trace_id"`
	SpanID       string            `json:"span_id"`
	ParentID     string            `json:"parent_id"`
	Sampled      bool              `json:"sampled"`
	Debug        bool              `json:"debug"`
	Baggage      map[string]string `json:"baggage"`
	ClientSpanID string            `json:"client_span_id,omitempty"`
	// Hexadecimal, of /binary only.
	Carrier string `json:"carrier,omitempty"`
}

func main() {
	web, rpc := listen(), listen()
	http.HandleFunc("POST /hop", serveHTTP)
	http.HandleFunc("POST /binary", serveBinary)
	go func() { log.Fatal(http.Serve(web, nil)) }()

	// The service without generated code: one method, from StringValue to StringValue.
	greeter := grpc.NewServer(grpc.UnaryInterceptor(otgrpc.OpenTracingServerInterceptor(tracer)))
	greeter.RegisterService(&grpc.ServiceDesc{
		ServiceName: "hello.Greeter",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "SayHello", Handler: serveGRPC}},
	}, nil)
	go func() { log.Fatal(greeter.Serve(rpc)) }()

	fmt.Printf("http %s\ngrpc %s\nready\n", web.Addr(), rpc.Addr())
	io.Copy(io.Discard, os.Stdin)
	closer.Close()
	os.Exit(0)
}

// newTracer records every trace that starts here. It sends spans where the client's own variables say, or else nowhere.
func newTracer() (opentracing.Tracer, io.Closer) {
	always := &config.SamplerConfig{Type: jaeger.SamplerTypeConst, Param: 1}
	configuration, err := (&config.Configuration{ServiceName: service, Gen128Bit: true, Sampler: always}).FromEnv()
	if err != nil {
		log.Fatal(err)
	}
	var options []config.Option
	if os.Getenv("JAEGER_ENDPOINT") == "" && os.Getenv("JAEGER_AGENT_HOST") == "" {
		options = append(options, config.Reporter(jaeger.NewNullReporter()))
	}
	tracer, closer, err := configuration.NewTracer(options...)
	if err != nil {
		log.Fatal(err)
	}
	return tracer, closer
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

func serveHTTP(w http.ResponseWriter, r *http.Request) {
	// Without a context, or with one that the client refuses, parent is nil and the span is a root. (otgrpc does the same.)
	parent, err := tracer.Extract(opentracing.HTTPHeaders, opentracing.HTTPHeadersCarrier(r.Header))
	if err != nil && err != opentracing.ErrSpanContextNotFound {
		log.Print("extract: ", err)
	}
	span := tracer.StartSpan("hop", ext.RPCServerOption(parent))
	defer span.Finish()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBytes))
	if err == nil {
		body, err = hop(opentracing.ContextWithSpan(r.Context(), span), body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}

// serveBinary continues the trace of a Binary carrier, and answers with what it has read there and with a carrier of its own.
func serveBinary(w http.ResponseWriter, r *http.Request) {
	parent, err := tracer.Extract(opentracing.Binary, http.MaxBytesReader(w, r.Body, maxBytes))
	if err != nil {
		log.Print("extract: ", err)
	}
	span := tracer.StartSpan("hop", ext.RPCServerOption(parent))
	defer span.Finish()
	note := noteOf(span)
	var carrier bytes.Buffer
	if err := tracer.Inject(withOwnItem(span).Context(), opentracing.Binary, &carrier); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	note.Carrier = hex.EncodeToString(carrier.Bytes())
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(note)
}

func serveGRPC(_ any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
	request := new(wrapperspb.StringValue)
	if err := decode(request); err != nil {
		return nil, err
	}
	handle := func(ctx context.Context, _ any) (any, error) {
		answer, err := hop(ctx, []byte(request.Value))
		return wrapperspb.String(string(answer)), err
	}
	return interceptor(ctx, request, &grpc.UnaryServerInfo{FullMethod: method}, handle)
}

// hop does what both servers have in common, within the server span that ctx carries.
func hop(ctx context.Context, body []byte) ([]byte, error) {
	var request struct {
		Next []string `json:"next"`
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, err
	}
	span := opentracing.SpanFromContext(ctx)
	note := noteOf(span)
	withOwnItem(span)

	var behind []json.RawMessage
	if len(request.Next) > 0 {
		call := callHTTP
		if strings.HasPrefix(request.Next[0], "grpc://") {
			call = callGRPC
		}
		rest, _ := json.Marshal(map[string][]string{"next": request.Next[1:]})
		client, answer, err := call(ctx, request.Next[0], rest)
		if err == nil {
			err = json.Unmarshal(answer, &behind)
		}
		if err != nil {
			return nil, fmt.Errorf("%s calls %s: %w", service, request.Next[0], err)
		}
		note.ClientSpanID = id(client.Context().(jaeger.SpanContext).SpanID())
	}
	own, _ := json.Marshal(note)
	return json.Marshal(append([]json.RawMessage{own}, behind...))
}

func noteOf(span opentracing.Span) Note {
	seen := span.Context().(jaeger.SpanContext)
	note := Note{
		Service:  service,
		TraceID:  fmt.Sprintf("%016x%016x", seen.TraceID().High, seen.TraceID().Low),
		SpanID:   id(seen.SpanID()),
		ParentID: id(seen.ParentID()),
		Sampled:  seen.IsSampled(),
		Debug:    seen.IsDebug(),
		Baggage:  map[string]string{},
	}
	seen.ForeachBaggageItem(func(key, value string) bool {
		note.Baggage[key] = value
		return true
	})
	return note
}

func withOwnItem(span opentracing.Span) opentracing.Span {
	return span.SetBaggageItem("from-"+service, service+`: 1 + 1 = 100% ☃ a/b;c,d="e"`)
}

func id(id jaeger.SpanID) string { return fmt.Sprintf("%016x", uint64(id)) }

func callHTTP(ctx context.Context, url string, body []byte) (opentracing.Span, []byte, error) {
	span := tracer.StartSpan("call", opentracing.ChildOf(opentracing.SpanFromContext(ctx).Context()), ext.SpanKindRPCClient)
	defer span.Finish()
	request, err := http.NewRequestWithContext(ctx, "POST", url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if err := tracer.Inject(span.Context(), opentracing.HTTPHeaders, opentracing.HTTPHeadersCarrier(request.Header)); err != nil {
		return nil, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Timeout: timeout}).Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxBytes))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, bytes.TrimSpace(answer))
	}
	return span, answer, err
}

// callGRPC leaves the client span to otgrpc, which names it after the method; the decorator shows which it was.
func callGRPC(ctx context.Context, url string, body []byte) (span opentracing.Span, answer []byte, err error) {
	decorator := func(_ context.Context, s opentracing.Span, _ string, _, _ any, _ error) { span = s }
	connection, err := grpc.NewClient(strings.TrimPrefix(url, "grpc://"),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithUnaryInterceptor(otgrpc.OpenTracingClientInterceptor(tracer, otgrpc.SpanDecorator(decorator))))
	if err != nil {
		return nil, nil, err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	response := new(wrapperspb.StringValue)
	err = connection.Invoke(ctx, method, wrapperspb.String(string(body)), response)
	return span, []byte(response.Value), err
}
