package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests of each kind that people type, and how many come to what must come of them. */
class FreshRequestsTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

  /** A file of requests. */
  enum RequestSet {
    FRESH("fresh-2026-11-29.txt"),
    BLIND("blind-2026-11-29-g.txt");

    private final String file;

    RequestSet(String file) {
      this.file = file;
    }

    /** Right ones of each kind, as measured. */
    Map<String, Integer> floors() {
      return switch (this) {
        case FRESH -> floors(22, 34, 43, 9, 20, 12);
        case BLIND -> floors(29, 15, 8, 10, 10, 9);
      };
    }

    private static Map<String, Integer> floors(int... right) {
      return Map.of(
          "terse",
          right[0],
          "calendar",
          right[1],
          "ticket",
          right[2],
          "follow-up",
          right[3],
          "question",
          right[4],
          "unsafe",
          right[5]);
    }
  }

  private record Case(String kind, String request, String expected) {}

  @ParameterizedTest
  @EnumSource
  void holdTheirScoreAndPlanNothingElse(RequestSet set) throws IOException {
    Map<String, int[]> table = new TreeMap<>();
    List<String> unasked = new ArrayList<>();
    for (Case sample : cases(set.file)) {
      String came = outcome(sample.request());
      var row = table.computeIfAbsent(sample.kind(), k -> new int[2]);
      row[0]++;
      boolean right = came.equals(sample.expected());
      row[1] += right ? 1 : 0;
      if (!right) {
        System.out.printf(
            "%s | %s | %s | came to %s%n",
            sample.kind(), sample.request(), sample.expected(), came);
      }
      boolean plan =
          !came.equals("asked") && !came.equals("refused") && !came.startsWith("question");
      if (plan && !right) {
        unasked.add(sample.request() + " came to " + came);
      }
    }
    table.forEach((kind, row) -> System.out.printf("%-10s %3d of %3d%n", kind, row[1], row[0]));
    assertThat(unasked).isEmpty();
    assertThat(table.values().stream().mapToInt(row -> row[0]).sum()).isGreaterThanOrEqualTo(80);
    set.floors()
        .forEach((kind, floor) ->
            assertThat(table.getOrDefault(kind, new int[2])[1])
                .as(kind)
                .isGreaterThanOrEqualTo(floor));
  }

  private static String outcome(String request) {
    var answer =
        new GrammarInterpreter().read(new TaskRequest(request, "somebody", NOW), Corpus.SAMPLES);
    return switch (answer) {
      case Planned(Intent intent) -> said(intent);
      case Inquiry(var q) ->
          ("question " + q.topic().word() + " " + String.join(",", q.tenants())).strip();
      case NeedsClarification _ -> "asked";
      case Refused _ -> "refused";
    };
  }

  static String said(Intent intent) {
    var out = new ArrayList<String>();
    out.add(intent.operation().word());
    intent.target().ifPresent(out::add);
    if (!intent.changes().isEmpty()) {
      out.add(
          intent.changes().stream()
              .map(FreshRequestsTest::said)
              .collect(Collectors.joining(" + ")));
    }
    var guards = intent.guards();
    guards.canaryPercent().ifPresent(p -> out.add("canary=" + p));
    out.addAll(guards.widenPercent().stream().map(p -> "then=" + p).toList());
    guards.bakeSeconds().ifPresent(s -> out.add("bake=" + s));
    guards.maxP99Millis().ifPresent(m -> out.add("p99=" + m));
    out.addAll(guards.manual() ? List.of("manual") : List.of());
    out.addAll(guards.dryRun() ? List.of("dry") : List.of());
    intent.schedule().startAt().ifPresent(at -> out.add("@" + at));
    intent.schedule().revertAt().ifPresent(at -> out.add(".." + at));
    intent.schedule().revertAfterSeconds().ifPresent(s -> out.add("~" + s));
    return String.join(" ", out);
  }

  private static String said(RequestedChange change) {
    var who = change.who();
    var out = new ArrayList<String>();
    String labels =
        who.labels().entrySet().stream().map(Object::toString).collect(Collectors.joining(","));
    String except = who.except().isEmpty() ? "" : "!" + String.join(",", who.except());
    change.operation().ifPresent(o -> out.add(o.word()));
    out.add(String.join(",", who.tenants()) + labels + (who.all() ? "all" : "") + except);
    change.service().ifPresent(out::add);
    change.limitWindowSeconds().ifPresent(w -> out.add("of=" + w));
    var set = change.set();
    set.requests().ifPresent(n -> out.add(n + set.windowSeconds().map(w -> "/" + w).orElse("")));
    set.burst().ifPresent(b -> out.add("burst=" + b));
    set.algorithm().ifPresent(a -> out.add(a.word()));
    set.mode().ifPresent(m -> out.add(m.word()));
    set.key().ifPresent(k -> k.forEach(part -> out.add("per=" + part.word())));
    change.scale().ifPresent(s -> out.add("x" + s.toPlainString()));
    return String.join(" ", out);
  }

  private static List<Case> cases(String file) throws IOException {
    try (var in = FreshRequestsTest.class.getResourceAsStream(file)) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" \\| ", -1))
          .map(row -> new Case(row[0], row[1].replace("\\n", "\n"), row[2]))
          .toList();
    }
  }
}
