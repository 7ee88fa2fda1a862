import io.jaegertracing.internal.JaegerSpanContext;
import io.jaegertracing.internal.JaegerTracer;
import io.jaegertracing.internal.reporters.RemoteReporter;
import io.jaegertracing.internal.samplers.ConstSampler;
import io.jaegertracing.spi.Sender;
import io.jaegertracing.thrift.internal.senders.HttpSender;
import io.jaegertracing.thrift.internal.senders.UdpSender;
import io.opentracing.References;
import io.opentracing.Span;
import io.opentracing.tag.Tags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reports the spans of ../README.md with Jaeger's Java client: to the agent in small packets, and to the collector.
 *
 * <p>Times are fixed, but for that of the log of a baggage item; the ids are the client's random ones. It has no binary
 * tags.
 */
public final class Recorder {
    private static final int MAX_PACKET_BYTES = 1000;
    /** Longer than the reporter waits for more spans, so that the first one is sent alone. */
    private static final long UNTIL_SENT_MILLIS = 1500;

    private static final long START = 1_700_000_000_000_000L;

    public static void main(String[] args) throws Exception {
        String host = System.getenv("AGENT_HOST");
        int port = Integer.parseInt(System.getenv("AGENT_PORT"));
        report(new UdpSender(host, port, MAX_PACKET_BYTES));
        report(new HttpSender.Builder(System.getenv("COLLECTOR_URL")).build());
        System.exit(0); // at once: the HTTP client keeps threads
    }

    private static void report(Sender sender) throws InterruptedException {
        RemoteReporter reporter = new RemoteReporter.Builder().withSender(sender).build();
        JaegerTracer tracer = new JaegerTracer.Builder("recorder").withReporter(reporter).withSampler(new ConstSampler(true))
                .withTraceId128Bit()
                .withTag("hostname", "host-1").withTag("ip", "192.0.2.1").withTag("process.text", "grüße").withTag("process.long", -7L).build();

        Span root = tracer.buildSpan("HTTP GET /dispatch").withStartTimestamp(START)
                .withTag(Tags.SPAN_KIND.getKey(), Tags.SPAN_KIND_SERVER).start();
        root.setTag("text", "grüße ☃ 𝄞");
        root.setTag("yes", true);
        root.setTag("no", false);
        root.setTag("int", -42);
        root.setTag("smallest", Long.MIN_VALUE);
        root.setTag("double", -0.5);
        root.setBaggageItem("customer", "Rachel's Floral Designs");
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", "cache miss");
        fields.put("count", -3);
        fields.put("hit", false);
        fields.put("ratio", 0.25);
        root.log(START + 100, fields);
        root.log(START + 100, Map.of());

        JaegerSpanContext elsewhere = new JaegerSpanContext(0, 0xabcd, 0xef, 0, (byte) 1);
        Span call = tracer.buildSpan("call").withStartTimestamp(START)
                .addReference(References.CHILD_OF, root.context())
                .addReference(References.FOLLOWS_FROM, elsewhere).start();
        Tags.ERROR.set(call, true);
        call.log(START + 100, Map.of("event", "error"));

        Span debug = tracer.buildSpan("debug").withStartTimestamp(START).start();
        Tags.SAMPLING_PRIORITY.set(debug, 1);

        JaegerSpanContext parent = new JaegerSpanContext(1, 2, 3, 0, (byte) 1);
        Span empty = tracer.buildSpan("empty").withStartTimestamp(START).asChildOf(parent).start();

        Span many = tracer.buildSpan("many").withStartTimestamp(START)
                .addReference(References.FOLLOWS_FROM, root.context()).start();
        for (int index = 0; index < 20; index++) {
            many.setTag("k" + index, index); // a map: this client keeps one value of a key
        }
        call.finish(START + 250);
        Thread.sleep(UNTIL_SENT_MILLIS);
        List.of(root, debug, empty, many).forEach(span -> span.finish(START + 250));
        tracer.close();
    }

    private Recorder() {}
}
