package dev.deployclaw.executors.kubernetes.source;

import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership.Owner;
import dev.deployclaw.executors.kubernetes.client.JsonPatchBuilder;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.policy.json.CanonicalJson;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes documents back to their ConfigMaps, one key at a time, under our own field manager. Each
 * write is bound to the object's version that was looked at, so that what was judged is what is
 * written over. A key that another field manager owns is never written, but for those that the
 * configuration lets us take over.
 */
final class ConfigMapSourceWriter {
  /** How often a write starts again because something else of the object was changed. */
  private static final int MOST_TRIES = 3;

  private static final int CONFLICT = 409;
  private static final Pattern MEMBER = Pattern.compile("configmap/([^/]+)/([^/:]+):(.+)");

  private final KubernetesConnection link;
  private final List<ConfigMapSource> sources;
  private final long end;

  /**
   * @param deadline of the call, from now on
   */
  ConfigMapSourceWriter(
      KubernetesConnection link, List<ConfigMapSource> sources, Duration deadline) {
    this.link = link;
    this.sources = sources;
    this.end = System.nanoTime() + deadline.toNanos();
  }

  /** Where a document stands. */
  private record Place(ConfigMapSource source, String name, String key) {
    String namespace() {
      return source.namespace();
    }
  }

  /** Which ConfigMaps a source selects, or why that isn't known: asked once for all edits. */
  private sealed interface Members {
    record Named(Set<String> names) implements Members {}

    record Unlisted(KubernetesException fault) implements Members {}
  }

  /** A report for each that is a ConfigMap's; the others are somebody else's. */
  List<MemberReport> write(List<Edit> edits) throws InterruptedException {
    var reports = new ArrayList<MemberReport>();
    var members = new HashMap<ConfigMapSource, Members>();
    for (var edit : edits) {
      var place = MEMBER.matcher(edit.member());
      if (place.matches()) {
        reports.add(write(edit, place, members));
      }
    }
    return reports.isEmpty()
        ? List.of(
            MemberReport.skipped("configmap", "none of these policies comes from a ConfigMap"))
        : reports;
  }

  private MemberReport write(Edit edit, MatchResult at, Map<ConfigMapSource, Members> members)
      throws InterruptedException {
    String namespace = at.group(1);
    String name = at.group(2);
    try {
      for (var source : sources) {
        boolean mayBe = source.namespace().equals(namespace);
        if (mayBe
            && !(source.writeBack() instanceof WriteBackMode.None)
            && selects(source, name, members)) {
          return write(edit, new Place(source, name, at.group(3)));
        }
      }
      return MemberReport.no(edit.member(), "it is in no source with write-back");
    } catch (KubernetesException e) {
      var report = e.report(edit.member());
      return report.answer() == MemberReport.Answer.NO
          ? WriteBackMode.refused(edit, report.reason(), patch(edit, namespace, name, at.group(3)))
          : report;
    }
  }

  private boolean selects(
      ConfigMapSource source, String name, Map<ConfigMapSource, Members> members)
      throws KubernetesException, InterruptedException {
    var known = members.get(source);
    if (known == null) {
      known = list(source);
      members.put(source, known);
    }
    return switch (known) {
      case Members.Named(Set<String> names) -> names.contains(name);
      case Members.Unlisted(KubernetesException fault) -> throw fault;
    };
  }

  private Members list(ConfigMapSource source) throws InterruptedException {
    try {
      var all = api().lists().all(ResourceKind.CONFIG_MAPS, source.namespace(), source.selector());
      return new Members.Named(all.stream().map(PodInspector::name).collect(Collectors.toSet()));
    } catch (KubernetesException e) {
      return new Members.Unlisted(e);
    }
  }

  private MemberReport write(Edit edit, Place place)
      throws KubernetesException, InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      var map = get(place);
      if (map.isEmpty()) {
        return MemberReport.no(edit.member(), "the ConfigMap is gone");
      }
      var said = judge(edit, place, map.get());
      if (said.isPresent()) {
        return said.get();
      }
      if (patches(edit, place, map.get())) {
        return readBack(edit, place);
      }
    }
    return MemberReport.unknown(edit.member(), "the ConfigMap keeps changing during the write");
  }

  /** Whether it was written; not, where the object was changed since it was looked at. */
  private boolean patches(Edit edit, Place place, ConfigMap map)
      throws KubernetesException, InterruptedException {
    try {
      var text = Map.of(place.key(), edit.text());
      var patch = JsonPatchBuilder.NOTHING.put("/data", map.getData(), text);
      api().patch(ResourceKind.CONFIG_MAPS, map, patch);
      return true;
    } catch (KubernetesException e) {
      if (e.status() == CONFLICT) {
        return false;
      }
      throw e;
    }
  }

  /** What there is to say without a write; empty where it is to be written. */
  private static Optional<MemberReport> judge(Edit edit, Place place, ConfigMap map) {
    String text = map.getData().get(place.key());
    String member = edit.member();
    if (text == null) {
      return Optional.of(MemberReport.no(member, "the ConfigMap has no such key any more"));
    }
    if (text.equals(edit.text())) {
      return Optional.of(MemberReport.yes(member, "", Map.of()));
    }
    var owners = FieldOwnership.ofKey(map, place.key());
    if (!CanonicalJson.sha256(text).equals(edit.digest())) {
      String by = owners.isEmpty() ? "" : ", by " + owners.getLast().words();
      return Optional.of(
          MemberReport.no(member, "it was changed just now" + by + ": check it again"));
    }
    String patch = patch(edit, place.namespace(), place.name(), place.key());
    return switch (place.source().writeBack()) {
      case WriteBackMode.None _ -> throw new IllegalStateException("isn't written back to");
      case WriteBackMode.Patch folder -> Optional.of(folder.write(edit, patch));
      case WriteBackMode.Source source ->
          obstacle(map, owners, source.takesOver())
              .map(why -> WriteBackMode.refused(edit, why, patch));
    };
  }

  private static Optional<String> obstacle(
      ConfigMap map, List<Owner> owners, List<String> takesOver) {
    if (Boolean.TRUE.equals(map.getImmutable())) {
      return Optional.of("the ConfigMap is immutable");
    }
    if (owners.isEmpty()) {
      return Optional.of("the server doesn't report its owner");
    }
    return owners.stream()
        .filter(o -> !o.manager().equals(KubernetesApi.MANAGER) && !takesOver.contains(o.manager()))
        .findFirst()
        .map(o ->
            "the field manager %s owns it: change it there, or name %s in takesOver"
                .formatted(o.words(), o.manager()));
  }

  /** Not what the write answered counts, but what a read finds. */
  private MemberReport readBack(Edit edit, Place place) throws InterruptedException {
    try {
      var now = get(place);
      boolean there = now.filter(m -> edit.text().equals(m.getData().get(place.key()))).isPresent();
      return there
          ? MemberReport.yes(edit.member(), CanonicalJson.sha256(edit.text()), Map.of())
          : MemberReport.unknown(edit.member(), "it was written, but reads back differently");
    } catch (KubernetesException e) {
      return MemberReport.unknown(
          edit.member(), "it was written, but can't be read back: " + e.fault().reason());
    }
  }

  private Optional<ConfigMap> get(Place place) throws KubernetesException, InterruptedException {
    return api().get(ResourceKind.CONFIG_MAPS, place.namespace(), place.name());
  }

  private KubernetesApi api() throws KubernetesException {
    return link.api(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
  }

  /** For {@code kubectl patch --type merge --patch-file}. */
  private static String patch(Edit edit, String namespace, String name, String key) {
    return """
    # kubectl patch configmap %s -n %s --type merge --patch-file FILE
    data:
      "%s": |
    %s\
    """
        .formatted(name, namespace, key, edit.text().indent(4));
  }
}
