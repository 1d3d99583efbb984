package dev.deployclaw.core.rollback;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.rollback.CheckpointReport.Member;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Proves that a checkpoint would carry a rollback: reads its object again and hashes it, compares
 * it with the marker in the state store, the observation with its fingerprint and the policy set
 * with its digest; then says for each member what the rollback would do. Writes nothing, and needs
 * no leadership.
 */
public record CheckpointVerifier(
    AgentPorts ports, AgentSettings settings, ChangeLedger ledger, Rollback rollback) {
  private static final int SHORT = 12;

  /**
   * @param target the id of a change or a snapshot, or {@code last}
   */
  public CheckpointReport verify(String target) throws InterruptedException {
    var base = ledger.base();
    String id = target.equals(Rollback.LAST) ? base.change() : target;
    var x =
        id.isEmpty()
            ? Optional.<ChangeExecution>empty()
            : ledger.read(id).map(StoredExecution::execution);
    if (x.isEmpty()) {
      var snapshot = new SnapshotVerifier(ports).verify(id);
      if (snapshot.isPresent()) {
        return snapshot.get();
      }
      String none = id.isEmpty() ? "nothing was committed yet" : "there is no change " + id;
      return CheckpointReport.without(
          ExitCode.REFUSED, id, none + ": deployclaw status lists the changes");
    }
    return x.get().checkpoint().isPresent()
        ? verify(x.get(), x.get().checkpoint().get(), base)
        : CheckpointReport.without(
            ExitCode.INVALID, id, id + " has no checkpoint: it ended before one was taken");
  }

  /** What was found, so far. */
  private record Found(
      ChangeExecution x, TreeMap<String, Object> facts, List<String> damage, List<String> doubt) {}

  private CheckpointReport verify(ChangeExecution x, Checkpoint checkpoint, BaseEpoch base)
      throws InterruptedException {
    var found = new Found(x, new TreeMap<>(), new ArrayList<>(), new ArrayList<>());
    found.facts().put("epoch", x.epoch());
    found.facts().put("base_epoch", x.base().epoch());
    found.facts().put("object", ports.objects().locate(checkpoint.object()));
    found.facts().put("sha256", checkpoint.sha256());
    marker(found, checkpoint);
    var file = object(found, checkpoint);
    file.ifPresent(f -> content(found, checkpoint, f));
    var members = file.isPresent() ? rehearse(found, file.get()) : List.<Member>of();
    return new CheckpointReport(
        exit(found),
        String.join("; ", found.damage().isEmpty() ? found.doubt() : found.damage()),
        x.id(),
        found.facts(),
        rollback.refusal(x.id(), base).orElse(CheckpointReport.POSSIBLE),
        members);
  }

  private static ExitCode exit(Found found) {
    if (!found.damage().isEmpty()) {
      return ExitCode.INVALID;
    }
    return found.doubt().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void marker(Found found, Checkpoint checkpoint) throws InterruptedException {
    String key = StoreKeys.checkpoint(found.x().epoch());
    var there = ports.state().get(key);
    boolean same =
        there.filter(e -> Arrays.equals(e.value(), checkpoint.marker(found.x()))).isPresent();
    there.ifPresent(e -> found.facts().put("marker_revision", e.modRevision()));
    found.facts().put("marker", key);
    if (!same) {
      found
          .damage()
          .add(
              there.isEmpty()
                  ? "the marker " + key + " is gone from etcd"
                  : "the marker " + key + " names another object");
    }
  }

  private Optional<CheckpointFile> object(Found found, Checkpoint checkpoint)
      throws InterruptedException {
    String where = ports.objects().locate(checkpoint.object());
    return switch (ports.objects().read(checkpoint.object())) {
      case ObjectStore.Get.Found(byte[] bytes) -> hashed(found, checkpoint, bytes);
      case ObjectStore.Get.Absent _ -> {
        found
            .damage()
            .add(where + (checkpoint.stored() ? " is gone" : " is pending: it isn't stored yet"));
        yield Optional.empty();
      }
      case ObjectStore.Get.Failed(var fault) -> {
        found.doubt().add(where + " can't be read: " + fault.reason());
        yield Optional.empty();
      }
    };
  }

  private static Optional<CheckpointFile> hashed(Found found, Checkpoint checkpoint, byte[] bytes) {
    String sha256 = CanonicalJson.sha256(bytes);
    found.facts().put("observed_sha256", sha256);
    found.facts().put("bytes", (long) bytes.length);
    if (!sha256.equals(checkpoint.sha256())) {
      found.damage().add("its object hashes to " + sha256 + ", expected " + checkpoint.sha256());
      return Optional.empty();
    }
    try {
      return Optional.of(CheckpointFile.read(bytes));
    } catch (IllegalArgumentException e) {
      found.damage().add("its object isn't a checkpoint: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static void content(Found found, Checkpoint checkpoint, CheckpointFile file) {
    if (!file.fingerprint().equals(checkpoint.fingerprint())) {
      found.damage().add("its observations don't match its fingerprint");
    }
    boolean managed = ChangeContent.rollbackTarget(found.x().base()) != 0;
    String wanted = found.x().base().digest();
    if (managed && file.set().filter(s -> s.digest().equals(wanted)).isEmpty()) {
      found.damage().add("it doesn't hold the policy set of digest " + wanted);
    }
  }

  private List<Member> rehearse(Found found, CheckpointFile file) throws InterruptedException {
    var now = new TreeMap<String, MemberReport>();
    new ParticipantFanout(ports.executors(), settings)
        .observe(CallContext.looking())
        .all()
        .forEach(r -> now.put(r.member(), r));
    List<Member> members = new ArrayList<>();
    file.observation()
        .members()
        .values()
        .forEach(all -> all.forEach(facts -> members.add(member(found.x(), facts, now))));
    now.values().stream()
        .filter(r -> r.answer() != Answer.SKIPPED)
        .forEach(r -> members.add(added(r)));
    var silent =
        members.stream().filter(m -> m.word().equals("unreachable")).map(Member::member).toList();
    if (!silent.isEmpty()) {
      found.doubt().add("can't be asked now: " + MemberPhrases.names(silent));
    }
    return members;
  }

  /** Takes the member's report out of those of now. */
  private static Member member(
      ChangeExecution x, Map<String, Object> then, Map<String, MemberReport> now) {
    String name = String.valueOf(then.get("member"));
    var report = now.remove(name);
    if (report == null || report.answer() == Answer.UNKNOWN) {
      String why = report == null ? "isn't configured any more" : report.reason();
      return new Member(
          name, "unreachable", why + "; a rollback continues without it and then waits");
    }
    String wanted = short12(String.valueOf(then.getOrDefault("digest", "")));
    String held = short12(report.digest());
    if (wanted.equals(held)) {
      return new Member(name, "keep", "holds " + held + " already");
    }
    return new Member(name, "restore", "from %s to %s, %s".formatted(held, wanted, how(x)));
  }

  private static Member added(MemberReport report) {
    return report.answer() == Answer.UNKNOWN
        ? new Member(report.member(), "unreachable", report.reason())
        : new Member(report.member(), "unknown", "wasn't there when the checkpoint was taken");
  }

  private static String how(ChangeExecution x) {
    long to = ChangeContent.rollbackTarget(x.base());
    return to == 0
        ? "the state before the first change"
        : "the policies of epoch " + to + " under a new epoch";
  }

  private static String short12(String digest) {
    return digest.isEmpty() ? "nothing" : digest.substring(0, Math.min(SHORT, digest.length()));
  }
}
