package dev.deployclaw.policy.document;

import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** A position in a text, both counted from 1. */
public record TextPosition(int line, int column) {
  static final TextPosition START = new TextPosition(1, 1);
  static final TextPosition NOWHERE = new TextPosition(0, 0);

  static TextPosition of(Optional<Mark> mark) {
    return mark.map(m -> new TextPosition(m.getLine() + 1, m.getColumn() + 1)).orElse(NOWHERE);
  }
}
