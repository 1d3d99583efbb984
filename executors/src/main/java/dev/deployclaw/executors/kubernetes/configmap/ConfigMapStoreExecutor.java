package dev.deployclaw.executors.kubernetes.configmap;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.nginx.DesiredGatewayFile.Unlisted;
import java.util.List;
import java.util.Set;

/**
 * Configuration stores that are ConfigMaps, as a participant named {@code configuration}: one key
 * for each tenant's policy document, and {@code active}, which says which epoch they are. All keys
 * change in one write, so that each reader of the object, or of the folder that mounts it, sees one
 * whole epoch. All verbs can be repeated.
 */
public record ConfigMapStoreExecutor(KubernetesConnection link, List<ServedConfigMap> maps)
    implements BackendExecutor {
  private static final String MARKS = "marks";

  /** One that doesn't answer holds up no other. */
  private static final int AT_ONCE = 16;

  public ConfigMapStoreExecutor {
    maps = List.copyOf(maps);
  }

  @Override
  public String name() {
    return "configuration";
  }

  @Override
  public Set<String> verbs() {
    return BackendExecutor.participantWith(Set.of("scan", MARKS));
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    boolean known = verbs().contains(call.call().verb());
    if (!known) {
      return CallOutcome.failed(
          new CallFault.Invalid("a configuration store has no verb " + call.call().verb()));
    }
    var fanout = BoundedFanout.by(call.deadline(), call.operation(), AT_ONCE);
    return CallOutcome.done(fanout.ask(maps, map -> report(map, call)));
  }

  private MemberReport report(ServedConfigMap map, Invocation call) throws InterruptedException {
    var unlisted = Unlisted.in(call, map.member());
    if (unlisted.isPresent()) {
      return unlisted.get().kept(map.member());
    }
    try {
      var api = link.api(call.deadline());
      var staging = new ServedConfigMapStager(api, map);
      var publishing = new ServedConfigMapPublisher(api, map);
      long term = call.fence().term();
      return switch (call.call()) {
        case ExecutorCall.Observe _ -> publishing.observe();
        case ExecutorCall.Look(String verb, _) ->
            verb.equals(MARKS) ? publishing.marks() : publishing.scan();
        case ExecutorCall.Stage(EpochSpec activation) -> staging.stage(activation, term);
        case ExecutorCall.Prepare(EpochSpec activation) -> staging.prepare(activation);
        case ExecutorCall.Publish(EpochSpec activation) -> publishing.publish(activation, term);
        case ExecutorCall.Converge(EpochSpec activation) -> publishing.converge(activation);
        case ExecutorCall.Discard(long epoch) -> staging.discard(epoch, term);
        case ExecutorCall.SpecialCall _ -> throw new IllegalStateException("refused before");
      };
    } catch (KubernetesException e) {
      return e.report(map.member());
    }
  }
}
