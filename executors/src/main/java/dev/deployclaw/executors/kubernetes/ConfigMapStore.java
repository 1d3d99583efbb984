package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.Fanout;
import dev.deployclaw.executors.sandbox.GatewayFile.Unlisted;
import java.util.List;
import java.util.Set;

/**
 * Configuration stores that are ConfigMaps, as a participant named {@code configuration}: one key
 * for each tenant's policy document, and {@code active}, which says which epoch they are. All keys
 * change in one write, so that whoever reads the object, or mounts it as a folder, sees one whole
 * epoch. All verbs can be repeated.
 */
public final class ConfigMapStore implements Executor {
  private static final String MARKS = "marks";

  /** One that doesn't answer holds up no other. */
  private static final int AT_ONCE = 16;

  private final KubernetesLink link;
  private final List<ServedMap> maps;

  public ConfigMapStore(KubernetesLink link, List<ServedMap> maps) {
    this.link = link;
    this.maps = List.copyOf(maps);
  }

  @Override
  public String name() {
    return "configuration";
  }

  @Override
  public Set<String> verbs() {
    return Executor.participantWith(Set.of("scan", MARKS));
  }

  @Override
  public Outcome execute(Invocation call) throws InterruptedException {
    boolean known = verbs().contains(call.call().verb());
    if (!known) {
      return Outcome.failed(
          new Fault.Invalid("a configuration store has no verb " + call.call().verb()));
    }
    var fanout = Fanout.by(call.deadline(), call.operation(), AT_ONCE);
    return Outcome.done(fanout.ask(maps, map -> report(map, call)));
  }

  private Report report(ServedMap map, Invocation call) throws InterruptedException {
    var unlisted = Unlisted.in(call, map.member());
    if (unlisted.isPresent()) {
      return unlisted.get().kept(map.member());
    }
    try {
      var api = link.api(call.deadline());
      var staging = new ServedStaging(api, map);
      var publishing = new ServedPublishing(api, map);
      long term = call.fence().term();
      return switch (call.call()) {
        case Call.Observe _ -> publishing.observe();
        case Call.Look(String verb, _) ->
            verb.equals(MARKS) ? publishing.marks() : publishing.scan();
        case Call.Stage(Activation activation) -> staging.stage(activation, term);
        case Call.Prepare(Activation activation) -> staging.prepare(activation);
        case Call.Publish(Activation activation) -> publishing.publish(activation, term);
        case Call.Converge(Activation activation) -> publishing.converge(activation);
        case Call.Discard(long epoch) -> staging.discard(epoch, term);
        case Call.Probe _,
            Call.Heartbeat _,
            Call.WriteBack _,
            Call.Lost _,
            Call.Reassert _,
            Call.Share _ ->
            throw new IllegalStateException("refused before");
      };
    } catch (KubernetesFault e) {
      return e.report(map.member());
    }
  }
}
