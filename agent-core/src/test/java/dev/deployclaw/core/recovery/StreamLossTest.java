package dev.deployclaw.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the runtime does about a stream that lost records, holds others, or is away for long. */
class StreamLossTest {
  /** What is known of a stream, as tests want it. */
  private static final class Known implements StreamCopy {
    private final List<Repaired> repaired = new ArrayList<>();
    private final List<Fork> forks = new ArrayList<>();
    private String full = "";

    @Override
    public List<Repaired> repaired() {
      return List.copyOf(repaired);
    }

    @Override
    public List<Fork> forks() {
      return List.copyOf(forks);
    }

    @Override
    public void alarmed(Fork fork) {
      forks.replaceAll(
          f -> f.equals(fork) ? new Fork(f.execution(), f.seq(), f.here(), f.there(), true) : f);
    }

    @Override
    public Optional<String> full() {
      return Optional.of(full).filter(f -> !f.isEmpty());
    }
  }

  @Test
  void accountsForARepairOnceInALogOfItsOwn() throws Exception {
    var world = new FakeEstate();
    lossIn(world);

    var finished = world.agent().recover().finished();
    int logs = world.journal.executions().size();
    var again = world.agent().recover().finished();

    assertThat(finished)
        .singleElement()
        .satisfies(
            e -> assertThat(e.reason()).contains("REPAIR", "7 records", "was created again"));
    assertThat(last(world, finished.getFirst().execution()))
        .contains("\"repair\":", "\"phase\":\"end\"", "DEPLOYCLAW_AUDIT");
    assertThat(again).isEmpty();
    assertThat(world.journal.executions()).hasSize(logs);
  }

  @Test
  void accountsForItOnceWhateverCallTheAgentDiesAt() throws Exception {
    int kills = 0;
    boolean died = true;
    for (int call = 1; died; call++) {
      for (var moment : Moment.values()) {
        var world = new FakeEstate();
        lossIn(world);
        died = dies(world, AgentWire.cut(call, moment));
        world.store.expireLeases();

        world.agent().recover();

        assertThat(accounts(world)).as("killed at call " + call + " " + moment).isEqualTo(1);
        assertThat(world.store.keys(StoreKeys.REPAIRED)).hasSize(1);
        world.assertAtRest();
        kills += died ? 1 : 0;
      }
    }
    assertThat(kills).isGreaterThan(10);
  }

  @Test
  void aForgedRecordStopsNothingWhereTheStateStoreKnowsTheLog() throws Exception {
    var world = new FakeEstate();
    String execution = world.run("apply").execution();
    var known = new Known();
    int records = world.journal.read(execution).size();
    for (int seq = 1; seq <= records; seq++) {
      known.forks.add(new StreamCopy.Fork(execution, seq, "aa", "bb", false));
    }
    world.journal.stream(known);
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 900));

    var went = world.run("apply");

    assertThat(went.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.queries().status().frozen()).isEmpty();
    assertThat(known.forks).hasSize(records).allMatch(StreamCopy.Fork::alarmed);
    assertThat(known.forks.getFirst().sentence())
        .contains("deployclaw.audit." + execution + ".1 with SHA-256 bb", "nats stream rm");
  }

  /** An id of tomorrow can be forged today: its log isn't there, and then it isn't over. */
  @Test
  void aForgedRecordOfALogThatIsNotOverStopsNothing() throws Exception {
    var world = new FakeEstate();
    var known = new Known();
    known.forks.add(new StreamCopy.Fork("arch-2026-11-02-rate-limit-001", 1, "aa", "bb", false));
    world.journal.stream(known);

    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.COMPLETED);

    assertThat(world.queries().status().frozen()).isEmpty();
    assertThat(known.forks).noneMatch(StreamCopy.Fork::alarmed);
  }

  @Test
  void freezesOnceBecauseOfALogThatWasChangedAndAWayBackGoesOn() throws Exception {
    var world = new FakeEstate();
    String execution = world.run("apply").execution();
    world.journal.tamper(execution, 3);
    var known = new Known();
    known.forks.add(new StreamCopy.Fork(execution, 3, "aa", "bb", false));
    world.journal.stream(known);
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 900));

    var stopped = world.run("apply");
    var back = world.agent().rollback("last", "ann");

    assertThat(stopped.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(stopped.reason()).contains("kill switch", "FORK", "record 3 of " + execution);
    assertThat(world.queries().status().frozen())
        .hasValueSatisfying(f -> assertThat(f.reason()).contains("audit diff-stream " + execution));
    assertThat(back.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.agent().thaw("ann").result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.run("apply").result())
        .as("a person had the last word")
        .isNotEqualTo(ExecutionStatus.ABORTED);
    assertThat(world.queries().status().frozen()).isEmpty();
  }

  @Test
  void refusesWhatIsNewWhileTooMuchWaitsAndAWayBackGoesOn() throws Exception {
    var world = new FakeEstate();
    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.COMPLETED);
    var known = new Known();
    known.full = "64 MiB wait for the stream";
    world.journal.stream(known);
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 900));

    var refused = world.run("apply");
    var back = world.agent().rollback("last", "ann");

    assertThat(refused.result()).isEqualTo(ExecutionStatus.REFUSED);
    assertThat(refused.reason()).isEqualTo("64 MiB wait for the stream");
    assertThat(world.change(refused.execution())).isEmpty();
    assertThat(back.result()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  private static void lossIn(FakeEstate world) {
    var known = new Known();
    known.repaired.add(
        new StreamCopy.Repaired(
            "ab12", 7, "the stream was created again", Map.of("stream", "DEPLOYCLAW_AUDIT")));
    world.journal.stream(known);
  }

  private static boolean dies(FakeEstate world, AgentWire wire) throws InterruptedException {
    try {
      world.agent(wire).recover();
      return false;
    } catch (AgentKilledError e) {
      return true;
    }
  }

  private static long accounts(FakeEstate world) {
    return world.journal.executions().stream()
        .filter(id -> last(world, id).contains("\"repair\":"))
        .count();
  }

  private static String last(FakeEstate world, String execution) {
    return new String(world.journal.read(execution).getLast(), StandardCharsets.UTF_8);
  }
}
