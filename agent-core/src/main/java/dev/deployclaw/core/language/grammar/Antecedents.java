package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Whom "them" and "its" stand for: the one tenant that was named before. */
final class Antecedents {
  private static final int OWNED_WORDS = 3;

  private Antecedents() {}

  /**
   * @param text the request
   * @param telling what of it only tells
   */
  static List<Token> resolve(
      String text, List<Token> ordering, List<Token> telling, OpenQuestions questions) {
    mixed(ordering, questions);
    boolean told = telling.stream().anyMatch(t -> t.is(Kind.RATE));
    if (told && ordering.stream().anyMatch(t -> t.is("pronoun") && t.rule().equals("it"))) {
      questions.ask("what", "What is \"it\"?");
    }
    boolean named = ordering.stream().anyMatch(t -> t.is("who"));
    boolean placed = TokenClass.has(telling, "<service>") && TokenClass.has(ordering, "<rate>");
    var pronouns =
        ordering.stream()
            .filter(t -> pointsBack(t) || (placed && t.is("pronoun") && t.rule().equals("it")))
            .toList();
    var declined = ordering.stream().filter(t -> t.is("declined")).toList();
    contradicted(ordering, declined, questions);
    if (named || (pronouns.isEmpty() && declined.isEmpty())) {
      return ordering.stream().filter(t -> !t.is("declined")).toList();
    }
    int before = pronouns.isEmpty() ? Integer.MAX_VALUE : pronouns.getFirst().from();
    var tenants =
        Stream.concat(telling.stream(), declined.stream())
            .flatMap(t -> t.each(Kind.TENANT))
            .toList();
    boolean one = tenants.stream().map(Token::text).distinct().count() == 1;
    var story = telling.stream().filter(t -> t.to() <= before).toList();
    boolean other = one && isOther(text, ordering, story, tenants.getFirst());
    if (!one || other || tenants.getFirst().from() > before || owner(telling)) {
      if (!pronouns.isEmpty()) {
        var pointer = pronouns.getFirst();
        questions.ask(
            "who", "Who is \"" + (pointer.is("pronoun") ? pointer.rule() : "their") + "\"?");
      }
      return ordering;
    }
    var who = Token.join(Kind.PHRASE, "who", "antecedent", List.of(tenants.getFirst()));
    var place = pronouns.isEmpty() ? declined.getFirst() : pronouns.getFirst();
    var out = new ArrayList<>(ordering);
    int at = out.indexOf(place);
    if (place.is("where")) {
      out.add(at, who);
      return List.copyOf(out);
    }
    out.set(at, who);
    if (!pronouns.isEmpty()) {
      where(ordering, telling).ifPresent(where -> out.add(at + 1, where));
    }
    return out.stream().filter(t -> !t.is("declined")).toList();
  }

  /**
   * Whether somebody else may be meant than the one tenant that is told of: who hits it is named
   * before it, or by a name behind it; where less is asked for, by any word that we don't know.
   */
  private static boolean isOther(
      String text, List<Token> ordering, List<Token> telling, Token tenant) {
    boolean harms =
        TokenClass.has(ordering, "<down>")
            || ordering.stream().anyMatch(t -> t.is("op") && t.rule().equals("block"));
    boolean from = TokenClass.has(telling, "=from <tenant> | =by <tenant>");
    return TokenClass.has(telling, "<unknown> =of <tenant>")
        || IntStream.range(0, telling.size())
            .anyMatch(i ->
                telling.get(i).to() <= tenant.from()
                    ? !from && comesBefore(telling.get(i), harms)
                    : isRival(text, telling, i) || (harms && TokenClass.is(telling.get(i), "=by")));
  }

  private static boolean comesBefore(Token token, boolean harms) {
    return TokenClass.is(token, "events | happens | beside")
        || (harms && token.is(Kind.UNKNOWN) && token.rule().isEmpty());
  }

  /** A name that we don't know, or several of something that aren't counted: "40 staff". */
  private static boolean isRival(String text, List<Token> telling, int at) {
    var token = telling.get(at);
    var before = telling.subList(0, at);
    String typed = text.substring(token.from(), token.to());
    return rival(text, token)
        && !before.isEmpty()
        && !before.getLast().isStop()
        && !before.getLast().is(Kind.NUMBER)
        && !typed.equals(typed.toUpperCase(Locale.ROOT));
  }

  /** "Them", and "their" before a service. */
  private static boolean pointsBack(Token token) {
    boolean owned =
        token.is("where") && token.parts().stream().anyMatch(t -> t.text().equals("their"));
    return owned || (token.is("pronoun") && !token.rule().equals("it"));
  }

  /** "Contoso complained about orders. Raise them to 25 rps": the one place that was told of. */
  private static Optional<Token> where(List<Token> ordering, List<Token> telling) {
    boolean placed = TokenClass.has(ordering, "placing");
    boolean valued = TokenClass.has(ordering, "<rate> | <factor>");
    var services = telling.stream().filter(t -> t.is(Kind.SERVICE)).distinct().toList();
    return placed || !valued || services.size() != 1
        ? Optional.empty()
        : Optional.of(Token.join(Kind.PHRASE, "where", "antecedent", services));
  }

  /** "Contoso's reseller hammered us": it isn't contoso that did. */
  private static boolean owner(List<Token> telling) {
    return IntStream.range(0, telling.size())
        .anyMatch(i ->
            TokenClass.has(telling.subList(i, telling.size()), "^ <tenant> ='s")
                && !owned(telling, i + 2));
  }

  /** "Block contoso. No, don't block them": one of both is meant. */
  private static void contradicted(
      List<Token> ordering, List<Token> declined, OpenQuestions questions) {
    var named = ordering.stream().filter(t -> t.is("who")).flatMap(t -> t.each(Kind.TENANT));
    var whom = named.map(Token::text).collect(Collectors.toSet());
    boolean same =
        declined.stream()
            .map(t -> t.each(Kind.TENANT).map(Token::text).toList())
            .anyMatch(not -> not.isEmpty() || not.stream().anyMatch(whom::contains));
    if (same && ordering.stream().anyMatch(t -> t.is("op") && t.rule().equals("block"))) {
      questions.ask("operation", "Block, or not? The request says both.");
    }
  }

  /** "Them and contoso": the others must have a name. */
  private static void mixed(List<Token> ordering, OpenQuestions questions) {
    int who =
        IntStream.range(0, ordering.size())
            .filter(i -> ordering.get(i).is("who"))
            .findFirst()
            .orElse(-1);
    for (int i = 0; i < ordering.size() && who >= 0; i++) {
      boolean before = i < who;
      boolean listed =
          i > 0
              && i - 1 > who
              && ordering.get(i - 1).is(Kind.WORD)
              && ordering.get(i - 1).text().equals("and")
              && ordering.get(i - 2).is("who");
      if (ordering.get(i).is("pronoun")
          && !ordering.get(i).rule().equals("it")
          && (before || listed)) {
        questions.ask("who", "Who is \"them\"?");
      }
    }
  }

  /** Whether the only tenant of a request is whom "them" in its order stands for. */
  static boolean named(ToldSentences request) {
    long tenants =
        request.typed().stream().filter(t -> t.is(Kind.TENANT)).map(Token::text).distinct().count();
    return tenants == 1
        && request.sentences().stream()
            .takeWhile(s -> SpeechAct.ordered(request, s).findAny().isEmpty())
            .allMatch(s ->
                s.stream().anyMatch(t -> t.is(Kind.TENANT))
                    ? isSubject(request.text(), s)
                    : !s.getFirst().is(Kind.UNKNOWN));
  }

  /** Whether its one tenant does what is told, so that "them" means it alone. */
  static boolean isSubject(String text, List<Token> typed) {
    int at =
        IntStream.range(0, typed.size())
            .filter(i -> typed.get(i).is(Kind.TENANT))
            .findFirst()
            .orElse(-1);
    boolean first =
        at >= 0
            && typed.subList(0, at).stream()
                .noneMatch(t -> t.is(Kind.UNKNOWN) || TokenClass.is(t, "beside"));
    boolean owner = at + 1 < typed.size() && typed.get(at + 1).text().equals("'s");
    boolean others =
        IntStream.range(at + 1, typed.size())
            .anyMatch(i ->
                typed.get(i).text().equals(",")
                    || TokenClass.is(typed.get(i), "beside")
                    || (TokenClass.is(typed.get(i - 1), "joining") && typed.get(i).is(Kind.UNKNOWN))
                    || rival(text, typed.get(i)));
    return first && (!owner || owned(typed, at + 2)) && !others;
  }

  /** "Contoso's payments traffic": a thing of theirs alone. */
  static boolean owned(List<Token> words, int from) {
    return words.stream()
        .skip(from)
        .limit(OWNED_WORDS)
        .anyMatch(t -> TokenClass.is(t, "owned | <service>"));
  }

  /** A name that we don't know, or several of something. */
  private static boolean rival(String text, Token token) {
    return token.is(Kind.UNKNOWN)
        && (Character.isUpperCase(text.charAt(token.from()))
            || token.text().matches("\\p{L}+[^s]s"));
  }
}
