package dev.deployclaw.container.config.secret;

/** Words as a person typed them. A secret may be among them, so they come out masked. Immutable. */
public final class TypedText {
  static final String LEFT_OUT = "(left out: its secrets couldn't be masked)";

  private final String text;

  private TypedText(String text) {
    this.text = text;
  }

  public static TypedText of(String text) {
    return new TypedText(text);
  }

  /**
   * What may be kept of them. Blocks.
   *
   * @throws UnmaskedTextException where that can't be known now
   */
  public String masked(TextMask mask) throws InterruptedException {
    return text.isBlank() ? text : mask.masked(text);
  }

  /** The same of an act that can't wait: without the words where they can't be masked now. */
  public String maskedOrLeftOut(TextMask mask) throws InterruptedException {
    try {
      return masked(mask);
    } catch (UnmaskedTextException e) {
      return LEFT_OUT;
    }
  }

  @Override
  public String toString() {
    return "***";
  }
}
