package dev.deployclaw.lab.judge.history;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import dev.deployclaw.lab.judge.protocol.NatsStreamReader;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether the stream holds the records of each log, all of them and no others. One whose place a
 * lost record took stands beside it, under its hash.
 */
public final class AuditStreamInvariants {
  private final URI server;

  /** Hashes of messages, by execution and what of the subject comes after it. */
  private final Map<String, SortedMap<String, String>> messages = new HashMap<>();

  private long read;

  public AuditStreamInvariants(URI server) {
    this.server = server;
  }

  long read() {
    return read;
  }

  Set<String> executions() {
    return messages.keySet();
  }

  void drain() throws IOException {
    try (var stream = NatsStreamReader.connect(server)) {
      long last = stream.last();
      while (read < last) {
        var message = stream.message(read + 1);
        took(message.subject(), message.bytes());
        read++;
      }
    }
  }

  /** A message: {@code deployclaw.audit.EXECUTION.SEQ}, or with a hash after it. */
  void took(String subject, byte[] bytes) {
    String[] parts = subject.split("\\.", 4);
    messages
        .computeIfAbsent(parts[2], _ -> new TreeMap<>())
        .put(parts[3], ByteDigests.sha256(bytes));
  }

  void compare(String execution, List<String> lines, LostRecordInvariants lost, List<String> wrong)
      throws IOException {
    var left = new TreeMap<>(messages.getOrDefault(execution, new TreeMap<>()));
    for (int i = 0; i < lines.size(); i++) {
      String place = Integer.toString(i + 1);
      String hash = ByteDigests.sha256(ByteDigests.of(lines.get(i)));
      if (!left.remove(place, hash)
          && !left.remove(place + "." + JsonValue.parse(lines.get(i)).text("hash"), hash)) {
        wrong.add(execution + ": the stream's record " + place + " isn't the file's");
      }
    }
    for (var more : left.entrySet()) {
      boolean known =
          !more.getKey().contains(".")
              && lost.has(execution, Long.parseLong(more.getKey()), more.getValue());
      if (!known) {
        wrong.add(execution + ": the stream holds " + more.getKey() + ", which is in no file");
      }
    }
  }
}
