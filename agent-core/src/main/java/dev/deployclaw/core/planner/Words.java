package dev.deployclaw.core.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Gives each word its meaning: a name, a unit, a word of the grammar, or unknown. Pure. */
final class Words {
  private static final Set<String> TENANT_NOUNS =
      Set.of("tenant", "tenants", "customer", "customers", "client", "clients", "account");
  private static final Set<String> SERVICE_CUES = Set.of("on", "service", "services", "api");
  private static final Set<String> METHODS =
      Set.of("get", "post", "put", "patch", "delete", "head", "options");
  private static final Set<String> CALLS = Set.of("requests", "calls", "request", "call");

  private final String text;
  private final KnownNames names;
  private final List<Item> raw;
  private final boolean shouted;

  private Words(String text, KnownNames names, List<Item> raw) {
    this.text = text;
    this.names = names;
    this.raw = raw;
    this.shouted = text.equals(text.toUpperCase(Locale.ROOT));
  }

  static Phrase resolve(String text, KnownNames names, List<Item> raw) {
    return new Words(text, names, raw).resolve();
  }

  private Phrase resolve() {
    var out = new ArrayList<Item>();
    for (int i = 0; i < raw.size(); i++) {
      if (raw.get(i).meaning() instanceof Meaning.Word(String word)) {
        out.addAll(meanings(i, word));
      } else {
        out.add(raw.get(i));
      }
    }
    return new Phrase(out);
  }

  private List<Item> meanings(int i, String word) {
    var item = raw.get(i);
    boolean ours = Lexicon.knows(word) || names.isLabelKey(word);
    if (isMethod(i, word)) {
      return one(item, new Meaning.Method(word.toUpperCase(Locale.ROOT)), "method");
    }
    if (names.has(word) && (!Lexicon.isCommon(word) || pointedAt(i))) {
      return one(item, named(i, word), "exact");
    }
    var label = names.label(word);
    if (label.isPresent() && (!ours || labelCue(i))) {
      return one(item, label.get(), "label");
    }
    if (names.isAmbiguousLabel(word) && !ours) {
      return one(item, new Meaning.Unknown(word, List.of()), "unknown");
    }
    if (names.isLabelKey(word) && !Lexicon.knows(word)) {
      return one(item, new Meaning.Word("label"), "label key");
    }
    return ours ? one(item, grammar(word), "word") : strange(item, word);
  }

  private static Meaning grammar(String word) {
    var millis = Lexicon.millis(word);
    if (millis.isPresent()) {
      return new Meaning.Unit(millis.get());
    }
    var seconds = Lexicon.RATE_UNITS.get(word);
    return seconds == null ? new Meaning.Word(word) : new Meaning.Per(seconds);
  }

  /** A compound of known words, a close name, a misspelt keyword, or nothing we know. */
  private List<Item> strange(Item item, String word) {
    var parts = word.split("[-.]", -1);
    if (parts.length > 1 && Arrays.stream(parts).allMatch(p -> !p.isEmpty() && knows(p))) {
      return split(item, parts);
    }
    var near = names.near(word);
    if (near.size() == 1) {
      String name = near.first();
      return one(item, name(name, names.isTenant(name) && !names.isService(name)), "typo");
    }
    var keyword = near.isEmpty() ? Lexicon.keywordNear(word) : Optional.<String>empty();
    if (keyword.isPresent()) {
      return one(item, grammar(keyword.get()), "typo");
    }
    return one(item, new Meaning.Unknown(word, List.copyOf(near)), "unknown");
  }

  private List<Item> split(Item item, String[] parts) {
    var out = new ArrayList<Item>();
    int at = item.from();
    for (String part : parts) {
      Meaning meaning = names.has(part) ? name(part, names.isTenant(part)) : labelOrGrammar(part);
      out.add(Item.of(meaning, at, at + part.length(), "exact"));
      at += part.length() + 1;
    }
    return out;
  }

  private Meaning labelOrGrammar(String part) {
    var label = names.label(part);
    return label.isPresent() ? label.get() : grammar(part);
  }

  private boolean knows(String part) {
    return Lexicon.knows(part)
        || names.isLabelKey(part)
        || names.has(part)
        || names.label(part).isPresent();
  }

  /** A name that is both a tenant's and a service's is decided by its neighbours, or asked. */
  private Meaning named(int i, String word) {
    boolean tenant = names.isTenant(word);
    if (!tenant || !names.isService(word)) {
      return name(word, tenant);
    }
    if (SERVICE_CUES.contains(word(i - 1)) || SERVICE_CUES.contains(word(i + 1))) {
      return name(word, false);
    }
    if (TENANT_NOUNS.contains(word(i - 1)) || word(i + 1).equals("'s")) {
      return name(word, true);
    }
    return new Meaning.Unknown(word, List.of("tenant " + word, "service " + word));
  }

  private static Meaning name(String name, boolean tenant) {
    return tenant ? new Meaning.Tenant(name) : new Meaning.Service(name);
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
    boolean routed = i + 1 < raw.size() && raw.get(i + 1).meaning() instanceof Meaning.Route;
    boolean capital = Character.isUpperCase(text.charAt(raw.get(i).from() + 1));
    boolean noun = !word.equals("get") && CALLS.contains(word(i + 1));
    return routed || (capital && !shouted) || noun;
  }

  private String word(int i) {
    boolean there = i >= 0 && i < raw.size();
    return there && raw.get(i).meaning() instanceof Meaning.Word(String word) ? word : "";
  }

  private static List<Item> one(Item item, Meaning meaning, String rule) {
    return List.of(Item.of(meaning, item.from(), item.to(), rule));
  }
}
