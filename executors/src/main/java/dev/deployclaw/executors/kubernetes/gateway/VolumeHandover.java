package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi.Mode;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.client.VolumeHandoverStatus;
import dev.deployclaw.executors.kubernetes.client.VolumeHandoverStatus.Step;
import dev.deployclaw.executors.kubernetes.fleet.PodTemplateVolume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Hands a gateway's volume over from the tool that applies it. Our step is to apply the same value,
 * and so to share the fields; the other tool's is to let go of them. No value is changed, so no pod
 * is replaced. It is tried dry first, and read back afterwards.
 */
public record VolumeHandover(KubernetesApi api) {
  private static final int CONFLICT = 409;
  private static final int MOST_TRIES = 3;

  /** How far it is; where our step is to be done, whether the server would take it. */
  public MemberReport look(KubernetesGateway gateway)
      throws KubernetesException, InterruptedException {
    return switch (find(gateway)) {
      case Place.Missing(String why) -> MemberReport.no(gateway.member(), why);
      case Place.There there -> {
        var ownership = there.ownership();
        var refused = ownership.step() == Step.SHARE ? refusal(there) : Optional.<String>empty();
        yield report(ownership, refused, false);
      }
    };
  }

  /** Does our step, where it isn't done. Can be repeated. */
  public MemberReport share(KubernetesGateway gateway)
      throws KubernetesException, InterruptedException {
    for (int i = 1; i <= MOST_TRIES; i++) {
      switch (find(gateway)) {
        case Place.Missing(String why) -> {
          return MemberReport.no(gateway.member(), why);
        }
        case Place.There there -> {
          var shared = shared(there);
          if (shared.isPresent()) {
            return shared.get();
          }
        }
      }
    }
    return MemberReport.no(gateway.member(), "its Deployment keeps changing: try again");
  }

  /** Where a gateway's volume stands. */
  private sealed interface Place {
    record There(KubernetesGateway gateway, Deployment deployment, PodTemplateVolume.Fit slot)
        implements Place {
      VolumeHandoverStatus ownership() {
        return VolumeHandoverStatus.of(deployment, gateway);
      }
    }

    record Missing(String why) implements Place {}
  }

  private Place find(KubernetesGateway gateway) throws KubernetesException, InterruptedException {
    var deployment = api.get(ResourceKind.DEPLOYMENTS, gateway.namespace(), gateway.deployment());
    if (deployment.isEmpty()) {
      return new Place.Missing(
          "there is no Deployment " + gateway.deployment() + " in " + gateway.namespace());
    }
    return switch (PodTemplateVolume.of(gateway, deployment.get())) {
      case PodTemplateVolume.Unfit(String reason) -> new Place.Missing(reason);
      case PodTemplateVolume.Fit fit -> new Place.There(gateway, deployment.get(), fit);
    };
  }

  /** Empty where it changed since it was read. */
  private Optional<MemberReport> shared(Place.There there)
      throws KubernetesException, InterruptedException {
    if (there.ownership().step() != Step.SHARE) {
      return Optional.of(report(there.ownership(), Optional.empty(), false));
    }
    try {
      var refused = refusal(there);
      if (refused.isPresent()) {
        return Optional.of(report(there.ownership(), refused, false));
      }
      apply(there, Mode.STORED);
    } catch (KubernetesException e) {
      if (e.status() == CONFLICT) {
        return Optional.empty();
      }
      throw e;
    }
    return Optional.of(readBack(there));
  }

  /** Why a dry run says that it can't be done. */
  private Optional<String> refusal(Place.There there)
      throws KubernetesException, InterruptedException {
    var dry = apply(there, Mode.DRY_RUN);
    if (dry.isEmpty()) {
      return Optional.of("the API server doesn't support server-side apply");
    }
    return dry.get().getSpec().equals(there.deployment().getSpec())
        ? Optional.empty()
        : Optional.of("sharing its volume would change its Deployment");
  }

  private MemberReport readBack(Place.There before)
      throws KubernetesException, InterruptedException {
    return switch (find(before.gateway())) {
      case Place.Missing(String why) -> MemberReport.no(before.gateway().member(), why);
      case Place.There now -> {
        boolean kept = now.slot().volume().equals(before.slot().volume());
        yield kept && now.ownership().step() != Step.SHARE
            ? report(now.ownership(), Optional.empty(), true)
            : MemberReport.unknown(
                before.gateway().member(),
                "it was shared, but reads back differently: check it again");
      }
    };
  }

  /** Not by force: where the value isn't what we say any more, that is a conflict. */
  private Optional<Deployment> apply(Place.There there, Mode mode)
      throws KubernetesException, InterruptedException {
    var ours = AppliedFields.of(there.deployment());
    ours.volumes().put(there.gateway().volume(), KubernetesJson.facts(there.slot().volume()));
    return api.share(
        ResourceKind.DEPLOYMENTS, there.deployment(), ours.manifest(there.deployment()), mode);
  }

  /** YES where the agent has nothing left to do for it. */
  private static MemberReport report(
      VolumeHandoverStatus found, Optional<String> refused, boolean changed) {
    var facts = new TreeMap<String, Object>();
    facts.put("gateway", found.gateway().name());
    facts.put("namespace", found.gateway().namespace());
    facts.put("deployment", found.gateway().deployment());
    facts.put("volume", found.gateway().volume());
    facts.put("next", found.step().name().toLowerCase(Locale.ROOT));
    facts.put("changed", changed);
    facts.put("left", found.left());
    String member = found.gateway().member();
    return refused
        .map(why -> MemberReport.no(member, why, Map.copyOf(facts)))
        .orElseGet(() -> MemberReport.yes(member, "", facts));
  }
}
