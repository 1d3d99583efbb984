package dev.deployclaw.lab.check;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether the records of every execution are dense, chained and ended; whether those in etcd are
 * the same; and whether each turn of each change has exactly one.
 */
record AuditCheck(EtcdctlSnapshot etcd, Path executions) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  List<String> wrong() {
    var wrong = new ArrayList<String>();
    var turns = new TreeMap<String, List<Long>>();
    try {
      var left = etcd.under("audit-copy/");
      for (String execution : etcd.under("audit-head/")) {
        if (left.contains(execution)) {
          continue; // its records left for the bucket
        }
        var lines = Files.readAllLines(executions.resolve(execution + ".jsonl"));
        chain(execution, lines, wrong);
        anchored(execution, lines, turns, wrong);
      }
    } catch (IOException e) {
      wrong.add(e.toString());
    }
    for (String id : etcd.under("change/")) {
      var change = etcd.at("change/" + id).orElseThrow();
      if (etcd.text("audit-copy/" + change.path("log").asText()).isPresent()) {
        continue; // its records left for the bucket
      }
      long turn = change.path("turn").asLong();
      var found = turns.getOrDefault(id, List.of());
      if (!found.equals(upTo(turn))) {
        wrong.add(id + " is at turn " + turn + ", recorded are " + found);
      }
    }
    return wrong;
  }

  private static void chain(String execution, List<String> lines, List<String> wrong)
      throws IOException {
    String prev = "";
    for (int i = 0; i < lines.size(); i++) {
      Map<String, Object> record = JSON.readValue(lines.get(i), new TypeReference<>() {});
      var hash = String.valueOf(record.remove("hash"));
      String actual = ExpectedEpoch.sha256(JSON.writeValueAsBytes(record));
      boolean links =
          record.get("seq") instanceof Number n
              && n.longValue() == i + 1L
              && prev.equals(record.get("prev"))
              && hash.equals(actual);
      if (!links) {
        wrong.add(execution + ": record " + (i + 1) + " does not follow from the one before");
      }
      prev = hash;
    }
    if (lines.isEmpty() || !phase(lines.getLast()).equals("end")) {
      wrong.add(execution + ": its log has no end");
    }
  }

  private void anchored(
      String execution, List<String> lines, Map<String, List<Long>> turns, List<String> wrong) {
    long last = 0;
    for (String seq : etcd.under("audit/" + execution + "/")) {
      String record = etcd.text("audit/" + execution + "/" + seq).orElseThrow();
      last = Long.parseLong(seq);
      if (last > lines.size() || !lines.get((int) last - 1).equals(record)) {
        wrong.add(execution + ": record " + seq + " in etcd isn't the one in the file");
      }
      JsonNode facts = EtcdctlSnapshot.json(record).path("facts");
      if (facts.has("turn")) {
        turns
            .computeIfAbsent(facts.path("change").asText(), _ -> new ArrayList<>())
            .add(facts.path("turn").asLong());
      }
    }
    long head = etcd.at("audit-head/" + execution).orElseThrow().path("seq").asLong();
    if (head != last || head != lines.size()) {
      wrong.add(
          "%s: the head is %d, the last record in etcd %d, in the file %d"
              .formatted(execution, head, last, lines.size()));
    }
  }

  private static String phase(String line) {
    return EtcdctlSnapshot.json(line.getBytes(StandardCharsets.UTF_8)).path("phase").asText();
  }

  private static List<Long> upTo(long last) {
    var out = new ArrayList<Long>();
    for (long n = 1; n <= last; n++) {
      out.add(n);
    }
    return out;
  }
}
