package dev.deployclaw.audit.signin;

import dev.deployclaw.core.log.LogEntry.Status;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Somebody came in, left or was turned away. It holds no part of a credential.
 *
 * @param who the name of a credential; empty where none was proven
 * @param means the kind of credential
 * @param from an address, or a socket of this machine
 * @param reason why somebody was turned away, or what else there is to say; else empty
 * @param count of how many events it tells
 */
public record SignInEvent(
    Kind kind, String who, String means, String from, String reason, long count) {
  private static final String KIND = "event";

  /** What happened, with the sentence that people read. Its words are in records. */
  public enum Kind {
    /** The agent began to serve. */
    BEGAN("The agent serves"),
    SIGNED_IN("A caller signed in"),
    /** At first by a session, and once an hour. */
    CALLS_ON("A caller still calls"),
    SIGNED_OUT("A caller signed out"),
    /** A credential proves nothing. */
    REFUSED("A credential was refused"),
    /** A known caller may not do this. */
    DENIED("A call was denied"),
    /** A log isn't what was written, by the reason. */
    TAMPERED("A log of sign-ins was changed or removed"),
    /** Events beyond a bound, by their number. */
    LEFT_OUT("Events without a record of their own");

    private final String sentence;

    Kind(String sentence) {
      this.sentence = sentence;
    }

    public String sentence() {
      return sentence;
    }

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Kind> ofWord(Object word) {
      return Stream.of(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }
  }

  public static SignInEvent of(Kind kind, String who, String means, String from) {
    return new SignInEvent(kind, who, means, from, "", 1);
  }

  /** The same, with its reason. */
  public SignInEvent because(String why) {
    return new SignInEvent(kind, who, means, from, why, count);
  }

  public static SignInEvent leftOut(long count) {
    return new SignInEvent(Kind.LEFT_OUT, "", "", "", "", count);
  }

  /** Of its record. */
  Status status() {
    return switch (kind) {
      case BEGAN, SIGNED_IN, CALLS_ON, SIGNED_OUT -> Status.OK;
      case REFUSED, DENIED, TAMPERED -> Status.ERROR;
      case LEFT_OUT -> Status.WARNING;
    };
  }

  /** Who, by what, from where and why, for people. */
  String detail() {
    return Stream.of(who, means, from, reason, count > 1 ? count + " times" : "")
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(", "));
  }

  /** As a record has it; what is empty is left out. */
  Map<String, Object> facts() {
    var out = new TreeMap<String, Object>();
    out.put(KIND, kind.word());
    out.put("count", count);
    Map.of("who", who, "means", means, "from", from, "reason", reason)
        .forEach((key, value) -> {
          if (!value.isEmpty()) {
            out.put(key, value);
          }
        });
    return out;
  }

  /** Empty where a record's facts are of something else. */
  public static Optional<SignInEvent> of(Map<String, Object> facts) {
    return Kind.ofWord(facts.getOrDefault(KIND, ""))
        .map(kind ->
            new SignInEvent(
                kind,
                text(facts, "who"),
                text(facts, "means"),
                text(facts, "from"),
                text(facts, "reason"),
                facts.get("count") instanceof Long n ? n : 1));
  }

  private static String text(Map<String, Object> facts, String key) {
    return facts.get(key) instanceof String s ? s : "";
  }
}
