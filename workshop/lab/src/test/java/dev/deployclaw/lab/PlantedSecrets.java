package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;

/** Secrets that are told to the agent, each known by the channel it went in by. */
final class PlantedSecrets {
  private static final int BYTES = 12;

  /** Bytes that Base64 writes as four characters, whatever stands beside them. */
  private static final int GROUP = 3;

  private final Map<String, String> values = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();

  /** A new secret, or the one of this channel. */
  String of(String channel) {
    return values.computeIfAbsent(channel, this::invent);
  }

  /** A secret that somebody else made. */
  void add(String channel, String value) {
    values.put(channel, value);
  }

  /** No secret comes out, in any of its usual spellings. */
  void assertNoneIn(String place, String text) {
    var found = new TreeMap<String, String>();
    values.forEach((channel, value) ->
        spellings(value).stream()
            .filter(text::contains)
            .findFirst()
            .ifPresent(s -> found.put(channel, around(text, s))));
    assertThat(found).as("secrets in " + place).isEmpty();
  }

  /** A kubeconfig that holds one. */
  static String kubeconfig(int port, String token) {
    return """
    apiVersion: v1
    kind: Config
    current-context: c
    contexts: [{name: c, context: {cluster: c, user: u}}]
    clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
    users:
      - name: u
        user:
          token: %s
    """
        .formatted(port, token);
  }

  /** What is stored, unpacked where it is packed; a policy set of the lab is one piece. */
  static String readable(byte[] stored) {
    boolean packed = stored.length > 2 && stored[0] == (byte) 0x1f && stored[1] == (byte) 0x8b;
    try (var plain = new ByteArrayInputStream(stored);
        var in = packed ? new GZIPInputStream(plain) : plain) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String invent(String channel) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return "cnry/" + HexFormat.of().formatHex(bytes) + "+\"x";
  }

  private static List<String> spellings(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    String url = URLEncoder.encode(value, StandardCharsets.UTF_8);
    var out = new ArrayList<String>();
    out.add(value);
    out.add(value.replace("\"", "\\\""));
    out.add(value.replace("\"", "\\\"").replace("/", "\\/"));
    out.add(value.replace("\"", "\\u0022"));
    out.add(value.replace("\"", "&quot;"));
    out.add(url);
    out.add(url.toLowerCase(Locale.ROOT));
    out.add(HexFormat.of().formatHex(utf8));
    out.add(HexFormat.of().withUpperCase().formatHex(utf8));
    for (int skipped = 0; skipped < GROUP; skipped++) {
      int whole = (utf8.length - skipped) / GROUP * GROUP;
      byte[] groups = Arrays.copyOfRange(utf8, skipped, skipped + whole);
      out.add(Base64.getEncoder().encodeToString(groups));
      out.add(Base64.getUrlEncoder().encodeToString(groups));
    }
    return out;
  }

  private static String around(String text, String found) {
    int at = text.indexOf(found);
    return text.substring(Math.max(0, at - 120), Math.min(text.length(), at + found.length() + 60));
  }
}
