package dev.deployclaw.lab.judge.history;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.EtcdSnapshot;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the records of every execution are dense, chained and ended, on each machine that has a
 * file of it; whether etcd's are among them; whether the stream holds the same. Files that stay as
 * they were, and their heads, are not looked at again.
 */
public final class LogChainInvariants {
  private static final String LOG = ".jsonl";

  private final List<Path> folders;
  private final Optional<AuditStreamInvariants> shipped;
  private final Map<Path, String> judged = new HashMap<>();

  public LogChainInvariants(List<Path> folders, Optional<AuditStreamInvariants> shipped) {
    this.folders = List.copyOf(folders);
    this.shipped = shipped;
  }

  public List<String> wrong(EtcdSnapshot etcd) {
    var wrong = new ArrayList<String>();
    try {
      var lost = LostRecordInvariants.in(folders);
      if (shipped.isPresent()) {
        shipped.get().drain();
      }
      for (var file : files()) {
        String state = state(file) + etcd.text("audit-head/" + execution(file)).orElse("");
        if (!state.equals(judged.get(file))) {
          int before = wrong.size();
          judge(file, etcd, lost, wrong);
          if (wrong.size() == before) {
            judged.put(file, state);
          }
        }
      }
      wrong.addAll(lost.wrong(etcd));
      unknown(etcd, wrong);
    } catch (IOException | IllegalArgumentException e) {
      wrong.add("the log: " + e);
    }
    return wrong;
  }

  private void judge(Path file, EtcdSnapshot etcd, LostRecordInvariants lost, List<String> wrong)
      throws IOException {
    String execution = execution(file);
    var lines = Files.readAllLines(file);
    chain(execution, lines, wrong);
    anchored(execution, lines, etcd, wrong);
    if (shipped.isPresent()) {
      shipped.get().compare(execution, lines, lost, wrong);
    }
  }

  public long read() {
    return shipped.map(AuditStreamInvariants::read).orElse(0L);
  }

  private static String state(Path file) throws IOException {
    return Files.size(file) + " " + Files.getLastModifiedTime(file) + " ";
  }

  private List<Path> files() throws IOException {
    var all = new ArrayList<Path>();
    for (var folder : folders) {
      if (Files.isDirectory(folder)) {
        try (var files = Files.list(folder)) {
          files.filter(f -> f.toString().endsWith(LOG)).sorted().forEach(all::add);
        }
      }
    }
    return all;
  }

  private static String execution(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - LOG.length());
  }

  private void chain(String execution, List<String> lines, List<String> wrong) {
    String prev = "";
    for (int i = 0; i < lines.size(); i++) {
      var record = JsonValue.parse(lines.get(i));
      String hash = record.text("hash");
      String hashed = lines.get(i).replace("\"hash\":\"" + hash + "\",", "");
      boolean links =
          record.number("seq") == i + 1L
              && prev.equals(record.text("prev"))
              && hash.equals(ByteDigests.sha256(ByteDigests.of(hashed)));
      if (!links) {
        wrong.add(execution + ": record " + (i + 1) + " does not follow from the one before");
      }
      prev = hash;
    }
    if (lines.isEmpty() || !JsonValue.parse(lines.getLast()).text("phase").equals("end")) {
      wrong.add(execution + ": its log has no end");
    }
  }

  private static void anchored(
      String execution, List<String> lines, EtcdSnapshot etcd, List<String> wrong) {
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

  /** What etcd or the stream has, and no file. */
  private void unknown(EtcdSnapshot etcd, List<String> wrong) throws IOException {
    var known = files().stream().map(LogChainInvariants::execution).toList();
    var left = etcd.under("audit-copy/");
    etcd.under("audit-head/").stream()
        .filter(id -> !known.contains(id) && !left.contains(id))
        .forEach(id -> wrong.add(id + ": etcd has records of it, and there is no file"));
    shipped.map(AuditStreamInvariants::executions).orElse(Set.of()).stream()
        .filter(id -> !known.contains(id) && !left.contains(id))
        .forEach(id -> wrong.add(id + ": the stream has records of it, and there is no file"));
  }
}
