package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.Runs;
import dev.deployclaw.testkit.SeededLoop;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of random edits of a log; the verifier must find every one that changes anything. */
class MutationTest {
  private static final int EDITS = 3_000;

  @Test
  void findsEveryEditOfTheDocument(@TempDir Path state) throws Exception {
    var signer = HeadSigner.open(state);
    var trusted = Optional.of(signer.publicKey());
    String text = ExecutionDocument.of(Runs.bytes(Runs.reference()), signer).text();
    Object original = Json.parse(text.getBytes(StandardCharsets.UTF_8));
    var edits = new int[1];

    SeededLoop.run(
        EDITS,
        (_, random) -> {
          Object edited = edited(original, random);
          if (JsonText.canonical(edited).equals(JsonText.canonical(original))) {
            return;
          }
          edits[0]++;
          byte[] bytes = JsonText.pretty(edited).getBytes(StandardCharsets.UTF_8);
          assertThat(Verifier.document(bytes, trusted)).isNotEmpty();
        });

    assertThat(edits[0]).isGreaterThan(EDITS * 9 / 10);
  }

  @Test
  void findsEveryFlippedBitOfTheDocumentThatChangesItsMeaning(@TempDir Path state)
      throws Exception {
    var signer = HeadSigner.open(state);
    var trusted = Optional.of(signer.publicKey());
    byte[] text =
        ExecutionDocument.of(Runs.bytes(Runs.reference()), signer)
            .text()
            .getBytes(StandardCharsets.UTF_8);
    String original = JsonText.canonical(Json.parse(text));

    SeededLoop.run(
        EDITS,
        (_, random) -> {
          byte[] flipped = text.clone();
          flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));

          boolean same = meaning(flipped).filter(original::equals).isPresent();

          assertThat(Verifier.document(flipped, trusted).isEmpty()).isEqualTo(same);
        });
  }

  @Test
  void findsEveryEditOfTheStoredRecords() {
    List<byte[]> records = Runs.bytes(Runs.reference());

    SeededLoop.run(
        EDITS,
        (_, random) -> {
          var edited = new ArrayList<>(records);
          int at = random.nextInt(edited.size());
          switch (random.nextInt(4)) {
            case 0 -> edited.remove(at);
            case 1 -> edited.add(random.nextInt(edited.size() + 1), edited.get(at));
            case 2 -> Collections.swap(edited, at, (at + 1) % edited.size());
            default -> edited.set(at, flipped(edited.get(at), random));
          }

          assertThat(Verifier.records(Runs.ID, edited)).isNotEmpty();
        });
  }

  private static byte[] flipped(byte[] bytes, RandomGenerator random) {
    byte[] flipped = bytes.clone();
    flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    return flipped;
  }

  private static Optional<String> meaning(byte[] text) {
    try {
      return Optional.of(JsonText.canonical(Json.parse(text)));
    } catch (Json.Malformed e) {
      return Optional.empty();
    }
  }

  /** A copy with one random change somewhere in it. */
  private static Object edited(Object value, RandomGenerator random) {
    return switch (value) {
      case Map<?, ?> map -> editedMap(Json.object(map), random);
      case List<?> list -> editedList(list, random);
      case String s -> random.nextBoolean() || s.isEmpty() ? s + "x" : s.substring(1);
      case Long n -> n + 1 + random.nextInt(9);
      case BigDecimal n -> n.add(new BigDecimal("0.001"));
      case Boolean b -> !b;
      default -> "null";
    };
  }

  private static Object editedMap(Map<String, Object> map, RandomGenerator random) {
    var copy = new LinkedHashMap<>(map);
    if (map.isEmpty()) {
      copy.put("added", 1L);
      return copy;
    }
    String key = new ArrayList<>(map.keySet()).get(random.nextInt(map.size()));
    Object value = map.get(key);
    switch (random.nextInt(10)) {
      case 0 -> copy.remove(key);
      case 1 -> copy.put(key + "_", 1L);
      case 2 -> {
        copy.remove(key);
        copy.put(key + "_", value == null ? Json.Null.NULL : value);
      }
      case 3 -> copy.put(key, Json.Null.NULL);
      default -> copy.put(key, edited(value == null ? Json.Null.NULL : value, random));
    }
    return copy;
  }

  private static Object editedList(List<?> list, RandomGenerator random) {
    var copy = new ArrayList<Object>(list);
    if (list.isEmpty()) {
      copy.add(1L);
      return copy;
    }
    int at = random.nextInt(list.size());
    switch (random.nextInt(10)) {
      case 0 -> copy.remove(at);
      case 1 -> copy.add(at, list.get(at));
      case 2 -> Collections.swap(copy, at, random.nextInt(list.size()));
      default -> copy.set(at, edited(list.get(at), random));
    }
    return copy;
  }
}
