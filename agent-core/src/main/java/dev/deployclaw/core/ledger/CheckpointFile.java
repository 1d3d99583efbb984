package dev.deployclaw.core.ledger;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
public record CheckpointFile(
    String change, BaseEpoch base, ObservedState observation, Optional<PolicySet> set) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static CheckpointFile of(
      ChangeExecution x, ParticipantReplies observed, Optional<PolicySet> replaced) {
    return of(x.id(), x.base(), observed, replaced);
  }

  public static CheckpointFile of(
      String change, BaseEpoch base, ParticipantReplies observed, Optional<PolicySet> set) {
    var members = new TreeMap<String, List<Map<String, Object>>>();
    observed.reports().forEach((name, reports) -> members.put(name, facts(reports)));
    return new CheckpointFile(change, base, new ObservedState(members), set);
  }

  public byte[] bytes() {
    var out = new TreeMap<String, Object>();
    out.put("v", 1);
    out.put("change", change);
    out.put("base_epoch", base.epoch());
    out.put("base_digest", base.digest());
    out.put("observation", observation.members());
    set.ifPresent(s -> out.put("set", new String(s.bytes(), StandardCharsets.UTF_8)));
    return CanonicalJson.bytes(out);
  }

  /**
   * @throws IllegalArgumentException when it isn't a checkpoint
   */
  public static CheckpointFile read(byte[] bytes) {
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
          new BaseEpoch(
              json.path("base_epoch").asLong(), json.path("base_digest").asText(), "", 0, 0, 0);
      return new CheckpointFile(
          json.path("change").asText(), base, new ObservedState(members), set);
    } catch (IOException e) {
      throw new IllegalArgumentException("the checkpoint isn't JSON", e);
    }
  }

  /** SHA-256 over each member's digest: equal while nothing was moved. */
  public static String fingerprint(ParticipantReplies observed) {
    var digests = new TreeMap<String, Object>();
    observed.all().forEach(r -> digests.put(r.member(), r.digest()));
    return CanonicalJson.sha256(CanonicalJson.bytes(digests));
  }

  /** The same, from what is written in it. */
  public String fingerprint() {
    var digests = new TreeMap<String, Object>();
    observation
        .members()
        .values()
        .forEach(
            all -> all.forEach(f -> digests.put(String.valueOf(f.get("member")), f.get("digest"))));
    return CanonicalJson.sha256(CanonicalJson.bytes(digests));
  }

  private static List<Map<String, Object>> facts(List<MemberReport> reports) {
    return reports.stream()
        .map(r -> r.unseen() ? ObservedState.unseen(r.member(), r.reason()) : seen(r))
        .toList();
  }

  private static Map<String, Object> seen(MemberReport report) {
    var facts = new TreeMap<>(report.facts());
    facts.put("member", report.member());
    facts.put("digest", report.digest());
    return facts;
  }

  /** Reads the object and hashes it again: why the change stops; empty when all is well. */
  public static Optional<ChangeEvent.Stopped> altered(
      ObjectStore objects, ChangeExecution x, Checkpoint checkpoint) throws InterruptedException {
    String where = objects.locate(checkpoint.object());
    return switch (objects.read(checkpoint.object())) {
      case ObjectStore.Get.Found(byte[] bytes)
          when CanonicalJson.sha256(bytes).equals(checkpoint.sha256()) ->
          Optional.empty();
      case ObjectStore.Get.Found _ -> altered(where + " no longer hashes to its name");
      case ObjectStore.Get.Absent _ -> altered(where + " is gone");
      case ObjectStore.Get.Failed(var fault) ->
          Optional.of(
                  new ChangeEvent.Stopped(AbortCause.UNREACHABLE, "checkpoint: " + fault.reason()))
              .filter(_ -> !x.kind().back());
    };
  }

  private static Optional<ChangeEvent.Stopped> altered(String reason) {
    return Optional.of(new ChangeEvent.Stopped(AbortCause.CHECKPOINT_ALTERED, reason));
  }
}
