package dev.deployclaw.core.freeze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.InterceptingExecutor;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.core.procedure.Procedure.ProcedureStep;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AutoFreezeTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void threeRefusalsAtTheSandboxFreezeTheAgentBeforeTheCommit() throws Exception {
    var ended =
        agent(Set.of("redis.stage", "gateway.stage", "ratelimit.stage"))
            .run(world.request("apply"));

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason())
        .contains("redis.stage was refused at the sandbox")
        .contains("the agent froze itself", "3 calls of " + ended.execution(), "deployclaw thaw");
    assertThat(world.active()).isEmpty();
    assertThat(world.queries().status().frozen())
        .map(FreezeRecord::reason)
        .contains("3 calls of " + ended.execution() + " were refused at the sandbox");
    assertThat(log(ended)).contains("\"action\":\"Freezing the agent\"");
    assertThat(world.run("apply").reason()).contains("the kill switch is on");
    assertThat(world.agent().thaw("olivia").exit()).isEqualTo(ExitCode.OK);
    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void twoRefusalsAreToldAndFreezeNobody() throws Exception {
    var ended = agent(Set.of("redis.stage", "gateway.stage")).run(world.request("apply"));

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(log(ended)).contains("gateway.stage was refused at the sandbox");
    assertThat(world.queries().status().frozen()).isEmpty();
  }

  /** Where an operator wants to look at the first. */
  @Test
  void howManyRefusalsFreezeIsASetting() throws Exception {
    var ports = world.ports();
    var refusing =
        FakeEstate.withExecutors(
            ports,
            ports
                .executors()
                .replacedBy(refusing(ports, Set.of("redis.stage"), new Left(Integer.MAX_VALUE))));
    var s = world.settings("agent");
    var b = s.bounds();
    var one =
        new AgentSettings.Bounds(
            b.lease(), b.leaderWait(), b.call(), b.converge(), b.poll(), b.attempts(), 1);
    var strict =
        new AgentSettings(
            s.agent(), s.gate(), s.stepFactor(), s.gateways(), s.probeKey(), s.probes(), one);

    var ended =
        new ChangeService(refusing, strict, ProgressListener.NONE).run(world.request("apply"));

    assertThat(ended.reason())
        .contains("the agent froze itself", "1 calls of " + ended.execution());
    assertThat(world.queries().status().frozen()).isPresent();
  }

  @Test
  void noSettingSwitchesTheFreezeOff() {
    var b = AgentSettings.Bounds.DEFAULT;
    for (int refusals : new int[] {0, -1, 21, Integer.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              new AgentSettings.Bounds(
                  b.lease(),
                  b.leaderWait(),
                  b.call(),
                  b.converge(),
                  b.poll(),
                  b.attempts(),
                  refusals));
    }
  }

  /** A way back goes on under the freeze: what was published is taken back. */
  @Test
  void whatIsCommittedGoesBackThoughTheAgentIsFrozen() throws Exception {
    var first = world.run("apply");
    var before = world.active().orElseThrow().digest();

    var ended = agent(Set.of("redis.publish"), 3).run(world.request("set acme 700"));

    assertThat(first.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(ended.reason()).contains("the agent froze itself");
    assertThat(world.active().orElseThrow().digest()).isEqualTo(before);
    assertThat(world.live()).containsExactly(before);
    assertThat(world.queries().status().frozen()).isPresent();
  }

  @Test
  void aSkillThatAsksTheSameThreeTimesIsStopped() throws Exception {
    var agent =
        agent(world.ports(), looking("redis.scan", "redis.clock", "redis.scan", "redis.scan"));

    var ended = agent.run(world.request("apply"));

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason())
        .contains("redis.scan was called 3 times with the same arguments", "the loop is stopped");
    assertThat(log(ended)).contains("the loop is stopped here");
    assertThat(world.active()).isEmpty();
  }

  /** Once here, and once more in the step that scans. */
  @Test
  void aSkillMayAskTwice() throws Exception {
    var agent = agent(world.ports(), looking("redis.topology", "redis.scan"));

    assertThat(agent.run(world.request("apply")).result()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  private ChangeService agent(Set<String> refused) {
    return agent(refused, Integer.MAX_VALUE);
  }

  private ChangeService agent(Set<String> refused, int times) {
    var ports = world.ports();
    var all = refusing(ports, refused, new Left(times));
    return agent(
        FakeEstate.withExecutors(ports, ports.executors().replacedBy(all)), FakeEstate.PROCEDURE);
  }

  private static List<BackendExecutor> refusing(AgentPorts ports, Set<String> refused, Left left) {
    return ports.executors().names().stream()
        .map(name -> refusing(ports.executors().named(name).orElseThrow(), refused, left))
        .toList();
  }

  private ChangeService agent(AgentPorts ports, Procedure procedure) {
    var told =
        new AgentPorts(
            ports.state(),
            ports.objects(),
            ports.executors(),
            ports.sealer(),
            ports.journal(),
            ports.planner(),
            _ -> procedure,
            ports.time());
    return new ChangeService(told, world.settings("agent"), ProgressListener.NONE);
  }

  /** The usual steps, with these looks in the first. */
  private static Procedure looking(String... operations) {
    var steps = new ArrayList<>(FakeEstate.PROCEDURE.steps());
    steps.set(
        0,
        new ProcedureStep(
            "topology",
            "Looking around",
            List.of(operations),
            List.of(),
            List.of(),
            false,
            OnFailure.ABORT));
    return new Procedure("orchestrate", "00", steps);
  }

  private String log(RequestOutcome ended) {
    var text = new StringBuilder();
    for (byte[] record : world.journal.read(ended.execution())) {
      text.append(new String(record, StandardCharsets.UTF_8)).append('\n');
    }
    return text.toString();
  }

  /** How often it is still refused. */
  private static final class Left {
    private int times;

    Left(int times) {
      this.times = times;
    }

    synchronized boolean take() {
      return times-- > 0;
    }
  }

  /** Refuses some operations as the sandbox does. */
  private static BackendExecutor refusing(
      BackendExecutor executor, Set<String> refused, Left left) {
    return InterceptingExecutor.each(
        executor,
        (inner, call) ->
            refused.contains(call.operation()) && left.take()
                ? CallOutcome.failed(
                    new CallFault.Ungranted(
                        call.operation() + " was refused at the sandbox: no grant"))
                : inner.execute(call));
  }
}
