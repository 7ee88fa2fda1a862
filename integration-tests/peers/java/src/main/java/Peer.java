// One hop of a chain of services, on Jaeger's Java client (jaeger-core) and opentracing-contrib's opentracing-grpc: a service to
// test the Rust crates against, with the client's Binary carrier. ../README.md says what it is to do.

import com.google.gson.*;
import com.google.protobuf.StringValue;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.*;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.jaegertracing.Configuration;
import io.jaegertracing.Configuration.SamplerConfiguration;
import io.jaegertracing.internal.JaegerSpan;
import io.jaegertracing.internal.JaegerSpanContext;
import io.jaegertracing.internal.JaegerTracer;
import io.jaegertracing.internal.reporters.NoopReporter;
import io.jaegertracing.internal.samplers.ConstSampler;
import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.contrib.grpc.*;
import io.opentracing.propagation.*;
import io.opentracing.tag.Tags;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

public final class Peer {
    private static final String SERVICE = "java";
    private static final String ITEM = SERVICE + ": 1 + 1 = 100% ☃ a/b;c,d=\"e\"";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private static final JaegerTracer TRACER = newTracer();

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY).connectTimeout(TIMEOUT).build();

    /** The one method, without generated code: a StringValue has the form of both of its messages. */
    private static final MethodDescriptor<StringValue, StringValue> SAY_HELLO =
            MethodDescriptor.<StringValue, StringValue>newBuilder().setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName("hello.Greeter", "SayHello"))
                    .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance())).build();

    public static void main(String[] args) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        http.createContext("/hop", exchange -> serve(exchange, () -> serveHttp(exchange)));
        http.createContext("/binary", exchange -> serve(exchange, () -> serveBinary(exchange)));
        // A thread for each request: a chain may come through here more than once.
        http.setExecutor(Executors.newCachedThreadPool());
        http.start();

        TracingServerInterceptor tracing =
                TracingServerInterceptor.newBuilder().withTracer(TRACER).withOperationName(named("hop")).build();
        Server grpc = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(tracing.intercept(ServerServiceDefinition.builder("hello.Greeter")
                        .addMethod(SAY_HELLO, ServerCalls.asyncUnaryCall(Peer::serveGrpc)).build()))
                .build().start();

        System.out.println("http 127.0.0.1:" + http.getAddress().getPort());
        System.out.println("grpc 127.0.0.1:" + grpc.getPort());
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Only its end matters.
        }
        TRACER.close();
        System.exit(0);
    }

    /** Records every trace that starts here. It sends spans where the client's own variables say, or else nowhere. */
    private static JaegerTracer newTracer() {
        if (System.getenv("JAEGER_ENDPOINT") == null && System.getenv("JAEGER_AGENT_HOST") == null) {
            return new JaegerTracer.Builder(SERVICE).withSampler(new ConstSampler(true)).withReporter(new NoopReporter())
                    .withTraceId128Bit().build();
        }
        SamplerConfiguration always = new SamplerConfiguration().withType(ConstSampler.TYPE).withParam(1);
        return Configuration.fromEnv(SERVICE).withSampler(always).withTraceId128Bit(true).getTracer();
    }

    private static void serve(HttpExchange exchange, Callable<String> handler) throws IOException {
        int status = 200;
        String answer;
        try (exchange) {
            try {
                answer = handler.call();
            } catch (Exception error) {
                status = 500;
                answer = SERVICE + ": " + error;
            }
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", status == 200 ? "application/json" : "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String serveHttp(HttpExchange exchange) throws Exception {
        String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        JaegerSpan span = hopOf(TRACER.extract(Format.Builtin.HTTP_HEADERS, carrier(exchange.getRequestHeaders())));
        try {
            return hop(span, request);
        } finally {
            span.finish();
        }
    }

    /** Continues the trace of a Binary carrier, and answers with what it has read there and with a carrier of its own. */
    private static String serveBinary(HttpExchange exchange) throws IOException {
        Bytes received = new Bytes(ByteBuffer.wrap(exchange.getRequestBody().readAllBytes()));
        JaegerSpan span = hopOf(TRACER.extract(Format.Builtin.BINARY, received));
        try {
            JsonObject note = noteOf(span);
            span.setBaggageItem("from-" + SERVICE, ITEM);
            Bytes sent = new Bytes(null);
            TRACER.inject(span.context(), Format.Builtin.BINARY, sent);
            note.addProperty("carrier", HexFormat.of().formatHex(sent.buffer.array()));
            return GSON.toJson(note);
        } finally {
            span.finish();
        }
    }

    private static JaegerSpan hopOf(SpanContext caller) {
        return TRACER.buildSpan("hop").asChildOf(caller).withTag(Tags.SPAN_KIND.getKey(), Tags.SPAN_KIND_SERVER).start();
    }

    /** The interceptor has made the server span, and finishes it. */
    private static void serveGrpc(StringValue request, StreamObserver<StringValue> response) {
        String answer;
        try {
            answer = hop(TRACER.activeSpan(), request.getValue());
        } catch (Exception error) {
            response.onError(Status.INTERNAL.withDescription(SERVICE + ": " + error).asRuntimeException());
            return;
        }
        response.onNext(StringValue.of(answer));
        response.onCompleted();
    }

    /** Notes what the server span's context says, calls the next hop if there is one, and returns all notes. */
    private static String hop(Span span, String request) throws Exception {
        JsonArray next = JsonParser.parseString(request).getAsJsonObject().getAsJsonArray("next");
        JsonObject note = noteOf(span);
        span.setBaggageItem("from-" + SERVICE, ITEM);
        JsonArray notes = new JsonArray();
        notes.add(note);
        if (!next.isEmpty()) {
            URI uri = URI.create(next.remove(0).getAsString());
            JsonObject rest = new JsonObject();
            rest.add("next", next);
            String answer;
            try {
                answer = uri.getScheme().equals("grpc")
                        ? callGrpc(span, uri, GSON.toJson(rest), note) : callHttp(span, uri, GSON.toJson(rest), note);
            } catch (Exception error) {
                throw new IOException("calling " + uri + ": " + error, error);
            }
            notes.addAll(JsonParser.parseString(answer).getAsJsonArray());
        }
        return GSON.toJson(notes);
    }

    private static JsonObject noteOf(Span span) {
        JaegerSpanContext context = (JaegerSpanContext) span.context();
        JsonObject note = new JsonObject();
        note.addProperty("service", SERVICE);
        note.addProperty("trace_id", hex(context.getTraceIdHigh()) + hex(context.getTraceIdLow()));
        note.addProperty("span_id", hex(context.getSpanId()));
        note.addProperty("parent_id", hex(context.getParentId()));
        note.addProperty("sampled", context.isSampled());
        note.addProperty("debug", context.isDebug());
        JsonObject baggage = new JsonObject();
        context.baggageItems().forEach(item -> baggage.addProperty(item.getKey(), item.getValue()));
        note.add("baggage", baggage);
        return note;
    }

    private static String callHttp(Span parent, URI uri, String body, JsonObject note) throws Exception {
        JaegerSpan call = TRACER.buildSpan("call").asChildOf(parent)
                .withTag(Tags.SPAN_KIND.getKey(), Tags.SPAN_KIND_CLIENT).start();
        try {
            note.addProperty("client_span_id", hex(call.context().getSpanId()));
            Map<String, String> headers = new HashMap<>();
            TRACER.inject(call.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
            HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(TIMEOUT)
                    .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
            headers.forEach(request::header);
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (response.statusCode() != 200) {
                throw new IOException("status " + response.statusCode() + ": " + response.body());
            }
            return response.body();
        } finally {
            call.finish();
        }
    }

    /** The interceptor makes the client span and injects it; its decorator tells which span that is. */
    private static String callGrpc(Span parent, URI uri, String body, JsonObject note) {
        TracingClientInterceptor tracing = TracingClientInterceptor.newBuilder().withTracer(TRACER)
                .withOperationName(named("call")).withActiveSpanSource(() -> parent)
                .withClientSpanDecorator((span, method, options) ->
                        note.addProperty("client_span_id", hex(((JaegerSpanContext) span.context()).getSpanId())))
                .build();
        ManagedChannel channel = ManagedChannelBuilder.forAddress(uri.getHost(), uri.getPort()).usePlaintext().build();
        try {
            CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            return ClientCalls.blockingUnaryCall(tracing.intercept(channel), SAY_HELLO, options, StringValue.of(body)).getValue();
        } finally {
            channel.shutdownNow();
        }
    }

    /** Every value of every header, so that the client sees a header that came twice. */
    private static TextMap carrier(Headers headers) {
        return new TextMap() {
            @Override
            public Iterator<Map.Entry<String, String>> iterator() {
                return headers.entrySet().stream()
                        .flatMap(header -> header.getValue().stream().map(value -> Map.entry(header.getKey(), value))).iterator();
            }

            @Override
            public void put(String key, String value) {
                throw new UnsupportedOperationException("only to extract from");
            }
        };
    }

    /** A Binary carrier: bytes that came, or room for as many as the client asks for. */
    private static final class Bytes implements Binary {
        private ByteBuffer buffer;

        private Bytes(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer extractionBuffer() {
            return buffer;
        }

        @Override
        public ByteBuffer injectionBuffer(int length) {
            buffer = ByteBuffer.allocate(length);
            return buffer;
        }
    }

    private static OperationNameConstructor named(String name) {
        return new OperationNameConstructor() {
            @Override
            public <Q, R> String constructOperationName(MethodDescriptor<Q, R> method) {
                return name;
            }
        };
    }

    private static String hex(long id) {
        return String.format("%016x", id);
    }
}
