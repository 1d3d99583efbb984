package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.parse.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads YAML that others wrote: unlike in our own documents, anchors, aliases and merge keys count.
 * Bounded in size, depth, and in what aliases may unfold to.
 */
final class TreeReader {
  static final int MOST_CHARACTERS = 4 << 20;
  static final int MOST_NODES = 500_000;
  static final int MOST_DEPTH = 64;
  private static final String MERGE = "<<";

  private final String source;
  private int nodes;

  private TreeReader(String source) {
    this.source = source;
  }

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
    var settings =
        LoadSettings.builder()
            .setCodePointLimit(MOST_CHARACTERS)
            .setMaxAliasesForCollections(1_000)
            .build();
    try {
      var root = new Compose(settings).composeString(text);
      return root.isEmpty() ? Optional.empty() : Optional.of(reader.tree(root.get(), 1));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(Mark::getLine).orElse(-1) + 1;
      throw reader.unread(line, "not YAML: " + e.getProblem(), "correct the syntax here");
    } catch (YamlEngineException e) {
      throw reader.unread(0, "not YAML: " + e.getMessage(), "correct the text");
    }
  }

  private Tree tree(Node node, int depth) throws Unread {
    int line = line(node);
    if (++nodes > MOST_NODES) {
      throw unread(line, "more than " + MOST_NODES + " values", "split the file");
    }
    if (depth > MOST_DEPTH) {
      throw unread(line, "nested deeper than " + MOST_DEPTH, "no limits have such depth");
    }
    return switch (node) {
      case ScalarNode scalar -> text(scalar);
      case SequenceNode list -> {
        List<Tree> items = new ArrayList<>();
        for (Node item : list.getValue()) {
          items.add(tree(item, depth + 1));
        }
        yield new Tree.Items(items, line);
      }
      case MappingNode mapping -> fields(mapping, depth);
      default -> throw unread(line, "unexpected " + node.getNodeType(), "correct the syntax");
    };
  }

  /** What a merge key brings stands first, so that the mapping's own fields win. */
  private Tree fields(MappingNode mapping, int depth) throws Unread {
    List<Tree.Field> merged = new ArrayList<>();
    List<Tree.Field> own = new ArrayList<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw unread(line(tuple.getKeyNode()), "a key that isn't text", "use a name");
      }
      var name = text(key);
      Tree value = tree(tuple.getValueNode(), depth + 1);
      if (name.plain() && name.text().equals(MERGE)) {
        merge(value, merged);
      } else {
        own.add(new Tree.Field(name.text(), name.plain(), value, name.line()));
      }
    }
    var names = own.stream().map(Tree.Field::name).toList();
    merged.removeIf(f -> names.contains(f.name()));
    merged.addAll(own);
    return new Tree.Fields(merged, line(mapping));
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

  private static Tree.Text text(ScalarNode scalar) {
    boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN;
    return new Tree.Text(scalar.getValue(), plain, line(scalar));
  }

  private Unread unread(int line, String what, String remedy) {
    return new Unread(new Problem(source, "", line, line == 0 ? 0 : 1, what, remedy));
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }
}
