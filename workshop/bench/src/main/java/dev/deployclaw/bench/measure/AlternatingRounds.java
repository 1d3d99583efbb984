package dev.deployclaw.bench.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Contenders one after the other, the order reversed in every other round. What the bench itself
 * left is collected before each turn.
 *
 * @param warmUp rounds that are thrown away
 */
public record AlternatingRounds(int warmUp, int rounds) {

  /** A turn; what it has to make ready isn't measured. */
  public interface Contender {
    /** How long it took, in nanoseconds. */
    long run(int round) throws Exception;
  }

  /** In the order in which they were given. */
  public List<TimingSamples> take(List<Contender> contenders) throws Exception {
    List<List<Long>> taken = new ArrayList<>();
    contenders.forEach(_ -> taken.add(new ArrayList<>()));
    for (int round = 0; round < warmUp + rounds; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        int which = round % 2 == 0 ? i : contenders.size() - 1 - i;
        System.gc();
        long nanos = contenders.get(which).run(round);
        if (round >= warmUp) {
          taken.get(which).add(nanos);
        }
      }
    }
    return taken.stream().map(TimingSamples::new).toList();
  }
}
