package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.executors.kubernetes.Act.Order;
import dev.deployclaw.executors.kubernetes.Fleet.Needs;
import dev.deployclaw.executors.sandbox.Fanout;
import dev.deployclaw.executors.sandbox.GatewayFile;
import java.util.List;
import java.util.Set;

/**
 * Brings epochs to gateways in Kubernetes: each epoch is an immutable ConfigMap, and a Deployment's
 * volume is switched from one to the next. A participant; the looks {@code topology} and {@code
 * scan} say what stands there. It never starts, stops or enters a gateway's pod. All verbs can be
 * repeated.
 */
public final class KubernetesGatewayExecutor implements Executor {
  private static final Set<String> LOOKS = Set.of("topology", "scan", "marks");

  private final KubernetesLink link;
  private final KubernetesSettings settings;
  private final Staging staging;
  private final Publishing publishing;
  private final Converging converging;
  private final RolloutPace pace;

  public KubernetesGatewayExecutor(KubernetesLink link, KubernetesSettings settings) {
    this.link = link;
    this.settings = settings;
    var preflight = new Preflight(settings.preflight(), settings.poll());
    this.staging = new Staging(preflight, settings.shardBytes());
    this.publishing = new Publishing(settings.shardBytes());
    this.converging = new Converging(settings.shardBytes());
    this.pace = RolloutPace.of(settings.poll());
  }

  @Override
  public String name() {
    return GatewayFile.PARTICIPANT;
  }

  @Override
  public Set<String> verbs() {
    return Executor.participantWith(LOOKS);
  }

  @Override
  public Outcome execute(Invocation invocation) throws InterruptedException {
    return switch (invocation.call()) {
      case Call.Look(String verb, _) -> look(verb, invocation);
      case Call.Observe _ -> all(invocation, Needs.FILES, (_, g) -> KubernetesLooks.observe(g));
      case Call.Stage(Activation a) -> stage(invocation, order(invocation, a));
      case Call.Prepare(Activation a) -> prepare(invocation, order(invocation, a));
      case Call.Publish(Activation a) -> publish(invocation, order(invocation, a));
      case Call.Converge(Activation a) -> converge(invocation, order(invocation, a));
      case Call.Discard(long epoch) ->
          all(invocation, Needs.FILES_AND_PODS, (api, g) -> Collecting.discard(api, g, epoch));
      case Call.Probe _,
          Call.Heartbeat _,
          Call.WriteBack _,
          Call.Lost _,
          Call.Reassert _,
          Call.Share _ ->
          unknownVerb(invocation);
    };
  }

  private Outcome look(String verb, Invocation invocation) throws InterruptedException {
    return switch (verb) {
      case "topology" -> all(invocation, Needs.FILES, (_, g) -> KubernetesLooks.topology(g));
      case "scan" -> all(invocation, Needs.EVERYTHING, (_, g) -> KubernetesLooks.scan(g));
      case "marks" -> all(invocation, Needs.FILES, (_, g) -> KubernetesLooks.marks(g));
      default -> unknownVerb(invocation);
    };
  }

  private Outcome stage(Invocation invocation, Order order) throws InterruptedException {
    return all(invocation, Needs.FILES, (api, g) -> staging.stage(api, g, order));
  }

  private Outcome prepare(Invocation invocation, Order order) throws InterruptedException {
    var needs = Needs.choices(order.activation().epoch());
    return allIn(
        invocation,
        needs,
        (fleet, reached) -> {
          var dryRuns = new DeploymentTasks(fleet, g -> publishing.rehearse(reached, g, order));
          return (api, g) -> staging.prepare(api, g, order, dryRuns);
        });
  }

  private Outcome publish(Invocation invocation, Order order) throws InterruptedException {
    var needs = Needs.choices(order.activation().epoch());
    return allIn(
        invocation,
        needs,
        (fleet, reached) -> {
          var writes = new DeploymentTasks(fleet, g -> publishing.publish(reached, g, order));
          return (_, g) -> writes.of(g.gateway());
        });
  }

  private Outcome converge(Invocation invocation, Order order) throws InterruptedException {
    pace.await(order.activation().epoch(), invocation.deadline());
    var outcome = all(invocation, Needs.FILES_AND_PODS, (_, g) -> converging.converge(g, order));
    if (outcome instanceof Outcome.Done done
        && done.reports().stream().allMatch(r -> r.answer() == Answer.YES)) {
      pace.finished();
    }
    return outcome;
  }

  private static Order order(Invocation invocation, Activation activation) {
    long end = System.nanoTime() + invocation.deadline().toNanos();
    return new Order(activation, invocation.fence().term(), end);
  }

  /** What is done with each gateway, where those of a Deployment share something. */
  @FunctionalInterface
  private interface Acts {
    Act in(Fleet fleet, Api api);
  }

  private Outcome all(Invocation call, Needs needs, Act act) throws InterruptedException {
    return allIn(call, needs, (_, _) -> act);
  }

  /** One look at all of them, then each by itself, some at once. */
  private Outcome allIn(Invocation call, Needs needs, Acts acts) throws InterruptedException {
    long start = System.nanoTime();
    Api api;
    try {
      api = link.api(call.deadline());
    } catch (KubernetesFault e) {
      return Outcome.done(settings.gateways().stream().map(g -> e.report(g.member())).toList());
    }
    var fleet = Fleet.read(api, settings.gateways(), needs);
    var act = acts.in(fleet, api);
    var left = call.deadline().minusNanos(System.nanoTime() - start);
    var fanout = Fanout.by(left, call.operation(), settings.atOnce());
    List<Report> reports = fanout.ask(settings.gateways(), g -> one(api, fleet.of(g), act));
    return Outcome.done(reports);
  }

  private static Report one(Api api, Found found, Act act) throws InterruptedException {
    return switch (found) {
      case Found.Lost(Report report) -> report;
      case Standing standing -> {
        try {
          yield act.on(api, standing);
        } catch (KubernetesFault e) {
          yield e.report(standing.gateway().member());
        }
      }
    };
  }

  private static Outcome unknownVerb(Invocation call) {
    return Outcome.failed(new Fault.Invalid("gateways know no " + call.call().verb()));
  }
}
