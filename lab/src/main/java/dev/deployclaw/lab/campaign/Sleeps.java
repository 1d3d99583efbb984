package dev.deployclaw.lab.campaign;

import java.io.IOException;
import java.time.Duration;

/** An agent that sleeps past its lease (SIGSTOP), and goes on when another has led or leads. */
final class Sleeps {
  private static final Duration LONGEST = Duration.ofMinutes(3);

  private Sleeps() {}

  static Done pastTheLease(Course.Setting s) throws IOException, InterruptedException {
    var point = s.points().any(s.task(), s.random());
    var first =
        s.site().agents().stopping(s.site().newFolder("first"), point, s.site().words(s.task()));
    if (!first.reached()) {
      boolean _ = first.kill();
      return new Done("ended before it slept", 0, false);
    }
    first.sleep();
    try {
      if (s.random().nextBoolean()) {
        wakesAfter(first, s);
      } else {
        wakesAmid(first, s);
      }
    } finally {
      boolean _ = first.kill();
    }
    return new Done("asleep at " + point.name(), 0, true);
  }

  /** The other has recovered what it left, and is gone. */
  private static void wakesAfter(Attempt first, Course.Setting s)
      throws IOException, InterruptedException {
    var second = s.site().run("recover", "--json");
    if (second.exit() != 0) {
      throw new IllegalStateException("recovering while one sleeps: " + second.said());
    }
    goesOn(first);
  }

  /** The other has recovered, makes a change of its own, and stands before it publishes. */
  private static void wakesAmid(Attempt first, Course.Setting s)
      throws IOException, InterruptedException {
    var at = s.points().first(Task.ROLLBACK, "before", "redis.publish");
    var second =
        s.site().agents().stopping(s.site().newFolder("second"), at, "rollback", "last", "--json");
    try {
      boolean reached = second.reached();
      goesOn(first);
      if (reached) {
        second.go();
      }
      int _ = second.awaitEnd(LONGEST);
    } finally {
      boolean _ = second.kill();
    }
  }

  private static void goesOn(Attempt first) throws IOException, InterruptedException {
    first.wake();
    first.go();
    int _ = first.awaitEnd(LONGEST);
  }
}
