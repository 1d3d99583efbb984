package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.executors.sandbox.GatewayFile;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Looks at a gateway's Deployment and changes nothing. */
final class KubernetesLooks {
  private KubernetesLooks() {}

  /** Who it is, and whether it can be served at all. */
  static Report topology(Standing standing) {
    var facts = standing.facts();
    var wrong = unusable(standing).or(standing::obstacle);
    return wrong.isPresent() ? no(standing, wrong.get(), facts) : yes(standing, facts);
  }

  /** What it really enforces by: what its volume shows, and whether all its pods run that. */
  static Report scan(Standing standing) {
    var facts = standing.facts();
    facts.put("pods", standing.pods().size());
    facts.put(GatewayFile.KEPT, standing.kept());
    facts.put("ready", (int) standing.pods().stream().filter(Pods::ready).count());
    var wrong =
        unusable(standing).or(() -> moved(standing)).or(() -> new Rollout(standing).pending());
    return wrong.isPresent() ? no(standing, wrong.get(), facts) : yes(standing, facts);
  }

  /** Who published last. */
  static Report marks(Standing standing) {
    var marks = standing.marks();
    return Report.yes(
        standing.gateway().member(), "", Map.of("epoch", marks.epoch(), "term", marks.term()));
  }

  /** The volume and what its ConfigMaps hold, so that both can be put back. */
  static Report observe(Standing standing) {
    var facts = standing.facts();
    facts.put("volume", Json.facts(standing.slot().volume()));
    var maps = new TreeMap<String, Object>();
    for (String name : References.names(standing.slot().volume())) {
      standing.piece(name).ifPresent(p -> maps.put(name, p.facts()));
    }
    facts.put("maps", maps);
    var wrong = unusable(standing);
    return wrong.isPresent() ? no(standing, wrong.get(), facts) : yes(standing, facts);
  }

  /** Whether the volume shows something else than the last publish put there, and by whom. */
  static Optional<String> moved(Standing standing) {
    var marks = standing.marks();
    if (marks.epoch() == 0 || standing.files().digest().equals(marks.files())) {
      return Optional.empty();
    }
    var owners = Ownership.others(standing.deployment(), standing.gateway().volume());
    return Optional.of(
        "its volume shows other files than epoch %d has, those of %s%s"
            .formatted(
                marks.epoch(),
                References.names(standing.slot().volume()),
                owners.isEmpty() ? "" : ", changed by " + owners.getLast().words()));
  }

  private static Optional<String> unusable(Standing standing) {
    var files = standing.files();
    if (!files.missing().isEmpty()) {
      return Optional.of(
          "its volume names what isn't there: " + String.join(", ", files.missing()));
    }
    String file = standing.gateway().file();
    return files.texts().containsKey(file)
        ? Optional.empty()
        : Optional.of(
            "its volume shows no file %s, only %s: put it there, and start NGINX with -c %s/%s"
                .formatted(file, files.texts().keySet(), standing.slot().mount(), file));
  }

  private static Report yes(Standing standing, Map<String, Object> facts) {
    var what =
        Map.<String, Object>of(
            "volume", Json.facts(standing.slot().volume()), "files", standing.files().digest());
    return Report.yes(standing.gateway().member(), Json.digest(what), facts);
  }

  private static Report no(Standing standing, String reason, Map<String, Object> facts) {
    return new Report(standing.gateway().member(), Answer.NO, "", reason, facts);
  }
}
