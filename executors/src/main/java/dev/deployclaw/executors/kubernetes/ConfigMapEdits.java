package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Call.WriteBack.Edit;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.kubernetes.Ownership.Owner;
import dev.deployclaw.executors.sandbox.WriteBack;
import dev.deployclaw.policy.json.Canonical;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.charset.StandardCharsets;
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
  private record Place(PolicyMaps source, String name, String key) {
    String namespace() {
      return source.namespace();
    }
  }

  /** Which ConfigMaps a source selects, or why that isn't known: asked once for all edits. */
  private sealed interface Members {
    record Named(Set<String> names) implements Members {}

    record Unlisted(KubernetesFault fault) implements Members {}
  }

  /** A report for each that is a ConfigMap's; the others are somebody else's. */
  List<Report> write(List<Edit> edits) throws InterruptedException {
    var reports = new ArrayList<Report>();
    var members = new HashMap<PolicyMaps, Members>();
    for (var edit : edits) {
      var place = MEMBER.matcher(edit.member());
      if (place.matches()) {
        reports.add(write(edit, place, members));
      }
    }
    return reports.isEmpty()
        ? List.of(Report.skipped("configmap", "none of these is a ConfigMap's"))
        : reports;
  }

  private Report write(Edit edit, MatchResult at, Map<PolicyMaps, Members> members)
      throws InterruptedException {
    String namespace = at.group(1);
    String name = at.group(2);
    try {
      for (var source : sources) {
        boolean mayBe = source.namespace().equals(namespace);
        if (mayBe
            && !(source.writeBack() instanceof WriteBack.None)
            && selects(source, name, members)) {
          return write(edit, new Place(source, name, at.group(3)));
        }
      }
      return Report.no(edit.member(), "it is in no source that is written back to");
    } catch (KubernetesFault e) {
      var report = e.report(edit.member());
      return report.answer() == Report.Answer.NO
          ? WriteBack.refused(edit, report.reason(), patch(edit, namespace, name, at.group(3)))
          : report;
    }
  }

  private boolean selects(PolicyMaps source, String name, Map<PolicyMaps, Members> members)
      throws KubernetesFault, InterruptedException {
    var known = members.get(source);
    if (known == null) {
      known = list(source);
      members.put(source, known);
    }
    return switch (known) {
      case Members.Named(Set<String> names) -> names.contains(name);
      case Members.Unlisted(KubernetesFault fault) -> throw fault;
    };
  }

  private Members list(PolicyMaps source) throws InterruptedException {
    try {
      var all = link.api().lists().all(Kind.CONFIG_MAPS, source.namespace(), source.selector());
      return new Members.Named(all.stream().map(Pods::name).collect(Collectors.toSet()));
    } catch (KubernetesFault e) {
      return new Members.Unlisted(e);
    }
  }

  private Report write(Edit edit, Place place) throws KubernetesFault, InterruptedException {
    for (int i = 0; i < MOST_TRIES; i++) {
      var map = get(place);
      if (map.isEmpty()) {
        return Report.no(edit.member(), "the ConfigMap is gone");
      }
      var said = judge(edit, place, map.get());
      if (said.isPresent()) {
        return said.get();
      }
      if (patches(edit, place, map.get())) {
        return readBack(edit, place);
      }
    }
    return Report.unknown(edit.member(), "the ConfigMap changes under our hands");
  }

  /** Whether it was written; not, where the object was changed since it was looked at. */
  private boolean patches(Edit edit, Place place, ConfigMap map)
      throws KubernetesFault, InterruptedException {
    try {
      var text = Map.of(place.key(), edit.text());
      var patch = JsonPatch.NOTHING.put("/data", map.getData(), text);
      link.api().patch(Kind.CONFIG_MAPS, map, patch);
      return true;
    } catch (KubernetesFault e) {
      if (e.status() == CONFLICT) {
        return false;
      }
      throw e;
    }
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
    String patch = patch(edit, place.namespace(), place.name(), place.key());
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
  private Report readBack(Edit edit, Place place) throws InterruptedException {
    try {
      var now = get(place);
      boolean there = now.filter(m -> edit.text().equals(m.getData().get(place.key()))).isPresent();
      return there
          ? Report.yes(edit.member(), digest(edit.text()), Map.of())
          : Report.unknown(edit.member(), "it was written, and reads back otherwise");
    } catch (KubernetesFault e) {
      return Report.unknown(
          edit.member(), "it was written, and can't be read back: " + e.fault().reason());
    }
  }

  private Optional<ConfigMap> get(Place place) throws KubernetesFault, InterruptedException {
    return link.api().get(Kind.CONFIG_MAPS, place.namespace(), place.name());
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
