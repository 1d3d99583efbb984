package dev.deployclaw.ratelimit.token;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;

/**
 * Keys that tokens are verified with.
 *
 * @param unused why entries of the set are left out, for people
 */
record TokenKeySet(List<TokenKey> keys, List<String> unused) {
  static final TokenKeySet EMPTY = new TokenKeySet(List.of(), List.of());

  private static final int MOST_KEYS = 100;

  TokenKeySet {
    keys = List.copyOf(keys);
    unused = List.copyOf(unused);
  }

  /**
   * @throws IllegalArgumentException where the text is no set, or none of its keys can be used
   */
  static TokenKeySet parse(String text, List<String> algorithms) {
    var keys = new ArrayList<TokenKey>();
    var unused = new ArrayList<String>();
    for (Object entry : entries(text)) {
      int at = keys.size() + unused.size();
      try {
        keys.add(TokenKey.of(object(entry), algorithms));
      } catch (IllegalArgumentException e) {
        unused.add("keys[" + at + "] " + e.getMessage());
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "no usable key" + (unused.isEmpty() ? "" : ": " + String.join("; ", unused)));
    }
    return new TokenKeySet(keys, unused);
  }

  /**
   * The key that a token is to be verified with: the one it names; where it names none, the only
   * one of its algorithm.
   */
  Optional<TokenKey> key(Optional<String> id, String algorithm) {
    var fitting =
        keys.stream()
            .filter(k -> k.algorithm().equals(algorithm))
            .filter(k -> id.isEmpty() || k.id().equals(id))
            .toList();
    return fitting.size() == 1 ? Optional.of(fitting.getFirst()) : Optional.empty();
  }

  private static List<?> entries(String text) {
    try {
      if (JsonUtil.parseJson(text).get("keys") instanceof List<?> entries) {
        if (entries.size() > MOST_KEYS) {
          throw new IllegalArgumentException("more than " + MOST_KEYS + " keys");
        }
        return entries;
      }
    } catch (JoseException e) {
      throw new IllegalArgumentException("not a JSON object", e);
    }
    throw new IllegalArgumentException("no list under \"keys\": a JSON Web Key Set has one");
  }

  private static Map<String, Object> object(Object entry) {
    if (entry instanceof Map<?, ?> map) {
      var out = new HashMap<String, Object>();
      map.forEach((name, value) -> out.put(String.valueOf(name), value));
      return out;
    }
    throw new IllegalArgumentException("isn't an object");
  }
}
