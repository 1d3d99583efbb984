package dev.deployclaw.executors.kubernetes.configmap;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.Optional;

/** Writes an epoch's documents into an immutable ConfigMap that nobody reads, votes, removes it. */
record ServedConfigMapStager(KubernetesApi api, ServedConfigMap served) {
  private static final int CONFLICT = 409;

  MemberReport stage(EpochSpec activation, long term)
      throws KubernetesException, InterruptedException {
    var piece = ServedDocuments.of(activation);
    var wrong = ServedDocuments.tooLarge(piece);
    if (wrong.isEmpty()) {
      wrong = overtaken(activation.epoch(), term);
    }
    if (wrong.isEmpty()) {
      wrong = create(activation.epoch(), piece);
    }
    return wrong
        .map(why -> MemberReport.no(served.member(), why))
        .orElse(
            MemberReport.yes(
                served.member(),
                activation.digest(),
                Map.of("tenants", (long) activation.set().tenants().size())));
  }

  /** The vote: what was staged reads back, and nothing stands in the way of a publish. */
  MemberReport prepare(EpochSpec activation) throws KubernetesException, InterruptedException {
    long epoch = activation.epoch();
    var there = api.get(ResourceKind.CONFIG_MAPS, served.namespace(), served.staged(epoch));
    if (there.isEmpty()) {
      return MemberReport.no(served.member(), "epoch " + epoch + " isn't staged");
    }
    var wrong = differs(there.get(), epoch, ServedDocuments.of(activation));
    if (wrong.isEmpty()) {
      wrong =
          api.get(ResourceKind.CONFIG_MAPS, served.namespace(), served.configMap())
              .flatMap(ServedConfigMapStager::obstacle);
    }
    return wrong
        .map(why -> MemberReport.no(served.member(), why))
        .orElse(MemberReport.yes(served.member(), activation.digest(), Map.of()));
  }

  /** Removes what was staged for an epoch that isn't served. */
  MemberReport discard(long epoch, long term) throws KubernetesException, InterruptedException {
    var live = api.get(ResourceKind.CONFIG_MAPS, served.namespace(), served.configMap());
    var marks = live.flatMap(PublishAnnotations::of);
    if (marks.filter(m -> m.serves() && m.epoch() == epoch).isPresent()) {
      return MemberReport.no(served.member(), "epoch " + epoch + " is served there");
    }
    var done = MemberReport.yes(served.member(), "", Map.of("epoch", epoch));
    var there = api.get(ResourceKind.CONFIG_MAPS, served.namespace(), served.staged(epoch));
    if (there.isEmpty()) {
      return done;
    }
    if (marks.filter(m -> m.term() > term).isPresent()) {
      return MemberReport.no(served.member(), "a leader of a later term published there");
    }
    if (!StagedConfigMaps.managed(there.get())) {
      String name = PodInspector.name(there.get());
      return MemberReport.no(
          served.member(), "ConfigMap " + name + " is left alone: the agent didn't create it");
    }
    api.delete(ResourceKind.CONFIG_MAPS, there.get());
    return done;
  }

  private Optional<String> overtaken(long epoch, long term)
      throws KubernetesException, InterruptedException {
    return api.get(ResourceKind.CONFIG_MAPS, served.namespace(), served.configMap())
        .flatMap(PublishAnnotations::of)
        .flatMap(marks -> ServedConfigMapPublisher.overtaken(marks, epoch, term));
  }

  private Optional<String> create(long epoch, ConfigMapContents piece)
      throws KubernetesException, InterruptedException {
    try {
      api.create(ResourceKind.CONFIG_MAPS, map(epoch, piece));
      return Optional.empty();
    } catch (KubernetesException e) {
      if (e.status() != CONFLICT) {
        throw e;
      }
      return api.get(ResourceKind.CONFIG_MAPS, served.namespace(), served.staged(epoch))
          .flatMap(there -> differs(there, epoch, piece));
    }
  }

  private ConfigMap map(long epoch, ConfigMapContents piece) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(served.namespace())
        .withName(served.staged(epoch))
        .withLabels(StagedConfigMaps.managed())
        .endMetadata()
        .withData(piece.data())
        .withImmutable(true)
        .build();
  }

  private static Optional<String> differs(ConfigMap there, long epoch, ConfigMapContents wanted) {
    boolean same = ConfigMapContents.of(there).equals(wanted) && StagedConfigMaps.managed(there);
    return same
        ? Optional.empty()
        : Optional.of(
            "what is staged of epoch %d differs: delete ConfigMap %s"
                .formatted(epoch, PodInspector.name(there)));
  }

  /** Who says what the served ConfigMap holds, and would say so again. */
  private static Optional<String> obstacle(ConfigMap live) {
    if (Boolean.TRUE.equals(live.getImmutable())) {
      return Optional.of("ConfigMap " + PodInspector.name(live) + " is immutable: delete it");
    }
    return live.getData().keySet().stream()
        .flatMap(key -> FieldOwnership.ofKey(live, key).stream())
        .filter(o -> o.applies() && !o.manager().equals(KubernetesApi.MANAGER))
        .findFirst()
        .map(o ->
            ("%s applies keys of ConfigMap %s, and would overwrite them: serve from a "
                    + "ConfigMap that no other tool applies (configMap of this store). Keys that "
                    + "this tool stops applying are deleted at once, and services lose them")
                .formatted(o.manager(), PodInspector.name(live)));
  }
}
