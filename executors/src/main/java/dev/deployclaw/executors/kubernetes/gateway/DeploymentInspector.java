package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership;
import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import dev.deployclaw.executors.kubernetes.fleet.DeploymentRollout;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Looks at a gateway's Deployment and changes nothing. */
final class DeploymentInspector {
  private DeploymentInspector() {}

  /** Who it is, and whether it can be served at all. */
  static MemberReport topology(GatewaySnapshot standing) {
    var facts = standing.facts();
    var wrong = unusable(standing).or(standing::obstacle);
    return wrong.isPresent() ? no(standing, wrong.get(), facts) : yes(standing, facts);
  }

  /** What it really enforces by: what its volume shows, and whether all its pods run that. */
  static MemberReport scan(GatewaySnapshot standing) {
    var facts = standing.facts();
    facts.put("pods", standing.pods().size());
    facts.put(DesiredGatewayFile.KEPT, standing.kept());
    facts.put("ready", (int) standing.pods().stream().filter(PodInspector::ready).count());
    var wrong =
        unusable(standing)
            .or(() -> moved(standing))
            .or(() -> new DeploymentRollout(standing).pending());
    return wrong.isPresent() ? no(standing, wrong.get(), facts) : yes(standing, facts);
  }

  /** The latest term and epoch that published, also where somebody put older marks back. */
  static MemberReport marks(GatewaySnapshot standing) {
    var fence = standing.written().fence();
    return MemberReport.yes(
        standing.gateway().member(), "", Map.of("epoch", fence.epoch(), "term", fence.term()));
  }

  /** The volume and what its ConfigMaps hold, so that both can be put back. */
  static MemberReport observe(GatewaySnapshot standing) {
    var facts = standing.facts();
    facts.put("volume", KubernetesJson.facts(standing.slot().volume()));
    var maps = new TreeMap<String, Object>();
    for (String name : VolumeConfigMaps.names(standing.slot().volume())) {
      standing.piece(name).ifPresent(p -> maps.put(name, p.facts()));
    }
    facts.put("maps", maps);
    var wrong = unusable(standing);
    return wrong.isPresent() ? no(standing, wrong.get(), facts) : yes(standing, facts);
  }

  /** Whether the volume shows something else than the last publish put there, and by whom. */
  static Optional<String> moved(GatewaySnapshot standing) {
    var marks = standing.marks();
    if (marks.epoch() == 0 || standing.files().digest().equals(marks.files())) {
      return Optional.empty();
    }
    var owners = FieldOwnership.others(standing.deployment(), standing.gateway().volume());
    return Optional.of(
        "its volume shows other files than epoch %d has, those of %s%s"
            .formatted(
                marks.epoch(),
                VolumeConfigMaps.names(standing.slot().volume()),
                owners.isEmpty() ? "" : ", changed by " + owners.getLast().words()));
  }

  private static Optional<String> unusable(GatewaySnapshot standing) {
    var files = standing.files();
    if (!files.missing().isEmpty()) {
      return Optional.of(
          "its volume refers to missing objects: " + String.join(", ", files.missing()));
    }
    String file = standing.gateway().file();
    return files.texts().containsKey(file)
        ? Optional.empty()
        : Optional.of(
            "its volume shows no file %s, only %s: put it there, and start NGINX with -c %s/%s"
                .formatted(file, files.texts().keySet(), standing.slot().mount(), file));
  }

  private static MemberReport yes(GatewaySnapshot standing, Map<String, Object> facts) {
    var what =
        Map.<String, Object>of(
            "volume",
            KubernetesJson.facts(standing.slot().volume()),
            "files",
            standing.files().digest());
    return MemberReport.yes(standing.gateway().member(), KubernetesJson.digest(what), facts);
  }

  private static MemberReport no(
      GatewaySnapshot standing, String reason, Map<String, Object> facts) {
    return MemberReport.no(standing.gateway().member(), reason, facts);
  }
}
