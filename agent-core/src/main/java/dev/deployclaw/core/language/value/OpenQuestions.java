package dev.deployclaw.core.language.value;

import dev.deployclaw.core.language.ClarificationQuestion;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Questions that keep a request from being a plan, and values that can't be. One thread. */
public final class OpenQuestions {
  private final List<ClarificationQuestion> questions = new ArrayList<>();
  private final Set<String> refusals = new LinkedHashSet<>();

  public void ask(String slot, String question) {
    ask(ClarificationQuestion.of(slot + "-missing", slot, question));
  }

  public void ask(ClarificationQuestion question) {
    if (questions.stream().noneMatch(q -> q.text().equals(question.text()))) {
      questions.add(question);
    }
  }

  public void refuse(String reason) {
    refusals.add(reason);
  }

  public List<ClarificationQuestion> questions() {
    return List.copyOf(questions);
  }

  /** Whether it is asked already how much is meant. */
  public boolean isAmountOpen() {
    return questions.stream()
        .anyMatch(q -> q.id().equals("window-missing") || q.id().startsWith("number-"));
  }

  public boolean isEmpty() {
    return questions.isEmpty() && refusals.isEmpty();
  }

  public Optional<String> refusal() {
    return refusals.stream().findFirst();
  }
}
