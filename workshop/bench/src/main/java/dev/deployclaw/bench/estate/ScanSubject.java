package dev.deployclaw.bench.estate;

import java.util.OptionalInt;

/** Something of an estate that the agent looks at, and the least that looking at it could cost. */
interface ScanSubject {
  String title();

  /** How many things are looked at. */
  int size();

  /** One look, whole; throws where it came to anything but yes. */
  void look() throws InterruptedException;

  /** The same bytes asked for and thrown away. */
  void floor() throws InterruptedException;

  /** How many requests the last look made; empty where nobody counts them. */
  OptionalInt requests();
}
