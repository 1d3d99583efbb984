package dev.deployclaw.container.plugin.contract;

import java.util.Locale;

/**
 * How a plugin did with one promise.
 *
 * @param promise its name
 * @param detail what was seen instead, or why it wasn't tried; else what is promised
 */
public record PromiseResult(String promise, Verdict verdict, String detail) {
  /** Words for people and documents. */
  public enum Verdict {
    KEPT,
    BROKEN,
    /** Not tried: the plugin doesn't promise it. */
    SKIPPED;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
