package dev.deployclaw.container.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.List;

/** Makes the SDK's spans of drawn ones, with the ids that these have. One thread. */
final class SdkSpanFactory {
  static final String SCOPE = "dev.deployclaw";
  private static final int LONGEST_VALUE = 256;

  /** More than a decision can rest on: what it found, and what each of its grounds did. */
  private static final int MOST_LINKS = 1_024;

  private static final SpanLimits LIMITS =
      SpanLimits.builder()
          .setMaxAttributeValueLength(LONGEST_VALUE)
          .setMaxNumberOfLinks(MOST_LINKS)
          .build();

  private final Ids ids = new Ids();
  private final Made made = new Made();
  private final Tracer tracer;

  SdkSpanFactory(Resource resource) {
    this.tracer =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setIdGenerator(ids)
            .setSampler(Sampler.alwaysOn())
            .setSpanLimits(LIMITS)
            .addSpanProcessor(made)
            .build()
            .get(SCOPE);
  }

  /**
   * @param trace 32 hex digits
   */
  List<SpanData> spans(String trace, List<SpanRecord> drawn) {
    ids.trace = trace;
    for (var d : drawn) {
      ids.span = d.id();
      make(d);
    }
    return made.take();
  }

  private void make(SpanRecord d) {
    var builder =
        tracer
            .spanBuilder(d.name())
            .setSpanKind(d.kind())
            .setStartTimestamp(d.period().start())
            .setAllAttributes(d.attributes());
    d.decided().stream()
        .flatMap(decided -> decided.grounds().stream())
        .forEach(
            g -> builder.addLink(inTrace(g.span()), Attributes.of(SpanAttributeKeys.SEQ, g.seq())));
    var span = d.parent().map(p -> builder.setParent(within(p))).orElseGet(builder::setNoParent);
    var begun = span.startSpan();
    status(begun, d.status());
    d.decided().ifPresent(c -> begun.addEvent(SpanAttributeKeys.DECIDED, c.attributes(), c.at()));
    begun.end(d.period().end());
  }

  private Context within(String parent) {
    return Context.root().with(Span.wrap(inTrace(parent)));
  }

  private SpanContext inTrace(String span) {
    return SpanContext.create(ids.trace, span, TraceFlags.getSampled(), TraceState.getDefault());
  }

  /** What nobody knows would look like a success if its status were left unset. */
  private static void status(Span span, String status) {
    switch (status) {
      case "OK" -> span.setStatus(StatusCode.OK);
      case "ERROR" -> span.setStatus(StatusCode.ERROR);
      case "UNKNOWN" -> span.setStatus(StatusCode.ERROR, "UNKNOWN");
      default -> {}
    }
  }

  /** Gives out what it was told to. */
  private static final class Ids implements IdGenerator {
    private String trace = "";
    private String span = "";

    @Override
    public String generateSpanId() {
      return span;
    }

    @Override
    public String generateTraceId() {
      return trace;
    }
  }

  /** Keeps what ended until it is taken. */
  private static final class Made implements SpanProcessor {
    private final List<SpanData> spans = new ArrayList<>();

    List<SpanData> take() {
      var out = List.copyOf(spans);
      spans.clear();
      return out;
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      spans.add(span.toSpanData());
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
