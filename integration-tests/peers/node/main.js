// One hop on jaeger-client for Node, over HTTP: ../README.md says what a hop does.
// Every trace is sampled unless its caller decided otherwise; spans go where the client's own variables say, or else nowhere.
'use strict';

const http = require('node:http');
const { text } = require('node:stream/consumers');
const { NoopReporter, initTracerFromEnv, opentracing } = require('jaeger-client');

const SERVICE = 'node';
const ITEM = `${SERVICE}: 1 + 1 = 100% ☃ a/b;c,d="e"`;
const TIMEOUT = 10_000;
const FORMAT = opentracing.FORMAT_HTTP_HEADERS;
const { SPAN_KIND, SPAN_KIND_RPC_CLIENT, SPAN_KIND_RPC_SERVER } = opentracing.Tags;

const { JAEGER_ENDPOINT, JAEGER_AGENT_HOST } = process.env;
const reporter = JAEGER_ENDPOINT || JAEGER_AGENT_HOST ? undefined : new NoopReporter();
const tracer = initTracerFromEnv(
  { serviceName: SERVICE, sampler: { type: 'const', param: 1 } },
  { traceId128bit: true, reporter },
);

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
  const span = tracer.startSpan('hop', {
    childOf: tracer.extract(FORMAT, headers),
    tags: { [SPAN_KIND]: SPAN_KIND_RPC_SERVER },
  });
  try {
    const note = noteOf(span.context());
    span.setBaggageItem(`from-${SERVICE}`, ITEM);
    const behind = next.length > 0 ? await callAs(span, next, note) : [];
    return [note, ...behind];
  } finally {
    span.finish();
  }
}

// This client keeps the ids of a remote context as the text that came: only padded here, nothing else.
function noteOf(context) {
  return {
    service: SERVICE,
    trace_id: context.toTraceId().padStart(32, '0'),
    span_id: context.toSpanId().padStart(16, '0'),
    parent_id: (context.parentIdStr || '').padStart(16, '0'),
    sampled: context.isSampled(),
    debug: context.isDebug(),
    baggage: { ...context.baggage },
  };
}

async function callAs(parent, [url, ...rest], note) {
  const span = tracer.startSpan('call', { childOf: parent, tags: { [SPAN_KIND]: SPAN_KIND_RPC_CLIENT } });
  note.client_span_id = span.context().toSpanId().padStart(16, '0');
  const headers = { 'content-type': 'application/json' };
  tracer.inject(span, FORMAT, headers);
  try {
    return JSON.parse(await post(url, headers, JSON.stringify({ next: rest })));
  } finally {
    span.finish();
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
process.stdin.resume().on('end', () => tracer.close(() => process.exit(0)));
