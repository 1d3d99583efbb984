package dev.deployclaw.container.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.spi.StateStore.Entry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What each change leaves in the state store: so much at first, and so much once its log left. */
class StateGrowthTest {
  private static final int CHANGES = 20;
  private static final int MOST_KEYS = 24;
  private static final int MOST_BYTES = 32 * 1024;
  private static final int MOST_KEYS_FOR_GOOD = 8;
  private static final int MOST_BYTES_FOR_GOOD = 3 * 1024;

  private final FakeEstate world = new FakeEstate();

  @Test
  void aChangeLeavesFewKeysAndFewBytes() throws Exception {
    run("apply");
    run("set acme 700");
    var before = world.store.list("");

    for (int i = 1; i <= CHANGES; i++) {
      run("set acme " + (700 + i));
    }

    var after = world.store.list("");
    int keys = (after.size() - before.size()) / CHANGES;
    long bytes = (bytes(after) - bytes(before)) / CHANGES;
    System.out.println("a change leaves " + keys + " keys, " + bytes + " bytes: " + by(after));
    assertThat(keys).isBetween(1, MOST_KEYS);
    assertThat(bytes).isBetween(1L, (long) MOST_BYTES);
  }

  @Test
  void aChangeWhoseLogLeftKeepsLittle() throws Exception {
    run("apply");
    run("set acme 700");
    assertThat(agent().prune(1).gone()).isZero();
    var before = world.store.list("");
    for (int i = 1; i <= CHANGES; i++) {
      run("set acme " + (700 + i));
    }

    assertThat(agent().prune(1).gone()).as("the first and the last are needed").isEqualTo(CHANGES);

    var after = world.store.list("");
    int keys = (after.size() - before.size()) / CHANGES;
    long bytes = (bytes(after) - bytes(before)) / CHANGES;
    System.out.println("for good: " + keys + " keys, " + bytes + " bytes: " + by(after));
    assertThat(keys).isBetween(1, MOST_KEYS_FOR_GOOD);
    assertThat(bytes).isBetween(1L, (long) MOST_BYTES_FOR_GOOD);
  }

  private void run(String text) throws InterruptedException {
    var ended = agent().run(world.request(text));
    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
  }

  private ChangeService agent() {
    var p = world.ports();
    var ports =
        new AgentPorts(
            p.state(),
            p.objects(),
            p.executors(),
            new HashChainSealer(SecretRedactor.of(List.of())),
            p.journal(),
            p.planner(),
            p.procedures(),
            p.time());
    return new ChangeService(ports, world.settings("agent"), ProgressListener.NONE);
  }

  private static long bytes(List<Entry> entries) {
    return entries.stream().mapToLong(StateGrowthTest::bytes).sum();
  }

  private static long bytes(Entry entry) {
    return entry.key().length() + (long) entry.value().length;
  }

  /** Bytes by the first part of the key, of all changes together. */
  private static Map<String, Long> by(List<Entry> entries) {
    var out = new TreeMap<String, Long>();
    entries.forEach(e -> out.merge(e.key().replaceAll("/.*", ""), bytes(e), Long::sum));
    return out;
  }
}
