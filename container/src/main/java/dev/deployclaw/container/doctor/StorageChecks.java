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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The state store, the object store and the stream. */
final class StorageChecks {
  private static final String ETCD = "etcd";
  private static final String S3 = "s3";
  private static final String LOG = "log";

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
    var found = new ArrayList<Diagnosis>();
    try {
      var active = state.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value()));
      found.add(
          Diagnosis.ok(
              ETCD,
              active
                  .map(a -> "answers; epoch " + a.epoch() + " is committed")
                  .orElse("answers; nothing was committed yet")));
      state
          .get(StoreKeys.FREEZE)
          .map(e -> FreezeRecord.read(e.value()))
          .ifPresent(f ->
              found.add(
                  Diagnosis.warning(ETCD, "frozen " + f.sentence(), "lift it: deployclaw thaw")));
    } catch (StateStore.Unreachable e) {
      return List.of(Diagnosis.unreachable(ETCD, String.valueOf(e.getMessage())));
    }
    found.addAll(told(health));
    return found;
  }

  static List<Diagnosis> told(EtcdHealth health) {
    var found = new ArrayList<Diagnosis>();
    health.members().forEach(m -> found.add(member(m)));
    history(health).ifPresent(found::add);
    health
        .alarms()
        .forEach(alarm ->
            found.add(
                Diagnosis.error(
                    ETCD, "alarm " + alarm, "compact, defragment, then: etcdctl alarm disarm")));
    return found;
  }

  private static Diagnosis member(EtcdHealth.Member m) {
    if (!m.trouble().isEmpty()) {
      return Diagnosis.warning(
          ETCD,
          m.endpoint() + " doesn't report its status: " + m.trouble(),
          "is that member up? with authentication, its status needs the root role");
    }
    String size =
        "%s, version %s, stores %d MiB".formatted(m.endpoint(), m.version(), m.bytes() >> 20);
    if (m.bytes() > MOST_ETCD_BYTES) {
      return Diagnosis.warning(ETCD, size, "compact and defragment, or raise its quota");
    }
    return m.bytes() > MUCH_ETCD_BYTES && m.used() < m.bytes() / 2
        ? Diagnosis.warning(
            ETCD,
            "%s, of which %d MiB are used".formatted(size, m.used() >> 20),
            "release the rest: etcdctl defrag, one member after another")
        : Diagnosis.ok(ETCD, size);
  }

  /** Every write is kept for ever where nothing is compacted, and that is etcd's default. */
  private static Optional<Diagnosis> history(EtcdHealth health) {
    return health.history() < MOST_REVISIONS
        ? Optional.empty()
        : Optional.of(
            Diagnosis.warning(
                ETCD,
                ("nothing was ever compacted: %,d revisions are kept, and their number "
                        + "grows with each write")
                    .formatted(health.history()),
                "start it with --auto-compaction-mode=periodic --auto-compaction-retention=1h, then"
                    + " etcdctl defrag"));
  }

  /** Some stores ignore {@code If-None-Match} and overwrite: no checkpoint is safe there. */
  static List<Diagnosis> objects(ObjectStore objects) throws InterruptedException {
    var first = objects.create(TRIAL, bytes("first"));
    if (first instanceof Put.Failed(var fault)) {
      return List.of(Diagnosis.of(S3, fault));
    }
    return List.of(
        switch (objects.create(TRIAL, bytes("second"))) {
          case Put.AlreadyThere() ->
              Diagnosis.ok(S3, objects.locate("") + " answers, and refuses to overwrite");
          case Put.Created() ->
              Diagnosis.error(
                  S3,
                  "the object store ignores If-None-Match: it overwrote an object",
                  "use a store that honours it; until then a checkpoint can be replaced");
          case Put.Failed(var fault) -> Diagnosis.of(S3, fault);
        });
  }

  /** Whether the stream holds what the logs say, and new changes may begin. */
  static List<Diagnosis> log(StreamCopy copy) {
    var found = new ArrayList<Diagnosis>();
    copy.forks()
        .forEach(f ->
            found.add(
                Diagnosis.error(
                    LOG,
                    "FORK: the stream holds another record %d of %s than its log: %s, SHA-256 %s"
                        .formatted(f.seq(), f.execution(), f.subject(), f.there()),
                    "deployclaw audit diff-stream "
                        + f.execution()
                        + "; find out who writes there, and move that stream away; then, "
                        + "if changes are frozen: deployclaw thaw")));
    copy.stuck()
        .forEach(one ->
            found.add(
                Diagnosis.error(
                    LOG,
                    "%s isn't copied to the stream from record %d on: %s"
                        .formatted(one.execution(), one.seq(), one.why()),
                    one.remedy())));
    copy.full().ifPresent(why -> found.add(Diagnosis.error(LOG, "new changes are refused", why)));
    found.addAll(unfinished(copy));
    if (found.isEmpty()) {
      int repairs = copy.repaired().size();
      found.add(
          Diagnosis.ok(
              LOG,
              repairs == 0
                  ? "no loss and no fork of the stream is known"
                  : "no fork of the stream is known; it was repaired " + repairs + " times"));
    }
    return found;
  }

  /** What isn't wrong by itself, and goes on. */
  private static List<Diagnosis> unfinished(StreamCopy copy) {
    var found = new ArrayList<Diagnosis>();
    if (copy.unrepaired() > 0) {
      found.add(
          Diagnosis.warning(
              LOG,
              "%d records that the stream lost aren't in it again yet".formatted(copy.unrepaired()),
              "a serving agent tries each minute; the obstacle is named here, or by: "
                  + "deployclaw audit diff-stream"));
    }
    if (copy.uncounted() > 0) {
      found.add(
          Diagnosis.warning(
              LOG,
              "unshipped records of the %d oldest logs aren't counted".formatted(copy.uncounted()),
              "a serving agent ships them in turn; deployclaw audit diff-stream lists them"));
    }
    return found;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
