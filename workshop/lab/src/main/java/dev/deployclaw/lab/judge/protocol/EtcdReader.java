package dev.deployclaw.lab.judge.protocol;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** etcd over its JSON interface: what is below a prefix, and all that ever stood there. */
public record EtcdReader(String endpoint) {
  private static final int MILLIS = Math.toIntExact(Duration.ofSeconds(20).toMillis());

  public record KeyChange(String key, boolean deleted, byte[] value, long revision) {
    public String text() {
      return ByteDigests.text(value);
    }
  }

  /** All below the prefix at one revision. */
  public EtcdSnapshot keys(String prefix) throws IOException {
    var found = new TreeMap<String, EtcdSnapshot.Value>();
    try (var in = post("/v3/kv/range", range(prefix))) {
      var answer = JsonValue.parse(in.readLine());
      for (var kv : answer.items("kvs")) {
        found.put(
            ByteDigests.text(decoded(kv, "key")).substring(prefix.length()),
            new EtcdSnapshot.Value(decoded(kv, "value"), kv.number("mod_revision")));
      }
    }
    return new EtcdSnapshot(found);
  }

  /**
   * Tells what happened below the prefix, revision by revision, from one revision to another that
   * something happened at. What etcd has compacted is left out. Returns where to go on.
   */
  public long history(String prefix, long from, long to, Consumer<List<KeyChange>> each)
      throws IOException {
    long next = from;
    while (next <= to) {
      next = watch(prefix, next, to, each);
    }
    return next;
  }

  /** Returns where to go on: after what was told, or where a compaction left off. */
  private long watch(String prefix, long from, long to, Consumer<List<KeyChange>> each)
      throws IOException {
    long next = from;
    String request =
        "{\"create_request\":{%s,\"start_revision\":\"%d\"}}".formatted(bounds(prefix), from);
    try (var in = post("/v3/watch", request)) {
      while (next <= to) {
        var line = in.readLine();
        if (line == null) {
          throw new IOException("etcd ended a watch");
        }
        var result = JsonValue.parse(line).at("result");
        long compacted = result.number("compact_revision");
        if (compacted >= next) {
          return compacted;
        }
        var events = result.items("events").stream().map(e -> happened(e, prefix)).toList();
        byRevision(events).forEach(each);
        next = events.isEmpty() ? next : events.getLast().revision() + 1;
      }
    }
    return next;
  }

  private static List<List<KeyChange>> byRevision(List<KeyChange> events) {
    var out = new ArrayList<List<KeyChange>>();
    for (var event : events) {
      if (out.isEmpty() || out.getLast().getFirst().revision() != event.revision()) {
        out.add(new ArrayList<>());
      }
      out.getLast().add(event);
    }
    return out;
  }

  private static KeyChange happened(JsonValue event, String prefix) {
    var kv = event.at("kv");
    return new KeyChange(
        ByteDigests.text(decoded(kv, "key")).substring(prefix.length()),
        event.text("type").equals("DELETE"),
        decoded(kv, "value"),
        kv.number("mod_revision"));
  }

  private BufferedReader post(String path, String body) throws IOException {
    var connection = (HttpURLConnection) URI.create(endpoint + path).toURL().openConnection();
    connection.setConnectTimeout(MILLIS);
    connection.setReadTimeout(MILLIS);
    connection.setDoOutput(true);
    try (var out = connection.getOutputStream()) {
      out.write(ByteDigests.of(body));
    }
    return new BufferedReader(
        new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
  }

  private static String range(String prefix) {
    return "{" + bounds(prefix) + "}";
  }

  private static String bounds(String prefix) {
    byte[] from = ByteDigests.of(prefix);
    byte[] to = from.clone();
    to[to.length - 1]++;
    var base64 = Base64.getEncoder();
    return "\"key\":\"%s\",\"range_end\":\"%s\""
        .formatted(base64.encodeToString(from), base64.encodeToString(to));
  }

  private static byte[] decoded(JsonValue of, String field) {
    return Base64.getDecoder().decode(of.text(field));
  }
}
