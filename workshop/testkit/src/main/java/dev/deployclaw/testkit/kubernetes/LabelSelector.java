package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which objects a list is of ("Labels and Selectors", "Field Selectors"). */
final class LabelSelector {
  private static final Pattern TERM = Pattern.compile("[^,(]+(\\([^)]*\\))?");
  private static final Pattern AMONG =
      Pattern.compile("(?<key>\\S+)\\s+(?<not>not)?in\\s*\\((?<values>[^)]*)\\)");
  private static final Pattern EQUAL = Pattern.compile("(?<key>[^=!]+)(?<not>!)?==?(?<value>.*)");
  private static final List<String> FIELDS = List.of("metadata.name", "metadata.namespace");

  private LabelSelector() {}

  static Predicate<JsonNode> labels(String text) {
    return terms(text).stream().map(LabelSelector::label).reduce(_ -> true, Predicate::and);
  }

  static Predicate<JsonNode> fields(String text) {
    Predicate<JsonNode> out = _ -> true;
    for (String term : terms(text)) {
      var equal = EQUAL.matcher(term);
      if (!equal.matches() || !FIELDS.contains(equal.group("key"))) {
        throw new IllegalArgumentException("field label not supported: " + term);
      }
      String place = "/" + equal.group("key").replace('.', '/');
      String value = equal.group("value");
      boolean wanted = equal.group("not") == null;
      out = out.and(object -> object.at(place).asText().equals(value) == wanted);
    }
    return out;
  }

  private static List<String> terms(String text) {
    var out = new ArrayList<String>();
    var terms = TERM.matcher(text);
    while (terms.find()) {
      out.add(terms.group().strip());
    }
    return out;
  }

  private static Predicate<JsonNode> label(String term) {
    var among = AMONG.matcher(term);
    if (among.matches()) {
      var values = List.of(among.group("values").split("\\s*,\\s*", -1));
      return value(among.group("key"), among.group("not") == null, values);
    }
    var equal = EQUAL.matcher(term);
    if (equal.matches()) {
      var values = List.of(equal.group("value").strip());
      return value(equal.group("key").strip(), equal.group("not") == null, values);
    }
    boolean without = term.startsWith("!");
    String key = without ? term.substring(1) : term;
    return object -> object.at("/metadata/labels").has(key) != without;
  }

  /** One that lacks the label has none of the values. */
  private static Predicate<JsonNode> value(String key, boolean wanted, List<String> values) {
    return object -> {
      JsonNode value = object.at("/metadata/labels").path(key);
      boolean has = !value.isMissingNode() && values.contains(value.asText());
      return has == wanted;
    };
  }
}
