package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.Around;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.grant.EffectTable;
import dev.deployclaw.core.grant.GrantCheck;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.Grants;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class GrantedRunTest {
  private final World world = new World();
  private final GrantKey key = GrantKey.random();
  private final InstantSource clock = Grants.steady();
  private final GrantCheck check = new GrantCheck(key, clock, EffectTable.KERNEL);
  private final List<Invocation> made = new CopyOnWriteArrayList<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();

  /** Every call of every kind of execution comes with a grant that holds. */
  @Test
  void everyCallOfARunIsGranted() throws Exception {
    var agent = agent();

    var change = agent.run(world.request("apply"));
    agent.validate();
    agent.heartbeat(Duration.ofSeconds(5));
    agent.drift();
    world.redis.tamper("a", "somebody's");
    agent.repair(world.request("repair"));
    var back = agent.rollback("last", "olivia");

    assertThat(change.result()).as(change.reason()).isEqualTo(Result.COMPLETED);
    assertThat(back.result()).as(back.reason()).isEqualTo(Result.COMPLETED);
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

  private Architect agent() {
    var ports = world.ports();
    var checked =
        ports.executors().names().stream()
            .map(name -> Around.known(ports.executors().named(name).orElseThrow(), this::checked))
            .toList();
    var granted =
        new Ports(
            ports.state(),
            ports.objects(),
            Executors.of(checked, new Grants(key, clock)),
            ports.recorder(),
            ports.journal(),
            ports.planner(),
            ports.playbook(),
            ports.time());
    return new Architect(granted, world.settings("agent"), Progress.NONE);
  }

  /** As the sandbox does. */
  private Outcome checked(Executor inner, Invocation call) throws InterruptedException {
    made.add(call);
    check.refusal(call).ifPresent(refused::add);
    return inner.execute(call);
  }
}
