package dev.deployclaw.policy.document;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;

/**
 * Reads one YAML 1.2 document (JSON is a subset of it) into nodes that know their place. Built from
 * parser events, so that size, depth and count are bounded before anything is built, and anchors,
 * aliases and tags, which policies have no use for, never take effect.
 */
public final class BoundedYamlReader {
  static final int MOST_CHARACTERS = 256 * 1024;
  static final int MOST_DEPTH = 12;
  static final int MOST_NODES = 20_000;

  private static final ScalarResolver CORE_SCHEMA = new CoreScalarResolver(false);

  /** Made once: it takes longer than a small document. */
  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setCodePointLimit(MOST_CHARACTERS).build();

  private final Iterator<Event> events;
  private int nodes;

  private BoundedYamlReader(Iterator<Event> events) {
    this.events = events;
  }

  public static DocumentNode read(String text) throws UnreadableDocumentException {
    if (text.length() > MOST_CHARACTERS) {
      throw new UnreadableDocumentException(
          TextPosition.START,
          "the document has " + text.length() + " characters",
          "at most " + MOST_CHARACTERS + "; split it into one document for each tenant");
    }
    String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
    try {
      return new BoundedYamlReader(new Parse(SETTINGS).parseString(body).iterator()).document();
    } catch (MarkedYamlEngineException e) {
      var at = TextPosition.of(e.getProblemMark().or(e::getContextMark));
      throw new UnreadableDocumentException(
          at, "not YAML: " + e.getProblem(), "correct the syntax here");
    } catch (YamlEngineException e) {
      throw new UnreadableDocumentException(
          TextPosition.START, "not YAML: " + e.getMessage(), "correct the text");
    }
  }

  private DocumentNode document() throws UnreadableDocumentException {
    events.next();
    var start = events.next();
    if (start.getEventId() == Event.ID.StreamEnd) {
      throw new UnreadableDocumentException(
          TextPosition.START, "the document is empty", "write a policy, or remove it");
    }
    DocumentNode root = node(events.next(), 1);
    events.next();
    var end = events.next();
    if (end.getEventId() != Event.ID.StreamEnd) {
      throw new UnreadableDocumentException(
          TextPosition.of(end.getStartMark()),
          "a second document",
          "write one document for each tenant and source");
    }
    return root;
  }

  private DocumentNode node(Event event, int depth) throws UnreadableDocumentException {
    var at = TextPosition.of(event.getStartMark());
    check(event, at, depth);
    return switch (event) {
      case ScalarEvent scalar -> new DocumentNode.Scalar(kind(scalar), scalar.getValue(), at);
      case SequenceStartEvent _ -> items(at, depth);
      case MappingStartEvent _ -> mapping(at, depth);
      default ->
          throw new UnreadableDocumentException(
              at, "unexpected " + event.getEventId(), "correct the syntax");
    };
  }

  private void check(Event event, TextPosition at, int depth) throws UnreadableDocumentException {
    if (++nodes > MOST_NODES) {
      throw new UnreadableDocumentException(
          at, "more than " + MOST_NODES + " values", "split the document");
    }
    if (depth > MOST_DEPTH) {
      throw new UnreadableDocumentException(
          at, "nested deeper than " + MOST_DEPTH, "a policy doesn't nest that deep");
    }
    if (event instanceof AliasEvent
        || (event instanceof NodeEvent n && n.getAnchor().isPresent())) {
      throw new UnreadableDocumentException(
          at, "anchors and aliases are not allowed", "write the value out");
    }
    if (tag(event).isPresent()) {
      throw new UnreadableDocumentException(
          at, "the tag " + tag(event).get() + " is not allowed", "leave it out");
    }
  }

  private static Optional<String> tag(Event event) {
    return switch (event) {
      case ScalarEvent scalar -> scalar.getTag();
      case CollectionStartEvent collection -> collection.getTag();
      default -> Optional.empty();
    };
  }

  private DocumentNode items(TextPosition at, int depth) throws UnreadableDocumentException {
    List<DocumentNode> items = new ArrayList<>();
    for (var next = events.next(); !ends(next); next = events.next()) {
      items.add(node(next, depth + 1));
    }
    return new DocumentNode.Items(items, at);
  }

  private DocumentNode mapping(TextPosition at, int depth) throws UnreadableDocumentException {
    List<DocumentNode.Entry> entries = new ArrayList<>();
    for (var next = events.next(); !ends(next); next = events.next()) {
      if (!(node(next, depth + 1) instanceof DocumentNode.Scalar key)) {
        throw new UnreadableDocumentException(
            TextPosition.of(next.getStartMark()), "a key that isn't text", "use a name");
      }
      entries.add(new DocumentNode.Entry(key.text(), key.at(), node(events.next(), depth + 1)));
    }
    return new DocumentNode.Mapping(entries, at);
  }

  private static boolean ends(Event event) {
    return event.getEventId() == Event.ID.SequenceEnd || event.getEventId() == Event.ID.MappingEnd;
  }

  private static DocumentNode.Kind kind(ScalarEvent scalar) {
    if (!scalar.isPlain()) {
      return DocumentNode.Kind.STRING;
    }
    Tag tag = CORE_SCHEMA.resolve(scalar.getValue(), true);
    if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return DocumentNode.Kind.NUMBER;
    }
    if (tag.equals(Tag.BOOL)) {
      return DocumentNode.Kind.FLAG;
    }
    return tag.equals(Tag.NULL) ? DocumentNode.Kind.NOTHING : DocumentNode.Kind.STRING;
  }
}
