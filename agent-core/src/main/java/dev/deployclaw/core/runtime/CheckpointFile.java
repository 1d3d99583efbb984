package dev.deployclaw.core.runtime;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.spi.Observation;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.Canonical;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A checkpoint's object: all that is needed to go back, in one file. What every member holds, and
 * the canonical bytes of the policy set that is about to be replaced.
 *
 * @param set empty before the first change
 */
record CheckpointFile(String change, Base base, Observation observation, Optional<PolicySet> set) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static CheckpointFile of(Execution x, Tally observed, Optional<PolicySet> replaced) {
    return of(x.id(), x.base(), observed, replaced);
  }

  static CheckpointFile of(String change, Base base, Tally observed, Optional<PolicySet> set) {
    var members = new TreeMap<String, List<Map<String, Object>>>();
    observed.reports().forEach((name, reports) -> members.put(name, facts(reports)));
    return new CheckpointFile(change, base, new Observation(members), set);
  }

  byte[] bytes() {
    var out = new TreeMap<String, Object>();
    out.put("v", 1);
    out.put("change", change);
    out.put("base_epoch", base.epoch());
    out.put("base_digest", base.digest());
    out.put("observation", observation.members());
    set.ifPresent(s -> out.put("set", new String(s.bytes(), StandardCharsets.UTF_8)));
    return Canonical.bytes(out);
  }

  /**
   * @throws IllegalArgumentException when it isn't a checkpoint
   */
  static CheckpointFile read(byte[] bytes) {
    try {
      var json = JSON.readTree(bytes);
      var members =
          JSON.convertValue(
              json.path("observation"),
              new TypeReference<TreeMap<String, List<Map<String, Object>>>>() {});
      Optional<PolicySet> set =
          json.has("set")
              ? Optional.of(
                  PolicySet.parse(json.get("set").asText().getBytes(StandardCharsets.UTF_8)))
              : Optional.empty();
      var base =
          new Base(json.path("base_epoch").asLong(), json.path("base_digest").asText(), "", 0);
      return new CheckpointFile(json.path("change").asText(), base, new Observation(members), set);
    } catch (IOException e) {
      throw new IllegalArgumentException("the checkpoint isn't JSON", e);
    }
  }

  /** SHA-256 over each member's digest: equal while nobody moved anything. */
  static String fingerprint(Tally observed) {
    var digests = new TreeMap<String, Object>();
    observed.all().forEach(r -> digests.put(r.member(), r.digest()));
    return Canonical.sha256(Canonical.bytes(digests));
  }

  /** The same, from what is written in it. */
  String fingerprint() {
    var digests = new TreeMap<String, Object>();
    observation
        .members()
        .values()
        .forEach(
            all -> all.forEach(f -> digests.put(String.valueOf(f.get("member")), f.get("digest"))));
    return Canonical.sha256(Canonical.bytes(digests));
  }

  private static List<Map<String, Object>> facts(List<Report> reports) {
    List<Map<String, Object>> out = new ArrayList<>();
    for (var report : reports) {
      out.add(
          report.unseen() ? Observation.unseen(report.member(), report.reason()) : seen(report));
    }
    return out;
  }

  private static Map<String, Object> seen(Report report) {
    var facts = new TreeMap<>(report.facts());
    facts.put("member", report.member());
    facts.put("digest", report.digest());
    return facts;
  }
}
