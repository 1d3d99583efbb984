package dev.deployclaw.container.telemetry;

import dev.deployclaw.audit.TraceParent;
import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.container.telemetry.CallTrail.Calls;
import dev.deployclaw.container.telemetry.Drawn.Ground;
import dev.deployclaw.container.telemetry.Drawn.Period;
import dev.deployclaw.policy.json.Canonical;
import io.opentelemetry.api.trace.SpanKind;
import java.nio.charset.StandardCharsets;
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
 * what stands under it. What a record decides is linked to the spans of what that rests on. Calls
 * are drawn within the record that tells of them. What was drawn up to an earlier end isn't drawn
 * again; the whole is drawn once it is over. Pure.
 */
final class Drawing {
  private static final int SPAN = 16;

  /** Records that become spans, steps apart. */
  private static final int MOST_RECORDS = 4_096;

  private final String execution;
  private final Optional<ModelConfig> model;
  private final List<Entry> told;
  private final Map<Long, Entry> steps;
  private final Map<Long, String> spans;
  private final Map<String, Instant> earliest = new HashMap<>();
  private final List<Drawn> drawn = new ArrayList<>();

  private Drawing(String execution, List<Entry> log, int from, Optional<ModelConfig> model) {
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
  static List<Drawn> of(
      String execution, List<Entry> log, Calls calls, Optional<ModelConfig> model) {
    int end = log.size() - 1;
    int from = end;
    while (from > 0 && !log.get(from - 1).isEnd()) {
      from--;
    }
    var drawing = new Drawing(execution, log, from, model);
    drawing.calls(calls.made());
    long leftOut = calls.leftOut() + drawing.records();
    drawing.steps();
    if (log.get(end).word("result").filter(r -> !r.equals("HELD")).isPresent()) {
      drawing.whole(log, leftOut);
    }
    return drawing.drawn;
  }

  private void calls(List<Called> calls) {
    for (int i = 0; i < calls.size(); i++) {
      var call = calls.get(i);
      String parent = teller(call);
      reaches(parent, call.start());
      drawn.add(
          new Drawn(
              span("deployclaw.call:%s:%s:%d".formatted(execution, call.start(), i)),
              Optional.of(parent),
              Labels.call(call),
              SpanKind.INTERNAL,
              new Period(call.start(), call.start().plus(call.took())),
              call.answered().status(),
              Labels.call(call, execution),
              Optional.empty()));
    }
  }

  /** Returns how many were too many. */
  private long records() {
    var records = told.stream().filter(e -> !e.isSummary()).toList();
    records.stream()
        .limit(MOST_RECORDS)
        .forEach(e -> {
          String parent = under(e);
          var start = e.isEnd() ? e.time() : e.start();
          add(e, parent, new Period(start, e.time()));
        });
    return Math.max(0, records.size() - MOST_RECORDS);
  }

  private void steps() {
    told.stream()
        .filter(Entry::isSummary)
        .forEach(e -> add(e, root(), new Period(e.start(), e.time())));
  }

  private void whole(List<Entry> log, long leftOut) {
    var end = log.getLast();
    var begun =
        log.stream()
            .filter(Entry::isEnd)
            .flatMap(e -> begun(e).stream())
            .min(Comparator.naturalOrder())
            .orElse(log.getFirst().start());
    drawn.add(
        new Drawn(
                root(),
                Optional.empty(),
                Labels.execution(),
                SpanKind.INTERNAL,
                new Period(log.getFirst().start(), end.time()).from(begun),
                end.status(),
                Labels.execution(execution, end, leftOut),
                Optional.empty())
            .from(earliest.getOrDefault(root(), begun)));
  }

  private void add(Entry e, String parent, Period period) {
    String id = id(e);
    var whole = period.from(earliest.getOrDefault(id, period.start()));
    reaches(parent, whole.start());
    drawn.add(
        new Drawn(
            id,
            Optional.of(parent),
            Labels.record(e),
            e.isChat() ? SpanKind.CLIENT : SpanKind.INTERNAL,
            whole,
            e.status(),
            Labels.record(e, model),
            e.decided().map(d -> decided(e.time(), d))));
  }

  private Drawn.Decided decided(Instant at, Entry.Decided decided) {
    var grounds =
        decided.evidence().stream()
            .flatMap(seq ->
                Optional.ofNullable(spans.get(seq)).map(span -> new Ground(span, seq)).stream())
            .toList();
    return new Drawn.Decided(at, Labels.decision(decided), grounds);
  }

  /** Something under a span began then. */
  private void reaches(String parent, Instant start) {
    earliest.merge(parent, start, (a, b) -> a.isBefore(b) ? a : b);
  }

  private String under(Entry e) {
    return Optional.ofNullable(steps.get(e.seq())).map(Drawing::id).orElse(root());
  }

  /** The record that tells of a call: the shortest that was at work when the call was. */
  private String teller(Called call) {
    var middle = call.start().plus(call.took().dividedBy(2));
    return Stream.concat(
            within(call, middle).filter(e -> !e.isSummary()),
            within(call, middle).filter(Entry::isSummary))
        .findFirst()
        .map(Drawing::id)
        .orElse(root());
  }

  private Stream<Entry> within(Called call, Instant at) {
    return told.stream()
        .filter(e -> e.step() == call.step() && !e.isEnd() && !e.took().isZero())
        .filter(e -> !at.isBefore(e.start()) && !at.isAfter(e.time()))
        .sorted(Comparator.comparing(Entry::took));
  }

  /** The summary that each record stands under, by its number: the next one of the same step. */
  private static Map<Long, Entry> steps(List<Entry> told) {
    var out = new HashMap<Long, Entry>();
    var next = new HashMap<Integer, Entry>();
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
  private static Map<Long, String> spans(List<Entry> log) {
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

  private static Optional<Instant> begun(Entry end) {
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

  private static String id(Entry entry) {
    return entry.hash().substring(0, SPAN);
  }

  private static String span(String name) {
    return Canonical.sha256(name.getBytes(StandardCharsets.UTF_8)).substring(0, SPAN);
  }
}
