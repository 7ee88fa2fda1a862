"""One hop on jaeger-client for Python, over HTTP and gRPC: ../README.md says what a hop does.

Every trace is sampled unless its caller decided otherwise; spans go where the client's own variables say, or else stay in memory.
Over HTTP the client is called by hand, over gRPC by the interceptors of grpcio-opentracing, whose spans bear the method's name.
"""

import http.client
import json
import logging
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import grpc
from google.protobuf.wrappers_pb2 import StringValue
from grpc_opentracing import ActiveSpanSource, open_tracing_client_interceptor, open_tracing_server_interceptor
from grpc_opentracing.grpcext import intercept_channel, intercept_server
from jaeger_client import Config, ConstSampler
from jaeger_client.reporter import InMemoryReporter
from opentracing import Format, SpanContextCorruptedException, tags

SERVICE = 'python'
ITEM = SERVICE + ': 1 + 1 = 100% ☃ a/b;c,d="e"'
TIMEOUT = 10
GRPC_SERVICE = 'hello.Greeter'
GRPC_METHOD = 'SayHello'


def new_tracer():
    config = Config({'sampler': {'type': 'const', 'param': True}, 'generate_128bit_trace_id': True}, service_name=SERVICE)
    if 'JAEGER_AGENT_HOST' in os.environ:
        return config.new_tracer()
    return config.create_tracer(InMemoryReporter(), ConstSampler(True))


tracer = new_tracer()


class HttpHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            if self.path != '/hop':
                raise ValueError(self.path + ' is unknown')
            body = self.rfile.read(int(self.headers['Content-Length']))
            kind = {tags.SPAN_KIND: tags.SPAN_KIND_RPC_SERVER}
            with tracer.start_span('hop', child_of=self.extract(), tags=kind) as span:
                notes = hop(span, body)
            self.answer(200, 'application/json', notes)
        except Exception as error:
            logging.exception('failed')
            self.answer(500, 'text/plain; charset=utf-8', f'{SERVICE}: {error!r}')

    def log_message(self, *_):
        pass  # no line for each request

    def extract(self):
        try:
            return tracer.extract(Format.HTTP_HEADERS, dict(self.headers.items()))
        except SpanContextCorruptedException:
            logging.exception('no context')
            return None

    def answer(self, status, content_type, text):
        body = text.encode()
        self.send_response(status)
        self.send_header('Content-Type', content_type)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def say_hello(request, context):
    try:
        return StringValue(value=hop(context.get_active_span(), request.value))
    except Exception as error:
        logging.exception('failed')
        context.abort(grpc.StatusCode.INTERNAL, f'{SERVICE}: {error!r}')


def hop(span, body):
    note = note_of(span.context)
    span.set_baggage_item('from-' + SERVICE, ITEM)
    behind = []
    hops = json.loads(body).get('next', [])
    if hops:
        url = urlsplit(hops[0])
        call = call_grpc if url.scheme == 'grpc' else call_http
        note['client_span_id'], answer = call(span, url, json.dumps({'next': hops[1:]}))
        behind = json.loads(answer)
    return json.dumps([note] + behind)


def note_of(context):
    return {
        'service': SERVICE,
        'trace_id': f'{context.trace_id:032x}',
        'span_id': f'{context.span_id:016x}',
        'parent_id': f'{context.parent_id or 0:016x}',
        'sampled': bool(context.flags & 1),
        'debug': bool(context.flags & 2),
        'baggage': dict(context.baggage),
    }


def call_http(parent, url, body):
    with tracer.start_span('call', child_of=parent, tags={tags.SPAN_KIND: tags.SPAN_KIND_RPC_CLIENT}) as span:
        headers = {'Content-Type': 'application/json'}
        tracer.inject(span.context, Format.HTTP_HEADERS, headers)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=TIMEOUT)
        try:
            connection.request('POST', url.path, body.encode(), headers)
            response = connection.getresponse()
            answer = response.read().decode()
        finally:
            connection.close()
        if response.status != 200:
            raise RuntimeError(f'{url.geturl()} answered {response.status}: {answer}')
        return f'{span.span_id:016x}', answer


def call_grpc(parent, url, body):
    spans = []
    interceptor = open_tracing_client_interceptor(
        tracer, active_span_source=Active(parent), span_decorator=lambda span, rpc_info: spans.append(span))
    # Channels would go by way of a proxy if the environment names one.
    with grpc.insecure_channel(url.netloc, options=[('grpc.enable_http_proxy', 0)]) as channel:
        method = intercept_channel(channel, interceptor).unary_unary(
            f'/{GRPC_SERVICE}/{GRPC_METHOD}', StringValue.SerializeToString, StringValue.FromString)
        answer = method(StringValue(value=body), timeout=TIMEOUT).value
    return f'{spans[0].span_id:016x}', answer


class Active(ActiveSpanSource):
    """Tells the client interceptor its span's parent."""

    def __init__(self, span):
        self.span = span

    def get_active_span(self):
        return self.span


def main():
    http_server = ThreadingHTTPServer(('127.0.0.1', 0), HttpHandler)
    threading.Thread(target=http_server.serve_forever, daemon=True).start()

    handler = grpc.unary_unary_rpc_method_handler(say_hello, StringValue.FromString, StringValue.SerializeToString)
    grpc_server = intercept_server(grpc.server(ThreadPoolExecutor(16)), open_tracing_server_interceptor(tracer))
    grpc_server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(GRPC_SERVICE, {GRPC_METHOD: handler})])
    grpc_port = grpc_server.add_insecure_port('127.0.0.1:0')
    grpc_server.start()

    print(f'http 127.0.0.1:{http_server.server_port}')
    print(f'grpc 127.0.0.1:{grpc_port}')
    print('ready', flush=True)
    sys.stdin.buffer.read()
    closed = tracer.close()
    while not closed.done():
        time.sleep(0.01)  # it is a future of a loop that does not run here, and cannot be waited for
    os._exit(0)  # at once: an ordinary exit waits for the handlers that still run


if __name__ == '__main__':
    main()
