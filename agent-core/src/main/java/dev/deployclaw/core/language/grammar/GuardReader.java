package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.AmountRanges;
import dev.deployclaw.core.language.value.GroundingList;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.core.task.Intent.Guards.Approval;
import dev.deployclaw.core.task.Intent.Schedule;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How carefully and when: approval, dry run, canary, bake, p99, start and end. */
record GuardReader(List<Token> tokens, OpenQuestions questions, GroundingList grounds) {
  /** A year outside of these is a slip: a change in it would wait for ever, or is long past. */
  private static final int FIRST_YEAR = 1970;

  private static final int LAST_YEAR = 2199;

  private static final int EVERYBODY = 100;

  private AmountRanges ranges() {
    return new AmountRanges(questions);
  }

  Guards guards() {
    var widenings = cohorts(Stream.concat(one("canary").stream(), all("widen").stream()).toList());
    var manual = all("manual");
    var auto = all("automatic");
    manual.forEach(t -> grounds.add("manual", t, "manual"));
    auto.forEach(t -> grounds.add("auto", t, "auto"));
    if (!manual.isEmpty() && !auto.isEmpty()) {
      questions.ask("guard", "Should the change wait for an approval, or not?");
    }
    var dry = all("dry-run");
    dry.forEach(t -> grounds.add("dry run", t, "dry run"));
    var approval =
        manual.isEmpty()
            ? auto.isEmpty() ? Optional.<Approval>empty() : Optional.of(Approval.AUTO)
            : Optional.of(Approval.MANUAL);
    return new Guards(
        approval,
        !dry.isEmpty(),
        widenings.stream().findFirst(),
        widenings.stream().skip(1).toList(),
        one("bake").flatMap(t -> seconds(t, "a bake time", "bake")),
        one("p99").flatMap(this::bound));
  }

  /** Which change is rolled back. */
  Optional<String> target() {
    var named = tokens.stream().flatMap(t -> t.each(Kind.EXECUTION)).distinct().toList();
    var last = tokens.stream().filter(t -> t.is("last")).toList();
    if (named.size() + (last.isEmpty() ? 0 : 1) != 1) {
      questions.ask("target", "Roll back which change: the last one, or which execution?");
      return Optional.empty();
    }
    if (tokens.stream().anyMatch(t -> t.is("who") || t.is("where"))) {
      questions.ask("who", "A rollback undoes a whole change: do you want that?");
    }
    var token = named.isEmpty() ? last.getFirst() : named.getFirst();
    String target = named.isEmpty() ? "last" : token.text();
    grounds.add(target, token, named.isEmpty() ? "last" : "execution");
    return Optional.of(target);
  }

  private List<Token> all(String phrase) {
    return tokens.stream().filter(t -> t.is(phrase)).toList();
  }

  private Optional<Token> one(String phrase) {
    var found = all(phrase);
    if (found.size() > 1) {
      questions.ask("guard", "The request says \"" + phrase + "\" twice: which one do you mean?");
    }
    return found.stream().findFirst();
  }

  private static Token duration(Token token) {
    return token.each(Kind.DURATION).findFirst().orElseThrow();
  }

  private Optional<Long> bound(Token token) {
    boolean other =
        token.parts().stream().anyMatch(t -> t.is(Kind.NUMBER) && t.value().intValue() != 99);
    if (other) {
      questions.ask("guard", "Only the 99th percentile can be a condition: which bound on p99?");
    }
    var millis = ranges().millis(duration(token).value(), "a bound on p99");
    millis.ifPresent(m -> grounds.add(m.toString(), duration(token), "duration"));
    return millis;
  }

  private Optional<Long> seconds(Token token, String what, String rule) {
    var seconds = ranges().seconds(duration(token).value(), what);
    seconds.ifPresent(s -> grounds.add(s.toString(), duration(token), rule));
    return seconds;
  }

  /** Who has it first, and next; each more than the one before. */
  private List<Integer> cohorts(List<Token> steps) {
    List<Integer> out = new ArrayList<>();
    for (Token percent : steps.stream().flatMap(t -> t.each(Kind.PERCENT)).toList()) {
      ranges()
          .percent(percent.value(), "a canary")
          .ifPresent(p -> {
            grounds.add(p.toString(), percent, "percent");
            out.add(p);
          });
    }
    if (out.size() > 1 && out.getLast() == EVERYBODY) {
      out.removeLast();
    }
    for (int i = 1; i < out.size(); i++) {
      if (out.get(i) <= out.get(i - 1)) {
        questions.refuse("each widening of a canary takes more than the one before: " + out);
      }
    }
    return out;
  }

  Schedule schedule() {
    var between =
        one("between")
            .or(() -> one("span"))
            .map(t -> t.each(Kind.INSTANT).toList())
            .orElse(List.of());
    if (!between.isEmpty() && between.stream().allMatch(t -> t.rule().equals("clock"))) {
      questions.ask("time", "Once, or every day between these times? Write the dates for once.");
    }
    var start =
        instant(between.isEmpty() ? one("start") : Optional.of(between.getFirst()), "instant");
    var until = instant(between.isEmpty() ? one("until") : Optional.of(between.getLast()), "until");
    var lasting =
        until.isPresent()
            ? Optional.<Long>empty()
            : one("lasting").flatMap(t -> seconds(t, "a limited time", "duration"));
    if (until.isPresent() && !all("lasting").isEmpty()) {
      questions.ask("time", "There are two ends: for how long, or until when?");
    }
    boolean backwards =
        start.isPresent()
            && until.isPresent()
            && !OffsetDateTime.parse(until.get()).isAfter(OffsetDateTime.parse(start.get()));
    if (backwards) {
      questions.ask("time", "The end isn't after the start: from when until when?");
    }
    return new Schedule(start, lasting, until);
  }

  private Optional<String> instant(Optional<Token> phrase, String rule) {
    var found = phrase.flatMap(t -> t.each(Kind.INSTANT).findFirst());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    String text = found.get().text();
    try {
      int year = OffsetDateTime.parse(text).getYear();
      if (year < FIRST_YEAR || year > LAST_YEAR) {
        questions.ask("time", "Is the year " + year + " right?");
      }
    } catch (DateTimeParseException e) {
      questions.ask("time", "Which time do you mean? Write it as 2026-12-24T06:00:00Z.");
      return Optional.empty();
    }
    grounds.add(text, found.get(), rule);
    return Optional.of(text);
  }
}
