package dev.deployclaw.audit.redaction;

import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds secrets that are known by value, in all their {@link KnownSecretMasker.SecretSpellings} and
 * {@link EscapeSequences}. One pass; work is bounded by the length of the text, and where a text
 * was made to cost more, the rest of it is masked. Immutable.
 */
final class KnownSecretMasker {
  private static final int NONE = -1;

  /** Characters of a spelling that are looked at together before it is compared. */
  private static final int START = 3;

  private static final int STARTS = 1 << 14;

  /** Characters that are compared for one of the text, and for a text of any length. */
  private static final long WORK_A_CHARACTER = 64;

  private static final long LEAST_WORK = 1 << 16;

  private final BitSet starts = new BitSet(STARTS);
  private final Map<Integer, List<String>> byFirst = new HashMap<>();

  private KnownSecretMasker(List<String> spellings) {
    for (String spelling : spellings) {
      starts.set(start(spelling, 0));
      byFirst.computeIfAbsent(spelling.codePointAt(0), _ -> new ArrayList<>()).add(spelling);
    }
  }

  /**
   * @param shortest characters; shorter ones can't be told from ordinary text, and aren't looked
   *     for
   */
  static KnownSecretMasker of(Collection<String> secrets, int shortest) {
    return new KnownSecretMasker(
        secrets.stream()
            .filter(secret -> secret.length() >= Math.max(shortest, START))
            .flatMap(secret -> SecretSpellings.of(secret).stream())
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(s -> s))
            .toList());
  }

  String masked(String text) {
    return byFirst.isEmpty() ? text : new Search(text).masked();
  }

  private static int start(String text, int at) {
    int hash = (text.charAt(at) * 31 + text.charAt(at + 1)) * 31 + text.charAt(at + 2);
    return (hash ^ (hash >>> 7)) & (STARTS - 1);
  }

  /** Of one text. */
  private final class Search {
    private final String text;
    private long work;

    Search(String text) {
      this.text = text;
      this.work = LEAST_WORK + WORK_A_CHARACTER * text.length();
    }

    String masked() {
      var masks = new MaskedTextBuilder(text);
      int last = text.length() - START;
      for (int at = 0; at <= last; at++) {
        int end = mayBegin(at) ? longest(at) : NONE;
        if (work < 0) {
          masks.mask(at, text.length());
          break;
        }
        if (end > at) {
          masks.mask(at, end);
          at = end - 1;
        }
      }
      return masks.masked();
    }

    /** Says no for nearly every place, without looking at any secret. */
    private boolean mayBegin(int at) {
      return starts.get(start(text, at))
          || EscapeSequences.mayBegin(text.charAt(at))
          || isUnusual(text.charAt(at + 1))
          || isUnusual(text.charAt(at + 2));
    }

    private static boolean isUnusual(char c) {
      return EscapeSequences.mayBegin(c) || c == '\n' || c == '\r';
    }

    private int longest(int at) {
      return firsts(at)
          .mapToObj(first -> byFirst.getOrDefault(first, List.of()))
          .flatMap(List::stream)
          .mapToInt(spelling -> end(at, spelling))
          .filter(end -> end > at)
          .findFirst()
          .orElse(NONE);
    }

    /** What the spelling that begins there may begin with: the character itself, or an escape. */
    private IntStream firsts(int at) {
      var itself = IntStream.of(text.codePointAt(at));
      return EscapeSequences.mayBegin(text.charAt(at))
          ? IntStream.concat(
              itself, EscapeSequences.readings(text, at).stream().mapToInt(r -> r.meant()))
          : itself;
    }

    private int end(int at, String spelling) {
      int same = same(at, spelling);
      return same == spelling.length() ? at + same : escaped(at, new Rest(spelling, 0, 0));
    }

    private int same(int at, String spelling) {
      int most = Math.min(spelling.length(), text.length() - at);
      int same = 0;
      while (same < most && spelling.charAt(same) == text.charAt(at + same)) {
        same++;
      }
      work -= same + 1;
      return same;
    }

    /** Where it ends; negative where it doesn't stand there. Few characters can be read twice. */
    private int escaped(int from, Rest rest) {
      int at = from;
      var left = rest;
      while (!left.isEmpty()) {
        work--;
        var ends = work < 0 ? List.<Integer>of() : ends(at, left);
        if (ends.isEmpty()) {
          return NONE;
        }
        left = left.next();
        for (int other : ends.subList(1, ends.size())) {
          int end = escaped(other, left);
          if (end >= 0) {
            return end;
          }
        }
        at = ends.getFirst();
      }
      return at;
    }

    /** A line may end within a secret; where the secret's own line ended, the next is indented. */
    private List<Integer> ends(int at, Rest rest) {
      var ends = EscapeSequences.ends(text, at, rest.character());
      if (!ends.isEmpty() || rest.at == 0) {
        return ends;
      }
      int next =
          rest.before == '\n'
              ? EscapeSequences.afterBlanks(text, at)
              : EscapeSequences.afterBreak(text, at);
      return next > at ? EscapeSequences.ends(text, next, rest.character()) : ends;
    }
  }

  /**
   * What of a spelling is still to be found.
   *
   * @param before the character before it; 0 where it is the whole
   */
  private record Rest(String spelling, int at, int before) {
    boolean isEmpty() {
      return at == spelling.length();
    }

    int character() {
      return spelling.codePointAt(at);
    }

    Rest next() {
      return new Rest(spelling, at + Character.charCount(character()), character());
    }
  }

  /**
   * A secret as others may write it: as it is, as JSON, and in Base64 (RFC 4648, both alphabets)
   * and hex. In Base64 a secret that something stands before, as in {@code user:secret}, looks
   * different by how many bytes that is: three ways, of which all characters count that depend on
   * the secret alone. What lies beside them holds less than a byte of it.
   */
  private static final class SecretSpellings {
    /** Bytes; a shorter one's Base64 and hex stand in digests by chance. */
    static final int SHORTEST_ENCODED = 8;

    private static final int GROUP_BYTES = 3;
    private static final int CHARACTER_BITS = 6;

    /**
     * All of them, each once. Percent signs, entities and escapes are {@link EscapeSequences}'
     * matter.
     */
    static List<String> of(String secret) {
      Set<String> out = new LinkedHashSet<>();
      String json = json(secret);
      out.add(secret);
      out.add(json);
      out.add(json(json));
      byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
      if (bytes.length >= SHORTEST_ENCODED) {
        for (int before = 0; before < GROUP_BYTES; before++) {
          out.add(core(Base64.getEncoder().withoutPadding(), bytes, before));
          out.add(core(Base64.getUrlEncoder().withoutPadding(), bytes, before));
        }
        out.add(HexFormat.of().formatHex(bytes));
        out.add(HexFormat.of().withUpperCase().formatHex(bytes));
      }
      return List.copyOf(out);
    }

    private static String json(String text) {
      String json = CanonicalJson.text(text);
      return json.substring(1, json.length() - 1);
    }

    private static String core(Base64.Encoder encoder, byte[] secret, int before) {
      byte[] behind = new byte[before + secret.length];
      System.arraycopy(secret, 0, behind, before, secret.length);
      String encoded = encoder.encodeToString(behind);
      int first = (before * Byte.SIZE + CHARACTER_BITS - 1) / CHARACTER_BITS;
      int whole = behind.length * Byte.SIZE / CHARACTER_BITS;
      return encoded.substring(first, whole);
    }
  }
}
