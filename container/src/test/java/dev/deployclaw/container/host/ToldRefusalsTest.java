package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.confinement.ToldRecords;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the agent makes of the kernel's records of one start of a host. */
class ToldRefusalsTest {
  private static final long PID = 2_000_000_000L;
  private static final String ERRNO = "50000";
  private static final String KILL = "80000000";
  private static final int PTRACE = 101;
  private static final int SOCKET = 41;
  private static final String ATTEMPT = ToldRecords.stopped(PID, PTRACE, ERRNO);
  private static final String RULES =
      "1424 domain=19a status=allocated mode=enforcing pid=" + PID + " uid=9 exe=\"/x\" comm=\"x\"";
  private static final String FILE = "1423 domain=19a blockers=fs.read_file path=\"/x\" dev=\"x\"";

  @Test
  void rulesAndFiltersBothMustTell() {
    assertThat(of().untold().orElseThrow()).startsWith("not even those");
    assertThat(of(ATTEMPT).untold().orElseThrow()).startsWith("those of system calls alone");
    assertThat(of(RULES).untold().orElseThrow()).contains("system calls aren't told");
    assertThat(of(RULES, ATTEMPT).untold()).isEmpty();
  }

  @Test
  void whatItWasRefusedIsToldOnceItWasReady() {
    var refusals = of(RULES, FILE, ATTEMPT, ToldRecords.stopped(PID, SOCKET, ERRNO), FILE);
    refusals.ready(Instant.ofEpochSecond(2));

    assertThat(refusals.further())
        .contains(
            new Violation(
                Instant.ofEpochSecond(4),
                "was refused call.socket, fs.read_file by the kernel (domain=19a)"));
    assertThat(refusals.further()).isEmpty();
  }

  @Test
  void aStoppedCallIsFoundByItsProcess() {
    var refusals = of(ATTEMPT, ToldRecords.stopped(PID, SOCKET, ERRNO));
    refusals.ready(Instant.ofEpochSecond(0));

    assertThat(refusals.further())
        .map(Violation::what)
        .contains("was refused call.socket by the kernel (pid=2000000000)");
  }

  /** The supervisor tells that end by its exit code. */
  @Test
  void itsOwnEndIsNoRefusal() {
    var refusals = of(RULES, ToldRecords.stopped(PID, PTRACE, KILL));
    refusals.ready(Instant.EPOCH);

    assertThat(refusals.further()).isEmpty();
  }

  private static HostRefusals of(String... records) {
    return new HostRefusals(ToldRecords.of(List.of(records)), PID, Instant.EPOCH);
  }
}
