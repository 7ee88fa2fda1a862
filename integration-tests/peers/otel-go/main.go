// A hop of a chain of services, as ../README.md has it, on the OpenTelemetry SDK for Go with the W3C propagators (traceparent,
// tracestate and baggage headers). HTTP only. W3C has no debug flag. Spans go where OpenTelemetry's own variables say, or else nowhere.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const service = "otel-go"
const timeout, maxBytes = 10 * time.Second, 1 << 20

var (
	provider   = newProvider()
	tracer     = provider.Tracer(service)
	propagator = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
)

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
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("POST /hop", serveHTTP)
	go func() { log.Fatal(http.Serve(listener, nil)) }()

	fmt.Printf("http %s\nready\n", listener.Addr())
	io.Copy(io.Discard, os.Stdin)
	if err := provider.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
	os.Exit(0)
}

func newProvider() *sdk.TracerProvider {
	options := []sdk.TracerProviderOption{sdk.WithSampler(sdk.ParentBased(sdk.AlwaysSample()))}
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" {
		// The protocol is the one variable that the exporters leave to the program.
		client := otlptracehttp.NewClient()
		if os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" {
			client = otlptracegrpc.NewClient()
		}
		exporter, err := otlptrace.New(context.Background(), client)
		if err != nil {
			log.Fatal(err)
		}
		options = append(options, sdk.WithBatcher(exporter))
	}
	return sdk.NewTracerProvider(options...)
}

func serveHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBytes))
	if err == nil {
		body, err = hop(propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header)), body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}

// hop gets the extracted context. Without one, or with one that the propagator refuses, the span is a root.
func hop(ctx context.Context, body []byte) ([]byte, error) {
	var request struct {
		Next []string `json:"next"`
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, err
	}
	parent := trace.SpanContextFromContext(ctx)
	ctx, span := tracer.Start(ctx, "hop", trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	seen := span.SpanContext()
	note := Note{
		Service:  service,
		TraceID:  seen.TraceID().String(),
		SpanID:   seen.SpanID().String(),
		ParentID: parent.SpanID().String(),
		Sampled:  seen.IsSampled(),
		Baggage:  map[string]string{},
	}
	items := baggage.FromContext(ctx)
	for _, member := range items.Members() {
		note.Baggage[member.Key()] = member.Value()
	}
	// Raw: the value as it is, which the propagator percent-codes. (NewMember takes one that is already coded.)
	own, err := baggage.NewMemberRaw("from-"+service, service+`: 1 + 1 = 100% ☃ a/b;c,d="e"`)
	if err == nil {
		items, err = items.SetMember(own)
	}
	if err != nil {
		return nil, err
	}
	ctx = baggage.ContextWithBaggage(ctx, items)

	var behind []json.RawMessage
	if len(request.Next) > 0 {
		rest, _ := json.Marshal(map[string][]string{"next": request.Next[1:]})
		client, answer, err := call(ctx, request.Next[0], rest)
		if err == nil {
			err = json.Unmarshal(answer, &behind)
		}
		if err != nil {
			return nil, fmt.Errorf("%s calls %s: %w", service, request.Next[0], err)
		}
		note.ClientSpanID = client.SpanContext().SpanID().String()
	}
	first, _ := json.Marshal(note)
	return json.Marshal(append([]json.RawMessage{first}, behind...))
}

func call(ctx context.Context, url string, body []byte) (trace.Span, []byte, error) {
	ctx, span := tracer.Start(ctx, "call", trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	request, err := http.NewRequestWithContext(ctx, "POST", url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	propagator.Inject(ctx, propagation.HeaderCarrier(request.Header))
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
