package dev.deployclaw.core.rollback;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.ledger.BackupOutcome;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Proves that a snapshot's object is what its log says: reads it again, hashes it, and compares
 * what it observed with its fingerprint and its policy set with its digest. A snapshot has no
 * marker in the state store, so it is known where its log lies. Writes nothing.
 */
record SnapshotVerifier(AgentPorts ports) {
  private static final String NO_CHANGE =
      "a snapshot isn't a change: there is nothing to roll back";

  /** Empty where this machine has no log of a snapshot by this id. */
  Optional<CheckpointReport> verify(String id) throws InterruptedException {
    if (!ports.journal().known().contains(id)) {
      return Optional.empty();
    }
    var told = ExecutionLog.facts(ports.journal().read(id), SnapshotTaker.ACTION);
    return told.isEmpty() ? Optional.empty() : Optional.of(verify(id, told.get()));
  }

  private CheckpointReport verify(String id, Map<String, String> told) throws InterruptedException {
    String sha256 = told.getOrDefault("sha256", "");
    String where = ports.objects().locate(BackupOutcome.name(sha256));
    var facts = new TreeMap<String, Object>(Map.of("object", where, "sha256", sha256));
    facts.put("epoch", told.getOrDefault("epoch", ""));
    return switch (ports.objects().read(BackupOutcome.name(sha256))) {
      case ObjectStore.Get.Found(byte[] bytes) -> {
        facts.put("observed_sha256", CanonicalJson.sha256(bytes));
        facts.put("bytes", (long) bytes.length);
        String damage = damage(bytes, told);
        yield answer(damage.isEmpty() ? ExitCode.OK : ExitCode.INVALID, damage, id, facts);
      }
      case ObjectStore.Get.Absent _ -> {
        boolean pending = told.getOrDefault("s3", "").equals("pending");
        String what = where + (pending ? " is pending: it isn't stored yet" : " is gone");
        yield answer(ExitCode.INVALID, what, id, facts);
      }
      case ObjectStore.Get.Failed(var fault) ->
          answer(ExitCode.FAILED, where + " can't be read: " + fault.reason(), id, facts);
    };
  }

  /** What isn't as its log says; empty where all is. */
  private static String damage(byte[] bytes, Map<String, String> told) {
    String sha256 = CanonicalJson.sha256(bytes);
    if (!sha256.equals(told.get("sha256"))) {
      return "its object hashes to " + sha256 + ", expected " + told.get("sha256");
    }
    try {
      var file = CheckpointFile.read(bytes);
      if (!file.fingerprint().equals(told.get("fingerprint"))) {
        return "its observations don't match its fingerprint";
      }
      String digest = file.set().map(PolicySet::digest).orElse("");
      return digest.equals(told.get("digest"))
          ? ""
          : "it doesn't hold the policy set of digest " + told.get("digest");
    } catch (IllegalArgumentException e) {
      return "its object isn't a snapshot: " + e.getMessage();
    }
  }

  private static CheckpointReport answer(
      ExitCode exit, String reason, String id, Map<String, Object> facts) {
    return new CheckpointReport(exit, reason, id, facts, NO_CHANGE, List.of());
  }
}
