// One hop on OpenTelemetry JS with the W3C propagators, over HTTP: ../README.md says what a hop does.
// Every trace is sampled unless its caller decided otherwise; spans go where OpenTelemetry's own variables say, or else nowhere.
'use strict';

const http = require('node:http');
const { text } = require('node:stream/consumers');
const { ROOT_CONTEXT, SpanKind, TraceFlags, defaultTextMapGetter, defaultTextMapSetter, propagation, trace } =
  require('@opentelemetry/api');
const { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } = require('@opentelemetry/core');
const { defaultResource, detectResources, envDetector } = require('@opentelemetry/resources');
const { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor, ParentBasedSampler } =
  require('@opentelemetry/sdk-trace-base');

const SERVICE = 'otel-js';
const ITEM = `${SERVICE}: 1 + 1 = 100% ☃ a/b;c,d="e"`;
const TIMEOUT = 10_000;
const NO_PARENT = '0'.repeat(16);
// The protocol is the one variable that the exporters leave to the program.
const EXPORTERS = {
  'http/json': '@opentelemetry/exporter-trace-otlp-http',
  'http/protobuf': '@opentelemetry/exporter-trace-otlp-proto',
  grpc: '@opentelemetry/exporter-trace-otlp-grpc',
};

const propagator = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});
const provider = new BasicTracerProvider({
  sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  resource: defaultResource().merge(detectResources({ detectors: [envDetector] })),
  spanProcessors: spanProcessors(),
});
const tracer = provider.getTracer(SERVICE);

function spanProcessors() {
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
    return [];
  }
  const protocol = process.env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  const { OTLPTraceExporter } = require(EXPORTERS[protocol]);
  return [new BatchSpanProcessor(new OTLPTraceExporter())];
}

async function serve(request, response) {
  try {
    if (request.method !== 'POST' || request.url !== '/hop') {
      throw new Error(`${request.method} ${request.url} is unknown`);
    }
    const notes = await hop(request.headers, JSON.parse(await text(request)));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(notes));
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(`${SERVICE}: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}`);
  }
}

async function hop(headers, { next = [] }) {
  const remote = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  const span = tracer.startSpan('hop', { kind: SpanKind.SERVER }, remote);
  try {
    const baggage = propagation.getBaggage(remote) ?? propagation.createBaggage();
    const note = noteOf(span.spanContext(), trace.getSpanContext(remote), baggage);
    const context = propagation.setBaggage(
      trace.setSpan(remote, span),
      baggage.setEntry(`from-${SERVICE}`, { value: ITEM }),
    );
    const behind = next.length > 0 ? await callIn(context, next, note) : [];
    return [note, ...behind];
  } finally {
    span.end();
  }
}

// OpenTelemetry has no debug flag.
function noteOf(context, parent, baggage) {
  return {
    service: SERVICE,
    trace_id: context.traceId,
    span_id: context.spanId,
    parent_id: parent?.spanId ?? NO_PARENT,
    sampled: (context.traceFlags & TraceFlags.SAMPLED) !== 0,
    debug: false,
    baggage: Object.fromEntries(baggage.getAllEntries().map(([key, entry]) => [key, entry.value])),
  };
}

async function callIn(context, [url, ...rest], note) {
  const span = tracer.startSpan('call', { kind: SpanKind.CLIENT }, context);
  note.client_span_id = span.spanContext().spanId;
  const headers = { 'content-type': 'application/json' };
  propagator.inject(trace.setSpan(context, span), headers, defaultTextMapSetter);
  try {
    return JSON.parse(await post(url, headers, JSON.stringify({ next: rest })));
  } finally {
    span.end();
  }
}

function post(url, headers, body) {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(TIMEOUT) };
    const request = http.request(url, options, async (response) => {
      try {
        const answer = await text(response);
        if (response.statusCode !== 200) {
          throw new Error(`${url} answered ${response.statusCode}: ${answer}`);
        }
        resolve(answer);
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
    request.end(body);
  });
}

const server = http.createServer(serve);
server.listen(0, '127.0.0.1', () => {
  console.log(`http 127.0.0.1:${server.address().port}`);
  console.log('ready');
});
process.stdin.resume().on('end', () => provider.shutdown().finally(() => process.exit(0)));
