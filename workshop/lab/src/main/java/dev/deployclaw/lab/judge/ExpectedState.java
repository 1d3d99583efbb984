package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.EtcdSnapshot;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/**
 * What everybody must hold, by what etcd says is committed.
 *
 * @param allowed the epochs of which something may lie around: the committed one, its predecessor,
 *     the latest that was proven before it, and those that are held; where the committed one is not
 *     proven, also what was needed when it began, since only what is proven collects the old
 * @param rules by tenant and limit, as they are staged in Redis
 * @param set as it is stored
 */
record ExpectedState(
    long epoch,
    String digest,
    SortedSet<Long> allowed,
    Map<String, SortedMap<String, String>> rules,
    JsonValue set) {

  /**
   * @throws IOException that says what is wrong, when what is committed isn't stored as it must be
   */
  static ExpectedState of(EtcdSnapshot etcd) throws IOException {
    var active = etcd.json("active").orElseThrow(() -> new IOException("nothing is active"));
    long epoch = active.number("epoch");
    String digest = active.text("digest");
    byte[] bytes = stored(etcd, epoch);
    if (!ByteDigests.sha256(bytes).equals(digest)) {
      throw new IOException(
          "active names %s, epoch %d holds %s".formatted(digest, epoch, ByteDigests.sha256(bytes)));
    }
    var allowed = needed(etcd, epoch);
    allowed.addAll(List.of(epoch, active.number("predecessor")));
    var change = etcd.json("change/" + active.text("change")).orElse(JsonValue.parse("{}"));
    if (!change.at("state").text("name").equals("completed")) {
      var base = change.at("base");
      allowed.addAll(needed(etcd, base.number("epoch")));
      allowed.addAll(List.of(base.number("predecessor"), change.number("content")));
    }
    var set = JsonValue.parse(ByteDigests.text(bytes));
    return new ExpectedState(epoch, digest, allowed, rules(set), set);
  }

  /** Whatever is held, and the latest that was proven before the committed one. */
  private static SortedSet<Long> needed(EtcdSnapshot etcd, long committed) throws IOException {
    var held = new TreeSet<Long>();
    var proven = new TreeSet<Long>();
    for (String id : etcd.under("change/")) {
      var change = etcd.json("change/" + id).orElseThrow();
      switch (change.at("state").text("name")) {
        case "held" -> held.add(change.number("epoch"));
        case "completed" -> proven.add(change.number("epoch"));
        default -> {}
      }
    }
    Optional.ofNullable(proven.lower(committed)).ifPresent(held::add);
    return held;
  }

  private static byte[] stored(EtcdSnapshot etcd, long epoch) throws IOException {
    var packed = new ByteArrayOutputStream();
    int chunks = etcd.under("policy/" + epoch + "/chunk/").size();
    for (int i = 0; i < chunks; i++) {
      String key = "policy/" + epoch + "/chunk/" + i;
      packed.write(etcd.bytes(key).orElseThrow(() -> new IOException("etcd lacks " + key)));
    }
    try (var in = new GZIPInputStream(new ByteArrayInputStream(packed.toByteArray()))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IOException("the set of epoch " + epoch + " can't be unpacked: " + e, e);
    }
  }

  private static Map<String, SortedMap<String, String>> rules(JsonValue set) {
    var out = new TreeMap<String, SortedMap<String, String>>();
    for (var tenant : set.items("tenants")) {
      var limits = new TreeMap<String, String>();
      tenant.items("limits").forEach(limit -> limits.put(limit.text("name"), rule(limit)));
      out.put(tenant.text("tenant"), limits);
    }
    return out;
  }

  private static String rule(JsonValue limit) {
    return "%s %d %d %d %d %s"
        .formatted(
            limit.text("algorithm").equals("token-bucket") ? "tb" : "sw",
            limit.number("requests"),
            limit.number("window_s") * 1_000_000,
            limit.number("burst"),
            limit.number("cost"),
            limit.text("mode"));
  }
}
