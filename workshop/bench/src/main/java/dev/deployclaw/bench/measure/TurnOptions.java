package dev.deployclaw.bench.measure;

import picocli.CommandLine.Option;

/** How many rounds a benchmark takes; each has defaults of its own. */
public final class TurnOptions {
  @Option(names = "--rounds", description = "measured rounds")
  private int rounds;

  @Option(names = "--warm-up", description = "rounds that are thrown away before")
  private int warmUp;

  public TurnOptions(int rounds, int warmUp) {
    this.rounds = rounds;
    this.warmUp = warmUp;
  }

  public int rounds() {
    return rounds;
  }

  public int warmUp() {
    return warmUp;
  }
}
