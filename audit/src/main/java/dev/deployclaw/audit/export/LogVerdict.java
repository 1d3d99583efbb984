package dev.deployclaw.audit.export;

import java.util.Optional;

/**
 * What a verification found that was made for this export.
 *
 * @param reason why it isn't verified; empty where it is
 * @param key that signed it, as {@code audit key} prints it; only of a verified log
 */
public record LogVerdict(Kind kind, String reason, Optional<String> key) {
  /** The three things that can be said of a log. */
  public enum Kind {
    /** Chain, process rules and the signature of its end hold. */
    VERIFIED,
    /** Its records agree, but it hasn't ended, so no signature covers all of it. */
    UNFINISHED,
    /** Something is wrong, or can't be proven. */
    FAILED
  }

  static LogVerdict verified(String key) {
    return new LogVerdict(Kind.VERIFIED, "", Optional.of(key));
  }

  static LogVerdict unfinished(String reason) {
    return new LogVerdict(Kind.UNFINISHED, reason, Optional.empty());
  }

  public static LogVerdict failed(String reason) {
    return new LogVerdict(Kind.FAILED, reason, Optional.empty());
  }

  public boolean isVerified() {
    return kind == Kind.VERIFIED;
  }
}
