package dev.deployclaw.core.language;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Grounding;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A request with its instants in place of "tomorrow" and "Friday", so that it means the same
 * whenever it is read again. Pure.
 */
public final class PinnedTimes {
  private PinnedTimes() {}

  /**
   * @param intent what the request was understood as, with the places of its values
   */
  public static String of(String text, Intent intent) {
    var schedule = intent.schedule();
    var instants =
        Stream.concat(schedule.startAt().stream(), schedule.revertAt().stream()).toList();
    var places =
        intent.grounding().stream()
            .filter(g -> instants.contains(g.value()))
            .sorted(Comparator.comparingInt(Grounding::from).reversed())
            .toList();
    var span = span(places);
    if (span.isPresent()) {
      var one = span.get();
      String both = "between " + instants.getFirst() + " and " + instants.getLast();
      return text.substring(0, one.from()) + both + text.substring(one.to());
    }
    var out = new StringBuilder(text);
    places.forEach(place -> out.replace(place.from(), place.to(), place.value()));
    return out.toString();
  }

  /** "The weekend" is both the start and the end. */
  private static Optional<Grounding> span(List<Grounding> places) {
    boolean same =
        places.size() == 2
            && places.getFirst().from() == places.getLast().from()
            && places.getFirst().to() == places.getLast().to();
    return same ? Optional.of(places.getFirst()) : Optional.empty();
  }
}
