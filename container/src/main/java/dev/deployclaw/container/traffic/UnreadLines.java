package dev.deployclaw.container.traffic;

import java.util.ArrayList;
import java.util.List;

/** Lines of logs that told no request: how many, and which came first. For one thread. */
public final class UnreadLines {
  /** More are counted and not named. */
  private static final int MOST_NAMED = 20;

  private final List<String> named = new ArrayList<>();
  private long all;

  void add(String line) {
    all++;
    if (named.size() < MOST_NAMED) {
      named.add(line);
    }
  }

  public long all() {
    return all;
  }

  /** As {@code file:line: why}. */
  public List<String> named() {
    return List.copyOf(named);
  }
}
