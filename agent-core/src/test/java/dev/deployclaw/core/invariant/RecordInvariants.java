package dev.deployclaw.core.invariant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.core.fake.FakeBucketCopy;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeJournal;
import dev.deployclaw.core.log.SupersededRecords;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.ArchivedLogMarker;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * I12: each move of a change has exactly one record, written by the same transaction; and the files
 * of all machines hold whole chains, the same as the store's. I13: what a machine lost of a log is
 * accounted for. I17: what is decided rests on records before it, an activation on its whole way.
 * I18: what left the store lies in the bucket, whole.
 */
public final class RecordInvariants {
  private final FakeEstate world;
  private final ChainInvariants links;
  private final List<String> broken = new ArrayList<>();
  private final Map<String, Long> heads = new TreeMap<>();
  private long seen;

  RecordInvariants(FakeEstate world) {
    this(world, new ChainInvariants(world));
  }

  private RecordInvariants(FakeEstate world, ChainInvariants links) {
    this.world = world;
    this.links = links;
  }

  List<String> broken() {
    return Stream.concat(broken.stream(), links.broken().stream()).toList();
  }

  RecordInvariants copy(FakeEstate elsewhere) {
    var copy = new RecordInvariants(elsewhere, links.copy(elsewhere));
    copy.broken.addAll(broken);
    copy.heads.putAll(heads);
    copy.seen = seen;
    return copy;
  }

  /** The store is another one: what it knows of logs begins anew. */
  void restored() {
    heads.clear();
    for (var entry : world.store.list(StoreKeys.AUDIT_HEADS)) {
      heads.put(entry.key(), parse(entry.value()).path("seq").asLong());
    }
    links.restored();
  }

  /** The end of a log never goes back. */
  void heads() {
    long newest = seen;
    for (var entry : world.store.list(StoreKeys.AUDIT_HEADS)) {
      if (entry.modRevision() > seen) {
        long seq = parse(entry.value()).path("seq").asLong();
        if (heads.getOrDefault(entry.key(), 0L) > seq) {
          broken.add("I12: " + entry.key() + " went back to " + seq);
        }
        heads.put(entry.key(), seq);
        links.anchored(entry);
        newest = Math.max(newest, entry.modRevision());
      }
    }
    for (var entry : world.store.list(StoreKeys.AUDIT_COPIES)) {
      if (entry.modRevision() > seen) {
        left(entry);
        newest = Math.max(newest, entry.modRevision());
      }
    }
    seen = newest;
    links.moved();
  }

  /** The records of a log are a whole chain in the bucket, up to the head that the store knows. */
  private void left(Entry entry) {
    String execution = entry.key().substring(StoreKeys.AUDIT_COPIES.length());
    var records = copied(ArchivedLogMarker.read(entry.value()));
    var head = world.store.get(StoreKeys.auditHead(execution)).map(e -> parse(e.value()));
    if (records.isEmpty()
        || head.isEmpty()
        || !ends(records)
        || records.size() != head.get().path("seq").asLong()
        || !parse(records.getLast()).path("hash").equals(head.get().path("hash"))) {
      broken.add("I18: the bucket lacks records of " + execution + " that left the store");
      return;
    }
    chain(execution, records);
  }

  private List<byte[]> copied(ArchivedLogMarker copy) {
    return world.objects.stored(copy.head()).map(FakeBucketCopy::split).orElse(List.of());
  }

  /** Of a log, as the store has them, or the bucket by now. */
  private List<byte[]> held(String execution) {
    var stored = world.store.list(StoreKeys.audits(execution)).stream().map(Entry::value).toList();
    return stored.isEmpty()
        ? world
            .store
            .get(StoreKeys.auditCopy(execution))
            .map(e -> copied(ArchivedLogMarker.read(e.value())))
            .orElse(List.of())
        : stored;
  }

  /** A transaction of this revision moved a change. */
  void moved(ChangeExecution x, long revision) {
    var written =
        world.store.list(StoreKeys.audits(x.log())).stream()
            .filter(e -> e.modRevision() == revision)
            .toList();
    written.stream()
        .filter(e -> e.createRevision() != revision)
        .forEach(e -> broken.add("I12: " + e.key() + " was written again"));
    var moves =
        written.stream()
            .map(e -> parse(e.value()).path("facts"))
            .filter(f -> f.path("change").asText().equals(x.id()) && f.has("turn"))
            .toList();
    if (moves.size() != 1) {
      broken.add("I12: " + x.id() + ", turn " + x.turn() + ": " + moves.size() + " records");
      return;
    }
    String state = x.state().getClass().getSimpleName().toLowerCase(Locale.ROOT);
    if (moves.getFirst().path("turn").asInt() != x.turn()
        || !moves.getFirst().path("state").asText().equals(state)) {
      broken.add("I12: the record of " + x.id() + " in " + state + " is of another move");
    }
    var head = world.store.get(StoreKeys.auditHead(x.log()));
    if (head.isEmpty()
        || !parse(head.get().value())
            .path("hash")
            .equals(parse(written.getLast().value()).path("hash"))) {
      broken.add("I12: the head of " + x.log() + " isn't its last record");
    }
  }

  /** Says of which executions it read the logs. */
  Set<String> checkAtRest() {
    var executions = new TreeSet<String>();
    world.journals().forEach(j -> executions.addAll(j.executions()));
    executions.forEach(this::atRest);
    world.journals().forEach(this::lost);
    world.store.list(StoreKeys.AUDIT_COPIES).forEach(this::left);
    world.store.list(StoreKeys.AUDIT_HEADS).forEach(this::remembered);
    links.checkAtRest();
    return executions;
  }

  /** The last record of each log is somewhere. */
  private void remembered(Entry auditHead) {
    String execution = auditHead.key().substring(StoreKeys.AUDIT_HEADS.length());
    var records = held(execution);
    var last = records.isEmpty() ? "" : parse(records.getLast()).path("hash").asText();
    if (!last.equals(parse(auditHead.value()).path("hash").asText())) {
      broken.add("I18: nobody has the last record of " + execution);
    }
  }

  /** Two machines that reached no store may have taken the same name: then these are two logs. */
  private void atRest(String execution) {
    var files =
        world.journals().stream()
            .map(j -> j.read(execution))
            .filter(records -> !records.isEmpty())
            .toList();
    files.forEach(records -> chain(execution, records));
    boolean one = files.stream().map(f -> parse(f.getFirst()).path("hash")).distinct().count() == 1;
    if (one
        ? !files.stream().allMatch(RecordInvariants::ends)
        : files.stream().noneMatch(RecordInvariants::ends)) {
      broken.add("the log of " + execution + " has no end");
    }
    if (one) {
      files.forEach(records -> stored(execution, records));
    }
  }

  /**
   * The file has all that the store has, and ends with the record that the store has as its last.
   */
  private void stored(String execution, List<byte[]> records) {
    world.store.list(StoreKeys.audits(execution)).stream()
        .filter(e -> records.stream().noneMatch(r -> Arrays.equals(r, e.value())))
        .forEach(e -> broken.add("I12: " + e.key() + " is in no journal"));
    head(execution, records);
  }

  /** The last record of a log is the one that the store knows as its last. */
  private void head(String execution, List<byte[]> records) {
    var head = world.store.get(StoreKeys.auditHead(execution));
    var last = parse(records.getLast()).path("hash");
    if (head.isPresent() && !parse(head.get().value()).path("hash").equals(last)) {
      broken.add("I12: " + execution + ": the store doesn't know the last record of its log");
    }
  }

  /** What was moved out of a log, the store never had, and a log accounts for it. */
  private void lost(FakeJournal journal) {
    for (var lost : journal.superseded()) {
      var records = journal.read(lost);
      var stayed = journal.read(lost.execution());
      String name = lost.execution() + " from " + lost.from();
      boolean fork =
          stayed.size() >= lost.from()
              && parse(records.getFirst())
                  .path("prev")
                  .equals(parse(stayed.get((int) lost.from() - 1)).path("prev"));
      boolean had =
          world.store.list(StoreKeys.audits(lost.execution())).stream()
              .anyMatch(e -> records.stream().anyMatch(r -> Arrays.equals(r, e.value())));
      if (!fork || had) {
        broken.add("I12: " + name + " was moved out of its log, where nothing stands in its place");
      }
      if (!accounted(lost, records)) {
        broken.add("I13: nothing accounts for " + name);
      }
    }
  }

  private boolean accounted(SupersededRecords lost, List<byte[]> records) {
    return world
        .store
        .get(StoreKeys.superseded(lost.execution(), lost.from()))
        .map(e -> held(parse(e.value()).path("by").asText()))
        .map(log -> parse(log.getLast()).path("facts").path("superseded"))
        .filter(facts ->
            facts.path("execution").asText().equals(lost.execution())
                && facts.path("from").asLong() == lost.from()
                && facts.path("hashes").size() == records.size())
        .isPresent();
  }

  private void chain(String execution, List<byte[]> records) {
    String prev = "";
    long seq = 0;
    for (byte[] record : records) {
      var json = parse(record);
      if (json.path("seq").asLong() != ++seq || !json.path("prev").asText().equals(prev)) {
        broken.add("I12: the chain of " + execution + " breaks at " + seq);
        return;
      }
      rests(execution, json, records);
      prev = json.path("hash").asText();
    }
  }

  private void rests(String execution, JsonNode json, List<byte[]> records) {
    String where = "I17: record " + json.path("seq") + " of " + execution;
    var names = new TreeSet<String>();
    long before = 0;
    for (var n : json.path("evidence")) {
      long seq = n.asLong();
      if (seq <= before || seq >= json.path("seq").asLong()) {
        broken.add(where + " rests on " + json.path("evidence"));
        return;
      }
      names.add(parse(records.get((int) seq - 1)).at("/decision/name").asText());
      before = seq;
    }
    boolean commits = json.at("/decision/name").asText().equals("commit");
    if (commits && !names.containsAll(List.of("open", "checkpoint", "stage", "votes", "pass"))) {
      broken.add(where + " commits, and rests on " + names);
    }
    if (commits && names.stream().noneMatch(Set.of("plan", "schedule", "undo")::contains)) {
      broken.add(where + " commits without a plan");
    }
  }

  public static boolean ends(List<byte[]> records) {
    return !records.isEmpty() && parse(records.getLast()).path("phase").asText().equals("end");
  }

  public static JsonNode parse(byte[] record) {
    return ParsedRecordCache.of(record);
  }
}
