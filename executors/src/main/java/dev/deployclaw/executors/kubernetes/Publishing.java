package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.kubernetes.Act.Order;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes a gateway's Deployment refer to what was staged, which replaces its pods one by one; where
 * the files are the same it only says the epoch, and no pod is touched. Each write carries the
 * resource version that it was decided on, so nobody's change is overwritten unseen.
 */
final class Publishing {
  private static final int CONFLICT = 409;
  private static final int MOST_TRIES = 5;

  private final int shardBytes;

  Publishing(int shardBytes) {
    this.shardBytes = shardBytes;
  }

  Report publish(Api api, Standing standing, Order order)
      throws KubernetesFault, InterruptedException {
    return switch (Wanted.of(order.activation(), standing, shardBytes)) {
      case Wanted.Impossible(String reason) -> Report.no(standing.gateway().member(), reason);
      case Wanted.Unlisted(var why) -> why.kept(standing.gateway().member());
      case Wanted.Known known -> publish(api, standing, order, known);
    };
  }

  private Report publish(Api api, Standing first, Order order, Wanted.Known wanted)
      throws KubernetesFault, InterruptedException {
    var standing = first;
    for (int i = 0; i < MOST_TRIES; i++) {
      var decided = decide(api, standing, order, wanted);
      if (decided instanceof Step.Said(Report report)) {
        return report;
      }
      try {
        return write(api, standing, order, (Step.Write) decided);
      } catch (KubernetesFault e) {
        if (e.status() != CONFLICT) {
          throw e;
        }
      }
      switch (again(api, standing)) {
        case Found.Lost(Report report) -> {
          return report;
        }
        case Standing now -> standing = now;
      }
    }
    return Report.unknown(
        first.gateway().member(),
        "its Deployment changes faster than it can be written, last by " + last(standing));
  }

  /** What is to be done with a Deployment as it was read. */
  private sealed interface Step {
    record Said(Report report) implements Step {}

    record Write(Volume volume, Marks marks, boolean switches) implements Step {}
  }

  private static Step decide(Api api, Standing standing, Order order, Wanted.Known wanted)
      throws KubernetesFault, InterruptedException {
    var gateway = standing.gateway();
    var activation = order.activation();
    var overtaken = Act.overtaken(gateway, standing.marks(), order);
    if (overtaken.isPresent()) {
      return new Step.Said(overtaken.get());
    }
    var files = wanted.bundle().files();
    var marks = new Marks(order.term(), activation.epoch(), activation.digest(), files.digest());
    var volume = volume(api, standing, activation.epoch(), wanted);
    if (volume.isEmpty()) {
      String why = Staging.unread(standing, activation.epoch(), wanted.bundle()).orElse("");
      return new Step.Said(Report.no(gateway.member(), why));
    }
    boolean switches = !volume.get().equals(standing.slot().volume());
    if (!switches && said(standing.marks(), marks)) {
      var facts = Map.<String, Object>of("changed", false);
      return new Step.Said(Report.yes(gateway.member(), activation.digest(), facts));
    }
    var obstacle = switches ? standing.obstacle() : Optional.<String>empty();
    return obstacle.isPresent()
        ? new Step.Said(Report.no(gateway.member(), obstacle.get()))
        : new Step.Write(volume.get(), marks, switches);
  }

  private static boolean said(Marks there, Marks wanted) {
    return there.epoch() == wanted.epoch()
        && there.digest().equals(wanted.digest())
        && there.files().equals(wanted.files());
  }

  /**
   * What the Deployment is to refer to: what it refers to already, where that shows the same files
   * and can't change; what was found before the first change, where that still is what it was; else
   * what was staged. Empty where that isn't there.
   */
  private static Optional<Volume> volume(
      Api api, Standing standing, long epoch, Wanted.Known wanted)
      throws KubernetesFault, InterruptedException {
    var bundle = wanted.bundle();
    if (wanted.former() && unchanged(api, standing, bundle)) {
      return Optional.of(bundle.volume());
    }
    boolean same = standing.fixed() && standing.files().same(bundle.files());
    if (same && !wanted.former()) {
      return Optional.of(standing.slot().volume());
    }
    return Staging.unread(standing, epoch, bundle).isEmpty()
        ? Optional.of(bundle.staged(standing.gateway(), epoch))
        : Optional.empty();
  }

  private static boolean unchanged(Api api, Standing standing, Bundle bundle)
      throws KubernetesFault, InterruptedException {
    for (var entry : bundle.pieces().entrySet()) {
      var there = api.get(Kind.CONFIG_MAPS, standing.gateway().namespace(), entry.getKey());
      if (there.map(Piece::of).filter(entry.getValue()::equals).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static Report write(Api api, Standing standing, Order order, Step.Write write)
      throws KubernetesFault, InterruptedException {
    var gateway = standing.gateway();
    var owners = Ownership.others(standing.deployment(), gateway.volume());
    var now = standing.slot().volume();
    var name = References.plain(write.volume());
    boolean plain = References.plain(now).isPresent() && name.isPresent();
    var applied =
        plain
            ? api.apply(
                Kind.DEPLOYMENTS,
                standing.deployment(),
                applied(standing, name.get(), write.marks()))
            : Optional.<Deployment>empty();
    if (applied.isEmpty()) {
      api.patch(Kind.DEPLOYMENTS, standing.deployment(), patched(standing, write));
    }
    var facts = new TreeMap<String, Object>();
    facts.put("changed", write.switches());
    facts.put("configMaps", References.names(write.volume()));
    if (write.switches() && !owners.isEmpty()) {
      facts.put("taken_from", owners.stream().map(Ownership.Owner::manager).distinct().toList());
    }
    return Report.yes(gateway.member(), order.activation().digest(), facts);
  }

  /** For server-side apply: all that we say of the Deployment, and nothing else. */
  private static Map<String, Object> applied(Standing standing, String map, Marks marks) {
    var volume = Map.of("name", standing.gateway().volume(), "configMap", Map.of("name", map));
    var template = Map.of("spec", Map.of("volumes", List.of(volume)));
    return Map.of(
        "apiVersion",
        "apps/v1",
        "kind",
        "Deployment",
        "metadata",
        metadata(standing, marks),
        "spec",
        Map.of("template", template));
  }

  /** The volume as a whole, whatever kind it was. */
  private static JsonPatch patched(Standing standing, Step.Write write) {
    var there = standing.deployment().getMetadata().getAnnotations();
    var patch = JsonPatch.NOTHING.put("/metadata/annotations", there, write.marks().annotations());
    var volumes = standing.deployment().getSpec().getTemplate().getSpec().getVolumes();
    int index = volumes.indexOf(standing.slot().volume());
    return write.switches()
        ? patch.replace("/spec/template/spec/volumes/" + index, write.volume())
        : patch;
  }

  private static Map<String, Object> metadata(Standing standing, Marks marks) {
    var metadata = standing.deployment().getMetadata();
    return Map.of(
        "name",
        metadata.getName(),
        "namespace",
        metadata.getNamespace(),
        "resourceVersion",
        metadata.getResourceVersion(),
        "annotations",
        marks.annotations());
  }

  /** The Deployment as it is now, with what its volume names now. */
  private static Found again(Api api, Standing standing)
      throws KubernetesFault, InterruptedException {
    var gateway = standing.gateway();
    var deployment = api.get(Kind.DEPLOYMENTS, gateway.namespace(), gateway.deployment());
    if (deployment.isEmpty()) {
      return new Found.Lost(Report.no(gateway.member(), "its Deployment was deleted meanwhile"));
    }
    var marks = Marks.of(deployment.get());
    if (marks.isEmpty()) {
      return new Found.Lost(Report.no(gateway.member(), "its annotations were changed by hand"));
    }
    return switch (Slot.of(gateway, deployment.get())) {
      case Slot.Unfit(String reason) -> new Found.Lost(Report.no(gateway.member(), reason));
      case Slot.Fit fit -> {
        var maps = new TreeMap<>(standing.maps());
        for (String name : References.names(fit.volume())) {
          maps.remove(name);
          api.get(Kind.CONFIG_MAPS, gateway.namespace(), name).ifPresent(m -> maps.put(name, m));
        }
        yield new Standing(gateway, deployment.get(), fit, marks.get(), maps, standing.pods());
      }
    };
  }

  private static String last(Standing standing) {
    var owners = Ownership.others(standing.deployment(), standing.gateway().volume());
    return owners.isEmpty() ? "somebody who leaves no name" : owners.getLast().words();
  }
}
