package dev.deployclaw.lab.judge.history;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.EtcdSnapshot;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What machines lost of their logs: another one went on without these records, so that they were
 * moved out, each lot into a file beside the log. Exactly what is accounted for may be there, and
 * nothing that counts.
 */
record LostRecordInvariants(List<Lot> lots) {
  private static final Pattern NAME = Pattern.compile("([^.].*)\\.(\\d+)\\.superseded");
  private static final String ACCOUNTS = "superseded/";

  /** Records from that number on that were moved out of the log at once. */
  private record Lot(String execution, long from, Path file, Path log) {
    String name() {
      return execution + " from record " + from;
    }

    List<String> lines() throws IOException {
      return Files.readAllLines(file);
    }
  }

  /** What lies in these folders, of which some may not be there. */
  static LostRecordInvariants in(List<Path> folders) throws IOException {
    var lots = new ArrayList<Lot>();
    for (var folder : folders) {
      if (Files.isDirectory(folder)) {
        try (var files = Files.list(folder)) {
          for (var file : files.sorted().toList()) {
            var name = NAME.matcher(file.getFileName().toString());
            if (name.matches()) {
              var log = folder.resolve(name.group(1) + ".jsonl");
              lots.add(new Lot(name.group(1), Long.parseLong(name.group(2)), file, log));
            }
          }
        }
      }
    }
    return new LostRecordInvariants(lots);
  }

  /** Whether a record with this hash of its bytes was moved out from under that number. */
  boolean has(String execution, long seq, String sha256) throws IOException {
    for (var lot : lots) {
      long place = seq - lot.from();
      if (lot.execution().equals(execution) && place >= 0) {
        var lines = lot.lines();
        if (place < lines.size()
            && ByteDigests.sha256(ByteDigests.of(lines.get((int) place))).equals(sha256)) {
          return true;
        }
      }
    }
    return false;
  }

  List<String> wrong(EtcdSnapshot etcd) throws IOException {
    var wrong = new ArrayList<String>();
    for (var lot : lots) {
      var lines = lot.lines();
      forked(lot, lines, wrong);
      unstored(lot, lines, etcd, wrong);
      accounted(lot, lines, etcd, wrong);
    }
    for (String key : etcd.under(ACCOUNTS)) {
      long there = lots.stream().filter(lot -> key(lot).equals(key)).count();
      if (there != 1) {
        wrong.add(key + " is in the list of lost records, and in " + there + " files");
      }
    }
    return wrong;
  }

  /** They follow from a record of the log that has another one after it by now. */
  private static void forked(Lot lot, List<String> lines, List<String> wrong) throws IOException {
    var log = Files.exists(lot.log()) ? Files.readAllLines(lot.log()) : List.<String>of();
    if (lines.isEmpty() || lot.from() < 2 || log.size() < lot.from()) {
      wrong.add(lot.name() + " was set aside as lost, and no record is in its place");
      return;
    }
    String prev = JsonValue.parse(log.get((int) lot.from() - 2)).text("hash");
    long seq = lot.from();
    for (String line : lines) {
      var record = JsonValue.parse(line);
      if (record.number("seq") != seq || !record.text("prev").equals(prev)) {
        wrong.add(lot.name() + ": record " + seq + " does not follow from the one before");
      }
      prev = record.text("hash");
      seq++;
    }
    if (log.get((int) lot.from() - 1).equals(lines.getFirst())) {
      wrong.add(lot.name() + " was set aside as lost, but is in the log");
    }
  }

  private static void unstored(Lot lot, List<String> lines, EtcdSnapshot etcd, List<String> wrong) {
    for (String seq : etcd.under("audit/" + lot.execution() + "/")) {
      if (lines.contains(etcd.text("audit/" + lot.execution() + "/" + seq).orElseThrow())) {
        wrong.add(lot.name() + ": record " + seq + " was set aside as lost, but etcd has it");
      }
    }
  }

  private static void accounted(Lot lot, List<String> lines, EtcdSnapshot etcd, List<String> wrong)
      throws IOException {
    String by = etcd.json(ACCOUNTS + key(lot)).map(k -> k.text("by")).orElse("");
    var records = etcd.under("audit/" + by + "/");
    if (by.isEmpty() || records.isEmpty()) {
      wrong.add(lot.name() + " was set aside as lost, but isn't in the list of lost records");
      return;
    }
    var end = etcd.json("audit/" + by + "/" + records.getLast()).orElseThrow();
    var said = end.at("facts").at("superseded");
    boolean same =
        said.text("execution").equals(lot.execution())
            && said.number("from") == lot.from()
            && said.number("to") == lot.from() + lines.size() - 1
            && said.text("file").equals(lot.file().getFileName().toString())
            && said.text("sha256").equals(ByteDigests.sha256(Files.readAllBytes(lot.file())));
    if (!same) {
      wrong.add(by + " accounts for something else than " + lot.name());
    }
  }

  private static String key(Lot lot) {
    return "%s/%08d".formatted(lot.execution(), lot.from());
  }
}
