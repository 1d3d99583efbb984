package dev.deployclaw.container.plugin.contract;

/**
 * How a plugin did with one promise.
 *
 * @param promise its name
 * @param detail what was seen instead, or why it wasn't tried; else what is promised
 */
public record PromiseResult(String promise, Verdict verdict, String detail) {
  /** Words for people and documents. */
  public enum Verdict {
    KEPT("kept"),
    BROKEN("broken"),
    /** Not tried: the plugin doesn't promise it. */
    SKIPPED("skipped");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }
}
