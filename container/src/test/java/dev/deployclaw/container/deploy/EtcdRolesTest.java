package dev.deployclaw.container.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.etcd.policy.PolicyStoreExecutor;
import dev.deployclaw.executors.redis.activation.FenceAuthority;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.wire.ServerLogin;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.server.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The users of etcd that Compose's script makes: each may do its part, and no more. */
class EtcdRolesTest {
  private static final FencingToken FENCE = new FencingToken("a", 7);
  private static final List<String> PARTS = List.of("agent", "host", "ratelimit");
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private static Path folder;
  @AutoClose private static EtcdServer etcd;

  @BeforeAll
  static void start() throws Exception {
    etcd = EtcdServer.start(folder.resolve("etcd"));
    var secrets = Files.createDirectories(folder.resolve("secrets"));
    for (var part : PARTS) {
      Files.writeString(secrets.resolve("etcd-" + part), "of-" + part);
    }
    Files.writeString(secrets.resolve("etcd-root"), "of-root");
    CommandRunner.of("sh", "compose/etcd-users.sh")
        .with(Map.of("ETCD", etcd.endpoint(), "SECRETS", secrets.toString()))
        .must();
    try (var agent = store("agent")) {
      assertThat(agent.transact(put(StoreKeys.audit("x", 1), "{}")))
          .isInstanceOf(Result.Applied.class);
      assertThat(agent.transact(put(StoreKeys.TERM, "7"))).isInstanceOf(Result.Applied.class);
    }
  }

  @Test
  void theHostStagesAndDiscardsPolicySets() throws Exception {
    try (var state = store("host")) {
      var sets = new PolicyStoreExecutor(state);
      var set = PolicySet.EMPTY;
      var spec =
          new EpochSpec("arch-1", 3, set.digest(), set, 2, Optional.empty(), Optional.empty());

      assertThat(answer(sets, new ExecutorCall.Stage(spec))).isEqualTo(MemberReport.Answer.YES);
      assertThat(answer(sets, new ExecutorCall.Prepare(spec))).isEqualTo(MemberReport.Answer.YES);
      assertThat(answer(sets, new ExecutorCall.Observe())).isEqualTo(MemberReport.Answer.YES);
      assertThat(answer(sets, new ExecutorCall.Discard(3))).isEqualTo(MemberReport.Answer.YES);
      assertThat(state.list(StoreKeys.POLICIES)).isEmpty();
    }
  }

  @Test
  void theHostKnowsTheTermByWhichItFences() throws Exception {
    try (var state = store("host")) {
      assertThat(FenceAuthority.of(state).standing().term()).isEqualTo(7);
    }
  }

  /** So a host that was taken over commits nothing, takes no lead and writes no log. */
  @Test
  void theHostDecidesNothing() {
    try (var state = store("host")) {
      for (var key :
          List.of(
              StoreKeys.ACTIVE,
              StoreKeys.TERM,
              StoreKeys.LEADER,
              StoreKeys.OPEN,
              StoreKeys.FREEZE,
              StoreKeys.checkpoint(1),
              StoreKeys.change("x"),
              StoreKeys.audit("x", 2))) {
        assertThatThrownBy(() -> state.transact(put(key, "8")))
            .as(key)
            .isInstanceOf(Unreachable.class)
            .hasMessageContaining("grant-permission");
      }
      assertThatThrownBy(() -> state.get(StoreKeys.audit("x", 1))).isInstanceOf(Unreachable.class);
      assertThatThrownBy(() -> state.list("")).isInstanceOf(Unreachable.class);
      assertThatThrownBy(() -> state.transact(guess())).isInstanceOf(Unreachable.class);
    }
  }

  @Test
  void theRateLimitServiceReads() throws Exception {
    try (var state = store("ratelimit")) {
      assertThat(state.get(StoreKeys.TERM)).isPresent();
      assertThatThrownBy(() -> state.transact(put("policy/9/manifest", "x")))
          .isInstanceOf(Unreachable.class);
    }
  }

  /** A comparison tells what a key holds as well as a read does. */
  private static Transaction guess() {
    var holds = new Condition.Holds(StoreKeys.FREEZE, "x".getBytes(StandardCharsets.UTF_8));
    return new Transaction(List.of(holds), List.of());
  }

  private static MemberReport.Answer answer(PolicyStoreExecutor sets, ExecutorCall call)
      throws InterruptedException {
    var outcome = sets.execute(new Invocation(sets.name(), call, FENCE, LONG));
    assertThat(outcome).isInstanceOf(CallOutcome.Done.class);
    return ((CallOutcome.Done) outcome).reports().getFirst().answer();
  }

  private static Transaction put(String key, String value) {
    Write write = new Write.Put(key, value.getBytes(StandardCharsets.UTF_8));
    return new Transaction(List.of(), List.of(write));
  }

  private static EtcdStateStore store(String part) {
    var login = new ServerLogin("deployclaw-" + part, "of-" + part);
    return new EtcdStateStore(
        new EtcdSettings(
            List.of(etcd.endpoint()),
            "/deployclaw/default/",
            LONG,
            Optional.of(login),
            TlsSettings.DEFAULT));
  }
}
