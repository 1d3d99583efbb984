package dev.deployclaw.core.language.lexer;

import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.policy.text.EditDistance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Gives each word its meaning: a name, a unit, a word of the grammar, or unknown. Pure. */
record WordResolver(String text, EstateNames names, List<Token> raw) {
  private static final Set<String> KEYWORDS =
      PatternTable.words(WordResolver.class, "keywords.txt");
  private static final Set<String> CORRECTED =
      PatternTable.words(WordResolver.class, "corrected.txt");
  private static final Set<String> FILLERS = PatternTable.words(WordResolver.class, "fillers.txt");

  /** Words that stay words even where something is named so, unless they are pointed at. */
  private static final Set<String> CORE =
      PatternTable.words(WordResolver.class, "common-words.txt");

  private static final Set<String> TENANT_NOUNS =
      Set.of("tenant", "tenants", "customer", "customers", "client", "clients", "account");
  private static final Set<String> SERVICE_CUES = Set.of("on", "service", "services", "api");
  private static final Set<String> SERVICE_NOUNS =
      PatternTable.words(WordResolver.class, "service-nouns.txt");
  private static final Set<String> METHODS =
      Set.of("get", "post", "put", "patch", "delete", "head", "options");
  private static final Set<String> CALLS = Set.of("requests", "calls", "request", "call");
  private static final Pattern HEADER = Pattern.compile("x(?:-[a-z0-9]+)+");
  private static final Map<String, String> SYNONYMS =
      PatternTable.keys(WordResolver.class, "synonyms.txt");
  private static final int SHORTEST_TYPO = 4;

  /** Names that one question lists. */
  private static final int MOST_NEAR = 6;

  static List<Token> resolve(String text, EstateNames names, List<Token> raw) {
    var resolver = new WordResolver(text, names, raw);
    var out = new ArrayList<Token>();
    for (int i = 0; i < raw.size(); i++) {
      out.addAll(raw.get(i).is(Kind.WORD) ? resolver.meanings(i) : List.of(raw.get(i)));
    }
    return out;
  }

  private List<Token> meanings(int i) {
    var token = raw.get(i).named(SYNONYMS.getOrDefault(raw.get(i).text(), raw.get(i).text()));
    String word = token.text();
    boolean ours = knows(word) || names.isLabelKey(word);
    if (isMethod(i, word)) {
      return List.of(as(token, Kind.METHOD, word.toUpperCase(Locale.ROOT), "method"));
    }
    if (names.has(word) && (!isCommon(word) || pointedAt(i))) {
      return List.of(named(i, token));
    }
    if (names.isService(word + "s") && SERVICE_NOUNS.contains(word(i + 1))) {
      return List.of(as(token, Kind.SERVICE, word + "s", "singular"));
    }
    if (isHeader(i, word)) {
      return List.of(as(token, Kind.HEADER, word, "header"));
    }
    if (names.isLimit(word) && !knows(word)) {
      return List.of(as(token, Kind.LIMIT, word, "limit"));
    }
    var label = names.label(word);
    if (label.isPresent() && (!ours || labelCue(i))) {
      return List.of(as(token, Kind.LABEL, label.get(), "label"));
    }
    if (names.isAmbiguousLabel(word) && !ours) {
      return List.of(as(token, Kind.UNKNOWN, word, ""));
    }
    if (names.isLabelKey(word) && !knows(word)) {
      return List.of(as(token, Kind.WORD, "label", "label key"));
    }
    return ours ? List.of(RequestLexer.grammar(token)) : strange(token);
  }

  /** A compound of known words, a close name, a misspelt keyword, or nothing we know. */
  private List<Token> strange(Token token) {
    String word = token.text();
    var parts = word.split("[-.]", -1);
    if (parts.length > 1
        && Arrays.stream(parts).allMatch(p -> !p.isEmpty() && knowsPart(p))
        && (Arrays.stream(parts).noneMatch(names::has)
            || Arrays.stream(parts).allMatch(names::has)
            || Arrays.stream(parts)
                .allMatch(p -> names.isService(p) || SERVICE_NOUNS.contains(p)))) {
      return split(token, parts);
    }
    var near = names.near(word);
    if (near.size() == 1) {
      String name = near.first();
      boolean tenant = names.isTenant(name) && !names.isService(name);
      return List.of(as(token, tenant ? Kind.TENANT : Kind.SERVICE, name, "typo"));
    }
    var keyword = near.isEmpty() ? keywordNear(word) : Optional.<String>empty();
    return keyword.isPresent()
        ? List.of(RequestLexer.grammar(as(token, Kind.WORD, keyword.get(), "typo")))
        : List.of(
            as(
                token,
                Kind.UNKNOWN,
                word,
                String.join(" or ", near.stream().limit(MOST_NEAR).toList())));
  }

  private List<Token> split(Token token, String[] parts) {
    var out = new ArrayList<Token>();
    int at = token.from();
    for (String part : parts) {
      var piece = Token.word(part, at, at + part.length());
      boolean tenant = names.isTenant(part);
      UnaryOperator<Token> label = p -> as(p, Kind.LABEL, names.label(part).orElseThrow(), "label");
      out.add(
          names.has(part)
              ? as(piece, tenant ? Kind.TENANT : Kind.SERVICE, part, "exact")
              : names.label(part).isPresent() ? label.apply(piece) : RequestLexer.grammar(piece));
      at += part.length() + 1;
    }
    return out;
  }

  private boolean knowsPart(String part) {
    return knows(part)
        || names.isLabelKey(part)
        || names.has(part)
        || names.label(part).isPresent();
  }

  /** A name that is both a tenant's and a service's is decided by its neighbours, or asked. */
  private Token named(int i, Token token) {
    String word = token.text();
    boolean tenant = names.isTenant(word);
    boolean service = names.isService(word);
    boolean asService = SERVICE_CUES.contains(word(i - 1)) || SERVICE_CUES.contains(word(i + 1));
    boolean asTenant = TENANT_NOUNS.contains(word(i - 1)) || word(i + 1).equals("'s");
    if (tenant && service && !asService && !asTenant) {
      return as(token, Kind.UNKNOWN, word, "tenant " + word + " or service " + word);
    }
    return as(token, tenant && !(service && asService) ? Kind.TENANT : Kind.SERVICE, word, "exact");
  }

  /** Whether a name that is also a common word is clearly meant as a name. */
  private boolean pointedAt(int i) {
    return TENANT_NOUNS.contains(word(i - 1))
        || (SERVICE_CUES.contains(word(i - 1)) && names.isService(word(i)))
        || word(i + 1).equals("'s");
  }

  private boolean labelCue(int i) {
    return TENANT_NOUNS.contains(word(i + 1))
        || names.isLabelKey(word(i + 1))
        || names.isLabelKey(word(i - 1))
        || word(i - 1).equals("=");
  }

  /** A method in capitals, before a route, or before "requests" where it can't be a verb. */
  private boolean isMethod(int i, String word) {
    if (!METHODS.contains(word)) {
      return false;
    }
    boolean routed = i + 1 < raw.size() && raw.get(i + 1).is(Kind.ROUTE);
    boolean shouted = text.equals(text.toUpperCase(Locale.ROOT));
    boolean capital = Character.isUpperCase(text.charAt(raw.get(i).from() + 1));
    boolean noun = !word.equals("get") && CALLS.contains(word(i + 1));
    return routed || (capital && !shouted) || noun;
  }

  /** {@code x-user-id}, or a word beside "header" that the language does not know. */
  private boolean isHeader(int i, String word) {
    boolean beside = word(i - 1).equals("header") || word(i + 1).equals("header");
    return HEADER.matcher(word).matches() || (beside && !knows(word));
  }

  private String word(int i) {
    boolean there = i >= 0 && i < raw.size() && raw.get(i).is(Kind.WORD);
    return there ? raw.get(i).text() : "";
  }

  private static Token as(Token token, Kind kind, String text, String rule) {
    return Token.of(kind, text, token.from(), token.to()).by(rule);
  }

  static boolean knows(String word) {
    return KEYWORDS.contains(word)
        || FILLERS.contains(word)
        || isCommon(word)
        || !Character.isLetter(word.charAt(0));
  }

  private static boolean isCommon(String word) {
    return CORE.contains(word) || RequestLexer.isUnit(word) || NumberReader.isWord(word);
  }

  /**
   * The one keyword of five letters or more within one edit; a letter of another script is none.
   */
  private static Optional<String> keywordNear(String word) {
    if (word.length() < SHORTEST_TYPO || word.chars().anyMatch(c -> c > 127)) {
      return Optional.empty();
    }
    var near =
        CORRECTED.stream()
            .filter(k -> k.length() > SHORTEST_TYPO && Math.abs(k.length() - word.length()) <= 1)
            .filter(k -> EditDistance.of(word, k) <= 1)
            .toList();
    var common = near.stream().filter(CORE::contains).toList();
    var best = common.isEmpty() ? near : common;
    return best.size() == 1 ? Optional.of(best.getFirst()) : Optional.empty();
  }
}
