package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.GatewayFile;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Switches the ConfigMap that services read from one epoch to the next, in one write that is bound
 * to the version that was looked at. Annotations say whose write it was, so that a lower term or
 * epoch is refused and a change by hand is seen.
 */
final class ServedPublishing {
  private static final int MOST_TRIES = 3;
  private static final int CONFLICT = 409;
  private static final String OBJECT = "object";

  private final Api api;
  private final ServedMap served;

  ServedPublishing(Api api, ServedMap served) {
    this.api = api;
    this.served = served;
  }

  /**
   * The digest is that of what services really read; what isn't ours, or isn't as we wrote it, is
   * kept.
   */
  Report observe() throws KubernetesFault, InterruptedException {
    var live = live();
    var facts = new TreeMap<String, Object>();
    if (live.isEmpty()) {
      return Report.yes(served.member(), "", facts);
    }
    var piece = Piece.of(live.get());
    var marks = Marks.of(live.get());
    if (marks.filter(Marks::serves).isEmpty()) {
      facts.put(OBJECT, piece.facts());
      return Report.yes(served.member(), piece.digest(), facts);
    }
    facts.put("epoch", marks.get().epoch());
    if (marks.get().files().equals(piece.digest())) {
      return Report.yes(served.member(), marks.get().digest(), facts);
    }
    facts.put(OBJECT, piece.facts());
    return new Report(
        served.member(), Report.Answer.NO, "", changed(live.get(), marks.get()), facts);
  }

  /** For a look: the same without what it holds, which is for a checkpoint. */
  Report scan() throws KubernetesFault, InterruptedException {
    var seen = observe();
    var facts = new TreeMap<>(seen.facts());
    facts.remove(OBJECT);
    facts.put(GatewayFile.KEPT, kept());
    return new Report(seen.member(), seen.answer(), seen.digest(), seen.reason(), facts);
  }

  /**
   * The epochs of which a ConfigMap is staged, and its name. Who may not list ConfigMaps there is
   * told of none: a change asks for them by name.
   */
  private Map<String, Object> kept() throws KubernetesFault, InterruptedException {
    var found = new TreeMap<String, Object>();
    try {
      for (var map : api.lists().all(Kind.CONFIG_MAPS, served.namespace(), Staged.OURS)) {
        String name = Pods.name(map);
        served.epoch(name).ifPresent(e -> found.put(e, "ConfigMap " + name));
      }
    } catch (KubernetesFault e) {
      if (!(e.fault() instanceof Fault.Denied)) {
        throw e;
      }
    }
    return found;
  }

  /** Who published last. */
  Report marks() throws KubernetesFault, InterruptedException {
    var marks = live().flatMap(Marks::of).orElse(Marks.fence(0, 0));
    return Report.yes(served.member(), "", Map.of("epoch", marks.epoch(), "term", marks.term()));
  }

  Report publish(Activation activation, long term) throws KubernetesFault, InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      var live = live();
      var marks = live.flatMap(Marks::of);
      if (marks.isPresent()) {
        var newer = overtaken(marks.get(), activation.epoch(), term);
        if (newer.isPresent()) {
          return Report.no(served.member(), newer.get());
        }
      }
      try {
        write(activation, live, term);
        return converge(activation);
      } catch (KubernetesFault e) {
        if (e.status() != CONFLICT) {
          throw e;
        }
      }
    }
    return Report.unknown(served.member(), "the ConfigMap changes under our hands");
  }

  /** By an independent read. */
  Report converge(Activation activation) throws KubernetesFault, InterruptedException {
    var live = live();
    var yes = Report.yes(served.member(), activation.digest(), Map.of());
    if (activation.restores().isPresent()) {
      boolean back =
          live.map(Piece::of).filter(found(activation).orElse(Piece.NOTHING)::equals).isPresent()
              && fenced(live, activation);
      return back ? yes : Report.no(served.member(), "doesn't hold what was found there");
    }
    var wanted = ServedDocuments.of(activation);
    var marks = live.flatMap(Marks::of).filter(m -> m.epoch() == activation.epoch());
    if (live.isEmpty() || marks.isEmpty()) {
      return Report.no(served.member(), "doesn't serve epoch " + activation.epoch());
    }
    return Piece.of(live.get()).equals(wanted)
        ? yes
        : Report.no(served.member(), changed(live.get(), marks.get()));
  }

  /** Somebody newer was there: a later leader, or a later epoch. */
  static Optional<String> overtaken(Marks marks, long epoch, long term) {
    if (marks.term() > term) {
      return Optional.of("the leader of the later term " + marks.term() + " published there");
    }
    return marks.epoch() > epoch
        ? Optional.of("the later epoch " + marks.epoch() + " is served there")
        : Optional.empty();
  }

  private void write(Activation activation, Optional<ConfigMap> live, long term)
      throws KubernetesFault, InterruptedException {
    if (activation.restores().isPresent()) {
      restore(found(activation), live, Marks.fence(term, activation.epoch()));
      return;
    }
    var piece = ServedDocuments.of(activation);
    var marks = new Marks(term, activation.epoch(), activation.digest(), piece.digest());
    if (live.isEmpty()) {
      api.create(Kind.CONFIG_MAPS, fresh(piece, marks));
    } else if (!marks.equals(Marks.of(live.get()).orElse(null))
        || !Piece.of(live.get()).equals(piece)) {
      var annotations = new TreeMap<String, Object>(live.get().getMetadata().getAnnotations());
      annotations.putAll(marks.annotations());
      api.patch(Kind.CONFIG_MAPS, live.get(), whole(piece, annotations));
    }
  }

  /**
   * Puts back what was found before the first change. Where that was nothing, the object stays and
   * is empty: term and epoch stand on it, so that a leader who wakes up late finds them. An object
   * that somebody else put there meanwhile is left alone.
   */
  private void restore(Optional<Piece> found, Optional<ConfigMap> live, Marks fence)
      throws KubernetesFault, InterruptedException {
    var piece = found.orElse(Piece.NOTHING);
    if (live.isEmpty()) {
      api.create(Kind.CONFIG_MAPS, fresh(piece, fence));
    } else if (found.isPresent() || isOurs(live.get())) {
      var annotations = new TreeMap<String, Object>(live.get().getMetadata().getAnnotations());
      annotations.keySet().removeIf(key -> key.startsWith(Marks.PREFIX));
      annotations.putAll(fence.annotations());
      api.patch(Kind.CONFIG_MAPS, live.get(), whole(piece, annotations));
    }
  }

  /** What it holds was written by a publish, or is nothing. */
  private static boolean isOurs(ConfigMap live) {
    return Marks.of(live).filter(Marks::serves).isPresent() || Piece.of(live).equals(Piece.NOTHING);
  }

  /** Whether what was put back bears the epoch that put it back, and serves none. */
  private static boolean fenced(Optional<ConfigMap> live, Activation activation) {
    return live.flatMap(Marks::of)
        .filter(m -> m.epoch() == activation.epoch() && !m.serves())
        .isPresent();
  }

  private Optional<Piece> found(Activation activation) {
    return activation
        .restores()
        .flatMap(observation -> observation.of("configuration", served.member()))
        .flatMap(facts ->
            facts.get(OBJECT) instanceof Map<?, ?> object
                ? Optional.of(Piece.ofFacts(object))
                : Optional.empty());
  }

  private static JsonPatch whole(Piece piece, Map<String, Object> annotations) {
    return JsonPatch.NOTHING
        .set("/metadata/annotations", annotations)
        .set("/data", piece.data())
        .set("/binaryData", piece.binary());
  }

  private ConfigMap fresh(Piece piece, Marks marks) {
    var annotations = new TreeMap<String, String>();
    marks.annotations().forEach((key, value) -> annotations.put(key, String.valueOf(value)));
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(served.namespace())
        .withName(served.configMap())
        .withAnnotations(annotations)
        .endMetadata()
        .withData(piece.data())
        .withBinaryData(piece.binary())
        .build();
  }

  private Optional<ConfigMap> live() throws KubernetesFault, InterruptedException {
    return api.get(Kind.CONFIG_MAPS, served.namespace(), served.configMap());
  }

  private static String changed(ConfigMap live, Marks marks) {
    var last =
        live.getData().keySet().stream()
            .flatMap(key -> Ownership.ofKey(live, key).stream())
            .filter(o -> !o.manager().equals(Api.MANAGER))
            .reduce((a, b) -> a.time().compareTo(b.time()) > 0 ? a : b);
    return "what it serves of epoch %d was changed%s"
        .formatted(marks.epoch(), last.map(o -> ", by " + o.words()).orElse(""));
  }
}
