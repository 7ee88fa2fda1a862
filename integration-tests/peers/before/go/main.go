package main

import (
	"io"
	"log"
	"net/http"

	"github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/ext"
	spanlog "github.com/opentracing/opentracing-go/log"
	"github.com/uber/jaeger-client-go/config"
)

func main() {
	tracer, closer, err := tracer()
	if err != nil {
		log.Fatalf("cannot init Jaeger: %v", err)
	}
	defer closer.Close()
	opentracing.SetGlobalTracer(tracer)

	root := tracer.StartSpan("say-hello")
	root.SetTag("hello-to", "Bryan")
	root.SetBaggageItem("greeting", "Bonjour")
	request, _ := http.NewRequest("GET", "http://localhost:8081/format?helloTo=Bryan", nil)
	call(tracer, root, request)
	serve(tracer, request)
	root.Finish()
}

// From JAEGER_SERVICE_NAME and the other variables.
func tracer() (opentracing.Tracer, io.Closer, error) {
	cfg, err := config.FromEnv()
	if err != nil {
		return nil, nil, err
	}
	return cfg.NewTracer()
}

func call(tracer opentracing.Tracer, parent opentracing.Span, request *http.Request) {
	span := tracer.StartSpan("formatString", opentracing.ChildOf(parent.Context()), ext.SpanKindRPCClient)
	defer span.Finish()
	ext.HTTPMethod.Set(span, request.Method)
	headers := opentracing.HTTPHeadersCarrier(request.Header)
	if err := tracer.Inject(span.Context(), opentracing.HTTPHeaders, headers); err != nil {
		ext.LogError(span, err)
	}
	span.LogFields(spanlog.String("event", "string-format"), spanlog.Int("length", 5))
}

func serve(tracer opentracing.Tracer, request *http.Request) {
	caller, _ := tracer.Extract(opentracing.HTTPHeaders, opentracing.HTTPHeadersCarrier(request.Header))
	span := tracer.StartSpan("format", ext.RPCServerOption(caller))
	defer span.Finish()
	span.LogKV("event", "greeting", "value", span.BaggageItem("greeting"))
}
