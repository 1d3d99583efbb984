package dev.deployclaw.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.InterceptingExecutor;
import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.grant.GrantIssuer;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.GrantVerifier;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class GrantedRunTest {
  private final FakeEstate world = new FakeEstate();
  private final GrantKey key = GrantKey.random();
  private final InstantSource clock = GrantIssuer.steady();
  private final GrantVerifier check = new GrantVerifier(key, clock, OperationAllowlist.KERNEL);
  private final List<Invocation> made = new CopyOnWriteArrayList<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();

  /** Every call of every kind of execution comes with a grant that holds. */
  @Test
  void everyCallOfARunIsGranted() throws Exception {
    var agent = agent();

    var change = agent.run(world.request("apply"));
    agent.queries().validate();
    agent.queries().heartbeat(Duration.ofSeconds(5));
    agent.queries().drift();
    world.redis.tamper("a", "somebody's");
    agent.repair(world.request("repair"));
    var back = agent.rollback("last", "olivia");

    assertThat(change.result()).as(change.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(back.result()).as(back.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(refused).isEmpty();
  }

  @Test
  void whatActsIsBoundToItsExecutionPlanAndStep() throws Exception {
    var ended = agent().run(world.request("apply"));

    var change = world.change(ended.execution()).orElseThrow();
    var acts = new ArrayList<String>();
    for (var call : made) {
      if (EffectClass.of(call.call()) == EffectClass.ACTIVATE) {
        var purpose = call.grant().orElseThrow().purpose();
        acts.add(call.operation());
        assertThat(purpose.execution()).isEqualTo(ended.execution());
        assertThat(purpose.plan()).isEqualTo(change.planHash());
        assertThat(purpose.step()).isEqualTo(5);
      }
    }
    assertThat(acts)
        .contains("etcd.publish", "gateway.publish", "ratelimit.publish", "redis.publish");
  }

  private ChangeService agent() {
    var ports = world.ports();
    var checked =
        ports.executors().names().stream()
            .map(name ->
                InterceptingExecutor.known(
                    ports.executors().named(name).orElseThrow(), this::checked))
            .toList();
    var granted =
        FakeEstate.withExecutors(ports, ExecutorRegistry.of(checked, new GrantIssuer(key, clock)));
    return new ChangeService(granted, world.settings("agent"), ProgressListener.NONE);
  }

  /** As the sandbox does. */
  private CallOutcome checked(BackendExecutor inner, Invocation call) throws InterruptedException {
    made.add(call);
    check.refusal(call).ifPresent(refused::add);
    return inner.execute(call);
  }
}
