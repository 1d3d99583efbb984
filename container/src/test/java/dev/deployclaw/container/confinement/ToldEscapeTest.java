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
@EnabledIf(
    value = "possible",
    disabledReason = ConfinedWorld.NEEDS + "; " + KernelAudit.NEEDS + "; " + AuditRules.NEEDS)
class ToldEscapeTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String MOUNT = "the folder's mount: noexec";
  private static final String OTHERS = "the kernel: a process of another user";

  /** What neither Landlock nor the filter refuses: only rules of the audit tell it. */
  private static final Map<String, PermissionCheck> PERMISSIONS =
      Map.of(
          "read the agent's memory", new PermissionCheck(OTHERS, "call.openat"),
          "read the agent's environment", new PermissionCheck(OTHERS, "call.openat"),
          "make a hard link", new PermissionCheck("the folder's mount", "call.linkat"),
          "run a copy of sh", new PermissionCheck(MOUNT, "call.execve"),
          "run a copy of sh by ld.so", new PermissionCheck(MOUNT, "call.mmap"),
          "run a script", new PermissionCheck(MOUNT, "call.execve"),
          "load a library of its folder", new PermissionCheck(MOUNT, "call.mmap"),
          "become root", new PermissionCheck("no capability", "call.setuid"),
          "connect to it by the socket on which it listens",
              new PermissionCheck("such a socket connects nowhere", "call.connect (log)"));

  /** Landlock and the filter tell theirs without rules. */
  private static final List<String> BY_RULES =
      List.of("call.openat", "call.linkat", "call.mmap", "call.setuid", "call.connect");

  /** A host that signals a gateway's processes may. */
  private static final String SIGNAL = "signal its own user's process";

  @TempDir static Path folder;
  private static final Map<EscapeAttempt, ToldOutcome> OUTCOMES = new LinkedHashMap<>();
  private static final List<ToldOutcome> OF_FEWER_RIGHTS = new ArrayList<>();
  private static final List<String> OF_SIBLINGS = new ArrayList<>();
  private static ToldOutcome parser;

  private record PermissionCheck(String bound, String told) {}

  /**
   * What came of an attempt.
   *
   * @param answer of the kernel to the program
   * @param told rights that lacked, as its records name them
   */
  private record ToldOutcome(String answer, String told) {
    String bound(String attempt) {
      return Optional.ofNullable(PERMISSIONS.get(attempt))
          .map(PermissionCheck::bound)
          .orElse(
              switch (answer) {
                case "SIGSYS" -> "the filter: the process ends";
                case "allowed" -> "nothing";
                default -> told.matches("call\\.\\w+( \\(log\\))?") ? "the filter" : "Landlock";
              });
    }
  }

  static boolean possible() {
    return ConfinedWorld.possible() && AuditRules.possible();
  }

  @BeforeAll
  static void triesAll() throws Exception {
    try (var world = new ConfinedWorld(folder);
        var _ = new KernelAudit();
        var _ = new AuditRules(folder, ConfinedWorld.USER)) {
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
        for (String attempt : attemptsWithFewerRights(world)) {
          OF_FEWER_RIGHTS.add(host.attempt(attempt));
        }
        parser = host.attempt(honestParser(world));
        for (String attempt : siblings(world)) {
          OF_SIBLINGS.add(host.attempt(attempt).told());
        }
      }
    }
  }

  private static List<String> attemptsWithFewerRights(ConfinedWorld world) {
    return List.of(
        "kill\t" + world.victim(),
        "kill\t" + ProcessHandle.current().pid(),
        "read\t" + world.top.resolve("agent.key"),
        "chmod\t" + world.top.resolve("agent.key"),
        "truncate\t" + world.top.resolve("agent.key"),
        "append\t/var/log/dpkg.log");
  }

  /** Each of another name than what the C library calls. */
  private static List<String> siblings(ConfinedWorld world) {
    long agent = ProcessHandle.current().pid();
    var key = world.top.resolve("agent.key");
    return List.of(
        "call\t%d\t%d\t0\t".formatted(number(129, 138), agent),
        "call\t%d\t%d\t%d\t0\t".formatted(number(297, 240), agent, agent),
        "pidfd\t" + agent,
        "call\t452\t-100\t%s\t0\t0".formatted(key),
        "call\t%d\t0\t0".formatted(number(91, 52)),
        "call\t%d\t0\t0\t0".formatted(number(93, 55)),
        "call\t%d\t1\tx".formatted(Syscall.SETGROUPS.number(Processor.here().orElseThrow())),
        "hardlink\t%s\t%s".formatted(world.own.resolve("hard"), world.own.resolve("parsed.conf")));
  }

  private static int number(int x86, int arm) {
    return Processor.here().orElseThrow() == Processor.X86_64 ? x86 : arm;
  }

  /** Without capabilities, as the product starts it. */
  private static String honestParser(ConfinedWorld world) throws IOException {
    var file = world.own.resolve("parsed.conf");
    Files.writeString(
        file,
        "error_log %s/error.log;\n".formatted(world.own)
            + Files.readString(world.own.resolve("nginx.conf")));
    return "exec\t%s\t-t\t-q\t-p\t%s/\t-c\t%s\t-e\t%s"
        .formatted(ConfinedWorld.NGINX, world.own, file, world.own.resolve("own.log"));
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
  Stream<DynamicTest> eachRefusalIsTold() {
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
      var permission = Optional.ofNullable(PERMISSIONS.get(attempt.name()));
      permission.ifPresentOrElse(
          check -> assertThat(outcome.told()).isEqualTo(check.told()),
          () -> assertThat(outcome.told()).isNotEmpty().doesNotContain(BY_RULES));
    }
  }

  @Test
  void whatIsRefusedForWantOfCapabilitiesIsToldToo() {
    assertThat(OF_FEWER_RIGHTS)
        .containsExactly(
            new ToldOutcome("EPERM", "scope.signal"),
            new ToldOutcome("EPERM", "call.kill"),
            new ToldOutcome("EACCES", "call.openat"),
            new ToldOutcome("EPERM", "call.chmod"),
            new ToldOutcome("EACCES", "call.truncate"),
            new ToldOutcome("EACCES", "call.openat (log)"));
  }

  @Test
  void anotherCallForTheSameIsToldToo() {
    assertThat(OF_SIBLINGS)
        .containsExactly(
            "call.kill",
            "call.kill",
            "call.kill",
            "call.chmod",
            "call.chmod",
            "call.chmod",
            "call.setgid",
            "call.linkat");
  }

  @Test
  void anHonestParserIsRefusedNothing() {
    assertThat(parser.answer()).isEqualTo("allowed");
    assertThat(parser.told()).doesNotContain("call.openat").matches("|(\\S+ \\(log\\)(, )?)*");
  }

  /** A confined program that makes attempts, and what is told of it. */
  private static final class ObservedHost implements AutoCloseable {
    private final RefusalLog log = RefusalLog.here();
    private final Instant begun = Instant.now();
    private final Process process;
    private final Writer attempts;
    private final BufferedReader answers;
    private final Set<String> known = new HashSet<>();

    ObservedHost(List<String> command) throws IOException {
      process = new ProcessBuilder(command).redirectError(folder.resolve("log").toFile()).start();
      log.watch(process.pid(), begun, OptionalInt.of(ConfinedWorld.USER.uid()));
      attempts = process.outputWriter();
      answers = process.inputReader();
      String _ = toldUntilMark();
    }

    ToldOutcome attempt(String attempt) throws IOException {
      String answer = answer(attempt);
      if (answer.isEmpty()) {
        BoundedWait.until("its end is told", SOON, () -> fatal().isPresent());
        return new ToldOutcome("SIGSYS", "call." + fatal().orElseThrow().call());
      }
      return new ToldOutcome(answer, toldUntilMark());
    }

    /** One mark at a time: a second one would be taken for that of the next attempt. */
    private String toldUntilMark() throws IOException {
      String _ = answer("mark");
      BoundedWait.until("the mark is told", SOON, () -> further().anyMatch(ToldEvent::isMark));
      var events = further().toList();
      events.forEach(event -> known.add(event.number()));
      return events.stream()
          .filter(event -> !event.isMark())
          .flatMap(event -> event.rights().stream())
          .distinct()
          .sorted()
          .collect(Collectors.joining(", "));
    }

    /** Empty where the kernel ended it. */
    private String answer(String attempt) throws IOException {
      attempts.write(attempt + "\n");
      attempts.flush();
      return Optional.ofNullable(answers.readLine()).orElse("");
    }

    /** The mark is a call that no attempt makes: what is told before it, is of the attempt. */
    private record ToldEvent(String number, List<String> rights) {
      boolean isMark() {
        return rights.equals(List.of("call.adjtimex (log)"));
      }
    }

    private Stream<ToldEvent> further() {
      var rules =
          log.domain(process.pid(), begun).stream()
              .flatMap(d -> log.of(d).stream())
              .map(r -> new ToldEvent(r.event(), r.rights()));
      var filters =
          log.calls(process.pid()).stream()
              .map(c ->
                  new ToldEvent(
                      c.event(), List.of("call." + c.call() + (c.tried() ? " (log)" : ""))));
      return Stream.concat(rules, filters).filter(event -> !known.contains(event.number()));
    }

    private Optional<RefusalRecord.RefusedCall> fatal() {
      return log.calls(process.pid()).stream().filter(RefusalRecord.RefusedCall::fatal).findFirst();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
