package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Call.WriteBack.Edit;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.kubernetes.Ownership.Owner;
import dev.deployclaw.executors.sandbox.WriteBack;
import dev.deployclaw.policy.json.Canonical;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Writes documents back to their ConfigMaps, one key at a time, under our own field manager. Each
 * write is bound to the object's version that was looked at, so that what was judged is what is
 * written over. A key that another field manager owns is never written, but for those that the
 * configuration lets us take over.
 */
final class ConfigMapEdits {
  /** How often a write starts again because something else of the object was changed. */
  private static final int MOST_TRIES = 3;

  private static final int CONFLICT = 409;
  private static final Pattern MEMBER = Pattern.compile("configmap/([^/]+)/([^/:]+):(.+)");

  private final KubernetesLink link;
  private final List<PolicyMaps> sources;

  ConfigMapEdits(KubernetesLink link, List<PolicyMaps> sources) {
    this.link = link;
    this.sources = sources;
  }

  /** Where a document stands. */
  private record Place(PolicyMaps source, String name, String key) {}

  /** A report for each that is a ConfigMap's; the others are somebody else's. */
  List<Report> write(List<Edit> edits) throws InterruptedException {
    var reports = new ArrayList<Report>();
    for (var edit : edits) {
      var place = MEMBER.matcher(edit.member());
      if (place.matches()) {
        reports.add(write(edit, place.group(1), place.group(2), place.group(3)));
      }
    }
    return reports.isEmpty()
        ? List.of(Report.skipped("configmap", "none of these is a ConfigMap's"))
        : reports;
  }

  private Report write(Edit edit, String namespace, String name, String key)
      throws InterruptedException {
    try {
      for (var source : sources) {
        boolean mayBe = source.namespace().equals(namespace);
        if (mayBe && !(source.writeBack() instanceof WriteBack.None)) {
          var there = find(source, name);
          if (there.isPresent()) {
            return write(edit, new Place(source, name, key));
          }
        }
      }
      return Report.no(edit.member(), "it is in no source that is written back to");
    } catch (KubernetesFault e) {
      var report = e.report(edit.member());
      return report.answer() == Report.Answer.NO
          ? WriteBack.refused(edit, report.reason(), patch(edit, namespace, name, key))
          : report;
    }
  }

  private Report write(Edit edit, Place place) throws KubernetesFault, InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      var map = find(place.source(), place.name());
      if (map.isEmpty()) {
        return Report.no(edit.member(), "the ConfigMap is gone");
      }
      var said = judge(edit, place, map.get());
      if (said.isPresent()) {
        return said.get();
      }
      try {
        var text = Map.of(place.key(), edit.text());
        var patch = JsonPatch.NOTHING.put("/data", map.get().getData(), text);
        link.api().patch(Kind.CONFIG_MAPS, map.get(), patch);
        return readBack(edit, place);
      } catch (KubernetesFault e) {
        if (e.status() != CONFLICT) {
          throw e;
        }
      }
    }
    return Report.unknown(edit.member(), "the ConfigMap changes under our hands");
  }

  /** What there is to say without a write; empty where it is to be written. */
  private static Optional<Report> judge(Edit edit, Place place, ConfigMap map) {
    String text = map.getData().get(place.key());
    String member = edit.member();
    if (text == null) {
      return Optional.of(Report.no(member, "the ConfigMap has no such key any more"));
    }
    if (text.equals(edit.text())) {
      return Optional.of(Report.yes(member, "", Map.of()));
    }
    var owners = Ownership.ofKey(map, place.key());
    if (!digest(text).equals(edit.digest())) {
      String by = owners.isEmpty() ? "" : ", by " + owners.getLast().words();
      return Optional.of(Report.no(member, "it was changed just now" + by + ": look again"));
    }
    String patch = patch(edit, place.source().namespace(), place.name(), place.key());
    return switch (place.source().writeBack()) {
      case WriteBack.None _ -> throw new IllegalStateException("isn't written back to");
      case WriteBack.Patch folder -> Optional.of(folder.write(edit, patch));
      case WriteBack.Source source ->
          obstacle(map, owners, source.takesOver()).map(why -> WriteBack.refused(edit, why, patch));
    };
  }

  private static Optional<String> obstacle(
      ConfigMap map, List<Owner> owners, List<String> takesOver) {
    if (Boolean.TRUE.equals(map.getImmutable())) {
      return Optional.of("the ConfigMap is immutable");
    }
    if (owners.isEmpty()) {
      return Optional.of("the server doesn't say who owns it");
    }
    return owners.stream()
        .filter(o -> !o.manager().equals(Api.MANAGER) && !takesOver.contains(o.manager()))
        .findFirst()
        .map(o ->
            "the field manager %s owns it: change it there, or name %s in takesOver"
                .formatted(o.words(), o.manager()));
  }

  /** Not what the write answered counts, but what a read finds. */
  private Report readBack(Edit edit, Place place) throws KubernetesFault, InterruptedException {
    var now = find(place.source(), place.name());
    boolean there = now.filter(m -> edit.text().equals(m.getData().get(place.key()))).isPresent();
    return there
        ? Report.yes(edit.member(), digest(edit.text()), Map.of())
        : Report.unknown(edit.member(), "it was written, and reads back otherwise");
  }

  private Optional<ConfigMap> find(PolicyMaps source, String name)
      throws KubernetesFault, InterruptedException {
    var all = link.api().lists().all(Kind.CONFIG_MAPS, source.namespace(), source.selector());
    return all.stream().filter(m -> Pods.name(m).equals(name)).findFirst();
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

  private static String digest(String text) {
    return Canonical.sha256(text.getBytes(StandardCharsets.UTF_8));
  }
}
