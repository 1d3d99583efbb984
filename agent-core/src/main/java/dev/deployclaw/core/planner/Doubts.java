package dev.deployclaw.core.planner;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What stands in the way of a plan: questions, and values that can't be. One thread. */
final class Doubts {
  private final Set<String> questions = new LinkedHashSet<>();
  private final Set<String> refusals = new LinkedHashSet<>();

  void ask(String question) {
    questions.add(question);
  }

  void refuse(String reason) {
    refusals.add(reason);
  }

  List<String> questions() {
    return List.copyOf(questions);
  }

  Optional<String> refusal() {
    return refusals.stream().findFirst();
  }
}
