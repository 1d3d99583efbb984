package dev.deployclaw.core.ledger;

import dev.deployclaw.core.drift.DriftReport;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of bytes that are to outlive what is written next: stored under their hash and read
 * back, or waiting on this machine until they can be, or kept nowhere.
 *
 * @param kept whether they are somewhere
 */
public record BackupOutcome(
    boolean kept, String sentence, Status status, Map<String, Object> facts) {

  public static BackupOutcome keep(ObjectStore objects, byte[] bytes) throws InterruptedException {
    String sha256 = CanonicalJson.sha256(bytes);
    String name = name(sha256);
    var facts = Map.<String, Object>of("s3", objects.locate(name), "sha256", sha256);
    if (objects.create(name, bytes) instanceof ObjectStore.Put.Failed(var fault)) {
      return late(objects, name, bytes, fault.reason());
    }
    boolean same =
        objects.read(name) instanceof ObjectStore.Get.Found(byte[] there)
            && CanonicalJson.sha256(there).equals(sha256);
    return same
        ? new BackupOutcome(
            true, "the present state is kept in " + objects.locate(name), Status.OK, facts)
        : late(objects, name, bytes, objects.locate(name) + " can't be read back as it was stored");
  }

  /** What bytes with this hash are called. */
  public static String name(String sha256) {
    return "checkpoints/" + sha256 + ".json";
  }

  /**
   * The same, where some members said nothing of what they hold: nothing of it outlives a write.
   */
  public BackupOutcome without(List<String> members) {
    if (!kept || members.isEmpty()) {
      return this;
    }
    var all = new TreeMap<>(facts);
    all.put("unkept", members.stream().limit(DriftReport.MOST_LISTED).toList());
    String who =
        "no state is kept of " + MemberPhrases.names(members) + ", which can't be observed";
    return new BackupOutcome(true, sentence + "; " + who, Status.WARNING, all);
  }

  private static BackupOutcome late(ObjectStore objects, String name, byte[] bytes, String reason) {
    var facts = Map.<String, Object>of("s3", "pending", "sha256", CanonicalJson.sha256(bytes));
    return objects.keep(name, bytes)
        ? new BackupOutcome(
            true,
            "the present state is kept here until it can be stored: " + reason,
            Status.WARNING,
            facts)
        : new BackupOutcome(
            false, "the present state can't be kept: " + reason, Status.ERROR, facts);
  }
}
