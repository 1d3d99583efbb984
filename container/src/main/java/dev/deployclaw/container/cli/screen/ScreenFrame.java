package dev.deployclaw.container.cli.screen;

import java.util.List;

/**
 * What is drawn: lines at the top, a text that may be longer than there is room for, and a line at
 * the bottom. Texts may hold anything: they are drawn as harmless lines without secrets.
 *
 * @param wraps whether long lines of the text go on in the next, or are cut
 */
public record ScreenFrame(List<Line> head, List<Line> text, String keys, boolean wraps) {
  public ScreenFrame {
    head = List.copyOf(head);
    text = List.copyOf(text);
  }

  /** How a line looks, where there is colour. */
  public enum Look {
    PLAIN(""),
    TITLE("\u001b[1m"),
    WARNING("\u001b[33m"),
    BAD("\u001b[31m");

    private final String code;

    Look(String code) {
      this.code = code;
    }

    String code() {
      return code;
    }
  }

  public record Line(String text, Look look) {
    public static Line plain(String text) {
      return new Line(text, Look.PLAIN);
    }

    public static Line title(String text) {
      return new Line(text, Look.TITLE);
    }
  }
}
