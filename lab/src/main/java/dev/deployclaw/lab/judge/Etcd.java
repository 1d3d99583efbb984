package dev.deployclaw.lab.judge;

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

/** etcd over its JSON interface: what stands below a prefix, and all that ever stood there. */
record Etcd(String endpoint) {
  private static final int MILLIS = Math.toIntExact(Duration.ofSeconds(20).toMillis());

  /** What happened to a key at a revision. */
  record Happened(String key, boolean deleted, byte[] value, long revision) {
    String text() {
      return Bytes.text(value);
    }
  }

  /** All below the prefix at one revision. */
  Keys keys(String prefix) throws IOException {
    var found = new TreeMap<String, Keys.Value>();
    try (var in = post("/v3/kv/range", range(prefix))) {
      var answer = Json.parse(in.readLine());
      for (var kv : answer.items("kvs")) {
        found.put(
            Bytes.text(decoded(kv, "key")).substring(prefix.length()),
            new Keys.Value(decoded(kv, "value"), kv.number("mod_revision")));
      }
    }
    return new Keys(found);
  }

  /**
   * Tells what happened below the prefix, revision by revision, from one revision to another that
   * something happened at. What etcd has compacted is left out. Returns where to go on.
   */
  long history(String prefix, long from, long to, Consumer<List<Happened>> each)
      throws IOException {
    long next = from;
    while (next <= to) {
      next = watch(prefix, next, to, each);
    }
    return next;
  }

  /** Returns where to go on: after what was told, or where a compaction left off. */
  private long watch(String prefix, long from, long to, Consumer<List<Happened>> each)
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
        var result = Json.parse(line).at("result");
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

  private static List<List<Happened>> byRevision(List<Happened> events) {
    var out = new ArrayList<List<Happened>>();
    for (var event : events) {
      if (out.isEmpty() || out.getLast().getFirst().revision() != event.revision()) {
        out.add(new ArrayList<>());
      }
      out.getLast().add(event);
    }
    return out;
  }

  private static Happened happened(Json event, String prefix) {
    var kv = event.at("kv");
    return new Happened(
        Bytes.text(decoded(kv, "key")).substring(prefix.length()),
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
      out.write(Bytes.of(body));
    }
    return new BufferedReader(
        new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
  }

  private static String range(String prefix) {
    return "{" + bounds(prefix) + "}";
  }

  private static String bounds(String prefix) {
    byte[] from = Bytes.of(prefix);
    byte[] to = from.clone();
    to[to.length - 1]++;
    var base64 = Base64.getEncoder();
    return "\"key\":\"%s\",\"range_end\":\"%s\""
        .formatted(base64.encodeToString(from), base64.encodeToString(to));
  }

  private static byte[] decoded(Json of, String field) {
    return Base64.getDecoder().decode(of.text(field));
  }
}
