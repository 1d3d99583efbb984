package dev.deployclaw.core.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * I12: each move of a change has exactly one record, written by the same transaction; and the files
 * of all machines hold whole chains.
 */
final class Records {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final World world;
  private final List<String> broken = new ArrayList<>();
  private final Map<String, Long> heads = new TreeMap<>();
  private long seen;

  Records(World world) {
    this.world = world;
  }

  List<String> broken() {
    return broken;
  }

  Records copy(World elsewhere) {
    var copy = new Records(elsewhere);
    copy.broken.addAll(broken);
    copy.heads.putAll(heads);
    copy.seen = seen;
    return copy;
  }

  /** The store is another one: what it knows of logs begins anew. */
  void restored() {
    heads.clear();
    for (var entry : world.store.list(Keys.AUDIT_HEADS)) {
      heads.put(entry.key(), parse(entry.value()).path("seq").asLong());
    }
  }

  /** The end of a log never goes back. */
  void heads() {
    long newest = seen;
    for (var entry : world.store.list(Keys.AUDIT_HEADS)) {
      if (entry.modRevision() > seen) {
        long seq = parse(entry.value()).path("seq").asLong();
        if (heads.getOrDefault(entry.key(), 0L) > seq) {
          broken.add("I12: " + entry.key() + " went back to " + seq);
        }
        heads.put(entry.key(), seq);
        newest = Math.max(newest, entry.modRevision());
      }
    }
    seen = newest;
  }

  /** A transaction of this revision moved a change. */
  void moved(Execution x, long revision) {
    var written =
        world.store.list(Keys.audits(x.log())).stream()
            .filter(e -> e.modRevision() == revision)
            .toList();
    if (written.size() != 1) {
      broken.add("I12: " + x.id() + ", turn " + x.turn() + ": " + written.size() + " records");
      return;
    }
    var entry = written.getFirst();
    var facts = parse(entry.value()).path("facts");
    String state = x.state().getClass().getSimpleName().toLowerCase(Locale.ROOT);
    boolean same =
        facts.path("change").asText().equals(x.id())
            && facts.path("turn").asInt() == x.turn()
            && facts.path("state").asText().equals(state);
    if (!same || entry.createRevision() != revision) {
      broken.add("I12: " + entry.key() + " isn't the record of " + x.id() + " in " + state);
    }
    var head = world.store.get(Keys.auditHead(x.log()));
    if (head.isEmpty()
        || !parse(head.get().value()).path("hash").equals(parse(entry.value()).path("hash"))) {
      broken.add("I12: the head of " + x.log() + " isn't its last record");
    }
  }

  void checkAtRest() {
    var executions = new TreeSet<String>();
    world.journals().forEach(j -> executions.addAll(j.executions()));
    executions.forEach(this::atRest);
  }

  private void atRest(String execution) {
    var files = world.journals().stream().map(j -> j.read(execution)).toList();
    files.forEach(records -> chain(execution, records));
    var anchored = world.store.list(Keys.audits(execution));
    boolean ended =
        files.stream().anyMatch(Records::ends)
            || (files.size() > 1 && ends(anchored.stream().map(Entry::value).toList()));
    if (!ended) {
      broken.add("the log of " + execution + " has no end");
    }
    if (files.size() == 1) {
      anchored.stream()
          .filter(e -> files.getFirst().stream().noneMatch(r -> Arrays.equals(r, e.value())))
          .forEach(e -> broken.add("I12: " + e.key() + " is in no journal"));
      head(execution, files.getFirst());
    }
  }

  /** The last record of a log is the one that the store knows as its last. */
  private void head(String execution, List<byte[]> records) {
    var head = world.store.get(Keys.auditHead(execution));
    if (head.isPresent() && !records.isEmpty()) {
      var last = parse(records.getLast()).path("hash");
      if (!parse(head.get().value()).path("hash").equals(last)) {
        broken.add("I12: " + execution + ": the store doesn't know the last record of its log");
      }
    }
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
      prev = json.path("hash").asText();
    }
  }

  private static boolean ends(List<byte[]> records) {
    return !records.isEmpty() && parse(records.getLast()).path("phase").asText().equals("end");
  }

  private static JsonNode parse(byte[] record) {
    try {
      return JSON.readTree(record);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
