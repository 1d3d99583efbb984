package dev.deployclaw.audit;

import dev.deployclaw.audit.verify.chain.HashChainChecker;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Execution logs of runs against the lab, as {@code log ID --json} printed them, and the keys that
 * signed them. Those of the second version of records stand in a folder of their own.
 */
public final class RealLogs {
  /** Of version 1. */
  public static final List<String> FIRST =
      List.of("all-tenants", "raised", "canary", "approved", "rollback", "refused", "aborted");

  /** Of version 2, whose records say what they decide. */
  public static final List<String> SECOND =
      List.of(
          "2/raised",
          "2/canary",
          "2/approved",
          "2/rollback",
          "2/undone",
          "2/withdrawn",
          "2/recovered",
          "2/refused",
          "2/pending");

  public static final List<String> NAMES = Stream.concat(FIRST.stream(), SECOND.stream()).toList();

  private RealLogs() {}

  public static byte[] bytes(String name) {
    return resource(name + ".json");
  }

  /** Of the logs of version 1. */
  public static String key() {
    return key("key.txt");
  }

  /** Of all of them. */
  public static Set<String> keys() {
    return Set.of(key(), key("2/key.txt"));
  }

  private static String key(String name) {
    return new String(resource(name), StandardCharsets.UTF_8).strip();
  }

  public static Map<String, Object> document(String name) {
    try {
      return StrictJson.parseObject(bytes(name));
    } catch (StrictJson.Malformed e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** The records of a log in their order; each may be changed. */
  public static List<Map<String, Object>> records(String name) {
    var document = document(name);
    var out = new ArrayList<Map<String, Object>>();
    collect(document, out);
    list(document, "thought_log").forEach(step -> collect((Map<?, ?>) step, out));
    out.sort(Comparator.comparingLong(r -> (Long) r.get("seq")));
    return out;
  }

  /** Numbers the records anew, makes their chain again, and gives their bytes. */
  public static List<byte[]> sealed(List<Map<String, Object>> records) {
    var out = new ArrayList<byte[]>();
    String head = "";
    for (var original : records) {
      var entry = new TreeMap<>(original);
      entry.put("seq", (long) out.size() + 1);
      entry.put("prev", head);
      head = HashChainChecker.hash(entry);
      entry.put("hash", head);
      out.add(JsonFormatter.canonical(entry).getBytes(StandardCharsets.UTF_8));
    }
    return out;
  }

  /** What must be an object. */
  public static Map<String, Object> object(Map<?, ?> from, String key) {
    return StrictJson.object(Objects.requireNonNull((Map<?, ?>) from.get(key), key));
  }

  /** What must be a list. */
  public static List<?> list(Map<?, ?> from, String key) {
    return Objects.requireNonNull((List<?>) from.get(key), key);
  }

  private static void collect(Map<?, ?> from, List<Map<String, Object>> into) {
    for (Object entry : list(from, "records")) {
      into.add(new TreeMap<>(StrictJson.object((Map<?, ?>) entry)));
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = RealLogs.class.getResourceAsStream("/logs/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
