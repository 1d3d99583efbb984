package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership;
import dev.deployclaw.executors.kubernetes.client.JsonPatchBuilder;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import dev.deployclaw.executors.kubernetes.fleet.DesiredVolume;
import dev.deployclaw.executors.kubernetes.fleet.GatewayLookupResult;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import dev.deployclaw.executors.kubernetes.fleet.PodTemplateVolume;
import dev.deployclaw.executors.kubernetes.gateway.GatewayAction.Order;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Makes a Deployment refer to what was staged for its gateways, which replaces its pods one by one;
 * where the files are the same it only says the epoch, and no pod is touched. Each write carries
 * the resource version that it was decided on, so nobody's change is overwritten unseen. The same
 * write is asked for as a dry run before the commit. A Deployment's gateways are written together;
 * where that is refused on a way back, each is written alone, since none may hold another.
 */
record DeploymentPublisher(int shardBytes) {
  private static final int BAD_REQUEST = 400;
  private static final int CONFLICT = 409;
  private static final int MOST_TRIES = 5;

  /** The fact of a vote that says why the API server didn't say what it would answer. */
  static final String UNASKED = "dry_run";

  /** A report for each of the gateways of one Deployment, by its member. */
  Map<String, MemberReport> publish(KubernetesApi api, List<GatewaySnapshot> gateways, Order order)
      throws InterruptedException {
    return new Attempt(api, order, KubernetesApi.Mode.STORED).on(gateways);
  }

  /** What a publish would be answered; nothing is stored. */
  Map<String, MemberReport> rehearse(KubernetesApi api, List<GatewaySnapshot> gateways, Order order)
      throws InterruptedException {
    return new Attempt(api, order, KubernetesApi.Mode.DRY_RUN).on(gateways);
  }

  private final class Attempt {
    private final KubernetesApi api;
    private final Order order;
    private final KubernetesApi.Mode mode;
    private final Map<String, MemberReport> reports = new TreeMap<>();

    Attempt(KubernetesApi api, Order order, KubernetesApi.Mode mode) {
      this.api = api;
      this.order = order;
      this.mode = mode;
    }

    Map<String, MemberReport> on(List<GatewaySnapshot> gateways) throws InterruptedException {
      var left = gateways;
      for (int i = 0; i < MOST_TRIES && !left.isEmpty(); i++) {
        left = once(left);
      }
      left.forEach(s -> reports.put(s.gateway().member(), unsteady(s)));
      return reports;
    }

    /** Those that must be tried again, as they are now. */
    private List<GatewaySnapshot> once(List<GatewaySnapshot> gateways) throws InterruptedException {
      var left = gateways;
      try {
        var writes = writes(gateways);
        left = writes.stream().map(PublishStep.Write::standing).toList();
        if (!writes.isEmpty()) {
          new DeploymentWrite(left.getFirst().deployment(), writes).send(api, mode);
          writes.forEach(w -> reports.put(w.member(), w.done()));
        }
        return List.of();
      } catch (KubernetesException e) {
        if (e.status() == CONFLICT) {
          return again(left);
        }
        if (left.size() > 1 && order.activation().back() && e.isRefusal()) {
          return alone(left);
        }
        left.forEach(s -> reports.put(s.gateway().member(), refused(s, e)));
        return List.of();
      }
    }

    /** Each on what it finds then, also of what was just written of the others. */
    private List<GatewaySnapshot> alone(List<GatewaySnapshot> gateways)
        throws InterruptedException {
      for (var standing : gateways) {
        on(again(List.of(standing)));
      }
      return List.of();
    }

    private List<PublishStep.Write> writes(List<GatewaySnapshot> gateways)
        throws KubernetesException, InterruptedException {
      var writes = new ArrayList<PublishStep.Write>();
      for (var standing : gateways) {
        var wanted = DesiredVolume.of(order.activation(), standing, shardBytes);
        switch (PublishStep.of(api, standing, order, wanted)) {
          case PublishStep.Said(MemberReport report) -> reports.put(report.member(), report);
          case PublishStep.Write write -> writes.add(write);
        }
      }
      return writes;
    }

    /** An old webhook that has side effects passes no dry run: that says nothing of the write. */
    private MemberReport refused(GatewaySnapshot standing, KubernetesException e) {
      boolean unasked =
          mode == KubernetesApi.Mode.DRY_RUN
              && e.status() == BAD_REQUEST
              && e.fault().reason().contains("does not support dry run");
      String member = standing.gateway().member();
      return unasked
          ? MemberReport.yes(
              member, order.activation().digest(), Map.of(UNASKED, e.fault().reason()))
          : e.report(member);
    }

    /** The Deployment as it is now, with what its volumes name now. */
    private List<GatewaySnapshot> again(List<GatewaySnapshot> gateways)
        throws InterruptedException {
      var out = new ArrayList<GatewaySnapshot>();
      try {
        var gateway = gateways.getFirst().gateway();
        var now = api.get(ResourceKind.DEPLOYMENTS, gateway.namespace(), gateway.deployment());
        for (var standing : gateways) {
          var found =
              now.isPresent()
                  ? again(standing, now.get())
                  : new GatewayLookupResult.Lost(
                      MemberReport.no(
                          standing.gateway().member(), "its Deployment was deleted meanwhile"));
          switch (found) {
            case GatewayLookupResult.Lost(MemberReport report) ->
                reports.put(report.member(), report);
            case GatewaySnapshot there -> out.add(there);
          }
        }
        return out;
      } catch (KubernetesException e) {
        gateways.forEach(s -> reports.put(s.gateway().member(), e.report(s.gateway().member())));
        return List.of();
      }
    }

    private GatewayLookupResult again(GatewaySnapshot standing, Deployment now)
        throws KubernetesException, InterruptedException {
      var gateway = standing.gateway();
      var maps = new TreeMap<>(standing.maps());
      if (PodTemplateVolume.of(gateway, now) instanceof PodTemplateVolume.Fit fit) {
        for (String name : VolumeConfigMaps.names(fit.volume())) {
          maps.remove(name);
          api.get(ResourceKind.CONFIG_MAPS, gateway.namespace(), name)
              .ifPresent(m -> maps.put(name, m));
        }
      }
      var around = new GatewaySnapshot.Around(standing.written().shared(), maps, standing.pods());
      return GatewaySnapshot.of(gateway, now, around);
    }
  }

  private static MemberReport unsteady(GatewaySnapshot standing) {
    return MemberReport.unknown(
        standing.gateway().member(),
        "its Deployment keeps changing during the write, last by "
            + lastWriter(standing.deployment()));
  }

  /** The last other writer, whatever it wrote. */
  private static String lastWriter(Deployment deployment) {
    return deployment.getMetadata().getManagedFields().stream()
        .filter(e -> !KubernetesApi.MANAGER.equals(e.getManager()))
        .map(FieldOwnership.Owner::of)
        .reduce((a, b) -> a.time().compareTo(b.time()) > 0 ? a : b)
        .map(FieldOwnership.Owner::words)
        .orElse("a writer without a recorded name");
  }

  /**
   * One write of a Deployment for all its gateways that are to be changed: their volumes and their
   * marks, or none of them, and one rollout. Server-side apply where each volume goes on to be one
   * ConfigMap; a JSON patch where its shape changes or the server knows no apply.
   *
   * @param deployment as it was read; one that changed since is a conflict
   */
  private record DeploymentWrite(Deployment deployment, List<PublishStep.Write> writes) {
    DeploymentWrite {
      writes = List.copyOf(writes);
    }

    void send(KubernetesApi api, KubernetesApi.Mode mode)
        throws KubernetesException, InterruptedException {
      boolean applied =
          writes.stream().allMatch(DeploymentWrite::isRenaming)
              && api.apply(ResourceKind.DEPLOYMENTS, deployment, applied(), mode).isPresent();
      if (!applied) {
        api.patch(ResourceKind.DEPLOYMENTS, deployment, patched(), mode);
      }
    }

    /** Whether all that changes is the name of one ConfigMap: apply can't take fields away. */
    private static boolean isRenaming(PublishStep.Write write) {
      var now = write.standing().slot().volume();
      var from = VolumeConfigMaps.plain(now);
      var to = VolumeConfigMaps.plain(write.volume());
      return from.isPresent()
          && to.isPresent()
          && VolumeConfigMaps.renamed(now, Map.of(from.get(), to.get())).equals(write.volume());
    }

    private Map<String, Object> applied() {
      var ours = AppliedFields.of(deployment);
      for (var write : writes) {
        ours.rename(
            write.standing().gateway().volume(),
            VolumeConfigMaps.plain(write.volume()).orElseThrow());
        ours.annotations().putAll(write.annotations());
        ours.labels().putAll(write.labels());
      }
      return ours.manifest(deployment);
    }

    /** The volumes as a whole, whatever kind they were. */
    private JsonPatchBuilder patched() {
      var annotations = new TreeMap<String, Object>();
      var labels = new TreeMap<String, Object>();
      writes.forEach(w -> annotations.putAll(w.annotations()));
      writes.forEach(w -> labels.putAll(w.labels()));
      var there = deployment.getMetadata();
      var patch =
          JsonPatchBuilder.NOTHING
              .put("/metadata/annotations", there.getAnnotations(), annotations)
              .put(
                  "/metadata/labels",
                  Objects.requireNonNullElse(there.getLabels(), Map.of()),
                  labels);
      for (var write : writes) {
        if (write.switches()) {
          patch = patch.replace("/spec/template/spec/volumes/" + index(write), write.volume());
        }
      }
      return patch;
    }

    private int index(PublishStep.Write write) {
      List<Volume> volumes = deployment.getSpec().getTemplate().getSpec().getVolumes();
      return volumes.indexOf(write.standing().slot().volume());
    }
  }
}
