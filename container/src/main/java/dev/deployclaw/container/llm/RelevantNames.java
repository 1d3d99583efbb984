package dev.deployclaw.container.llm;

import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names that a model is told, those first that a request may mean. A name is short and has few
 * words, or stands in the request: one that is a sentence isn't told.
 */
final class RelevantNames {
  private static final Pattern PLAIN = Pattern.compile("[a-z0-9]+([._-][a-z0-9]+){0,3}");
  private static final int LONGEST = 32;
  private static final int ALIKE = 4;

  /** How near a tenant is: named, carrying a named label, spelt alike, any other. */
  private static final int NAMED = 0;

  private static final int LABELLED = 1;
  private static final int NEAR = 2;
  private static final int ANY = 3;

  private final String text;
  private final NameInventory names;
  private final Set<String> words;
  private final Map<String, Integer> rank = new TreeMap<>();

  /**
   * @param text the request, and what was said before
   */
  RelevantNames(String text, NameInventory names) {
    this.text = text.toLowerCase(Locale.ROOT);
    this.names = names;
    this.words =
        Pattern.compile("[a-z0-9]{" + ALIKE + ",}")
            .matcher(this.text)
            .results()
            .map(m -> m.group())
            .collect(Collectors.toCollection(TreeSet::new));
    var tokens = RequestLexer.words(text, new EstateNames(names));
    var named = texts(tokens, Kind.TENANT);
    var labels = texts(tokens, Kind.LABEL);
    names
        .tenants()
        .forEach((tenant, carried) -> {
          boolean labelled =
              carried.entrySet().stream()
                  .anyMatch(l ->
                      labels.contains(l.getKey() + "=" + l.getValue().toLowerCase(Locale.ROOT)));
          int near = isNear(tenant) ? NEAR : ANY;
          rank.put(tenant, named.contains(tenant) ? NAMED : labelled ? LABELLED : near);
        });
  }

  private static Set<String> texts(List<Token> tokens, Kind kind) {
    return tokens.stream()
        .filter(t -> t.is(kind))
        .map(Token::text)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Begins as a word of the request does, or has one in it. */
  private boolean isNear(String tenant) {
    return words.stream()
        .anyMatch(w ->
            tenant.contains(w)
                || (tenant.length() >= ALIKE && w.startsWith(tenant.substring(0, ALIKE))));
  }

  boolean isPlain(String name) {
    return (PLAIN.matcher(name).matches() && name.length() <= LONGEST)
        || (name.matches("[a-z0-9._-]+") && text.contains(name));
  }

  /** Nearest first. */
  List<String> tenants(int most) {
    return rank.entrySet().stream()
        .filter(t -> isPlain(t.getKey()))
        .sorted(
            Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .limit(most)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Those that the request may mean. */
  List<String> meant(int most) {
    return tenants(most).stream().filter(t -> rank.getOrDefault(t, ANY) < ANY).toList();
  }

  List<String> services(int most) {
    return names.services().stream()
        .filter(this::isPlain)
        .sorted(Comparator.comparing((String s) -> !text.contains(s)).thenComparing(s -> s))
        .limit(most)
        .sorted()
        .toList();
  }

  List<String> labels(String tenant) {
    return Optional.ofNullable(names.tenants().get(tenant))
        .orElse(new TreeMap<>())
        .entrySet()
        .stream()
        .filter(l -> isPlain(l.getKey()) && isPlain(l.getValue()))
        .map(l -> l.getKey() + "=" + l.getValue())
        .toList();
  }
}
