package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.confinement.ToldRecords;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the agent makes of the kernel's records of one start of a host. */
class ToldRefusalsTest {
  private static final long PID = 2_000_000_000L;
  private static final String ERRNO = "50000";
  private static final String KILL = "80000000";
  private static final int PTRACE = 101;
  private static final int PRLIMIT = 302;
  private static final int SOCKET = 41;
  private static final int IO_URING_SETUP = 425;
  private static final int MEMFD_CREATE = 319;
  private static final String ATTEMPT = ToldRecords.stopped(PID, PTRACE, ERRNO);
  private static final String RULES =
      "1424 domain=19a status=allocated mode=enforcing pid=" + PID + " uid=9 exe=\"/x\" comm=\"x\"";
  private static final String PROBE = ToldRecords.ruled(PID, "deployclaw-probe");
  private static final String FILE = "1423 domain=19a blockers=fs.read_file path=\"/x\" dev=\"x\"";

  @AutoClose private final CapturedLog application = CapturedLog.of(HostRefusals.class);

  @Test
  void rulesFiltersAndPermissionsMustTell() {
    assertThat(of().untold().orElseThrow()).startsWith("the agent sees no refusal");
    assertThat(of(ATTEMPT).untold().orElseThrow())
        .startsWith("the agent sees only refused system calls");
    assertThat(of(RULES).untold().orElseThrow()).contains("doesn't see refused system calls");
    assertThat(of(RULES, PROBE).untold().orElseThrow())
        .contains("doesn't see refused system calls");
    assertThat(of(RULES, ATTEMPT).untold().orElseThrow())
        .startsWith("the agent doesn't see refusals by file permissions");
    assertThat(of(RULES, ATTEMPT, PROBE).untold()).isEmpty();
    String execve = ToldRecords.ruled(PID, "deployclaw-execve");
    assertThat(of(RULES, ATTEMPT, execve).untold().orElseThrow())
        .startsWith("the agent doesn't see refusals by file perm");
  }

  @Test
  void itsOwnProbesAreNoViolation() {
    var refusals = of(RULES, ATTEMPT, PROBE);
    refusals.ready(Instant.EPOCH);

    assertThat(refusals.further()).isEmpty();
  }

  @Test
  void whatItWasRefusedIsToldOnceItWasReady() {
    var refusals = of(RULES, PROBE, ATTEMPT, ToldRecords.stopped(PID, PRLIMIT, ERRNO), FILE);
    refusals.ready(Instant.ofEpochSecond(2));

    assertThat(refusals.further())
        .contains(
            new Violation(
                Instant.ofEpochSecond(4),
                "was refused call.prlimit64, fs.read_file by the kernel (domain=19a)"));
    assertThat(refusals.further()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "prlimit64, 302, 50000",
    "sendto, 44, 50000",
    "ptrace, 101, 80000000",
    "mount, 165, 80000000"
  })
  void aStoppedCallIsFoundByItsProcess(String call, int number, String code) throws IOException {
    var child = new ProcessBuilder("sleep", "60").start();
    try {
      long self = ProcessHandle.current().pid();
      var refusals = of(self, ATTEMPT, ToldRecords.stopped(child.pid(), number, code));
      refusals.ready(Instant.EPOCH);

      assertThat(refusals.further())
          .map(Violation::what)
          .contains("was refused call.%s by the kernel (pid=%d)".formatted(call, child.pid()));
    } finally {
      child.destroyForcibly();
    }
  }

  /** The one may not hide the other, however often it comes. */
  @Test
  void whatARuleTellsIsAViolationUnlessItsKeySaysTried() {
    String tried = ToldRecords.ruled(PID, "deployclaw-tried-openat");
    var refusals = of(RULES, tried, ToldRecords.ruled(PID, "deployclaw-openat"), tried, tried);
    refusals.ready(Instant.EPOCH);

    assertThat(refusals.further())
        .map(Violation::what)
        .contains("was refused call.openat by the kernel (pid=" + PID + ")");
  }

  /** nginx -t asks name services, libuv asks for io_uring, .NET for memory without a file. */
  @Test
  void whatHonestProgramsTryIsLoggedOnceAndNoViolation() {
    var refusals =
        of(
            RULES,
            ATTEMPT,
            ToldRecords.stopped(PID, SOCKET, ERRNO),
            ToldRecords.stopped(PID, IO_URING_SETUP, ERRNO),
            ToldRecords.stopped(PID, MEMFD_CREATE, ERRNO),
            ToldRecords.ruled(PID, "deployclaw-tried-openat"),
            ToldRecords.stopped(PID, SOCKET, ERRNO));
    refusals.ready(Instant.ofEpochSecond(1));

    assertThat(refusals.further()).isEmpty();
    assertThat(refusals.further()).isEmpty();
    assertThat(application.lines())
        .extracting(ILoggingEvent::getLevel, e -> e.getKeyValuePairs().get(1).value)
        .containsExactlyInAnyOrder(
            tuple(Level.INFO, "socket"),
            tuple(Level.INFO, "io_uring_setup"),
            tuple(Level.INFO, "openat"),
            tuple(Level.INFO, "memfd_create"));
  }

  /** The supervisor tells that end by its exit code. */
  @Test
  void itsOwnEndIsNoRefusal() {
    var refusals = of(RULES, ToldRecords.stopped(PID, PTRACE, KILL));
    refusals.ready(Instant.EPOCH);

    assertThat(refusals.further()).isEmpty();
  }

  private static HostRefusals of(String... records) {
    return of(PID, records);
  }

  private static HostRefusals of(long pid, String... records) {
    var log = ToldRecords.log();
    var refusals = HostRefusals.watch(log, pid, Instant.EPOCH, OptionalInt.empty());
    ToldRecords.tell(log, List.of(records));
    return refusals;
  }
}
