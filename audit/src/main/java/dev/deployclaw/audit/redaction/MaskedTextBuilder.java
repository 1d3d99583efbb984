package dev.deployclaw.audit.redaction;

import org.jspecify.annotations.Nullable;

/** Puts a mask in place of parts of a text, which are named in their order. For one thread. */
final class MaskedTextBuilder {
  static final String MASK = "***";

  private final String text;
  private int kept;
  private @Nullable StringBuilder out;

  MaskedTextBuilder(String text) {
    this.text = text;
  }

  /**
   * @param from not before the end of the part that was masked last
   */
  void mask(int from, int end) {
    if (out == null) {
      out = new StringBuilder(text.length());
    }
    out.append(text, kept, from).append(MASK);
    kept = end;
  }

  /** The text itself where nothing was masked. */
  String masked() {
    return out == null ? text : out.append(text, kept, text.length()).toString();
  }
}
