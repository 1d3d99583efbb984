package dev.deployclaw.container.doctor;

import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.ObjectStore.Put;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.executors.etcd.EtcdHealth;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The state store, the object store and the stream. */
final class StorageChecks {
  /** The object that the trial of create-only leaves behind. */
  private static final String TRIAL = "trial/create-only";

  /** etcd's default quota is 2 GiB; past it nothing can be written. */
  private static final long MOST_ETCD_BYTES = 3L << 29;

  /** From here on what is free in it is worth giving back. */
  private static final long MUCH_ETCD_BYTES = 256L << 20;

  /** More than a day's work of one agent. */
  private static final long MOST_REVISIONS = 50_000;

  private StorageChecks() {}

  /** A linearizable read, the kill switch, and how much each member stores. */
  static List<Diagnosis> state(StateStore state, EtcdHealth health) throws InterruptedException {
    var found = new DiagnosisCollector("etcd");
    try {
      var active = state.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value()));
      var frozen = state.get(StoreKeys.FREEZE).map(e -> FreezeRecord.read(e.value()));
      found.ok(
          active
              .map(a -> "answers; epoch " + a.epoch() + " is committed")
              .orElse("answers; nothing was committed yet"));
      frozen.ifPresent(f -> found.warning("frozen " + f.sentence(), "lift it: deployclaw thaw"));
      tell(health, found);
    } catch (StateStore.Unreachable e) {
      found.unreachable(String.valueOf(e.getMessage()));
    }
    return found.all();
  }

  static void tell(EtcdHealth health, DiagnosisCollector found) {
    health.members().forEach(m -> member(m, found));
    history(health, found);
    health
        .alarms()
        .forEach(alarm ->
            found.error("alarm " + alarm, "compact, defragment, then: etcdctl alarm disarm"));
  }

  private static void member(EtcdHealth.Member m, DiagnosisCollector found) {
    String size =
        "%s, version %s, stores %d MiB".formatted(m.endpoint(), m.version(), m.bytes() >> 20);
    if (!m.trouble().isEmpty()) {
      found.warning(
          m.endpoint() + " doesn't report its status: " + m.trouble(),
          "is that member up? with authentication, its status needs the root role");
    } else if (m.bytes() > MOST_ETCD_BYTES) {
      found.warning(size, "compact and defragment, or raise its quota");
    } else if (m.bytes() > MUCH_ETCD_BYTES && m.used() < m.bytes() / 2) {
      found.warning(
          "%s, of which %d MiB are used".formatted(size, m.used() >> 20),
          "release the rest: etcdctl defrag, one member after another");
    } else {
      found.ok(size);
    }
  }

  /** Every write is kept for ever where nothing is compacted, and that is etcd's default. */
  private static void history(EtcdHealth health, DiagnosisCollector found) {
    if (health.history() >= MOST_REVISIONS) {
      found.warning(
          ("nothing was ever compacted: %,d revisions are kept, and their number "
                  + "grows with each write")
              .formatted(health.history()),
          "start it with --auto-compaction-mode=periodic --auto-compaction-retention=1h, then"
              + " etcdctl defrag");
    }
  }

  /** Some stores ignore {@code If-None-Match} and overwrite: no checkpoint is safe there. */
  static List<Diagnosis> objects(ObjectStore objects) throws InterruptedException {
    var found = new DiagnosisCollector("s3");
    if (objects.create(TRIAL, bytes("first")) instanceof Put.Failed(var fault)) {
      found.failed(fault);
      return found.all();
    }
    switch (objects.create(TRIAL, bytes("second"))) {
      case Put.AlreadyThere() ->
          found.ok(objects.locate("") + " answers, and refuses to overwrite");
      case Put.Created() ->
          found.error(
              "the object store ignores If-None-Match: it overwrote an object",
              "use a store that honours it; until then a checkpoint can be replaced");
      case Put.Failed(var fault) -> found.failed(fault);
    }
    return found.all();
  }

  /** Whether the stream holds what the logs say, and new changes may begin. */
  static List<Diagnosis> log(StreamCopy copy) {
    var found = new DiagnosisCollector("log");
    for (var f : copy.forks()) {
      found.error(
          "FORK: the stream holds another record %d of %s than its log: %s, SHA-256 %s"
              .formatted(f.seq(), f.execution(), f.subject(), f.there()),
          "deployclaw audit diff-stream "
              + f.execution()
              + "; find out who writes there, and move that stream away; then, "
              + "if changes are frozen: deployclaw thaw");
    }
    for (var one : copy.stuck()) {
      found.error(
          "%s isn't copied to the stream from record %d on: %s"
              .formatted(one.execution(), one.seq(), one.why()),
          one.remedy());
    }
    copy.full().ifPresent(why -> found.error("new changes are refused", why));
    unfinished(copy, found);
    if (found.all().isEmpty()) {
      int repairs = copy.repaired().size();
      found.ok(
          repairs == 0
              ? "no loss and no fork of the stream is known"
              : "no fork of the stream is known; it was repaired " + repairs + " times");
    }
    return found.all();
  }

  /** What isn't wrong by itself, and goes on. */
  private static void unfinished(StreamCopy copy, DiagnosisCollector found) {
    if (copy.unrepaired() > 0) {
      found.warning(
          "%d records that the stream lost aren't in it again yet".formatted(copy.unrepaired()),
          "a serving agent tries each minute; the obstacle is named here, or by: "
              + "deployclaw audit diff-stream");
    }
    if (copy.uncounted() > 0) {
      found.warning(
          "unshipped records of the %d oldest logs aren't counted".formatted(copy.uncounted()),
          "a serving agent ships them in turn; deployclaw audit diff-stream lists them");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
