package dev.deployclaw.container.telemetry;

import dev.deployclaw.audit.record.TraceParent;
import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.container.telemetry.ExecutorCallBuffer.Calls;
import dev.deployclaw.container.telemetry.SpanRecord.Ground;
import dev.deployclaw.container.telemetry.SpanRecord.Period;
import dev.deployclaw.policy.json.CanonicalJson;
import io.opentelemetry.api.trace.SpanKind;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The spans of an execution, from its log up to where it ended or is held: one for each record, by
 * the id that its {@code traceparent} in the stream has; a step's is that of its summary, and holds
 * what is under it. What a record decides is linked to the spans of what that rests on. Calls are
 * drawn within the record that tells of them. What was drawn up to an earlier end isn't drawn
 * again; the whole is drawn once it is over. Pure.
 */
final class TraceBuilder {
  private static final int SPAN = 16;

  /** Records that become spans, steps apart. */
  private static final int MOST_RECORDS = 4_096;

  private final String execution;
  private final Optional<ModelConfig> model;
  private final List<TraceLogEntry> told;
  private final Map<Long, TraceLogEntry> steps;
  private final Map<Long, String> spans;
  private final Map<String, Instant> earliest = new HashMap<>();
  private final List<SpanRecord> drawn = new ArrayList<>();

  private TraceBuilder(
      String execution, List<TraceLogEntry> log, int from, Optional<ModelConfig> model) {
    this.execution = execution;
    this.told = log.subList(from, log.size());
    this.model = model;
    this.steps = steps(told);
    this.spans = spans(log);
  }

  /**
   * @param log from its first record to one that says how it ended
   * @param calls made since it ended the last time
   */
  static List<SpanRecord> of(
      String execution, List<TraceLogEntry> log, Calls calls, Optional<ModelConfig> model) {
    int end = log.size() - 1;
    int from = end;
    while (from > 0 && !log.get(from - 1).isEnd()) {
      from--;
    }
    var drawing = new TraceBuilder(execution, log, from, model);
    drawing.calls(calls.made());
    long leftOut = calls.leftOut() + drawing.records();
    drawing.steps();
    if (log.get(end).word("result").filter(r -> !r.equals("HELD")).isPresent()) {
      drawing.whole(log, leftOut);
    }
    return drawing.drawn;
  }

  private void calls(List<ExecutorCallRecord> calls) {
    for (int i = 0; i < calls.size(); i++) {
      var call = calls.get(i);
      String parent = teller(call);
      reaches(parent, call.start());
      drawn.add(
          new SpanRecord(
              span("deployclaw.call:%s:%s:%d".formatted(execution, call.start(), i)),
              Optional.of(parent),
              SpanLabels.call(call),
              SpanKind.INTERNAL,
              new Period(call.start(), call.start().plus(call.took())),
              call.answered().status(),
              SpanLabels.call(call, execution),
              Optional.empty()));
    }
  }

  /** Returns how many were too many. */
  private long records() {
    var records = told.stream().filter(e -> !e.isSummary()).toList();
    records.stream()
        .limit(MOST_RECORDS)
        .forEach(e -> {
          String parent =
              Optional.ofNullable(steps.get(e.seq())).map(TraceBuilder::id).orElse(root());
          var start = e.isEnd() ? e.time() : e.start();
          add(e, parent, new Period(start, e.time()));
        });
    return Math.max(0, records.size() - MOST_RECORDS);
  }

  private void steps() {
    told.stream()
        .filter(TraceLogEntry::isSummary)
        .forEach(e -> add(e, root(), new Period(e.start(), e.time())));
  }

  private void whole(List<TraceLogEntry> log, long leftOut) {
    var end = log.getLast();
    var begun =
        log.stream()
            .filter(TraceLogEntry::isEnd)
            .flatMap(e -> begun(e).stream())
            .min(Comparator.naturalOrder())
            .orElse(log.getFirst().start());
    drawn.add(
        new SpanRecord(
                root(),
                Optional.empty(),
                SpanLabels.execution(),
                SpanKind.INTERNAL,
                new Period(log.getFirst().start(), end.time()).from(begun),
                end.status(),
                SpanLabels.execution(execution, end, leftOut),
                Optional.empty())
            .from(earliest.getOrDefault(root(), begun)));
  }

  private void add(TraceLogEntry e, String parent, Period period) {
    String id = id(e);
    var whole = period.from(earliest.getOrDefault(id, period.start()));
    reaches(parent, whole.start());
    drawn.add(
        new SpanRecord(
            id,
            Optional.of(parent),
            SpanLabels.record(e),
            e.isChat() ? SpanKind.CLIENT : SpanKind.INTERNAL,
            whole,
            e.status(),
            SpanLabels.record(e, model),
            e.decided().map(d -> decided(e.time(), d))));
  }

  private SpanRecord.Decided decided(Instant at, TraceLogEntry.Decided decided) {
    var grounds =
        decided.evidence().stream()
            .flatMap(seq ->
                Optional.ofNullable(spans.get(seq)).map(span -> new Ground(span, seq)).stream())
            .toList();
    return new SpanRecord.Decided(at, SpanLabels.decision(decided), grounds);
  }

  /** Something under a span began then. */
  private void reaches(String parent, Instant start) {
    earliest.merge(parent, start, (a, b) -> a.isBefore(b) ? a : b);
  }

  /** The record that tells of a call: the shortest that was at work when the call was. */
  private String teller(ExecutorCallRecord call) {
    var middle = call.start().plus(call.took().dividedBy(2));
    return Stream.concat(
            within(call, middle).filter(e -> !e.isSummary()),
            within(call, middle).filter(TraceLogEntry::isSummary))
        .findFirst()
        .map(TraceBuilder::id)
        .orElse(root());
  }

  private Stream<TraceLogEntry> within(ExecutorCallRecord call, Instant at) {
    return told.stream()
        .filter(e -> e.step() == call.step() && !e.isEnd() && !e.took().isZero())
        .filter(e -> !at.isBefore(e.start()) && !at.isAfter(e.time()))
        .sorted(Comparator.comparing(TraceLogEntry::took));
  }

  /** The summary that each record stands under, by its number: the next one of the same step. */
  private static Map<Long, TraceLogEntry> steps(List<TraceLogEntry> told) {
    var out = new HashMap<Long, TraceLogEntry>();
    var next = new HashMap<Integer, TraceLogEntry>();
    for (var e : told.reversed()) {
      if (e.isSummary()) {
        next.put(e.step(), e);
      } else if (e.step() > 0 && next.containsKey(e.step())) {
        out.put(e.seq(), next.get(e.step()));
      }
    }
    return out;
  }

  /** The spans of all records by their numbers, but for those that were too many. */
  private static Map<Long, String> spans(List<TraceLogEntry> log) {
    var out = new HashMap<Long, String>();
    int records = 0;
    for (var e : log) {
      records += e.isSummary() ? 0 : 1;
      if (e.isSummary() || records <= MOST_RECORDS) {
        out.put(e.seq(), id(e));
      }
      records = e.isEnd() ? 0 : records;
    }
    return out;
  }

  private static Optional<Instant> begun(TraceLogEntry end) {
    try {
      return end.facts().get("begun") instanceof String begun
          ? Optional.of(Instant.parse(begun))
          : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private String root() {
    return TraceParent.span(execution);
  }

  private static String id(TraceLogEntry entry) {
    return entry.hash().substring(0, SPAN);
  }

  private static String span(String name) {
    return CanonicalJson.sha256(name).substring(0, SPAN);
  }
}
