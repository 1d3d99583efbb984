package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.grammar.Frame.Slot;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.KeyPhrase;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.AmountRanges;
import dev.deployclaw.core.language.value.GroundingList;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes the changes of an intent from frames, each value in its range and with its place. */
record ChangeBuilder(EstateNames names, OpenQuestions questions, GroundingList grounds) {
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  private AmountRanges ranges() {
    return new AmountRanges(questions);
  }

  /** One change for each alternative of who and each service. */
  List<RequestedChange> changes(Frame frame, List<Who> whom) {
    var out = new ArrayList<RequestedChange>();
    var settings = settings(frame);
    var scale = scale(frame);
    var route = frame.get(Slot.ROUTE).map(t -> grounded(t, "route"));
    var method = frame.get(Slot.METHOD).map(t -> grounded(t, "method"));
    var limit = frame.get(Slot.NAME).map(t -> t.parts().getLast()).map(t -> grounded(t, "limit"));
    var picked = frame.get(Slot.PICK).flatMap(t -> window(t, t.value()));
    boolean moved =
        picked.isPresent()
            && settings.windowSeconds().filter(w -> !picked.get().equals(w)).isPresent();
    if (moved) {
      questions.ask("window", "The request names two windows: which one do you mean?");
    }
    for (Who who : whom) {
      for (Optional<String> service : services(frame)) {
        out.add(
            new RequestedChange(
                who,
                service,
                route,
                method,
                limit,
                picked,
                settings,
                scale,
                Optional.empty(),
                Optional.empty()));
      }
    }
    return out;
  }

  private String grounded(Token token, String rule) {
    return said(token, token.text(), rule);
  }

  private String said(Token token, String value, String rule) {
    grounds.add(value, token, rule);
    return value;
  }

  List<Optional<String>> services(Frame frame) {
    var where = frame.get(Slot.WHERE);
    if (where.isEmpty() || where.get().is("overall")) {
      return List.of(Optional.empty());
    }
    if (where.get().is("each-service")) {
      names.services().forEach(s -> grounds.add(s, where.get(), "each service"));
      return names.services().stream().map(Optional::of).toList();
    }
    return where
        .get()
        .each(Kind.SERVICE)
        .map(t -> grounded(t, t.rule().equals("typo") ? "typo" : "service"))
        .distinct()
        .map(Optional::of)
        .toList();
  }

  private Settings settings(Frame frame) {
    var amount = frame.get(Slot.AMOUNT);
    var requests = amount.flatMap(t -> number(t, ranges().requests(t.value(), "a limit")));
    var window =
        amount
            .filter(t -> t.is(Kind.RATE))
            .flatMap(t -> window(t, t.window()))
            .or(() ->
                frame
                    .get(Slot.WINDOW)
                    .flatMap(t ->
                        window(
                            t,
                            t.each(Kind.DURATION)
                                .map(Token::value)
                                .findFirst()
                                .orElse(t.value()))));
    if (amount.filter(t -> t.is(Kind.RATE)).isPresent() && frame.has(Slot.WINDOW)) {
      questions.ask("window", "The request names two windows: which one do you mean?");
    }
    boolean picks = frame.has(Slot.PICK) || frame.has(Slot.NAME);
    boolean bare = amount.filter(t -> t.is(Kind.COUNT)).isPresent() && window.isEmpty() && !picks;
    if (bare) {
      questions.ask(
          unit(AmountRanges.plain(amount.get().value()))
              .at(amount.get().from(), amount.get().to()));
    }
    var burst = frame.get(Slot.BURST).flatMap(t -> number(t, ranges().burst(t.value())));
    var algorithm = frame.get(Slot.ALGORITHM).map(t -> algorithm(t, t.rule()));
    var parallel = amount.filter(t -> t.is(Kind.PARALLEL));
    if (parallel.isPresent() && (algorithm.isPresent() || window.isPresent())) {
      questions.ask("what", "A concurrency limit has no window: which limit do you mean?");
    }
    direction(frame, amount);
    if ((requests.isPresent() || burst.isPresent()) && !frame.direction().isEmpty()) {
      Stream.of(amount, frame.get(Slot.BURST), frame.get(Slot.WHO))
          .flatMap(Optional::stream)
          .forEach(t -> grounds.add(frame.direction(), t, "direction"));
    }
    return new Settings(
        requests,
        window,
        burst,
        parallel.map(t -> algorithm(t, "concurrency")).or(() -> algorithm),
        frame
            .get(Slot.MODE)
            .map(t -> EnforcementMode.ofWord(said(t, t.rule(), "mode")).orElseThrow()),
        frame
            .get(Slot.FALLBACK)
            .map(t -> BackendFailureMode.ofWord(said(t, t.rule(), "fallback")).orElseThrow()),
        frame.get(Slot.KEY).map(this::key));
  }

  private List<CounterKeyPart> key(Token token) {
    var key = KeyPhrase.of(token);
    key.forEach(part -> grounds.add(part.word(), token, "key"));
    return key;
  }

  private LimitAlgorithm algorithm(Token token, String word) {
    String rule = word.equals("concurrency") ? word : "algorithm";
    return LimitAlgorithm.ofWord(said(token, word, rule)).orElseThrow();
  }

  /** What is asked where a number has no window. */
  static ClarificationQuestion unit(String number) {
    return ClarificationQuestion.of(
            "window-missing",
            "window",
            number + " requests in which window: per second, minute, hour or day?")
        .choosing(List.of("per second", "per minute", "per hour", "per day"));
  }

  /** "Raise it from 100 to 50" says two things. */
  private void direction(Frame frame, Optional<Token> amount) {
    var was =
        frame
            .get(Slot.WAS)
            .flatMap(t -> t.parts().stream().filter(ChangeBuilder::counts).findFirst());
    if (was.isEmpty() || amount.isEmpty()) {
      return;
    }
    var old = perSecond(was.get(), amount.get());
    var fresh = perSecond(amount.get(), amount.get());
    int way = fresh.compareTo(old);
    boolean wrong =
        way == 0
            || (frame.direction().equals("up") && way < 0)
            || (frame.direction().equals("down") && way > 0);
    if (wrong) {
      questions.ask("what", "The verb contradicts the values: which new value do you mean?");
    }
  }

  static boolean counts(Token token) {
    return TokenClass.is(token, "counting");
  }

  private static BigDecimal perSecond(Token token, Token like) {
    var window = token.window().signum() > 0 ? token.window() : like.window();
    return window.signum() == 0
        ? token.value()
        : token.value().divide(window, MathContext.DECIMAL64);
  }

  private Optional<BigDecimal> scale(Frame frame) {
    var token = frame.get(Slot.FACTOR);
    if (token.isEmpty()) {
      return Optional.empty();
    }
    var factor = factor(token.get(), frame.direction());
    if (factor.isPresent() && factor.get().signum() <= 0) {
      questions.refuse("a limit can't be lowered by 100 percent or more; remove or block instead");
    }
    boolean negative = token.get().is(Kind.PERCENT) && token.get().value().signum() < 0;
    if (frame.has(Slot.AMOUNT) || (negative && !frame.direction().isEmpty())) {
      questions.ask("what", "Change it by how much, or to which limit?");
    }
    factor.ifPresent(f -> grounds.add(AmountRanges.plain(f), token.get(), token.get().rule()));
    return factor.map(BigDecimal::stripTrailingZeros);
  }

  private Optional<BigDecimal> factor(Token token, String direction) {
    boolean down = direction.equals("down");
    var value = token.value();
    if (token.is("to-percent")) {
      var percent = token.each(Kind.PERCENT).findFirst().orElseThrow().value();
      boolean against =
          direction.equals("up")
              ? percent.compareTo(HUNDRED) < 0
              : down && percent.compareTo(HUNDRED) > 0;
      if (against) {
        questions.ask("what", "Should the limit go up or down?");
      }
      return Optional.of(percent.movePointLeft(2));
    }
    if (token.is(Kind.PERCENT)) {
      if (direction.isEmpty() && value.signum() > 0) {
        questions.ask("what", "By " + AmountRanges.plain(value) + " percent: up or down?");
        return Optional.empty();
      }
      var part = value.movePointLeft(2);
      return Optional.of(down ? BigDecimal.ONE.subtract(part) : BigDecimal.ONE.add(part));
    }
    boolean inverse = down && value.compareTo(BigDecimal.ONE) > 0;
    if (direction.equals("up") && value.compareTo(BigDecimal.ONE) < 0) {
      questions.ask("what", "Should the limit go up or down?");
    }
    if (!inverse) {
      return Optional.of(value);
    }
    try {
      return Optional.of(BigDecimal.ONE.divide(value));
    } catch (ArithmeticException e) {
      questions.ask("what", "By what percentage should the limit go down?");
      return Optional.empty();
    }
  }

  private Optional<Long> number(Token token, Optional<Long> value) {
    var number = token.all().filter(t -> t.is(Kind.NUMBER)).findFirst().orElse(token);
    value.ifPresent(n -> grounds.add(n.toString(), number, "number"));
    return value;
  }

  private Optional<Long> window(Token token, BigDecimal millis) {
    var seconds = ranges().window(millis);
    var span =
        token
            .all()
            .filter(t -> t.is(Kind.DURATION) || t.is(Kind.UNIT) || t.is(Kind.PER))
            .findFirst()
            .orElse(token);
    seconds.ifPresent(s -> grounds.add(s.toString(), span, "duration"));
    return seconds;
  }
}
