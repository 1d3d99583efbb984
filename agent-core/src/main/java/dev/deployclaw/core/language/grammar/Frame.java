package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.task.TaskOperation;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** One change as it is said: each slot once, in any order. One thread. */
final class Frame {
  /** What a frame holds. */
  enum Slot {
    WHO,
    WHERE,
    ROUTE,
    METHOD,
    AMOUNT,
    BURST,
    WINDOW,
    ALGORITHM,
    MODE,
    FALLBACK,
    FACTOR,
    WAS,
    KEY,
    NAME,
    PICK
  }

  private static final Set<Slot> VALUES = EnumSet.range(Slot.AMOUNT, Slot.KEY);

  private final Map<Slot, Token> slots = new EnumMap<>(Slot.class);
  private String direction = "";
  private boolean afterBreak;
  private String joint = "";

  Optional<Token> get(Slot slot) {
    return Optional.ofNullable(slots.get(slot));
  }

  boolean has(Slot slot) {
    return slots.containsKey(slot);
  }

  void put(Slot slot, Token token) {
    slots.put(slot, token);
  }

  static boolean isValue(Slot slot) {
    return VALUES.contains(slot);
  }

  boolean hasValue() {
    return VALUES.stream().anyMatch(slots::containsKey);
  }

  boolean isEmpty() {
    return slots.isEmpty();
  }

  /** Whether it says whose it is, or where. */
  boolean isPlaced() {
    return !VALUES.containsAll(slots.keySet());
  }

  void takeValues(Frame other) {
    VALUES.forEach(slot -> other.get(slot).ifPresent(token -> put(slot, token)));
    direction = direction.isEmpty() ? other.direction : direction;
  }

  String direction() {
    return direction;
  }

  void direct(String way) {
    direction = way;
  }

  boolean afterBreak() {
    return afterBreak;
  }

  /** What joins it to the one before: "and", a comma, or nothing. */
  String joint() {
    return joint;
  }

  void begin(boolean behindBreak, String behind) {
    afterBreak = behindBreak;
    joint = behind;
  }

  /** The operation that its values are for. */
  TaskOperation operation() {
    boolean sets =
        Stream.of(Slot.AMOUNT, Slot.BURST, Slot.WINDOW, Slot.ALGORITHM, Slot.FALLBACK, Slot.KEY)
            .anyMatch(this::has);
    if (has(Slot.FACTOR)) {
      return sets || has(Slot.MODE) ? TaskOperation.SET_LIMIT : TaskOperation.SCALE_LIMIT;
    }
    return sets || !has(Slot.MODE) ? TaskOperation.SET_LIMIT : TaskOperation.SET_MODE;
  }
}
