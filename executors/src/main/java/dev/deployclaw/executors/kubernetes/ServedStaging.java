package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Report;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.Optional;

/** Writes an epoch's documents into an immutable ConfigMap that nobody reads, votes, removes it. */
final class ServedStaging {
  private static final int CONFLICT = 409;

  private final Api api;
  private final ServedMap served;

  ServedStaging(Api api, ServedMap served) {
    this.api = api;
    this.served = served;
  }

  Report stage(Activation activation, long term) throws KubernetesFault, InterruptedException {
    var piece = ServedDocuments.of(activation);
    var wrong = ServedDocuments.tooLarge(piece);
    if (wrong.isEmpty()) {
      wrong = overtaken(activation.epoch(), term);
    }
    if (wrong.isEmpty()) {
      wrong = create(activation.epoch(), piece);
    }
    return wrong
        .map(why -> Report.no(served.member(), why))
        .orElse(
            Report.yes(
                served.member(),
                activation.digest(),
                Map.of("tenants", (long) activation.set().tenants().size())));
  }

  /** The vote: what was staged reads back, and nothing stands in the way of a publish. */
  Report prepare(Activation activation) throws KubernetesFault, InterruptedException {
    long epoch = activation.epoch();
    var there = api.get(Kind.CONFIG_MAPS, served.namespace(), served.staged(epoch));
    if (there.isEmpty()) {
      return Report.no(served.member(), "epoch " + epoch + " isn't staged");
    }
    var wrong = differs(there.get(), epoch, ServedDocuments.of(activation));
    if (wrong.isEmpty()) {
      wrong =
          api.get(Kind.CONFIG_MAPS, served.namespace(), served.configMap())
              .flatMap(ServedStaging::obstacle);
    }
    return wrong
        .map(why -> Report.no(served.member(), why))
        .orElse(Report.yes(served.member(), activation.digest(), Map.of()));
  }

  /** Removes what was staged for an epoch that isn't served. */
  Report discard(long epoch, long term) throws KubernetesFault, InterruptedException {
    var live = api.get(Kind.CONFIG_MAPS, served.namespace(), served.configMap());
    var marks = live.flatMap(Marks::of);
    if (marks.filter(m -> m.serves() && m.epoch() == epoch).isPresent()) {
      return Report.no(served.member(), "epoch " + epoch + " is served there");
    }
    var done = Report.yes(served.member(), "", Map.of("epoch", epoch));
    var there = api.get(Kind.CONFIG_MAPS, served.namespace(), served.staged(epoch));
    if (there.isEmpty()) {
      return done;
    }
    if (marks.filter(m -> m.term() > term).isPresent()) {
      return Report.no(served.member(), "a leader of a later term published there");
    }
    if (!Staged.managed(there.get())) {
      String name = Pods.name(there.get());
      return Report.no(served.member(), "ConfigMap " + name + " is left alone: it isn't ours");
    }
    api.delete(Kind.CONFIG_MAPS, there.get());
    return done;
  }

  private Optional<String> overtaken(long epoch, long term)
      throws KubernetesFault, InterruptedException {
    return api.get(Kind.CONFIG_MAPS, served.namespace(), served.configMap())
        .flatMap(Marks::of)
        .flatMap(marks -> ServedPublishing.overtaken(marks, epoch, term));
  }

  private Optional<String> create(long epoch, Piece piece)
      throws KubernetesFault, InterruptedException {
    try {
      api.create(Kind.CONFIG_MAPS, map(epoch, piece));
      return Optional.empty();
    } catch (KubernetesFault e) {
      if (e.status() != CONFLICT) {
        throw e;
      }
      return api.get(Kind.CONFIG_MAPS, served.namespace(), served.staged(epoch))
          .flatMap(there -> differs(there, epoch, piece));
    }
  }

  private ConfigMap map(long epoch, Piece piece) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(served.namespace())
        .withName(served.staged(epoch))
        .withLabels(Staged.managed())
        .endMetadata()
        .withData(piece.data())
        .withImmutable(true)
        .build();
  }

  private static Optional<String> differs(ConfigMap there, long epoch, Piece wanted) {
    boolean same = Piece.of(there).equals(wanted) && Staged.managed(there);
    return same
        ? Optional.empty()
        : Optional.of(
            "what is staged of epoch %d differs: delete ConfigMap %s"
                .formatted(epoch, Pods.name(there)));
  }

  /** Who says what the served ConfigMap holds, and would say so again. */
  private static Optional<String> obstacle(ConfigMap live) {
    if (Boolean.TRUE.equals(live.getImmutable())) {
      return Optional.of("ConfigMap " + Pods.name(live) + " is immutable: delete it");
    }
    return live.getData().keySet().stream()
        .flatMap(key -> Ownership.ofKey(live, key).stream())
        .filter(o -> o.applies() && !o.manager().equals(Api.MANAGER))
        .findFirst()
        .map(o ->
            ("%s applies keys of ConfigMap %s, and would put them back: serve from a ConfigMap that"
                    + " nobody applies (configMap of this store). Keys that it stops to apply are gone"
                    + " at once, and services lose them")
                .formatted(o.manager(), Pods.name(live)));
  }
}
