package dev.deployclaw.bench;

/** Something that is done many times in one turn. */
interface Work {
  String title();

  /** One turn, whole; throws where an answer is anything but what was expected. */
  Turn turn() throws InterruptedException;
}
