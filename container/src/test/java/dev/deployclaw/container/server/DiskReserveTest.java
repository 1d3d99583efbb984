package dev.deployclaw.container.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.testkit.file.TmpfsMount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs on a real file system that is nearly full: nothing new begins, and a way back completes. */
class DiskReserveTest {
  private static final int DISK = 64;
  private static final long MIB = 1L << 20;

  /** Above what is kept for ways back, below it, and what a way back may find in the end. */
  private static final long ENOUGH = 33 * MIB;

  private static final long TOO_LITTLE = 31 * MIB;
  private static final long NEARLY_NOTHING = MIB / 2;

  @TempDir Path folder;
  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void mayMount() {
    Assumptions.assumeTrue(TmpfsMount.possible(), "a file system can be mounted by root alone");
  }

  @Test
  void refusesAChangeAndCompletesARollback() throws Exception {
    Path state = Files.createDirectories(folder.resolve("state"));
    try (var disk = TmpfsMount.mount(state, DISK);
        var journal = FileJournal.open(state)) {
      disk.leave(ENOUGH);
      var ports = ports(journal);
      assertThat(agent(ports).run(world.request("apply")).result())
          .isEqualTo(ExecutionStatus.COMPLETED);
      world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 900));
      disk.leave(TOO_LITTLE);
      var before = world.active();

      var refused = agent(ports).run(world.request("apply"));

      assertThat(refused.result()).isEqualTo(ExecutionStatus.REFUSED);
      assertThat(refused.reason())
          .contains(
              "KiB are reserved for rollbacks", "free space in " + state, "a rollback still works");
      assertThat(world.change(refused.execution())).isEmpty();
      assertThat(world.active()).isEqualTo(before);

      disk.leave(NEARLY_NOTHING);
      var back = agent(ports).rollback("last", "ann");

      assertThat(back.result()).as(back.reason()).isEqualTo(ExecutionStatus.COMPLETED);
      var end = journal.read(back.execution()).getLast();
      assertThat(new String(end, StandardCharsets.UTF_8))
          .contains("\"phase\":\"end\"", "\"result\":\"COMPLETED\"");

      disk.makeRoom();
      assertThat(agent(ports).run(world.request("apply")).result())
          .isNotEqualTo(ExecutionStatus.REFUSED);
    }
  }

  private ChangeService agent(AgentPorts ports) {
    return new ChangeService(ports, world.settings("agent"), ProgressListener.NONE);
  }

  /** By which logs are kept on that disk. */
  private AgentPorts ports(Journal journal) {
    var fakes = world.ports(world.store, world.objects, executor -> executor, journal, world.time);
    return new AgentPorts(
        fakes.state(),
        fakes.objects(),
        fakes.executors(),
        new HashChainSealer(SecretRedactor.of(List.of())),
        journal,
        fakes.planner(),
        fakes.procedures(),
        fakes.time(),
        fakes.writers(),
        fakes.sets());
  }
}
