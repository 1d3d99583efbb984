package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.grammar.Frame.Slot;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Puts the slots of an ordering clause into frames. A slot that is filled begins the next frame;
 * what a frame lacks it has from its neighbours. One object reads one request.
 */
final class FrameReader {
  private static final String MORE_OR_LESS = "Should the limit go up or down?";
  private static final String WHOSE = "Which value is for which tenant and service?";

  private final OpenQuestions questions;
  private final OpenQuestions loose;
  private final List<Frame> frames = new ArrayList<>();
  private Frame now = new Frame();
  private String pending = "";

  /** Whether no value stands behind the last direction. */
  private boolean open;

  private Optional<Token> last = Optional.empty();
  private boolean broken;
  private String joint = "";
  private boolean led;

  private FrameReader(OpenQuestions questions, OpenQuestions loose) {
    this.questions = questions;
    this.loose = loose;
  }

  /**
   * @param loose what is asked though each frame is clear
   */
  static List<Frame> read(List<Token> tokens, OpenQuestions questions, OpenQuestions loose) {
    return new FrameReader(questions, loose).frames(tokens);
  }

  private List<Frame> frames(List<Token> tokens) {
    for (Token token : tokens) {
      if (token.is(Kind.WORD) && TokenClass.is(token, joint.isEmpty() ? "join" : "adding")) {
        joint = token.text();
      }
      if (token.isStop()) {
        broken = true;
      } else if (token.is("up") || token.is("down")) {
        direct(token);
      } else {
        slot(token).ifPresent(slot -> put(slot, token));
      }
    }
    if (open) {
      loose.ask("what", MORE_OR_LESS);
    }
    close();
    placed();
    share(Slot.WHO, (_, _) -> true);
    share(Slot.WHERE, (a, b) -> !b.afterBreak() || a == b);
    share(Slot.ROUTE, (_, b) -> !b.afterBreak());
    share(Slot.METHOD, (_, b) -> !b.afterBreak());
    values();
    return frames;
  }

  private void direct(Token token) {
    boolean behind =
        last.filter(t -> slot(t).equals(Optional.of(Slot.FACTOR)) && !isDirected(t)).isPresent();
    if (behind && now.direction().isEmpty() && pending.isEmpty()) {
      now.direct(token.text());
    } else {
      if (open) {
        loose.ask("what", MORE_OR_LESS);
      }
      open = true;
      if (!pending.isEmpty() && !pending.equals(token.text()) && !now.hasValue()) {
        questions.ask("what", MORE_OR_LESS);
      }
      pending = token.text();
    }
  }

  private void put(Slot slot, Token token) {
    boolean same =
        slot == Slot.MODE && now.get(slot).filter(t -> t.rule().equals(token.rule())).isPresent();
    boolean again = (now.has(slot) && !same) || (slot == Slot.WHO && led && now.hasValue());
    led |= frames.isEmpty() && now.isEmpty() && slot == Slot.WHO;
    if (again || (broken && slot == Slot.WHO && !now.isEmpty())) {
      close();
      now.begin(broken, joint);
    }
    joint = "";
    broken = false;
    boolean more = token.value().compareTo(BigDecimal.ONE) > 0;
    boolean against = isDirected(token) && pending.equals(more ? "down" : "up");
    if (against) {
      loose.ask("what", MORE_OR_LESS);
    }
    boolean parted = !now.direction().isEmpty() && !pending.isEmpty();
    if (slot == Slot.BURST && parted && !pending.equals(now.direction())) {
      now.direct(""); // "raise the rate and lower the burst": neither is the frame's
      pending = "";
    }
    if (slot == Slot.FACTOR || slot == Slot.AMOUNT || now.isEmpty()) {
      now.direct(pending.isEmpty() ? now.direction() : pending);
      pending = slot == Slot.FACTOR || slot == Slot.AMOUNT ? "" : pending;
    }
    now.put(slot, token);
    last = Optional.of(token);
    open &= !Frame.isValue(slot);
  }

  private void close() {
    if (!now.isEmpty()) {
      if (!pending.isEmpty() && now.direction().isEmpty() && !now.hasValue()) {
        now.direct(pending);
      }
      frames.add(now);
    }
    now = new Frame();
  }

  /** "Double" says itself whether it is more. */
  private static boolean isDirected(Token factor) {
    return factor.is(Kind.FACTOR) && !factor.rule().equals("times");
  }

  static Optional<Slot> slot(Token token) {
    return Optional.ofNullable(
        switch (token.kind()) {
          case ROUTE -> Slot.ROUTE;
          case METHOD -> Slot.METHOD;
          case RATE, COUNT, PARALLEL -> Slot.AMOUNT;
          case BURST -> Slot.BURST;
          case WINDOW -> Slot.WINDOW;
          case FACTOR, PERCENT -> Slot.FACTOR;
          case SETTING -> Slot.ALGORITHM;
          case PHRASE ->
              switch (token.text()) {
                case "who" -> Slot.WHO;
                case "where", "overall", "each-service" -> Slot.WHERE;
                case "to-percent" -> Slot.FACTOR;
                case "mode" -> Slot.MODE;
                case "fallback" -> Slot.FALLBACK;
                case "was" -> Slot.WAS;
                case "named-limit" -> Slot.NAME;
                case "limit-window" -> Slot.PICK;
                case "key" -> Slot.KEY;
                case "conflict-window" -> Slot.WINDOW;
                default -> null;
              };
          default -> null;
        });
  }

  /** A frame without it has it from the one before, else from the first one behind it. */
  private void share(Slot slot, BiPredicate<Frame, Frame> allowed) {
    for (int i = 1; i < frames.size(); i++) {
      var before = frames.get(i - 1);
      var frame = frames.get(i);
      if (!frame.has(slot) && allowed.test(before, frame)) {
        before.get(slot).ifPresent(token -> frame.put(slot, token));
      }
    }
    for (int i = frames.size() - 2; i >= 0; i--) {
      var behind = frames.get(i + 1);
      var frame = frames.get(i);
      if (!frame.has(slot) && allowed.test(frame, behind)) {
        behind.get(slot).ifPresent(token -> frame.put(slot, token));
      }
    }
  }

  private void values() {
    for (int i = frames.size() - 2; i >= 0; i--) {
      if (!frames.get(i).hasValue() && frames.get(i + 1).hasValue()) {
        unjoined(frames.get(i + 1), "");
        frames.get(i).takeValues(frames.get(i + 1));
      }
    }
    for (int i = 1; i < frames.size(); i++) {
      var frame = frames.get(i);
      if (!frame.hasValue() && frames.get(i - 1).hasValue()) {
        unjoined(frame, ",");
        frame.takeValues(frames.get(i - 1));
      }
      boolean open = frame.get(Slot.FACTOR).filter(t -> !isDirected(t)).isPresent();
      if (open && frame.direction().isEmpty()) {
        frame.direct(frames.get(i - 1).direction());
      }
    }
  }

  /** A value in a sentence that says neither whose it is nor where, beside one that does. */
  private void placed() {
    for (int i = 0; i < frames.size(); i++) {
      var near = frames.subList(i, Math.min(i + 2, frames.size()));
      var frame = frames.get(i);
      boolean bare = !frame.has(Slot.WHERE) && !frame.has(Slot.ROUTE);
      boolean open = i > 0 && frame.afterBreak() && bare && frames.get(i - 1).has(Slot.WHERE);
      if (open || (!frame.isPlaced() && near.stream().anyMatch(Frame::afterBreak))) {
        loose.ask("what", WHOSE);
      }
    }
  }

  /** Two places have one value only where "and" or a comma stands between them; behind it "and". */
  private void unjoined(Frame frame, String bare) {
    if (frame.afterBreak() || frame.joint().isEmpty() || frame.joint().equals(bare)) {
      questions.ask("what", WHOSE);
    }
  }
}
