package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.model.CounterKeyPart;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the keys of another system's descriptors mean here. Envoy's configuration decides what it
 * puts behind a key; only a person knows.
 *
 * @param meanings by key; a key that isn't there has no meaning, and limits with it aren't carried
 */
public record DescriptorKeyMapping(Map<String, Meaning> meanings) {
  private static final String HEADER = "header:";

  /** The names that most configurations use. */
  public static final DescriptorKeyMapping USUAL =
      new DescriptorKeyMapping(
          Map.ofEntries(
              Map.entry("tenant", new Meaning.Tenant()),
              Map.entry("tenant_id", new Meaning.Tenant()),
              Map.entry("service", new Meaning.Service()),
              Map.entry("destination_cluster", new Meaning.Service()),
              Map.entry("path", new Meaning.Route()),
              Map.entry("route", new Meaning.Route()),
              Map.entry("method", new Meaning.Method()),
              Map.entry("remote_address", new Meaning.Key(new CounterKeyPart.ClientAddress()))));

  public DescriptorKeyMapping {
    meanings = Map.copyOf(meanings);
  }

  /** What a key stands for. */
  public sealed interface Meaning {
    record Tenant() implements Meaning {}

    record Service() implements Meaning {}

    record Route() implements Meaning {}

    record Method() implements Meaning {}

    /** On every request of the domain: it says nothing. */
    record Any() implements Meaning {}

    record Key(CounterKeyPart part) implements Meaning {}

    /** The words of the command line. */
    static Optional<Meaning> ofWord(String word) {
      if (word.startsWith(HEADER) && word.length() > HEADER.length()) {
        String name = word.substring(HEADER.length()).toLowerCase(Locale.ROOT);
        return Optional.of(new Key(new CounterKeyPart.Header(name)));
      }
      return switch (word) {
        case "tenant" -> Optional.of(new Tenant());
        case "service" -> Optional.of(new Service());
        case "route" -> Optional.of(new Route());
        case "method" -> Optional.of(new Method());
        case "client-address" -> Optional.of(new Key(new CounterKeyPart.ClientAddress()));
        case "any" -> Optional.of(new Any());
        default -> Optional.empty();
      };
    }
  }

  public Optional<Meaning> of(String key) {
    return Optional.ofNullable(meanings.get(key));
  }

  public DescriptorKeyMapping with(String key, Meaning meaning) {
    var more = new TreeMap<>(meanings);
    more.put(key, meaning);
    return new DescriptorKeyMapping(more);
  }
}
