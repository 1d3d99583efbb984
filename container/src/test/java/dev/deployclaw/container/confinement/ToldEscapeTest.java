package dev.deployclaw.container.confinement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.host.RealPolicy;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a kernel whose audit is on tells of each attempt to escape. The host is that of a gateway,
 * whose capabilities leave the most to the wall. {@code target/told-escapes.md} has each attempt
 * with what bounds it.
 */
@Slow(
    guard = "dev.deployclaw.container.confinement.EscapeTest",
    because = "it switches this machine's audit on")
@EnabledIf(value = "possible", disabledReason = ConfinedWorld.NEEDS + "; " + KernelAudit.NEEDS)
class ToldEscapeTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String MOUNT = "the folder's mount: noexec";

  private static final String OTHERS = "the kernel: a process of another user";

  /** By another than rules and filters, or, for a link between folders, without a record. */
  private static final Map<String, String> UNTOLD =
      Map.of(
          "read the agent's memory", OTHERS,
          "read the agent's environment", OTHERS,
          "make a hard link", "Landlock",
          "run a copy of sh", MOUNT,
          "run a copy of sh by ld.so", MOUNT,
          "run a script", MOUNT,
          "load a library of its folder", MOUNT,
          "become root", "no capability",
          "connect to it by the socket on which it listens", "such a socket connects nowhere");

  /** A host that signals a gateway's processes may. */
  private static final String SIGNAL = "signal its own user's process";

  @TempDir static Path folder;
  private static final Map<EscapeAttempt, ToldOutcome> OUTCOMES = new LinkedHashMap<>();
  private static ToldOutcome signal;

  /**
   * What came of an attempt.
   *
   * @param answer of the kernel to the program
   * @param told rights that lacked, as its records name them
   */
  private record ToldOutcome(String answer, String told) {
    String bound(String attempt) {
      return Optional.ofNullable(UNTOLD.get(attempt))
          .orElse(
              switch (answer) {
                case "SIGSYS" -> "the filter: the process ends";
                case "allowed" -> "nothing";
                default -> told.matches("call\\.\\w+") ? "the filter" : "Landlock";
              });
    }
  }

  static boolean possible() {
    return ConfinedWorld.possible() && KernelAudit.possible();
  }

  @BeforeAll
  static void triesAll() throws Exception {
    try (var world = new ConfinedWorld(folder);
        var _ = new KernelAudit()) {
      int port = world.configured.getLocalPort();
      var real = RealPolicy.ofGateway(folder, ConfinedWorld.USER.uid(), port, world.jar);
      var attempts = EscapeAttempt.all(world);
      try (var host = new ObservedHost(world.byRoot(real).argv())) {
        for (var attempt : attempts) {
          if (!attempt.isFatal()) {
            OUTCOMES.put(attempt, host.attempt(attempt.attempt()));
          }
        }
      }
      for (var attempt : attempts) {
        if (attempt.isFatal()) {
          try (var host = new ObservedHost(world.byRoot(real).argv())) {
            OUTCOMES.put(attempt, host.attempt(attempt.attempt()));
          }
        }
      }
      try (var host = new ObservedHost(world.byRoot().argv())) {
        signal = host.attempt("kill\t" + world.victim());
      }
    }
  }

  @AfterAll
  static void table() throws IOException {
    var lines =
        new ArrayList<>(
            List.of("| attempt | answer | bound | told by the kernel |", "|---|---|---|---|"));
    OUTCOMES.forEach((attempt, outcome) ->
        lines.add(
            "| %s | %s | %s | %s |"
                .formatted(
                    attempt.name(),
                    outcome.answer(),
                    outcome.bound(attempt.name()),
                    outcome.told().isEmpty() ? "–" : outcome.told())));
    Files.write(Path.of("target", "told-escapes.md"), lines);
  }

  @TestFactory
  Stream<DynamicTest> eachRefusalOfRulesAndFiltersIsTold() {
    return OUTCOMES.entrySet().stream()
        .map(e -> {
          var attempt = e.getKey();
          var outcome = e.getValue();
          return DynamicTest.dynamicTest(
              attempt.name() + " -> " + outcome.told(), () -> isTold(attempt, outcome));
        });
  }

  private static void isTold(EscapeAttempt attempt, ToldOutcome outcome) {
    if (attempt.name().equals(SIGNAL)) {
      assertThat(outcome).isEqualTo(new ToldOutcome("allowed", ""));
    } else {
      assertThat(outcome.answer()).isEqualTo(attempt.byRoot());
      assertThat(outcome.told().isEmpty()).isEqualTo(UNTOLD.containsKey(attempt.name()));
    }
  }

  @Test
  void aRefusedSignalIsTold() {
    assertThat(signal).isEqualTo(new ToldOutcome("EPERM", "scope.signal"));
  }

  /** A confined program that makes attempts, and what is told of it. */
  private static final class ObservedHost implements AutoCloseable {
    /** A call that no attempt makes: what is told before it, is of the attempt. */
    private static final String MARK = "adjtimex";

    private final RefusalLog log = RefusalLog.here();
    private final Instant begun = Instant.now();
    private final Process process;
    private final Writer attempts;
    private final BufferedReader answers;
    private final Set<String> known = new HashSet<>();

    ObservedHost(List<String> command) throws IOException {
      process = new ProcessBuilder(command).redirectError(folder.resolve("log").toFile()).start();
      log.watch(process.pid(), begun, OptionalInt.empty());
      attempts = process.outputWriter();
      answers = process.inputReader();
      var _ = attempt("mark");
    }

    ToldOutcome attempt(String attempt) throws IOException {
      String answer = answer(attempt);
      if (answer.isEmpty()) {
        BoundedWait.until("its end is told", SOON, () -> fatal().isPresent());
        return new ToldOutcome("SIGSYS", "call." + fatal().orElseThrow().call());
      }
      String _ = answer("mark");
      BoundedWait.until("the mark is told", SOON, () -> further().anyMatch(e -> e.is(MARK)));
      var events = further().toList();
      events.forEach(event -> known.add(event.number()));
      return new ToldOutcome(
          answer,
          events.stream()
              .filter(event -> !event.is(MARK))
              .flatMap(event -> event.rights().stream())
              .distinct()
              .sorted()
              .collect(Collectors.joining(", ")));
    }

    /** Empty where the kernel ended it. */
    private String answer(String attempt) throws IOException {
      attempts.write(attempt + "\n");
      attempts.flush();
      return Optional.ofNullable(answers.readLine()).orElse("");
    }

    private record ToldEvent(String number, List<String> rights) {
      boolean is(String call) {
        return rights.equals(List.of("call." + call));
      }
    }

    private Stream<ToldEvent> further() {
      var rules =
          log.domain(process.pid(), begun).stream()
              .flatMap(d -> log.of(d).stream())
              .map(r -> new ToldEvent(r.event(), r.rights()));
      var filters =
          log.calls(process.pid()).stream()
              .map(c -> new ToldEvent(c.event(), List.of("call." + c.call())));
      return Stream.concat(rules, filters).filter(event -> !known.contains(event.number()));
    }

    private Optional<RefusalRecord.FilteredCall> fatal() {
      return log.calls(process.pid()).stream()
          .filter(RefusalRecord.FilteredCall::fatal)
          .findFirst();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
