package dev.deployclaw.policy.document;

import dev.deployclaw.policy.document.DocumentNode.Entry;
import dev.deployclaw.policy.document.UnreadableDocumentException.YamlFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML 1.2 document (JSON is a subset of it) into nodes that know their place. Built from
 * parser events, so that size, depth, count, and what aliases unfold to are bounded before anything
 * is built.
 */
public final class BoundedYamlReader {
  /** Made once: it takes longer than a small document. The dialect bounds the length before. */
  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();

  private final YamlDialect dialect;
  private final Iterator<Event> events;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int nodes;

  private BoundedYamlReader(YamlDialect dialect, Iterator<Event> events) {
    this.dialect = dialect;
    this.events = events;
  }

  /**
   * What an anchor names.
   *
   * @param nodes in it, those of its aliases too
   */
  private record Anchored(DocumentNode tree, int nodes) {}

  /** The document of a text that must hold one. */
  public static DocumentNode policy(String text) throws UnreadableDocumentException {
    return read(text, YamlDialect.POLICY)
        .orElseThrow(() ->
            fault(TextPosition.START, "the document is empty", "write a policy, or remove it"));
  }

  /** The one document of a text; empty where it holds none. */
  public static Optional<DocumentNode> read(String text, YamlDialect dialect)
      throws UnreadableDocumentException {
    if (text.length() > dialect.characters()) {
      throw new UnreadableDocumentException(
          YamlFault.SIZE,
          TextPosition.NOWHERE,
          "the document has " + text.length() + " characters",
          "at most " + dialect.characters() + dialect.remedies().length());
    }
    String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
    try {
      return new BoundedYamlReader(dialect, new Parse(SETTINGS).parseString(body).iterator())
          .document();
    } catch (MarkedYamlEngineException e) {
      var at = TextPosition.of(e.getProblemMark().or(e::getContextMark));
      throw new UnreadableDocumentException(
          YamlFault.SYNTAX, at, e.getProblem(), "correct the syntax here");
    } catch (YamlEngineException e) {
      throw new UnreadableDocumentException(
          YamlFault.SYNTAX,
          TextPosition.NOWHERE,
          String.valueOf(e.getMessage()),
          "correct the text");
    }
  }

  private Optional<DocumentNode> document() throws UnreadableDocumentException {
    events.next();
    if (events.next().getEventId() == Event.ID.StreamEnd) {
      return Optional.empty();
    }
    DocumentNode root = node(events.next(), 1);
    events.next();
    var end = events.next();
    if (end.getEventId() != Event.ID.StreamEnd) {
      throw fault(at(end), "a second document", dialect.remedies().single());
    }
    return Optional.of(root);
  }

  private DocumentNode node(Event event, int depth) throws UnreadableDocumentException {
    int before = nodes;
    count(1, event);
    if (depth > dialect.depth()) {
      throw new UnreadableDocumentException(
          YamlFault.SIZE,
          at(event),
          "nested deeper than " + dialect.depth(),
          dialect.remedies().depth());
    }
    if (!dialect.extras()) {
      refuseExtras(event);
    }
    var node =
        switch (event) {
          case ScalarEvent s -> new DocumentNode.Scalar(s.getValue(), s.isPlain(), at(s));
          case SequenceStartEvent list -> items(list, depth);
          case MappingStartEvent map -> mapping(map, depth);
          case AliasEvent alias -> aliased(alias);
          default ->
              throw fault(at(event), "unexpected " + event.getEventId(), "correct the syntax");
        };
    if (event instanceof NodeEvent named && !(event instanceof AliasEvent)) {
      named
          .getAnchor()
          .ifPresent(name -> anchors.put(name.getValue(), new Anchored(node, nodes - before)));
    }
    return node;
  }

  private void count(int more, Event event) throws UnreadableDocumentException {
    nodes += more;
    if (nodes > dialect.nodes()) {
      throw new UnreadableDocumentException(
          YamlFault.SIZE,
          at(event),
          "more than " + dialect.nodes() + " values",
          dialect.remedies().count());
    }
  }

  private static void refuseExtras(Event event) throws UnreadableDocumentException {
    if (event instanceof NodeEvent named && named.getAnchor().isPresent()) {
      throw new UnreadableDocumentException(
          YamlFault.ANCHOR,
          at(event),
          "anchors and aliases are not allowed",
          "write the value out");
    }
    Optional<String> tag =
        switch (event) {
          case ScalarEvent scalar -> scalar.getTag();
          case CollectionStartEvent collection -> collection.getTag();
          default -> Optional.empty();
        };
    if (tag.isPresent()) {
      throw new UnreadableDocumentException(
          YamlFault.TAG, at(event), "the tag " + tag.get() + " is not allowed", "leave it out");
    }
  }

  /** An alias counts for all that it means, since a reader of the tree reads all of it. */
  private DocumentNode aliased(AliasEvent alias) throws UnreadableDocumentException {
    String name = alias.getAlias().getValue();
    var anchored = anchors.get(name);
    if (anchored == null) {
      throw fault(at(alias), "no anchor " + name + " is complete before", "write the value out");
    }
    count(anchored.nodes() - 1, alias);
    return anchored.tree();
  }

  private DocumentNode items(SequenceStartEvent start, int depth)
      throws UnreadableDocumentException {
    List<DocumentNode> items = new ArrayList<>();
    for (var next = events.next(); !ends(next); next = events.next()) {
      items.add(node(next, depth + 1));
    }
    return new DocumentNode.Items(items, start.getFlowStyle() == FlowStyle.FLOW, at(start));
  }

  /** What a merge key brings comes first, so that the mapping's own entries win. */
  private DocumentNode mapping(MappingStartEvent start, int depth)
      throws UnreadableDocumentException {
    List<Entry> merged = new ArrayList<>();
    List<Entry> own = new ArrayList<>();
    for (var next = events.next(); !ends(next); next = events.next()) {
      if (!(node(next, depth + 1) instanceof DocumentNode.Scalar key)) {
        throw fault(at(next), "a key that isn't text", "use a name");
      }
      DocumentNode value = node(events.next(), depth + 1);
      if (dialect.extras() && key.plain() && key.text().equals("<<")) {
        merge(value, merged);
      } else {
        own.add(new Entry(key, value));
      }
    }
    if (!merged.isEmpty()) {
      var names = own.stream().map(Entry::key).collect(Collectors.toSet());
      merged.removeIf(e -> names.contains(e.key()));
      own.addAll(0, merged);
    }
    return new DocumentNode.Mapping(own, start.getFlowStyle() == FlowStyle.FLOW, at(start));
  }

  private static void merge(DocumentNode value, List<Entry> merged)
      throws UnreadableDocumentException {
    switch (value) {
      case DocumentNode.Mapping mapping -> merged.addAll(mapping.entries());
      case DocumentNode.Items list -> {
        for (DocumentNode item : list.items().reversed()) {
          merge(item, merged);
        }
      }
      case DocumentNode.Scalar scalar ->
          throw fault(scalar.at(), "<< with something other than a mapping", "merge a mapping");
    }
  }

  private static boolean ends(Event event) {
    return event.getEventId() == Event.ID.SequenceEnd || event.getEventId() == Event.ID.MappingEnd;
  }

  private static TextPosition at(Event event) {
    return TextPosition.of(event.getStartMark());
  }

  private static UnreadableDocumentException fault(TextPosition at, String what, String remedy) {
    return new UnreadableDocumentException(YamlFault.OTHER, at, what, remedy);
  }
}
