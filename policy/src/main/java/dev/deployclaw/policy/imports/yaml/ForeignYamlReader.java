package dev.deployclaw.policy.imports.yaml;

import dev.deployclaw.policy.document.DocumentProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML that others wrote: unlike in our own documents, anchors, aliases and merge keys count.
 * Built from parser events, so that size, depth, and what aliases unfold to are bounded before
 * anything is built.
 */
public final class ForeignYamlReader {
  static final int MOST_CHARACTERS = 4 << 20;
  static final int MOST_NODES = 500_000;
  static final int MOST_DEPTH = 64;
  private static final String MERGE = "<<";

  private final String source;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int nodes;

  private ForeignYamlReader(String source) {
    this.source = source;
  }

  /**
   * The node at an anchor.
   *
   * @param nodes in it, those of its aliases too
   */
  private record Anchored(ForeignYamlNode tree, int nodes) {}

  /** The text can't be read. */
  public static final class UnreadableYamlException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Not for serialization. */
    private final transient DocumentProblem problem;

    UnreadableYamlException(DocumentProblem problem) {
      super(problem.text());
      this.problem = problem;
    }

    public DocumentProblem problem() {
      return problem;
    }
  }

  /** The one document of a text; empty where it holds none. */
  public static Optional<ForeignYamlNode> read(String source, String text)
      throws UnreadableYamlException {
    var reader = new ForeignYamlReader(source);
    if (text.length() > MOST_CHARACTERS) {
      throw reader.unread(0, text.length() + " characters", "at most " + MOST_CHARACTERS);
    }
    var settings = LoadSettings.builder().setCodePointLimit(MOST_CHARACTERS).build();
    try {
      return reader.document(new Parse(settings).parseString(text).iterator());
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(Mark::getLine).orElse(-1) + 1;
      throw reader.unread(line, "not YAML: " + e.getProblem(), "correct the syntax here");
    } catch (YamlEngineException e) {
      throw reader.unread(0, "not YAML: " + e.getMessage(), "correct the text");
    }
  }

  private Optional<ForeignYamlNode> document(Iterator<Event> events)
      throws UnreadableYamlException {
    events.next();
    if (events.next().getEventId() == Event.ID.StreamEnd) {
      return Optional.empty();
    }
    ForeignYamlNode root = tree(events.next(), events, 1);
    events.next();
    var end = events.next();
    if (end.getEventId() != Event.ID.StreamEnd) {
      throw unread(line(end), "a second document", "put each document into a file of its own");
    }
    return Optional.of(root);
  }

  private ForeignYamlNode tree(Event event, Iterator<Event> events, int depth)
      throws UnreadableYamlException {
    int line = line(event);
    int before = nodes;
    count(1, line);
    if (depth > MOST_DEPTH) {
      throw unread(line, "nested deeper than " + MOST_DEPTH, "limits don't nest that deep");
    }
    var tree =
        switch (event) {
          case ScalarEvent scalar -> text(scalar);
          case SequenceStartEvent _ -> items(events, line, depth);
          case MappingStartEvent _ -> fields(events, line, depth);
          case AliasEvent alias -> aliased(alias.getAlias().getValue(), line);
          default -> throw unread(line, "unexpected " + event.getEventId(), "correct the syntax");
        };
    if (event instanceof NodeEvent node && !(event instanceof AliasEvent)) {
      node.getAnchor()
          .ifPresent(name -> anchors.put(name.getValue(), new Anchored(tree, nodes - before)));
    }
    return tree;
  }

  /**
   * An alias counts for all that it stands for, since anyone who reads the tree reads all of it.
   */
  private ForeignYamlNode aliased(String name, int line) throws UnreadableYamlException {
    var anchored = anchors.get(name);
    if (anchored == null) {
      throw unread(
          line, "the anchor " + name + " isn't complete before this line", "write the value out");
    }
    count(anchored.nodes() - 1, line);
    return anchored.tree();
  }

  private void count(int more, int line) throws UnreadableYamlException {
    nodes += more;
    if (nodes > MOST_NODES) {
      throw unread(line, "more than " + MOST_NODES + " values", "split the file");
    }
  }

  private ForeignYamlNode items(Iterator<Event> events, int line, int depth)
      throws UnreadableYamlException {
    List<ForeignYamlNode> items = new ArrayList<>();
    for (var next = events.next(); !ends(next); next = events.next()) {
      items.add(tree(next, events, depth + 1));
    }
    return new ForeignYamlNode.Items(items, line);
  }

  /** What a merge key brings stands first, so that the mapping's own fields win. */
  private ForeignYamlNode fields(Iterator<Event> events, int line, int depth)
      throws UnreadableYamlException {
    List<ForeignYamlNode.Field> merged = new ArrayList<>();
    List<ForeignYamlNode.Field> own = new ArrayList<>();
    for (var next = events.next(); !ends(next); next = events.next()) {
      if (!(tree(next, events, depth + 1) instanceof ForeignYamlNode.Text name)) {
        throw unread(line(next), "a key that isn't text", "use a name");
      }
      ForeignYamlNode value = tree(events.next(), events, depth + 1);
      if (name.plain() && name.text().equals(MERGE)) {
        merge(value, merged);
      } else {
        own.add(new ForeignYamlNode.Field(name.text(), name.plain(), value, name.line()));
      }
    }
    var names = own.stream().map(ForeignYamlNode.Field::name).collect(Collectors.toSet());
    merged.removeIf(f -> names.contains(f.name()));
    merged.addAll(own);
    return new ForeignYamlNode.Fields(merged, line);
  }

  private static boolean ends(Event event) {
    return event.getEventId() == Event.ID.SequenceEnd || event.getEventId() == Event.ID.MappingEnd;
  }

  private void merge(ForeignYamlNode value, List<ForeignYamlNode.Field> merged)
      throws UnreadableYamlException {
    switch (value) {
      case ForeignYamlNode.Fields fields -> merged.addAll(fields.fields());
      case ForeignYamlNode.Items items -> {
        for (ForeignYamlNode item : items.items().reversed()) {
          merge(item, merged);
        }
      }
      case ForeignYamlNode.Text text ->
          throw unread(text.line(), "<< with something other than a mapping", "merge a mapping");
    }
  }

  private static ForeignYamlNode.Text text(ScalarEvent scalar) {
    return new ForeignYamlNode.Text(scalar.getValue(), scalar.isPlain(), line(scalar));
  }

  private UnreadableYamlException unread(int line, String what, String remedy) {
    return new UnreadableYamlException(
        new DocumentProblem(source, "", line, line == 0 ? 0 : 1, what, remedy));
  }

  private static int line(Event event) {
    return event.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }
}
