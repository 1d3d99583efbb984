package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Sends synthetic requests through the enforcement points. No data is not a pass. */
final class Probing {
  private final Optional<Executor> probe;
  private final Settings settings;
  private final Time time;

  Probing(Optional<Executor> probe, Settings settings, Time time) {
    this.probe = probe;
    this.settings = settings;
    this.time = time;
  }

  Event probe(Activation activation, Duty duty) throws InterruptedException {
    if (probe.isEmpty()) {
      return new Event.Refused("nothing can send synthetic requests here");
    }
    long from = time.micros();
    var call = new Call.Probe(activation, settings.probes());
    var outcome = Calls.one(probe.get(), call, duty.fence(), settings.bounds().converge());
    return switch (outcome) {
      case Outcome.Failed(var fault) -> failed(fault.reason(), duty, from);
      case Outcome.Done done -> judge(done, duty, from);
    };
  }

  private Event failed(String reason, Duty duty, long from) {
    var telling = new Telling(reason, Status.ERROR, Map.of());
    duty.story().tellTimed(Phase.VALIDATE, "Sending synthetic requests", telling, from);
    duty.story().summarise(reason, Status.ERROR);
    return new Event.Refused("validation: " + reason);
  }

  private Event judge(Outcome.Done done, Duty duty, long from) {
    var tally = Tally.of(Map.of("probe", done));
    var facts = new TreeMap<>(done.facts());
    facts.putIfAbsent("per_enforcement_point", points(done.reports()));
    boolean passed = tally.allYes() && !tally.with(Answer.YES).isEmpty();
    String detail = passed ? words(facts) : words(facts) + "; " + wrong(tally);
    Status status = passed ? Status.OK : Status.ERROR;
    var telling = new Telling(detail, status, Map.of("validation", facts));
    duty.story().tellTimed(Phase.VALIDATE, "Sending synthetic requests", telling, from);
    duty.story().summarise(detail, status);
    duty.story().validated(facts);
    return passed ? new Event.Validated() : new Event.Refused("validation: " + wrong(tally));
  }

  private static String wrong(Tally tally) {
    String wrong = tally.named(tally.with(Answer.NO).isEmpty() ? Answer.UNKNOWN : Answer.NO);
    return wrong.isEmpty() ? "no enforcement point answered" : wrong;
  }

  private static String words(Map<String, Object> facts) {
    return "%s requests, %s allowed, %s refused; p50 %s, p99 %s"
        .formatted(
            facts.getOrDefault("requests", 0),
            facts.getOrDefault("allowed", 0),
            facts.getOrDefault("refused", 0),
            millis(facts, "p50_us"),
            millis(facts, "p99_us"));
  }

  private static String millis(Map<String, Object> facts, String key) {
    return facts.get(key) instanceof Number micros
        ? String.format(Locale.ROOT, "%.1f ms", micros.longValue() / 1_000.0)
        : "not measured";
  }

  private static List<Map<String, Object>> points(List<Report> reports) {
    List<Map<String, Object>> out = new ArrayList<>();
    for (var report : reports) {
      var point = new TreeMap<>(report.facts());
      point.put("member", report.member());
      point.put("answer", report.answer().name());
      if (!report.reason().isEmpty()) {
        point.put("reason", report.reason());
      }
      out.add(point);
    }
    return out;
  }
}
