package dev.deployclaw.core.language;

import dev.deployclaw.policy.model.Limit;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Puts the best question first, and gives it a suggestion where one is understood as it stands. The
 * unit that a number lacks is that of the limits that the tenant has.
 *
 * @param plans whether a request is understood as a plan
 */
public record SuggestionFinder(String text, NameInventory inventory, Predicate<String> plans) {
  private static final List<String> ORDER =
      List.of("time", "window", "who", "where", "what", "target", "guard", "operation", "words");
  private static final Set<String> FIRST =
      Set.of("name-ambiguous", "number-ambiguous", "number-unclear");
  private static final Map<Long, String> UNITS =
      Map.of(1L, "second", 60L, "minute", 3600L, "hour", 86_400L, "day");
  private static final Pattern NUMBER = Pattern.compile("(?<![\\w.,])(\\d+)(?![\\w.,:/-])");

  public List<ClarificationQuestion> of(List<ClarificationQuestion> questions) {
    return questions.stream()
        .sorted(Comparator.comparingInt(q -> rank(q)))
        .map(q ->
            q.suggesting(
                candidate(q).filter(_ -> questions.size() == 1 || !isPart(q)).filter(plans)))
        .toList();
  }

  private static int rank(ClarificationQuestion question) {
    boolean first = FIRST.contains(question.id());
    return first ? -1 : ORDER.indexOf(question.slot());
  }

  private Optional<String> candidate(ClarificationQuestion question) {
    return question.id().equals("window-missing") ? withUnit() : question.suggestion();
  }

  /** A part of a request is suggested where nothing else is open: what else it says may bind it. */
  private static boolean isPart(ClarificationQuestion question) {
    return question.id().equals("operation-several");
  }

  /** The number with the unit that all limits have that it may be meant for. */
  private Optional<String> withUnit() {
    var numbers = NUMBER.matcher(text).results().toList();
    var windows = windows();
    if (numbers.size() != 1 || windows.size() != 1) {
      return Optional.empty();
    }
    int end = numbers.getFirst().end();
    return Optional.ofNullable(UNITS.get(windows.iterator().next()))
        .map(unit -> text.substring(0, end) + " requests per " + unit + text.substring(end));
  }

  private Set<Long> windows() {
    return inventory.current().tenants().values().stream()
        .filter(policy -> text.contains(policy.tenant()))
        .flatMap(policy -> policy.limits().stream())
        .filter(limit -> limit.match().service().filter(text::contains).isPresent())
        .map(Limit::window)
        .map(Duration::toSeconds)
        .collect(Collectors.toSet());
  }
}
