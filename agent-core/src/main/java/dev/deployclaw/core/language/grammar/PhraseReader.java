package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.PatternTable.NamedPattern;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Puts one token in place of each phrase that the data file names. */
final class PhraseReader {
  private static final List<NamedPattern> TABLE =
      PatternTable.read(PhraseReader.class, "phrases.txt");

  private PhraseReader() {}

  static TokenLine read(TokenLine line) {
    var out = line;
    for (var row : TABLE) {
      var name = Arrays.asList(row.name().split(" ", -1));
      out = out.replace(row.pattern(), match -> Optional.of(made(name, match)));
    }
    return out;
  }

  /** The phrases of a sentence by itself: none reaches beyond its end. */
  static List<Token> readSentence(List<Token> sentence) {
    int end = sentence.getLast().to();
    var whole = new ArrayList<>(sentence);
    whole.add(Token.of(Kind.WORD, ".", end, end + 1));
    return read(new TokenLine(whole)).tokens();
  }

  private static List<Token> made(List<String> name, Match match) {
    if (name.contains("-")) {
      return List.of();
    }
    boolean valued = name.size() > 1 && !name.get(1).equals("+");
    var phrase = match.joined(Kind.PHRASE, name.getFirst(), valued ? name.get(1) : "phrase");
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
      questions.ask("what", "When Redis can't be reached, shall requests be allowed or denied?");
    }
    return tokens.stream()
        .filter(t -> !t.is("outage") && !(said && t.is("then")))
        .map(t -> t.is("then") ? t.named("fallback") : t)
        .toList();
  }
}
