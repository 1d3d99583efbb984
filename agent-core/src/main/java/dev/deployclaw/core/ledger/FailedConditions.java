package dev.deployclaw.core.ledger;

import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.store.UnreadableRecordException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which guards of a refused transaction don't hold, by reading each: what is there, and what was
 * expected. A person is told both.
 */
record FailedConditions(StateStore state) {
  private static final int LONGEST = 120;

  /**
   * One that doesn't hold.
   *
   * @param key of the state store
   */
  record Broken(String key, String observed, String expected) {
    String text() {
      return "guard %s: observed %s, expected %s".formatted(key, observed, expected);
    }
  }

  /** In the order of the conditions; empty when all hold by now. */
  List<Broken> broken(List<Condition> conditions) throws InterruptedException {
    List<Broken> broken = new ArrayList<>();
    for (var condition : conditions) {
      String key = key(condition);
      var there = state.get(key);
      if (!holds(condition, there)) {
        broken.add(new Broken(key, observed(key, there), expected(condition)));
      }
    }
    return broken;
  }

  private static boolean holds(Condition condition, Optional<Entry> there) {
    return switch (condition) {
      case Condition.Absent _ -> there.isEmpty();
      case Condition.Unmoved(String _, long revision) ->
          there.filter(e -> e.modRevision() == revision).isPresent();
      case Condition.Holds(String _, byte[] value) ->
          there.filter(e -> Arrays.equals(e.value(), value)).isPresent();
    };
  }

  private static String key(Condition condition) {
    return switch (condition) {
      case Condition.Absent(String key) -> key;
      case Condition.Unmoved(String key, long _) -> key;
      case Condition.Holds(String key, byte[] _) -> key;
    };
  }

  private static String expected(Condition condition) {
    return switch (condition) {
      case Condition.Absent _ -> "nothing";
      case Condition.Unmoved(String _, long revision) -> "revision " + revision;
      case Condition.Holds(String key, byte[] value) -> words(key, value);
    };
  }

  private static String observed(String key, Optional<Entry> there) {
    return there
        .map(e -> words(key, e.value()) + " at revision " + e.modRevision())
        .orElse("nothing");
  }

  /** Short values as they are; of long ones what tells them apart. */
  private static String words(String key, byte[] value) {
    if (key.equals(StoreKeys.ACTIVE)) {
      return active(value);
    }
    String text = new String(value, StandardCharsets.UTF_8);
    boolean plain = text.length() <= LONGEST && !text.startsWith("{");
    return plain ? text : "another record";
  }

  private static String active(byte[] value) {
    try {
      var active = CommittedEpoch.read(value);
      return "epoch " + active.epoch() + " of " + active.change();
    } catch (UnreadableRecordException e) {
      return "an unreadable record";
    }
  }
}
