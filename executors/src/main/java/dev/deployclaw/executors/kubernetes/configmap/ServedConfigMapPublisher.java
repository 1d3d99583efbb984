package dev.deployclaw.executors.kubernetes.configmap;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership;
import dev.deployclaw.executors.kubernetes.client.JsonPatchBuilder;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
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
record ServedConfigMapPublisher(KubernetesApi api, ServedConfigMap served) {
  private static final int MOST_TRIES = 3;
  private static final int CONFLICT = 409;
  private static final String OBJECT = "object";

  /**
   * The digest is that of what services really read; what isn't ours, or isn't as we wrote it, is
   * kept.
   */
  MemberReport observe() throws KubernetesException, InterruptedException {
    var live = live();
    var facts = new TreeMap<String, Object>();
    if (live.isEmpty()) {
      return MemberReport.yes(served.member(), "", facts);
    }
    var piece = ConfigMapContents.of(live.get());
    var marks = PublishAnnotations.of(live.get());
    if (marks.filter(PublishAnnotations::serves).isEmpty()) {
      facts.put(OBJECT, piece.facts());
      return MemberReport.yes(served.member(), piece.digest(), facts);
    }
    facts.put("epoch", marks.get().epoch());
    if (marks.get().files().equals(piece.digest())) {
      return MemberReport.yes(served.member(), marks.get().digest(), facts);
    }
    facts.put(OBJECT, piece.facts());
    return MemberReport.no(served.member(), changed(live.get(), marks.get()), facts);
  }

  /** For a look: the same without what it holds, which is for a checkpoint. */
  MemberReport scan() throws KubernetesException, InterruptedException {
    var seen = observe();
    var facts = new TreeMap<>(seen.facts());
    facts.remove(OBJECT);
    facts.put(DesiredGatewayFile.KEPT, kept());
    return new MemberReport(seen.member(), seen.answer(), seen.digest(), seen.reason(), facts);
  }

  /**
   * The epochs of which a ConfigMap is staged, and its name. Who may not list ConfigMaps there is
   * told of none: a change asks for them by name.
   */
  private Map<String, Object> kept() throws KubernetesException, InterruptedException {
    var found = new TreeMap<String, Object>();
    try {
      for (var map :
          api.lists().all(ResourceKind.CONFIG_MAPS, served.namespace(), StagedConfigMaps.OURS)) {
        String name = PodInspector.name(map);
        served.epoch(name).ifPresent(e -> found.put(e, "ConfigMap " + name));
      }
    } catch (KubernetesException e) {
      if (!(e.fault() instanceof CallFault.Denied)) {
        throw e;
      }
    }
    return found;
  }

  /** Who published last. */
  MemberReport marks() throws KubernetesException, InterruptedException {
    var marks = live().flatMap(PublishAnnotations::of).orElse(PublishAnnotations.fence(0, 0));
    return MemberReport.yes(
        served.member(), "", Map.of("epoch", marks.epoch(), "term", marks.term()));
  }

  MemberReport publish(EpochSpec activation, long term)
      throws KubernetesException, InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      var live = live();
      var marks = live.flatMap(PublishAnnotations::of);
      if (marks.isPresent()) {
        var newer = overtaken(marks.get(), activation.epoch(), term);
        if (newer.isPresent()) {
          return MemberReport.no(served.member(), newer.get());
        }
      }
      try {
        write(activation, live, term);
        return converge(activation);
      } catch (KubernetesException e) {
        if (e.status() != CONFLICT) {
          throw e;
        }
      }
    }
    return MemberReport.unknown(served.member(), "the ConfigMap keeps changing during the write");
  }

  /** By an independent read. */
  MemberReport converge(EpochSpec activation) throws KubernetesException, InterruptedException {
    var live = live();
    var yes = MemberReport.yes(served.member(), activation.digest(), Map.of());
    if (activation.restores().isPresent()) {
      boolean back =
          live.map(ConfigMapContents::of)
                  .filter(found(activation).orElse(ConfigMapContents.NOTHING)::equals)
                  .isPresent()
              && fenced(live, activation);
      return back ? yes : MemberReport.no(served.member(), "doesn't hold its original values");
    }
    var wanted = ServedDocuments.of(activation);
    var marks = live.flatMap(PublishAnnotations::of).filter(m -> m.epoch() == activation.epoch());
    if (live.isEmpty() || marks.isEmpty()) {
      return MemberReport.no(served.member(), "doesn't serve epoch " + activation.epoch());
    }
    return ConfigMapContents.of(live.get()).equals(wanted)
        ? yes
        : MemberReport.no(served.member(), changed(live.get(), marks.get()));
  }

  /** Somebody newer was there: a later leader, or a later epoch. */
  static Optional<String> overtaken(PublishAnnotations marks, long epoch, long term) {
    if (marks.term() > term) {
      return Optional.of("the leader of the later term " + marks.term() + " published there");
    }
    return marks.epoch() > epoch
        ? Optional.of("the later epoch " + marks.epoch() + " is served there")
        : Optional.empty();
  }

  private void write(EpochSpec activation, Optional<ConfigMap> live, long term)
      throws KubernetesException, InterruptedException {
    if (activation.restores().isPresent()) {
      restore(found(activation), live, PublishAnnotations.fence(term, activation.epoch()));
      return;
    }
    var piece = ServedDocuments.of(activation);
    var marks =
        new PublishAnnotations(term, activation.epoch(), activation.digest(), piece.digest());
    if (live.isEmpty()) {
      api.create(ResourceKind.CONFIG_MAPS, fresh(piece, marks));
    } else if (!marks.equals(PublishAnnotations.of(live.get()).orElse(null))
        || !ConfigMapContents.of(live.get()).equals(piece)) {
      var annotations = new TreeMap<String, Object>(live.get().getMetadata().getAnnotations());
      annotations.putAll(marks.annotations());
      api.patch(ResourceKind.CONFIG_MAPS, live.get(), whole(piece, annotations));
    }
  }

  /**
   * Puts back what was found before the first change. Where that was nothing, the object stays and
   * is empty: term and epoch stand on it, so that a leader who wakes up late finds them. An object
   * that somebody else put there meanwhile is left alone.
   */
  private void restore(
      Optional<ConfigMapContents> found, Optional<ConfigMap> live, PublishAnnotations fence)
      throws KubernetesException, InterruptedException {
    var piece = found.orElse(ConfigMapContents.NOTHING);
    if (live.isEmpty()) {
      api.create(ResourceKind.CONFIG_MAPS, fresh(piece, fence));
    } else if (found.isPresent() || isOurs(live.get())) {
      var annotations = new TreeMap<String, Object>(live.get().getMetadata().getAnnotations());
      annotations.keySet().removeIf(key -> key.startsWith(PublishAnnotations.PREFIX));
      annotations.putAll(fence.annotations());
      api.patch(ResourceKind.CONFIG_MAPS, live.get(), whole(piece, annotations));
    }
  }

  /** What it holds was written by a publish, or is nothing. */
  private static boolean isOurs(ConfigMap live) {
    return PublishAnnotations.of(live).filter(PublishAnnotations::serves).isPresent()
        || ConfigMapContents.of(live).equals(ConfigMapContents.NOTHING);
  }

  /** Whether what was put back bears the epoch that put it back, and serves none. */
  private static boolean fenced(Optional<ConfigMap> live, EpochSpec activation) {
    return live.flatMap(PublishAnnotations::of)
        .filter(m -> m.epoch() == activation.epoch() && !m.serves())
        .isPresent();
  }

  private Optional<ConfigMapContents> found(EpochSpec activation) {
    return activation
        .restores()
        .flatMap(observation -> observation.of("configuration", served.member()))
        .flatMap(facts ->
            facts.get(OBJECT) instanceof Map<?, ?> object
                ? Optional.of(ConfigMapContents.ofFacts(object))
                : Optional.empty());
  }

  private static JsonPatchBuilder whole(ConfigMapContents piece, Map<String, Object> annotations) {
    return JsonPatchBuilder.NOTHING
        .set("/metadata/annotations", annotations)
        .set("/data", piece.data())
        .set("/binaryData", piece.binary());
  }

  private ConfigMap fresh(ConfigMapContents piece, PublishAnnotations marks) {
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

  private Optional<ConfigMap> live() throws KubernetesException, InterruptedException {
    return api.get(ResourceKind.CONFIG_MAPS, served.namespace(), served.configMap());
  }

  private static String changed(ConfigMap live, PublishAnnotations marks) {
    var last =
        live.getData().keySet().stream()
            .flatMap(key -> FieldOwnership.ofKey(live, key).stream())
            .filter(o -> !o.manager().equals(KubernetesApi.MANAGER))
            .reduce((a, b) -> a.time().compareTo(b.time()) > 0 ? a : b);
    return "its documents of epoch %d were changed%s"
        .formatted(marks.epoch(), last.map(o -> ", by " + o.words()).orElse(""));
  }
}
