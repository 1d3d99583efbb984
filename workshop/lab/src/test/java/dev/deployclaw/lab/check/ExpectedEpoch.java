package dev.deployclaw.lab.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/**
 * What must be everywhere, by what etcd says is committed.
 *
 * @param allowed the epochs of which something may lie around: the committed one, its predecessor,
 *     the latest that was proven before it, and those that are held
 * @param rules by tenant and limit, as they are staged in Redis
 */
record ExpectedEpoch(
    long epoch,
    String digest,
    long predecessor,
    SortedSet<Long> allowed,
    Map<String, SortedMap<String, String>> rules) {

  /**
   * @throws IllegalStateException when what is committed isn't stored, or isn't what its digest
   *     says
   */
  static ExpectedEpoch of(EtcdctlSnapshot etcd) {
    var active =
        etcd.at("active").orElseThrow(() -> new IllegalStateException("nothing is active"));
    long epoch = active.path("epoch").asLong();
    long predecessor = active.path("predecessor").asLong();
    String digest = active.path("digest").asText();
    byte[] set = set(etcd, epoch);
    if (!sha256(set).equals(digest)) {
      throw new IllegalStateException(
          "epoch " + epoch + " holds " + sha256(set) + ", not " + digest);
    }
    var allowed = needed(etcd, epoch);
    allowed.addAll(List.of(epoch, predecessor));
    return new ExpectedEpoch(epoch, digest, predecessor, allowed, rules(EtcdctlSnapshot.json(set)));
  }

  /** Whatever is held, and the latest that was proven before the committed one. */
  private static SortedSet<Long> needed(EtcdctlSnapshot etcd, long committed) {
    var held = new TreeSet<Long>();
    var proven = new TreeSet<Long>();
    for (String id : etcd.under("change/")) {
      var change = etcd.at("change/" + id).orElseThrow();
      switch (change.path("state").path("name").asText()) {
        case "held" -> held.add(change.path("epoch").asLong());
        case "completed" -> proven.add(change.path("epoch").asLong());
        default -> {}
      }
    }
    Optional.ofNullable(proven.lower(committed)).ifPresent(held::add);
    return held;
  }

  /** The bytes of the stored set, put together from its chunks. */
  static byte[] set(EtcdctlSnapshot etcd, long epoch) {
    var packed = new ByteArrayOutputStream();
    int chunks = etcd.under("policy/" + epoch + "/chunk/").size();
    for (int i = 0; i < chunks; i++) {
      packed.writeBytes(etcd.bytes("policy/" + epoch + "/chunk/" + i).orElseThrow());
    }
    try (var in = new GZIPInputStream(new ByteArrayInputStream(packed.toByteArray()))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the set of epoch " + epoch + " can't be unpacked", e);
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, SortedMap<String, String>> rules(JsonNode set) {
    var out = new TreeMap<String, SortedMap<String, String>>();
    for (var tenant : set.path("tenants")) {
      var limits = new TreeMap<String, String>();
      for (var limit : tenant.path("limits")) {
        limits.put(limit.path("name").asText(), rule(limit));
      }
      out.put(tenant.path("tenant").asText(), limits);
    }
    return out;
  }

  private static String rule(JsonNode limit) {
    String algorithm = limit.path("algorithm").asText().equals("token-bucket") ? "tb" : "sw";
    return "%s %d %d %d %d %s"
        .formatted(
            algorithm,
            limit.path("requests").asLong(),
            limit.path("window_s").asLong() * 1_000_000,
            limit.path("burst").asLong(),
            limit.path("cost").asLong(),
            limit.path("mode").asText());
  }
}
