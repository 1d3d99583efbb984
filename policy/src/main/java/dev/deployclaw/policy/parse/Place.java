package dev.deployclaw.policy.parse;

import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** A position in a text, both counted from 1. */
record Place(int line, int column) {
  static final Place START = new Place(1, 1);

  static Place of(Optional<Mark> mark) {
    return mark.map(m -> new Place(m.getLine() + 1, m.getColumn() + 1)).orElse(START);
  }
}
