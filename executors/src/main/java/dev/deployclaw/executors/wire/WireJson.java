package dev.deployclaw.executors.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON objects in messages: canonical when written, checked when read. They hold texts, booleans,
 * whole numbers (read as {@code Long}), and lists and maps of them.
 */
final class WireJson {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .build();
  private static final ObjectReader OBJECT =
      JSON.readerFor(new TypeReference<TreeMap<String, Object>>() {});
  private static final ObjectReader LISTS =
      JSON.readerFor(new TypeReference<TreeMap<String, List<Map<String, Object>>>>() {});

  private WireJson() {}

  static String text(Map<String, Object> object) {
    return CanonicalJson.text(object);
  }

  /** An empty text is an empty object. */
  static Map<String, Object> object(String text) throws UnreadableMessageException {
    if (text.isEmpty()) {
      return Map.of();
    }
    try {
      Map<String, Object> object = OBJECT.readValue(text);
      checkValue(object);
      return object;
    } catch (JsonProcessingException e) {
      throw new UnreadableMessageException("it holds no JSON object: " + e.getOriginalMessage());
    }
  }

  /** An object of lists of objects. */
  static SortedMap<String, List<Map<String, Object>>> lists(byte[] bytes)
      throws UnreadableMessageException {
    try {
      SortedMap<String, List<Map<String, Object>>> lists = LISTS.readValue(bytes);
      checkValue(lists);
      return lists;
    } catch (IOException e) {
      throw new UnreadableMessageException("it is no JSON object of lists");
    }
  }

  private static void checkValue(@Nullable Object value) throws UnreadableMessageException {
    switch (value) {
      case String _, Boolean _, Long _ -> {}
      case Map<?, ?> map -> {
        for (var each : map.values()) {
          checkValue(each);
        }
      }
      case List<?> list -> {
        for (var each : list) {
          checkValue(each);
        }
      }
      case BigInteger _ -> throw new UnreadableMessageException("it holds too large a number");
      case null -> throw new UnreadableMessageException("it holds a null");
      default -> throw new UnreadableMessageException("it holds a number that isn't whole");
    }
  }
}
