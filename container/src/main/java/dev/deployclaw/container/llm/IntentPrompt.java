package dev.deployclaw.container.llm;

import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.ProposalRequest;
import dev.deployclaw.policy.document.PackagedText;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.model.Limit;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the model is told: the rules with examples; the time; the request and what was said before;
 * plain names, and figures of the limits of those tenants that may be meant. Nothing else that was
 * read in the estate. Pure.
 */
public final class IntentPrompt {
  private static final int MOST_SERVICES = 200;
  private static final int MOST_TENANTS = 200;
  private static final int MOST_WITH_LIMITS = 12;
  private static final int MOST_LIMITS = 8;
  private static final int MOST_TURNS = 12;
  private static final String SYSTEM =
      PackagedText.read(IntentPrompt.class, "reading-rules.txt")
          + "\n"
          + PackagedText.read(IntentPrompt.class, "reading-examples.txt");

  private IntentPrompt() {}

  /** The same for each request. */
  public static String system() {
    return SYSTEM;
  }

  /** One JSON object. */
  public static String user(ProposalRequest asked) {
    var now = asked.request().received().atZone(asked.zone());
    var said =
        asked.turns().stream()
            .skip(Math.max(0, asked.turns().size() - MOST_TURNS))
            .map(t -> Map.<String, Object>of("by", t.ours() ? "us" : "requester", "text", t.text()))
            .toList();
    var text =
        Stream.concat(Stream.of(asked.request().text()), asked.turns().stream().map(t -> t.text()))
            .collect(Collectors.joining("\n"));
    var names = new RelevantNames(text, asked.names());
    return CanonicalJson.text(
        Map.of(
            "now", DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(now.withNano(0)),
            "weekday", now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH),
            "zone", asked.zone().getId(),
            "request", asked.request().text(),
            "conversation", said,
            "services", names.services(MOST_SERVICES),
            "tenants", tenants(names, asked.names())));
  }

  /** What goes back with an answer that can't be used. */
  static String repair(String problem) {
    return "Check: " + problem + ". Answer again with one JSON object and nothing else.";
  }

  private static Map<String, Object> tenants(RelevantNames names, NameInventory inventory) {
    var out = new TreeMap<String, Object>();
    names.tenants(MOST_TENANTS).forEach(t -> out.put(t, Map.of("labels", names.labels(t))));
    names
        .meant(MOST_WITH_LIMITS)
        .forEach(t -> {
          var limits =
              inventory.current().tenant(t).stream()
                  .flatMap(p -> p.limits().stream())
                  .limit(MOST_LIMITS)
                  .map(l -> limit(l, names))
                  .toList();
          out.put(t, Map.of("labels", names.labels(t), "limits", limits));
        });
    return out;
  }

  private static Map<String, Object> limit(Limit limit, RelevantNames names) {
    var out = new TreeMap<String, Object>();
    plain(names, List.of(limit.name())).forEach(n -> out.put("name", n));
    plain(names, limit.match().service().stream().toList()).forEach(s -> out.put("service", s));
    out.put("algorithm", limit.algorithm().word());
    out.put("requests", limit.requests());
    out.put("windowSeconds", limit.window().toSeconds());
    out.put("burst", limit.burst());
    return out;
  }

  private static List<String> plain(RelevantNames names, Collection<String> all) {
    return all.stream().filter(names::isPlain).toList();
  }
}
