package dev.deployclaw.core.language.lexer;

import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.policy.model.CounterKeyPart.Header;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.text.EditDistance;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of an inventory, found as written or, where just one is close, in spite of a typo. */
public final class EstateNames {
  private static final int SHORTEST_TYPO = 4;
  private static final int LONG = 8;

  /** "Rprts", "pymts": a first letter, then no vowel. */
  private static final Pattern ABBREVIATION = Pattern.compile("\\p{L}[a-z&&[^aeiou]]{3,}");

  private final NameInventory inventory;
  private final Map<String, SortedSet<String>> keysByValue = new TreeMap<>();
  private final SortedSet<String> labelKeys = new TreeSet<>();
  private final Set<String> limits = new TreeSet<>();
  private final Set<String> headers = new TreeSet<>();

  public EstateNames(NameInventory inventory) {
    this.inventory = inventory;
    for (var labels : inventory.tenants().values()) {
      labels.forEach((key, value) -> {
        labelKeys.add(key);
        keysByValue.computeIfAbsent(lower(value), v -> new TreeSet<>()).add(key);
      });
    }
    for (var policy : inventory.current().tenants().values()) {
      for (var limit : policy.limits()) {
        limits.add(limit.name());
        limit.key().stream()
            .flatMap(k -> k instanceof Header(String name) ? Stream.of(name) : Stream.empty())
            .forEach(headers::add);
      }
    }
  }

  /** Limits of a tenant as they are committed; none where it isn't. */
  public List<Limit> limits(String tenant) {
    return inventory.current().tenant(tenant).map(TenantPolicy::limits).orElse(List.of());
  }

  /** Those that are named, or all that a group has, less its exceptions. */
  public List<String> meant(Who who) {
    return inventory.tenants().entrySet().stream()
        .filter(t ->
            who.tenants().contains(t.getKey())
                || (who.tenants().isEmpty()
                    && t.getValue().entrySet().containsAll(who.labels().entrySet())))
        .map(Map.Entry::getKey)
        .filter(t -> !who.except().contains(t))
        .toList();
  }

  /** Headers that limits count by, of which one is the only one that has this in its name. */
  public Optional<String> header(String part) {
    var found = headers.stream().filter(h -> h.contains(part)).toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  boolean isLimit(String word) {
    return limits.contains(word);
  }

  boolean has(String word) {
    return isTenant(word) || isService(word);
  }

  boolean isTenant(String word) {
    return inventory.tenants().containsKey(word);
  }

  boolean isService(String word) {
    return inventory.services().contains(word);
  }

  public SortedSet<String> services() {
    return inventory.services();
  }

  boolean isLabelKey(String word) {
    return labelKeys.contains(word);
  }

  /**
   * The label that has this value, as {@code key=value}; empty when none or several keys have it.
   */
  Optional<String> label(String value) {
    var keys = keysByValue.get(value);
    return keys != null && keys.size() == 1
        ? Optional.of(keys.first() + "=" + value)
        : Optional.empty();
  }

  /** Whether several label keys have this value. */
  boolean isAmbiguousLabel(String value) {
    var keys = keysByValue.get(value);
    return keys != null && keys.size() > 1;
  }

  /** The tenants that carry a label. */
  public List<String> labelled(String key, String value) {
    return inventory.tenants().entrySet().stream()
        .filter(t -> value.equals(lower(t.getValue().getOrDefault(key, ""))))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Names within a typing error of the word; more than one of them is a question. */
  SortedSet<String> near(String word) {
    var near = new TreeSet<String>();
    if (word.chars().allMatch(c -> c < 128)) {
      near(word, inventory.tenants().keySet(), near);
      near(word, inventory.services(), near);
    }
    return near;
  }

  private static void near(String word, Collection<String> names, Set<String> near) {
    for (String name : names) {
      int bound = Math.min(word.length(), name.length()) >= LONG ? 2 : 1;
      boolean comparable =
          Math.min(word.length(), name.length()) >= SHORTEST_TYPO
              && Math.abs(word.length() - name.length()) <= bound;
      boolean abbreviated = ABBREVIATION.matcher(word).matches() && shortens(word, name);
      if (abbreviated || (comparable && EditDistance.of(word, name) <= bound)) {
        near.add(name);
      }
    }
  }

  /** Whether it has half of its letters or more, in order, and the first and last consonant. */
  private static boolean shortens(String word, String name) {
    int at = 0;
    for (int i = 0; i < name.length(); i++) {
      at += at < word.length() && name.charAt(i) == word.charAt(at) ? 1 : 0;
    }
    return at == word.length()
        && 2 * at >= name.length()
        && name.charAt(0) == word.charAt(0)
        && name.replaceFirst("[aeiou]+$", "").endsWith(word.substring(at - 1));
  }

  private static String lower(String value) {
    return value.toLowerCase(Locale.ROOT);
  }
}
