package dev.deployclaw.policy.document;

import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.DnsLabel;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitPrecision;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** How each kind of value is written. Every method reads one value or reports why it can't. */
public final class DocumentValueReaders {
  static final int LONGEST_ROUTE = 256;
  static final int MOST_WILDCARDS = 8;

  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]*)");
  private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,8})(s|m|h|d)");
  private static final Pattern LEASE = Pattern.compile("([1-9][0-9]{0,4})(ms|s)");
  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");
  private static final int MOST_DIGITS = 18;

  private DocumentValueReaders() {}

  public static Optional<String> label(DocumentCursor spot) {
    var word = spot.word("acme");
    return word.isEmpty() || DnsLabel.isLabel(word.get())
        ? word
        : spot.refuse(
            "not a DNS label: " + QuotedText.shortly(word.get()),
            "lower-case letters, digits and inner hyphens, at most 63");
  }

  public static Optional<Boolean> flag(DocumentCursor spot) {
    return spot.scalar(DocumentNode.Kind.FLAG, "write true or false").map(Boolean::parseBoolean);
  }

  /** One of the words of an enumeration. */
  public static <T> Function<DocumentCursor, Optional<T>> oneOf(
      List<String> words, Function<String, Optional<T>> ofWord) {
    return spot -> {
      var written = spot.word(words.getFirst());
      var value = written.flatMap(ofWord);
      if (written.isEmpty() || value.isPresent()) {
        return value;
      }
      String remedy =
          ClosestWordFinder.closest(written.get(), words)
              .map(w -> "did you mean " + QuotedText.of(w) + "?")
              .orElse("one of " + String.join(", ", words));
      return spot.refuse("unknown word " + QuotedText.shortly(written.get()), remedy);
    };
  }

  public static Function<DocumentCursor, Optional<Long>> whole(long least) {
    return whole(least, Limit.MOST_REQUESTS);
  }

  public static Function<DocumentCursor, Optional<Long>> whole(long least, long most) {
    return spot -> {
      String remedy = "a whole number from " + least + " to " + most + ", without quotes";
      var digits = spot.scalar(DocumentNode.Kind.NUMBER, remedy);
      if (digits.isEmpty()) {
        return Optional.empty();
      }
      if (!WHOLE.matcher(digits.get()).matches()) {
        return spot.refuse("not a whole number: " + QuotedText.shortly(digits.get()), remedy);
      }
      boolean fits = digits.get().length() <= MOST_DIGITS;
      long value = fits ? Long.parseLong(digits.get()) : Long.MAX_VALUE;
      return value < least || value > most
          ? spot.refuse("out of range: " + QuotedText.shortly(digits.get()), remedy)
          : Optional.of(value);
    };
  }

  /**
   * A number and a unit: seconds, minutes, hours or days.
   *
   * @param what is read, for people
   */
  public static Function<DocumentCursor, Optional<Duration>> duration(
      String what, Duration longest) {
    String remedy =
        "from \"1s\" to \"%dd\": a whole number and s, m, h or d".formatted(longest.toDays());
    return spot -> {
      var text = spot.scalar(DocumentNode.Kind.STRING, remedy);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      var parts = DURATION.matcher(text.get());
      if (!parts.matches()) {
        return spot.refuse("not a " + what + ": " + QuotedText.shortly(text.get()), remedy);
      }
      var duration = duration(Long.parseLong(parts.group(1)), parts.group(2));
      return duration.compareTo(longest) > 0
          ? spot.refuse("out of range: " + QuotedText.of(text.get()), remedy)
          : Optional.of(duration);
    };
  }

  /** How long a limit may be charged ahead: milliseconds or seconds. */
  public static Optional<Duration> lease(DocumentCursor spot) {
    String remedy =
        "from \"%dms\" to \"%ds\": a whole number and ms or s"
            .formatted(
                LimitPrecision.SHORTEST_LEASE.toMillis(), LimitPrecision.LONGEST_LEASE.toSeconds());
    var text = spot.scalar(DocumentNode.Kind.STRING, remedy);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    var parts = LEASE.matcher(text.get());
    if (!parts.matches()) {
      return spot.refuse("not a lease: " + QuotedText.shortly(text.get()), remedy);
    }
    long count = Long.parseLong(parts.group(1));
    var lease = parts.group(2).equals("s") ? Duration.ofSeconds(count) : Duration.ofMillis(count);
    boolean inRange =
        lease.compareTo(LimitPrecision.SHORTEST_LEASE) >= 0
            && lease.compareTo(LimitPrecision.LONGEST_LEASE) <= 0;
    return inRange
        ? Optional.of(lease)
        : spot.refuse("out of range: " + QuotedText.of(text.get()), remedy);
  }

  private static Duration duration(long count, String unit) {
    return switch (unit) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  public static Optional<String> method(DocumentCursor spot) {
    var word = spot.word("GET");
    return word.isEmpty() || METHOD.matcher(word.get()).matches()
        ? word
        : spot.refuse("not a method: " + QuotedText.shortly(word.get()), "upper case, as GET");
  }

  /** A path in the spelling that requests are compared in; {@code *} for any run of characters. */
  public static Optional<String> route(DocumentCursor spot) {
    var word = spot.word("/v2/items");
    if (word.isEmpty()) {
      return word;
    }
    String route = word.get();
    if (route.length() > LONGEST_ROUTE) {
      return spot.refuse(route.length() + " characters", "at most " + LONGEST_ROUTE);
    }
    if (!route.startsWith("/") && !route.startsWith("*")) {
      return spot.refuse(
          "a route must start with / or *", "did you mean " + QuotedText.of("/" + route) + "?");
    }
    if (route.chars().filter(c -> c == '*').count() > MOST_WILDCARDS) {
      return spot.refuse("too many wildcards", "at most " + MOST_WILDCARDS + " times *");
    }
    String rooted = route.startsWith("/") ? route : "/" + route;
    String normal = RequestShape.ofUri("", rooted, "").path();
    return normal.equals(rooted)
        ? word
        : spot.refuse(
            "no request has this path", "paths are compared in the form " + QuotedText.of(normal));
  }
}
