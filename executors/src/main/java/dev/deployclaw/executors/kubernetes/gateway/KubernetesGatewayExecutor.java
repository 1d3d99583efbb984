package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.KubernetesSettings;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import dev.deployclaw.executors.kubernetes.fleet.DeploymentRollout;
import dev.deployclaw.executors.kubernetes.fleet.DesiredVolume;
import dev.deployclaw.executors.kubernetes.fleet.FleetSnapshot;
import dev.deployclaw.executors.kubernetes.fleet.FleetSnapshot.Needs;
import dev.deployclaw.executors.kubernetes.fleet.GatewayLookupResult;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import dev.deployclaw.executors.kubernetes.gateway.GatewayAction.Order;
import dev.deployclaw.executors.kubernetes.preflight.ConfigPreflight;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.nginx.GatewayExecutor;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Brings epochs to gateways in Kubernetes: each epoch is an immutable ConfigMap, and a Deployment's
 * volume is switched from one to the next. A participant; the looks {@code topology} and {@code
 * scan} say what is there. It never starts, stops or enters a gateway's pod. All verbs can be
 * repeated.
 */
public final class KubernetesGatewayExecutor implements GatewayExecutor {
  private final KubernetesConnection link;
  private final KubernetesSettings settings;
  private final ConfigMapStager staging;
  private final DeploymentPublisher publishing;
  private final DeploymentConvergence converging;
  private final RolloutPollPacer pace;

  public KubernetesGatewayExecutor(KubernetesConnection link, KubernetesSettings settings) {
    this.link = link;
    this.settings = settings;
    var preflight = new ConfigPreflight(settings.preflight(), settings.poll());
    this.staging = new ConfigMapStager(preflight, settings.shardBytes());
    this.publishing = new DeploymentPublisher(settings.shardBytes());
    this.converging = new DeploymentConvergence(settings.shardBytes());
    this.pace = RolloutPollPacer.of(settings.poll());
  }

  @Override
  public CallOutcome execute(Invocation invocation) throws InterruptedException {
    return switch (invocation.call()) {
      case ExecutorCall.Look(String verb, _) -> look(verb, invocation);
      case ExecutorCall.Observe _ ->
          all(invocation, Needs.FILES, (_, g) -> DeploymentInspector.observe(g));
      case ExecutorCall.Stage(EpochSpec a) -> stage(invocation, order(invocation, a));
      case ExecutorCall.Prepare(EpochSpec a) -> prepare(invocation, order(invocation, a));
      case ExecutorCall.Publish(EpochSpec a) -> publish(invocation, order(invocation, a));
      case ExecutorCall.Converge(EpochSpec a) -> converge(invocation, order(invocation, a));
      case ExecutorCall.Discard(long epoch) ->
          all(
              invocation,
              Needs.FILES_AND_PODS,
              (api, g) -> ConfigMapGarbageCollector.discard(api, g, epoch));
      case ExecutorCall.SpecialCall _ -> CallOutcome.unknownVerb("gateways have", invocation);
    };
  }

  private CallOutcome look(String verb, Invocation invocation) throws InterruptedException {
    return switch (verb) {
      case "topology" -> all(invocation, Needs.FILES, (_, g) -> DeploymentInspector.topology(g));
      case "scan" -> all(invocation, Needs.EVERYTHING, (_, g) -> DeploymentInspector.scan(g));
      case "marks" -> all(invocation, Needs.FILES, (_, g) -> DeploymentInspector.marks(g));
      default -> CallOutcome.unknownVerb("gateways have", invocation);
    };
  }

  private CallOutcome stage(Invocation invocation, Order order) throws InterruptedException {
    return all(
        invocation, Needs.FILES, unlessLeftOut(order, (api, g) -> staging.stage(api, g, order)));
  }

  private CallOutcome prepare(Invocation invocation, Order order) throws InterruptedException {
    var needs = Needs.choices(order.activation().epoch());
    return allIn(
        invocation,
        needs,
        (fleet, reached) -> {
          var dryRuns =
              new DeploymentSingleFlight(
                  fleet, g -> publishing.rehearse(reached, meant(g, order), order));
          return unlessLeftOut(order, (api, g) -> staging.prepare(api, g, order, dryRuns));
        });
  }

  private CallOutcome publish(Invocation invocation, Order order) throws InterruptedException {
    var needs = Needs.choices(order.activation().epoch());
    return allIn(
        invocation,
        needs,
        (fleet, reached) -> {
          var writes =
              new DeploymentSingleFlight(
                  fleet, g -> publishing.publish(reached, meant(g, order), order));
          return unlessLeftOut(order, (_, g) -> writes.of(g.gateway()));
        });
  }

  /** Without those that a person left out: the server might refuse the others for their sake. */
  private static List<GatewaySnapshot> meant(List<GatewaySnapshot> gateways, Order order) {
    return gateways.stream().filter(g -> !isLeftOut(g, order)).toList();
  }

  private static GatewayAction unlessLeftOut(Order order, GatewayAction act) {
    return (api, g) ->
        isLeftOut(g, order)
            ? MemberReport.no(g.gateway().member(), "it is left out: nothing is sent to it")
            : act.on(api, g);
  }

  private static boolean isLeftOut(GatewaySnapshot standing, Order order) {
    return order.activation().leftOut().contains(standing.gateway().member());
  }

  private CallOutcome converge(Invocation invocation, Order order) throws InterruptedException {
    pace.await(order.activation().epoch(), invocation.deadline());
    var outcome = all(invocation, Needs.FILES_AND_PODS, (_, g) -> converging.converge(g, order));
    if (outcome instanceof CallOutcome.Done done
        && done.reports().stream().allMatch(r -> r.answer() == Answer.YES)) {
      pace.finished();
    }
    return outcome;
  }

  private static Order order(Invocation invocation, EpochSpec activation) {
    long end = System.nanoTime() + invocation.deadline().toNanos();
    return new Order(activation, invocation.fence().term(), end);
  }

  private CallOutcome all(Invocation call, Needs needs, GatewayAction act)
      throws InterruptedException {
    return allIn(call, needs, (_, _) -> act);
  }

  /** One look at all of them, then each by itself, some at once. */
  private CallOutcome allIn(
      Invocation call, Needs needs, BiFunction<FleetSnapshot, KubernetesApi, GatewayAction> acts)
      throws InterruptedException {
    long start = System.nanoTime();
    KubernetesApi api;
    try {
      api = link.api(call.deadline());
    } catch (KubernetesException e) {
      return CallOutcome.done(settings.gateways().stream().map(g -> e.report(g.member())).toList());
    }
    var fleet = FleetSnapshot.read(api, settings.gateways(), needs);
    var act = acts.apply(fleet, api);
    var left = call.deadline().minusNanos(System.nanoTime() - start);
    var fanout = BoundedFanout.by(left, call.operation(), settings.atOnce());
    List<MemberReport> reports = fanout.ask(settings.gateways(), g -> one(api, fleet.of(g), act));
    return CallOutcome.done(reports);
  }

  private static MemberReport one(KubernetesApi api, GatewayLookupResult found, GatewayAction act)
      throws InterruptedException {
    return switch (found) {
      case GatewayLookupResult.Lost(MemberReport report) -> report;
      case GatewaySnapshot standing -> {
        try {
          yield act.on(api, standing);
        } catch (KubernetesException e) {
          yield e.report(standing.gateway().member());
        }
      }
    };
  }

  /**
   * Says whether a gateway acts on an epoch: its Deployment carries the epoch's marks and names its
   * policies, its volume shows the epoch's files, and every pod runs from there and is ready. A pod
   * reads its file when it starts, and ConfigMaps of ours don't change, so what a pod refers to is
   * what it runs.
   */
  private record DeploymentConvergence(int shardBytes) {
    /** One look. */
    MemberReport converge(GatewaySnapshot standing, Order order) {
      return switch (DesiredVolume.of(order.activation(), standing, shardBytes)) {
        case DesiredVolume.Impossible(String reason) ->
            MemberReport.no(standing.gateway().member(), reason);
        case DesiredVolume.Unlisted(var why) -> why.kept(standing.gateway().member());
        case DesiredVolume.Known known -> converge(standing, order, known);
      };
    }

    private static MemberReport converge(
        GatewaySnapshot standing, Order order, DesiredVolume.Known wanted) {
      String member = standing.gateway().member();
      long epoch = order.activation().epoch();
      if (standing.marks().epoch() != epoch) {
        return MemberReport.no(member, "its Deployment is at epoch " + standing.marks().epoch());
      }
      String digest = standing.marks().digest();
      if (!digest.equals(order.activation().digest())) {
        return MemberReport.no(
            member, "its Deployment is at epoch %d of the policies %.12s".formatted(epoch, digest));
      }
      if (!standing.files().same(wanted.bundle().files())) {
        var moved = DeploymentInspector.moved(standing);
        return MemberReport.no(
            member, moved.orElse("its volume shows other files than the committed ones"));
      }
      var rollout = new DeploymentRollout(standing);
      var pending = rollout.pending();
      if (pending.isPresent()) {
        return rollout.stuck()
            ? MemberReport.stuck(member, pending.get())
            : MemberReport.no(member, pending.get());
      }
      var facts = new TreeMap<String, Object>();
      facts.put("files", standing.files().digest());
      facts.put("configMaps", VolumeConfigMaps.names(standing.slot().volume()));
      facts.put("pods", standing.pods().size());
      return MemberReport.yes(member, order.activation().digest(), facts);
    }
  }
}
