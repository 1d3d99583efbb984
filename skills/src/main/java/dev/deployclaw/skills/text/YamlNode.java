package dev.deployclaw.skills.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * A YAML value with its line. Every scalar is text ({@code true}, {@code 1.0} and {@code null} stay
 * as written); anchors, aliases and tags are refused; size, depth and count are capped.
 */
public sealed interface YamlNode {
  int MOST_CHARACTERS = 64 * 1024;
  int DEEPEST = 8;
  int MOST_NODES = 4000;

  /** From 1, counted in the file that the text was cut from. */
  int line();

  record Scalar(String text, int line) implements YamlNode {}

  record Sequence(List<YamlNode> items, boolean flow, int line) implements YamlNode {}

  record Mapping(List<Entry> entries, boolean flow, int line) implements YamlNode {}

  record Entry(String key, YamlNode value, int line) {}

  /**
   * Parses a document; empty when a finding says why not.
   *
   * @param firstLine the line of the file on which the text starts
   */
  static Optional<YamlNode> parse(String text, int firstLine, DiagnosticCollector findings) {
    if (text.length() > MOST_CHARACTERS) {
      findings.error(firstLine, "the YAML is longer than 64 KiB", "shorten it");
      return Optional.empty();
    }
    var settings = LoadSettings.builder().setSchema(new FailsafeSchema()).build();
    try {
      if (!within(settings, text, firstLine, findings)) {
        return Optional.empty();
      }
      return new Compose(settings).composeString(text).map(n -> convert(n, firstLine));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(m -> lineOf(m, firstLine)).orElse(firstLine);
      findings.error(line, "the YAML can't be parsed: " + e.getProblem(), "correct it");
    } catch (YamlEngineException | IllegalArgumentException e) {
      findings.error(firstLine, "the YAML can't be parsed: " + firstLineOf(e), "correct it");
    }
    return Optional.empty();
  }

  private static boolean within(
      LoadSettings settings, String text, int firstLine, DiagnosticCollector findings) {
    int depth = 0;
    int nodes = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      int line = event.getStartMark().map(m -> lineOf(m, firstLine)).orElse(firstLine);
      if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
        findings.error(line, "YAML anchors and aliases aren't allowed", "write the value out");
        return false;
      }
      if (tagged(event)) {
        findings.error(line, "YAML tags aren't allowed", "write the value without !");
        return false;
      }
      depth += depthOf(event);
      nodes += event instanceof NodeEvent ? 1 : 0;
      if (depth > DEEPEST || nodes > MOST_NODES) {
        findings.error(line, "the YAML is too deep or too large", "simplify it");
        return false;
      }
    }
    return true;
  }

  private static boolean tagged(Event event) {
    return switch (event) {
      case ScalarEvent scalar -> scalar.getTag().isPresent();
      case CollectionStartEvent collection -> collection.getTag().isPresent();
      default -> false;
    };
  }

  private static int depthOf(Event event) {
    if (event instanceof CollectionStartEvent) {
      return 1;
    }
    boolean ends =
        event.getEventId() == Event.ID.MappingEnd || event.getEventId() == Event.ID.SequenceEnd;
    return ends ? -1 : 0;
  }

  private static YamlNode convert(Node node, int firstLine) {
    int line = node.getStartMark().map(m -> lineOf(m, firstLine)).orElse(firstLine);
    return switch (node) {
      case ScalarNode scalar -> new Scalar(scalar.getValue(), line);
      case SequenceNode list ->
          new Sequence(
              list.getValue().stream().map(n -> convert(n, firstLine)).toList(),
              list.getFlowStyle() == FlowStyle.FLOW,
              line);
      case MappingNode map -> mapping(map, line, firstLine);
      default -> throw new IllegalArgumentException("an unexpected kind of node");
    };
  }

  private static Mapping mapping(MappingNode map, int line, int firstLine) {
    var entries = new ArrayList<Entry>();
    for (var tuple : map.getValue()) {
      var key = convert(tuple.getKeyNode(), firstLine);
      if (!(key instanceof Scalar(String text, int at))) {
        throw new IllegalArgumentException("a key that isn't text");
      }
      entries.add(new Entry(text, convert(tuple.getValueNode(), firstLine), at));
    }
    return new Mapping(List.copyOf(entries), map.getFlowStyle() == FlowStyle.FLOW, line);
  }

  private static int lineOf(Mark mark, int firstLine) {
    return firstLine + mark.getLine();
  }

  private static String firstLineOf(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message);
  }
}
