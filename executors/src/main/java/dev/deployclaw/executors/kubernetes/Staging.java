package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.executors.kubernetes.Act.Order;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes an epoch's ConfigMaps, which no pod mounts yet, and votes on what it reads back. */
final class Staging {
  private static final int CONFLICT = 409;

  private final Preflight preflight;
  private final int shardBytes;

  Staging(Preflight preflight, int shardBytes) {
    this.preflight = preflight;
    this.shardBytes = shardBytes;
  }

  Report stage(Api api, Standing standing, Order order)
      throws KubernetesFault, InterruptedException {
    var overtaken = Act.overtaken(standing.gateway(), standing.marks(), order);
    if (overtaken.isPresent()) {
      return overtaken.get();
    }
    return switch (Wanted.of(order.activation(), standing, shardBytes)) {
      case Wanted.Impossible(String reason) -> Report.no(standing.gateway().member(), reason);
      case Wanted.Unlisted(var why) -> why.kept(standing.gateway().member());
      case Wanted.Known(Bundle bundle, _) -> write(api, standing, order.activation(), bundle);
    };
  }

  private static Report write(Api api, Standing standing, Activation activation, Bundle bundle)
      throws KubernetesFault, InterruptedException {
    var gateway = standing.gateway();
    long epoch = activation.epoch();
    var names = bundle.names(gateway, epoch);
    for (var entry : bundle.pieces().entrySet()) {
      String name = names.getOrDefault(entry.getKey(), "");
      var wrong = create(api, Staged.map(gateway, epoch, name, entry.getValue()), gateway);
      if (wrong.isPresent()) {
        return Report.no(gateway.member(), wrong.get());
      }
    }
    return Report.yes(gateway.member(), activation.digest(), facts(bundle, names.values()));
  }

  /** Creates it; one that is there already must be this very one. */
  private static Optional<String> create(Api api, ConfigMap map, KubernetesGateway gateway)
      throws KubernetesFault, InterruptedException {
    try {
      api.create(Kind.CONFIG_MAPS, map);
      return Optional.empty();
    } catch (KubernetesFault e) {
      if (e.status() != CONFLICT) {
        throw e;
      }
      var there = api.get(Kind.CONFIG_MAPS, gateway.namespace(), Pods.name(map));
      return there.flatMap(t -> differs(t, Piece.of(map), gateway));
    }
  }

  /** Why a staged ConfigMap isn't what was to be staged. */
  private static Optional<String> differs(ConfigMap map, Piece wanted, KubernetesGateway gateway) {
    var why =
        Piece.of(map).equals(wanted)
            ? Staged.foreign(map, gateway)
            : Optional.of("it holds something else");
    return why.map(w -> "conflict over ConfigMap %s: %s; delete it".formatted(Pods.name(map), w));
  }

  /**
   * The vote: what was staged reads back as what the set renders to, nothing stands in the way of a
   * publish, the API server would take it, and the gateway's own image takes the file. Files that
   * run already, from ConfigMaps that can't change, were taken. One that is put back as it was
   * found may need what a check has not, such as a certificate's key; its gateway took it before.
   */
  Report prepare(Api api, Standing standing, Order order, DeploymentTasks dryRuns)
      throws KubernetesFault, InterruptedException {
    return switch (Wanted.of(order.activation(), standing, shardBytes)) {
      case Wanted.Impossible(String reason) -> Report.no(standing.gateway().member(), reason);
      case Wanted.Unlisted(var why) -> why.kept(standing.gateway().member());
      case Wanted.Known known -> {
        var wrong = unread(standing, order.activation().epoch(), known.bundle());
        if (wrong.isPresent()) {
          yield Report.no(standing.gateway().member(), wrong.get());
        }
        var write = dryRuns.of(standing.gateway());
        yield write.answer() == Answer.YES
            ? vote(api, new Candidate(standing, known, write), order)
            : write;
      }
    };
  }

  /**
   * @param write what the API server would answer to a publish
   */
  private record Candidate(Standing standing, Wanted.Known known, Report write) {
    boolean runs() {
      var files = known.bundle().files();
      return standing.showsForGood(standing.slot().volume(), files)
          || new PodVolumes(standing).serve(files);
    }
  }

  private Report vote(Api api, Candidate candidate, Order order)
      throws InterruptedException, KubernetesFault {
    var standing = candidate.standing();
    var known = candidate.known();
    var bundle = known.bundle();
    var gateway = standing.gateway();
    var activation = order.activation();
    var names = bundle.names(gateway, activation.epoch()).values();
    var facts = new TreeMap<>(facts(bundle, names));
    Optional.ofNullable(candidate.write().facts().get(Publishing.UNASKED))
        .ifPresent(why -> facts.put(Publishing.UNASKED, why));
    if (candidate.runs()) {
      facts.put("preflight", "not needed: its pods run this file");
      return Report.yes(gateway.member(), activation.digest(), facts);
    }
    if (known.former()) {
      facts.put("preflight", "not asked: the file is put back as it was found");
      return Report.yes(gateway.member(), activation.digest(), facts);
    }
    var check = new Preflight.Check(standing, activation.epoch(), bundle);
    return switch (preflight.run(api, check, order.within())) {
      case Preflight.Verdict.Accepted _ -> {
        facts.put("preflight", "accepted by " + standing.slot().container().getImage());
        yield Report.yes(gateway.member(), activation.digest(), facts);
      }
      case Preflight.Verdict.Refused(String why) ->
          Report.no(gateway.member(), "NGINX refuses the file: " + why);
      case Preflight.Verdict.Unfinished(String why) ->
          Report.unknown(gateway.member(), "the check by its own image " + why);
    };
  }

  /** By what one list of the staged ConfigMaps said just now. */
  static Optional<String> unread(Standing standing, long epoch, Bundle bundle) {
    var names = bundle.names(standing.gateway(), epoch);
    for (var entry : bundle.pieces().entrySet()) {
      String name = names.getOrDefault(entry.getKey(), "");
      var map = standing.maps().get(name);
      if (map == null) {
        return Optional.of("epoch " + epoch + " is not staged: there is no ConfigMap " + name);
      }
      var wrong = differs(map, entry.getValue(), standing.gateway());
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  private static Map<String, Object> facts(Bundle bundle, Collection<String> names) {
    var losses = bundle.losses().stream().map(l -> l.about() + ": " + l.reason()).toList();
    var facts = new TreeMap<String, Object>();
    facts.put("files", bundle.files().digest());
    facts.put("configMaps", List.copyOf(names));
    facts.put("losses", losses);
    return facts;
  }
}
