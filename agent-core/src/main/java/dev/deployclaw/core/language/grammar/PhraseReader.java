package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts one token in place of each phrase that the data files name. */
final class PhraseReader {
  /** A row may use what rows before it found: first how, why and when, then whom, then what. */
  private static final PatternTable TABLE =
      PatternTable.read(
          PhraseReader.class,
          "phrases/common.txt",
          "phrases/guards.txt",
          "phrases/tickets.txt",
          "phrases/reasons.txt",
          "phrases/times.txt",
          "phrases/asides.txt",
          "phrases/corrections.txt",
          "phrases/targets.txt",
          "phrases/settings.txt",
          "phrases/operations.txt");

  private PhraseReader() {}

  static List<Token> read(List<Token> words) {
    return TABLE
        .replace(
            new TokenLine(words),
            (row, match) -> Optional.of(made(List.of(row.split(" ", -1)), match)))
        .tokens();
  }

  private static List<Token> made(List<String> name, Match match) {
    if (name.contains("-")) {
      return List.of();
    }
    boolean valued = name.size() > 1 && !name.get(1).equals("+");
    String rule = valued ? name.get(1) : "phrase";
    var phrase = Token.join(Kind.PHRASE, name.getFirst(), rule, match.tokens());
    var out = new ArrayList<Token>();
    out.add(phrase);
    if (name.contains("+")) {
      match.tokens().stream().filter(t -> !t.is(Kind.WORD)).forEach(out::add);
    }
    return out;
  }

  /** "When redis is down, deny …": the condition and what follows from it are one setting. */
  static List<Token> joined(List<Token> tokens, OpenQuestions questions) {
    if (tokens.stream().noneMatch(t -> t.is("outage"))) {
      return tokens;
    }
    var then = tokens.stream().filter(t -> t.is("then")).map(Token::rule).distinct().toList();
    boolean said = tokens.stream().anyMatch(t -> t.is("fallback"));
    if (!said && then.size() != 1) {
      questions.ask("what", "When Redis can't be reached, should requests be allowed or denied?");
    }
    return tokens.stream()
        .filter(t -> !t.is("outage") && !(said && t.is("then")))
        .map(t -> t.is("then") ? t.named("fallback") : t)
        .toList();
  }
}
