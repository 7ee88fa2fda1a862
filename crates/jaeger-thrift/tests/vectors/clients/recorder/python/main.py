"""Reports the spans of ../README.md with jaeger-client for Python, which speaks to the agent only.

Ids and times are fixed, so that each run sends the same bytes.
"""

import os
import random
import time

from jaeger_client import ConstSampler, SpanContext, Tracer
from jaeger_client.local_agent_net import LocalAgentSender
from jaeger_client.reporter import Reporter
from opentracing import child_of, follows_from

START = 1_700_000_000.0
LATER = START + 0.000128
SPANS_IN_A_PACKET = 3
# Longer than the reporter waits for more spans, so that the first one is sent alone.
UNTIL_SENT = 1.5


def main():
    sender = LocalAgentSender(os.environ['AGENT_HOST'], sampling_port=0, reporting_port=int(os.environ['AGENT_PORT']))
    reporter = Reporter(sender, batch_size=SPANS_IN_A_PACKET)
    tracer = Tracer('recorder', reporter, ConstSampler(True), generate_128bit_trace_id=True,
                    tags={'ip': '192.0.2.1', 'process.text': 'grüße', 'process.long': -7})
    tracer.random = random.Random(1)

    def start(name, **options):
        return tracer.start_span(name, start_time=START, ignore_active_span=True, **options)

    root = start('HTTP GET /dispatch', tags={'span.kind': 'server'})
    root.set_tag('text', 'grüße ☃ 𝄞')
    root.set_tag('yes', True)
    root.set_tag('no', False)
    root.set_tag('long', -42)
    root.set_tag('smallest', -2 ** 63)
    root.set_tag('double', -0.5)
    root.set_tag('binary', b'\x00\xff\x80')
    time_of_day = time.time
    time.time = lambda: LATER  # for the log of a baggage item, which takes no time of its own
    root.set_baggage_item('customer', "Rachel's Floral Designs")
    time.time = time_of_day
    root.log_kv({'event': 'cache miss', 'count': -3, 'hit': False, 'ratio': 0.25}, timestamp=LATER)
    root.log_kv({}, timestamp=LATER)

    elsewhere = SpanContext(trace_id=0xabcd, span_id=0xef, parent_id=None, flags=1)
    call = start('call', references=[child_of(root.context), follows_from(elsewhere)])
    call.set_tag('error', True)
    call.log_kv({'event': 'error', 'message': 'refused'}, timestamp=LATER)

    debug = start('debug')
    debug.set_tag('sampling.priority', 1)

    parent = SpanContext(trace_id=1 << 64 | 2, span_id=3, parent_id=None, flags=1)
    empty = start('empty', child_of=parent)

    many = start('many', references=[follows_from(root.context)])
    for index in range(20):
        many.set_tag('k', index)
    call.finish(START + 0.25)
    time.sleep(UNTIL_SENT)
    for span in (root, debug, empty, many):
        span.finish(START + 0.25)
    closed = reporter.close()
    while not closed.done():
        time.sleep(0.01)


main()
