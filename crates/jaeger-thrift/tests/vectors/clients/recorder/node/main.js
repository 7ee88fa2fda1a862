// Reports the spans of ../README.md with jaeger-client for Node: to the agent in small packets, and to the collector.
// Times are fixed, but for that of the log of a baggage item; the ids are the client's random ones. It has neither the
// compact protocol nor integer tags.
'use strict';

const { setTimeout } = require('node:timers/promises');
const { ConstSampler, RemoteReporter, SpanContext, Tracer, opentracing } = require('jaeger-client');
const UDPSender = require('jaeger-client/dist/src/reporters/udp_sender').default;
const HTTPSender = require('jaeger-client/dist/src/reporters/http_sender').default;

const MAX_PACKET_BYTES = 4000;
// Longer than the reporter waits for more spans, so that the first one is sent alone.
const UNTIL_SENT_MS = 1500;
const START_MS = 1_700_000_000_000;

async function report(sender) {
  const reporter = new RemoteReporter(sender, { logger: console });
  const tracer = new Tracer('recorder', reporter, new ConstSampler(true), {
    traceId128bit: true,
    tags: { ip: '192.0.2.1', 'process.text': 'grüße', 'process.number': -7 },
  });
  const start = (name, options) => tracer.startSpan(name, { startTime: START_MS, ...options });
  const later = START_MS + 0.1;

  const root = start('HTTP GET /dispatch', { tags: { 'span.kind': 'server' } });
  root.setTag('text', 'grüße ☃ 𝄞');
  root.setTag('yes', true);
  root.setTag('no', false);
  root.setTag('number', -42);
  root.setTag('double', -0.5);
  root.setTag('binary', Buffer.from([0, 255, 128]));
  root.setTag('object', { a: [1] });
  root.setBaggageItem('customer', "Rachel's Floral Designs");
  root.log({ event: 'cache miss', count: -3, hit: false, ratio: 0.25 }, later);
  root.log({}, later);

  const elsewhere = SpanContext.withStringIds('abcd', 'ef', null, 1);
  const call = start('call', {
    references: [opentracing.childOf(root.context()), opentracing.followsFrom(elsewhere)],
  });
  call.setTag('error', true);
  call.log({ event: 'error', message: 'refused' }, later);

  const debug = start('debug');
  debug.setTag('sampling.priority', 1);

  const parent = SpanContext.withStringIds('10000000000000002', '3', null, 1);
  const empty = start('empty', { childOf: parent });

  const many = start('many', { references: [opentracing.followsFrom(root.context())] });
  for (let index = 0; index < 20; index++) {
    many.setTag('k', index);
  }
  call.finish(START_MS + 0.25);
  await setTimeout(UNTIL_SENT_MS);
  for (const span of [root, debug, empty, many]) {
    span.finish(START_MS + 0.25);
  }
  // A packet that is still on its way when the reporter is closed is lost, and with it the span that did not fit in it.
  await setTimeout(200);
  await new Promise((resolve) => reporter.close(resolve));
}

async function main() {
  const { AGENT_HOST, AGENT_PORT, COLLECTOR_URL } = process.env;
  await report(new UDPSender({ host: AGENT_HOST, port: Number(AGENT_PORT), maxPacketSize: MAX_PACKET_BYTES }));
  await report(new HTTPSender({ endpoint: COLLECTOR_URL }));
}

main();
