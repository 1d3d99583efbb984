package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.parse.Problem;
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
final class TreeReader {
  static final int MOST_CHARACTERS = 4 << 20;
  static final int MOST_NODES = 500_000;
  static final int MOST_DEPTH = 64;
  private static final String MERGE = "<<";

  private final String source;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int nodes;

  private TreeReader(String source) {
    this.source = source;
  }

  /**
   * What stands at an anchor.
   *
   * @param nodes in it, those of its aliases too
   */
  private record Anchored(Tree tree, int nodes) {}

  /** The text can't be read. */
  static final class Unread extends Exception {
    private static final long serialVersionUID = 1L;

    /** Not for serialization. */
    private final transient Problem problem;

    Unread(Problem problem) {
      super(problem.text());
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }
  }

  /** The one document of a text; empty where it holds none. */
  static Optional<Tree> read(String source, String text) throws Unread {
    var reader = new TreeReader(source);
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

  private Optional<Tree> document(Iterator<Event> events) throws Unread {
    events.next();
    if (events.next().getEventId() == Event.ID.StreamEnd) {
      return Optional.empty();
    }
    Tree root = tree(events.next(), events, 1);
    events.next();
    var end = events.next();
    if (end.getEventId() != Event.ID.StreamEnd) {
      throw unread(line(end), "a second document", "give one document a file");
    }
    return Optional.of(root);
  }

  private Tree tree(Event event, Iterator<Event> events, int depth) throws Unread {
    int line = line(event);
    int before = nodes;
    count(1, line);
    if (depth > MOST_DEPTH) {
      throw unread(line, "nested deeper than " + MOST_DEPTH, "no limits have such depth");
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

  /** An alias counts for all that it stands for, since whoever reads the tree reads all of it. */
  private Tree aliased(String name, int line) throws Unread {
    var anchored = anchors.get(name);
    if (anchored == null) {
      throw unread(line, "no anchor " + name + " is complete before", "write the value out");
    }
    count(anchored.nodes() - 1, line);
    return anchored.tree();
  }

  private void count(int more, int line) throws Unread {
    nodes += more;
    if (nodes > MOST_NODES) {
      throw unread(line, "more than " + MOST_NODES + " values", "split the file");
    }
  }

  private Tree items(Iterator<Event> events, int line, int depth) throws Unread {
    List<Tree> items = new ArrayList<>();
    for (var next = events.next(); !ends(next); next = events.next()) {
      items.add(tree(next, events, depth + 1));
    }
    return new Tree.Items(items, line);
  }

  /** What a merge key brings stands first, so that the mapping's own fields win. */
  private Tree fields(Iterator<Event> events, int line, int depth) throws Unread {
    List<Tree.Field> merged = new ArrayList<>();
    List<Tree.Field> own = new ArrayList<>();
    for (var next = events.next(); !ends(next); next = events.next()) {
      if (!(tree(next, events, depth + 1) instanceof Tree.Text name)) {
        throw unread(line(next), "a key that isn't text", "use a name");
      }
      Tree value = tree(events.next(), events, depth + 1);
      if (name.plain() && name.text().equals(MERGE)) {
        merge(value, merged);
      } else {
        own.add(new Tree.Field(name.text(), name.plain(), value, name.line()));
      }
    }
    var names = own.stream().map(Tree.Field::name).collect(Collectors.toSet());
    merged.removeIf(f -> names.contains(f.name()));
    merged.addAll(own);
    return new Tree.Fields(merged, line);
  }

  private static boolean ends(Event event) {
    return event.getEventId() == Event.ID.SequenceEnd || event.getEventId() == Event.ID.MappingEnd;
  }

  private void merge(Tree value, List<Tree.Field> merged) throws Unread {
    switch (value) {
      case Tree.Fields fields -> merged.addAll(fields.fields());
      case Tree.Items items -> {
        for (Tree item : items.items().reversed()) {
          merge(item, merged);
        }
      }
      case Tree.Text text ->
          throw unread(text.line(), "<< with something else than a mapping", "merge a mapping");
    }
  }

  private static Tree.Text text(ScalarEvent scalar) {
    return new Tree.Text(scalar.getValue(), scalar.isPlain(), line(scalar));
  }

  private Unread unread(int line, String what, String remedy) {
    return new Unread(new Problem(source, "", line, line == 0 ? 0 : 1, what, remedy));
  }

  private static int line(Event event) {
    return event.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }
}
