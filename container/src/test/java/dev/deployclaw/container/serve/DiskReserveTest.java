package dev.deployclaw.container.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.ChainRecorder;
import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.audit.Redaction;
import dev.deployclaw.core.fake.FakeSources;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.runtime.Ports;
import dev.deployclaw.core.runtime.Progress;
import dev.deployclaw.core.runtime.Result;
import dev.deployclaw.testkit.Tmpfs;
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
  private final World world = new World();

  @BeforeEach
  void mayMount() {
    Assumptions.assumeTrue(Tmpfs.possible(), "a file system can be mounted by root alone");
  }

  @Test
  void refusesAChangeAndCompletesARollback() throws Exception {
    Path state = Files.createDirectories(folder.resolve("state"));
    try (var disk = Tmpfs.mount(state, DISK);
        var journal = FileJournal.open(state)) {
      disk.leave(ENOUGH);
      var ports = ports(journal);
      assertThat(agent(ports).run(world.request("apply")).result()).isEqualTo(Result.COMPLETED);
      world.sources.put("acme.yaml", FakeSources.document("acme", 900));
      disk.leave(TOO_LITTLE);
      var before = world.active();

      var refused = agent(ports).run(world.request("apply"));

      assertThat(refused.result()).isEqualTo(Result.REFUSED);
      assertThat(refused.reason())
          .contains("KiB are left for ways back", "make room in " + state, "a rollback goes on");
      assertThat(world.change(refused.execution())).isEmpty();
      assertThat(world.active()).isEqualTo(before);

      disk.leave(NEARLY_NOTHING);
      var back = agent(ports).rollback("last", "ann");

      assertThat(back.result()).as(back.reason()).isEqualTo(Result.COMPLETED);
      var end = journal.read(back.execution()).getLast();
      assertThat(new String(end, StandardCharsets.UTF_8))
          .contains("\"phase\":\"end\"", "\"result\":\"COMPLETED\"");

      disk.makeRoom();
      assertThat(agent(ports).run(world.request("apply")).result()).isNotEqualTo(Result.REFUSED);
    }
  }

  private Architect agent(Ports ports) {
    return new Architect(ports, world.settings("agent"), Progress.NONE);
  }

  /** By which logs are kept on that disk. */
  private Ports ports(Journal journal) {
    var fakes = world.ports(world.store, world.objects, executor -> executor, journal, world.time);
    return new Ports(
        fakes.state(),
        fakes.objects(),
        fakes.executors(),
        new ChainRecorder(Redaction.of(List.of())),
        journal,
        fakes.planner(),
        fakes.playbook(),
        fakes.time(),
        fakes.writers());
  }
}
