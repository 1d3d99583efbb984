package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.util.List;
import java.util.Set;

/** Whether a request orders: a question orders only where it is a polite one. */
record SpeechAct(TokenLine read, List<Token> ordering, OpenQuestions questions) {
  private static final Set<String> ANSWERS = PatternTable.words(SpeechAct.class, "answers.txt");

  private static final Set<Kind> FRAGMENTS =
      Set.of(
          Kind.TENANT,
          Kind.SERVICE,
          Kind.LABEL,
          Kind.TIME,
          Kind.INSTANT,
          Kind.DATE,
          Kind.CLOCK,
          Kind.DURATION,
          Kind.UNIT,
          Kind.PER,
          Kind.NUMBER);

  private static final Set<String> INVERTED =
      Set.of(
          "is", "are", "do", "does", "did", "should", "shall", "was", "were", "has", "have", "why");

  /**
   * @param looks whether it only asks to see something
   */
  void check(boolean looks, boolean dryRun) {
    boolean polite = false;
    boolean slots = false;
    boolean first = true;
    boolean inverted = false;
    for (Token token : read.tokens()) {
      boolean mark = token.isStop();
      inverted =
          (!mark && inverted) || (first && token.is(Kind.WORD) && INVERTED.contains(token.text()));
      first = mark;
      boolean asks = (mark && token.text().equals("?") && slots && !polite) || (slots && inverted);
      if (asks && !looks && !dryRun) {
        questions.ask(
            "operation", "Is that a question, or shall it be done? Say what is to be set.");
      }
      polite = !mark && (polite || token.is("polite"));
      slots = !mark && (slots || (ordering.contains(token) && matters(token)));
    }
  }

  private static boolean matters(Token token) {
    return token.is("op") || token.is("set") || FrameReader.slot(token).isPresent();
  }

  static boolean isAnswer(List<Token> typed) {
    return typed.stream().allMatch(t -> ANSWERS.contains(t.text()))
        && typed.stream().anyMatch(t -> !t.isMark());
  }

  static boolean isFragment(List<Token> typed) {
    return typed.stream().allMatch(t -> ANSWERS.contains(t.text()) || FRAGMENTS.contains(t.kind()));
  }
}
