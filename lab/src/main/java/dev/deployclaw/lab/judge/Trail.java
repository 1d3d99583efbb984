package dev.deployclaw.lab.judge;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether the records of every execution are dense, chained and ended; whether etcd's are among
 * them; whether the stream holds the same. Executions whose file and head stay as they were are not
 * looked at again.
 */
final class Trail {
  private final Path executions;
  private final Optional<URI> nats;
  private final Map<String, String> judged = new HashMap<>();
  private final Map<String, SortedMap<Long, String>> streamed = new HashMap<>();
  private long read;

  Trail(Path executions, Optional<URI> nats) {
    this.executions = executions;
    this.nats = nats;
  }

  List<String> wrong(Keys etcd) {
    var wrong = new ArrayList<String>();
    try {
      if (nats.isPresent()) {
        drain(nats.get());
      }
      for (String execution : ids()) {
        var file = executions.resolve(execution + ".jsonl");
        String state = state(file) + etcd.text("audit-head/" + execution).orElse("");
        if (!state.equals(judged.get(execution))) {
          var lines = Files.readAllLines(file);
          int before = wrong.size();
          chain(execution, lines, wrong);
          anchored(execution, lines, etcd, wrong);
          shipped(execution, lines, wrong);
          if (wrong.size() == before) {
            judged.put(execution, state);
          }
        }
      }
      unknown(etcd, wrong);
    } catch (IOException | IllegalArgumentException e) {
      wrong.add("the log: " + e);
    }
    return wrong;
  }

  /** How many messages of the stream were read. */
  long read() {
    return read;
  }

  private static String state(Path file) throws IOException {
    return Files.size(file) + " " + Files.getLastModifiedTime(file) + " ";
  }

  private List<String> ids() throws IOException {
    if (!Files.isDirectory(executions)) {
      return List.of();
    }
    try (var files = Files.list(executions)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(n -> n.endsWith(".jsonl"))
          .map(n -> n.substring(0, n.length() - ".jsonl".length()))
          .sorted()
          .toList();
    }
  }

  private void chain(String execution, List<String> lines, List<String> wrong) {
    String prev = "";
    for (int i = 0; i < lines.size(); i++) {
      var record = Json.parse(lines.get(i));
      String hash = record.text("hash");
      String hashed = lines.get(i).replace("\"hash\":\"" + hash + "\",", "");
      boolean links =
          record.number("seq") == i + 1L
              && prev.equals(record.text("prev"))
              && hash.equals(Bytes.sha256(Bytes.of(hashed)));
      if (!links) {
        wrong.add(execution + ": record " + (i + 1) + " does not follow from the one before");
      }
      prev = hash;
    }
    if (lines.isEmpty() || !Json.parse(lines.getLast()).text("phase").equals("end")) {
      wrong.add(execution + ": its log has no end");
    }
  }

  private static void anchored(
      String execution, List<String> lines, Keys etcd, List<String> wrong) {
    long last = 0;
    for (String seq : etcd.under("audit/" + execution + "/")) {
      String record = etcd.text("audit/" + execution + "/" + seq).orElseThrow();
      last = Long.parseLong(seq);
      if (last > lines.size() || !lines.get((int) last - 1).equals(record)) {
        wrong.add(execution + ": record " + last + " in etcd isn't the one in the file");
      }
    }
    var head = etcd.json("audit-head/" + execution);
    if (head.isPresent() && head.get().number("seq") != last) {
      wrong.add(execution + ": the head is " + head.get().number("seq") + ", not " + last);
    }
    if (last != lines.size()) {
      wrong.add(
          "%s: the file has %d records, the last that etcd knows is %d"
              .formatted(execution, lines.size(), last));
    }
  }

  private void shipped(String execution, List<String> lines, List<String> wrong) {
    if (nats.isEmpty()) {
      return;
    }
    var there = streamed.getOrDefault(execution, new TreeMap<>());
    if (there.size() != lines.size()) {
      wrong.add(
          "%s: the stream holds %d records, the file %d"
              .formatted(execution, there.size(), lines.size()));
      return;
    }
    for (int i = 0; i < lines.size(); i++) {
      if (!Bytes.sha256(Bytes.of(lines.get(i))).equals(there.get(i + 1L))) {
        wrong.add(execution + ": the stream's record " + (i + 1) + " isn't the file's");
      }
    }
  }

  /** What etcd or the stream has, and no file. */
  private void unknown(Keys etcd, List<String> wrong) throws IOException {
    var known = ids();
    etcd.under("audit-head/").stream()
        .filter(id -> !known.contains(id))
        .forEach(id -> wrong.add(id + ": etcd has records of it, and there is no file"));
    streamed.keySet().stream()
        .filter(id -> !known.contains(id))
        .forEach(id -> wrong.add(id + ": the stream has records of it, and there is no file"));
  }

  private void drain(URI server) throws IOException {
    try (var stream = Stream.connect(server)) {
      long last = stream.last();
      while (read < last) {
        var message = stream.message(read + 1);
        String[] subject = message.subject().split("\\.", -1);
        streamed
            .computeIfAbsent(subject[subject.length - 2], _ -> new TreeMap<>())
            .put(Long.parseLong(subject[subject.length - 1]), Bytes.sha256(message.bytes()));
        read++;
      }
    }
  }
}
