package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Edits of an execution log, as an attacker, a bad disk or a careless hand would make them. */
final class Edits {
  private final RandomGenerator random;
  private final HeadSigner stranger;

  Edits(RandomGenerator random, HeadSigner stranger) {
    this.random = random;
    this.stranger = stranger;
  }

  /** The kinds of edits; each changes what the document says, but for a bit that means nothing. */
  enum Kind {
    BIT_FLIP,
    ANY_VALUE,
    NESTED_NUMBER,
    LOOSE_NUMBER,
    DOUBLE_KEY,
    SWAP,
    DROP,
    DUPLICATE,
    CUT_OFF,
    FORGED_TAIL,
    WRONG_KEY,
    OTHER_SIGNATURE
  }

  byte[] of(Kind kind, String log) {
    Map<String, Object> document = RealLogs.document(log);
    return switch (kind) {
      case BIT_FLIP -> new AnyEdit(random).bit(RealLogs.bytes(log));
      case ANY_VALUE -> text(new AnyEdit(random).value(document));
      case NESTED_NUMBER -> nestedNumber(log);
      case LOOSE_NUMBER -> looseNumber(log);
      case DOUBLE_KEY -> doubleKey(log);
      case SWAP, DROP, DUPLICATE -> rearranged(kind, document);
      case CUT_OFF -> cutOff(RealLogs.bytes(log));
      case FORGED_TAIL -> forgedTail(log, document);
      case WRONG_KEY -> text(signed(changedRecords(log)).fields());
      case OTHER_SIGNATURE -> otherSignature(log, document);
    };
  }

  /** The same document in another dress: another indent, another order of keys. */
  byte[] dressed(String log) {
    return JsonFormatter.pretty(shuffled(RealLogs.document(log)))
        .replace("\n", random.nextBoolean() ? "\r\n" : "\n\t ")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** What a text means; empty where it isn't strict JSON. */
  static Optional<String> meaning(byte[] text) {
    try {
      return Optional.of(JsonFormatter.canonical(StrictJson.parse(text)));
    } catch (StrictJson.Malformed e) {
      return Optional.empty();
    }
  }

  private byte[] cutOff(byte[] text) {
    return Arrays.copyOf(text, random.nextInt(text.length - 2));
  }

  /** One more or less, in the facts of a record. */
  private byte[] nestedNumber(String log) {
    var document = RealLogs.document(log);
    var numbers = new ArrayList<Map.Entry<String, Object>>();
    collectNumbers(document, numbers);
    var one = numbers.get(random.nextInt(numbers.size()));
    one.setValue((Long) one.getValue() + (random.nextBoolean() ? 1 : -1));
    return text(document);
  }

  private static void collectNumbers(Object value, List<Map.Entry<String, Object>> into) {
    switch (value) {
      case Map<?, ?> map ->
          StrictJson.object(map)
              .entrySet()
              .forEach(e -> {
                if (e.getValue() instanceof Long) {
                  into.add(e);
                } else {
                  collectNumbers(e.getValue(), into);
                }
              });
      case List<?> list -> list.forEach(v -> collectNumbers(v, into));
      default -> {}
    }
  }

  private byte[] looseNumber(String log) {
    String text = new String(RealLogs.bytes(log), StandardCharsets.UTF_8);
    var spots = spots(text, "\\d(?=,?\\n)");
    String worse = List.of(".0", "e0", "E+0", "00.", "e").get(random.nextInt(5));
    int at = spots.get(random.nextInt(spots.size())) + 1;
    return (text.substring(0, at) + worse + text.substring(at)).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] doubleKey(String log) {
    String text = new String(RealLogs.bytes(log), StandardCharsets.UTF_8);
    var spots = spots(text, "\"\\w+\": [\\d\"]");
    int at = spots.get(random.nextInt(spots.size()));
    String key = text.substring(at, text.indexOf(':', at));
    return (text.substring(0, at) + key + ": 1, " + text.substring(at))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static List<Integer> spots(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map(MatchResult::start).toList();
  }

  /** Whole records of one list. */
  private byte[] rearranged(Kind kind, Map<String, Object> document) {
    List<Object> list = aList(document);
    int at = random.nextInt(list.size());
    switch (kind) {
      case DROP -> list.remove(at);
      case DUPLICATE -> list.add(random.nextInt(list.size() + 1), list.get(at));
      default -> Collections.swap(list, at, (at + 1) % list.size());
    }
    return text(document);
  }

  @SuppressWarnings("unchecked")
  private List<Object> aList(Map<String, Object> document) {
    var lists = new ArrayList<List<Object>>();
    lists.add((List<Object>) document.get("records"));
    for (Object step : RealLogs.list(document, "thought_log")) {
      lists.add((List<Object>) ((Map<?, ?>) step).get("records"));
    }
    lists.removeIf(list -> list.size() < 2);
    return lists.get(random.nextInt(lists.size()));
  }

  /** A record is changed, all after it are sealed again, and the old signature stays. */
  private byte[] forgedTail(String log, Map<String, Object> original) {
    var forged = new LinkedHashMap<>(ExecutionDocument.of(changedRecords(log)).fields());
    var audit = new LinkedHashMap<>(RealLogs.object(original, "audit"));
    audit.put("head", RealLogs.object(forged, "audit").get("head"));
    forged.put("audit", audit);
    return text(forged);
  }

  private byte[] otherSignature(String log, Map<String, Object> document) {
    var others = new ArrayList<>(RealLogs.NAMES);
    others.remove(log);
    var other = RealLogs.document(others.get(random.nextInt(others.size())));
    var audit = new LinkedHashMap<>(RealLogs.object(document, "audit"));
    audit.put("signature", RealLogs.object(other, "audit").get("signature"));
    document.put("audit", audit);
    return text(document);
  }

  private ExecutionDocument signed(List<byte[]> records) {
    return ExecutionDocument.of(records, stranger);
  }

  private List<byte[]> changedRecords(String log) {
    var records = RealLogs.records(log);
    int at = random.nextInt(records.size());
    switch (random.nextInt(3)) {
      case 0 -> records.remove(at);
      case 1 -> records.add(at, new TreeMap<>(records.get(at)));
      default -> records.get(at).put("detail", records.get(at).get("detail") + ".");
    }
    return RealLogs.sealed(records);
  }

  private static byte[] text(Object value) {
    return JsonFormatter.pretty(value).getBytes(StandardCharsets.UTF_8);
  }

  private Object shuffled(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        var entries = new ArrayList<>(StrictJson.object(map).entrySet());
        Collections.shuffle(entries, Random.from(random));
        var out = new LinkedHashMap<String, Object>();
        entries.forEach(e -> out.put(e.getKey(), shuffled(e.getValue())));
        yield out;
      }
      case List<?> list -> list.stream().map(this::shuffled).toList();
      default -> value;
    };
  }
}
