package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Takes out of a request what is only told around an order: the ticket, the alert, what happened,
 * why. It needs an order that begins as one, and that says by itself for whom and where: a story
 * gives it nothing, save the one tenant that a pronoun stands for. Whatever doesn't read as a story
 * stays, and is asked about. Pure.
 */
final class Story {
  private static final Rules RULES = Rules.of("story.txt");

  private static final Set<String> THEREFORE = Set.of("so", "therefore", "hence", "thus");

  /** A line by a monitoring system, or by somebody who is answered. */
  private static final Pattern ALERT = Pattern.compile("\\s*" + RULES.any("alert") + ".*");

  static final Pattern EVERYBODY = RULES.rule("everybody");
  private static final Pattern PRONOUN = RULES.rule("pronoun");

  /** Of what the story tells, which is gone. */
  private static final Pattern INSTEAD = RULES.rule("instead");

  private static final Pattern BACK_TO = RULES.rule("back-to");

  private static final Pattern ROLLS_IT_BACK = RULES.rule("rolls-it-back");
  private static final Pattern DID_HARM =
      rule("<run> (?:(?:has|have|just|really|completely) )*" + RULES.any("did-harm"));
  private static final Pattern ANOTHER = RULES.rule("another");

  private static final Pattern LETS_IN = RULES.rule("lets-in");
  private static final Pattern SHUTS_OUT = RULES.rule("shuts-out");
  private static final Pattern HARM = RULES.rule("harm");
  private static final Pattern PAYS = RULES.rule("pays");

  private static final Pattern UNDO = RULES.rule("undo");

  /** Operations that take a tenant as a whole, or none. */
  private static final Pattern ANYWHERE = RULES.rule("anywhere");

  private final String text;
  private final Phrase words;
  private final Quotes quotes;

  private Story(String text, Phrase words) {
    this.text = text;
    this.words = words;
    this.quotes = Quotes.of(text);
  }

  /** What ends a sentence. */
  static boolean stops(Item item) {
    return item.is(".") || item.is("!") || item.is("?") || item.is(";");
  }

  private boolean parts(Item item) {
    return !quotes.hold(item)
        && (item.is(",")
            || item.is(":")
            || (item.meaning() instanceof Meaning.Word(String word) && THEREFORE.contains(word)));
  }

  /** The request without its story; as it is where it has none, or needs it. */
  static Phrase without(String text, Phrase words) {
    return new Story(text, Doings.without(Occasion.without(words))).order();
  }

  private Phrase order() {
    var blocks = blocks();
    var dropped = blocks.stream().filter(Block::told).toList();
    if (dropped.isEmpty() || blocks.stream().noneMatch(Block::order)) {
      return words;
    }
    var places = new HashSet<Integer>();
    for (Block block : dropped) {
      for (Piece piece : block.pieces()) {
        piece.led().items().forEach(i -> places.add(i.from()));
      }
    }
    var rest = new ArrayList<Item>();
    var story = new ArrayList<Item>();
    words.items().forEach(i -> (places.contains(i.from()) ? story : rest).add(i));
    while (!rest.isEmpty() && (stops(rest.getFirst()) || rest.getFirst().is(","))) {
      rest.removeFirst();
    }
    return alone(new Phrase(rest), new Phrase(story), dropped);
  }

  private List<Block> blocks() {
    var blocks = new ArrayList<Block>();
    var place = Place.AHEAD;
    for (Piece sentence : Piece.of(words.spoken(), i -> stops(i) && !quotes.hold(i))) {
      if (!sentence.words().items().isEmpty()) {
        var cut = cut(sentence, place);
        place = cut.getLast().place();
        blocks.addAll(cut);
      }
    }
    return blocks;
  }

  /** A sentence, in what leads to its order, the order, and what is told behind it. */
  private List<Block> cut(Piece sentence, Place place) {
    var pieces = Piece.of(sentence.words(), this::parts);
    if (place == Place.AHEAD && alert(sentence)) {
      return List.of(new Block(pieces, Place.ALERT), new Block(List.of(), place));
    }
    int from = Opening.of(pieces);
    boolean asks = sentence.endsWith("?");
    if (from < 0) {
      return List.of(new Block(pieces, asks ? Place.ASKED : place), new Block(List.of(), place));
    }
    int to = asks ? pieces.size() : from + 1;
    var behind = after(pieces.get(from));
    while (to < pieces.size() && !new Block(pieces.subList(to, pieces.size()), behind).told()) {
      to++;
    }
    return List.of(
        new Block(pieces.subList(0, from), place),
        new Block(pieces.subList(from, to), Place.ORDER),
        new Block(pieces.subList(to, pieces.size()), behind));
  }

  private static Place after(Piece order) {
    return order.words().has(UNDO) ? Place.BEHIND_UNDO : Place.BEHIND;
  }

  private boolean alert(Piece sentence) {
    int from = sentence.words().items().getFirst().from();
    int start = text.lastIndexOf('\n', from) + 1;
    int end = text.indexOf('\n', from);
    boolean first = text.substring(start, from).isBlank();
    return first && ALERT.matcher(text.substring(start, end < 0 ? text.length() : end)).matches();
  }

  /** The order, if it says by itself what it needs; else everything. */
  private Phrase alone(Phrase asked, Phrase story, List<Block> dropped) {
    var order = withRun(asked, story);
    boolean behind = dropped.stream().anyMatch(Block::behind);
    var named = names(order, Meaning.Tenant.class);
    var told = names(story, Meaning.Tenant.class);
    boolean everybody = order.has(EVERYBODY);
    if (!Telling.valued(order.spoken()) && Operations.named(order, false).isEmpty()) {
      return words;
    }
    boolean relative = !order.has(Meaning.Num.class) || order.has(rule("%|percent|half"));
    if (contrary(order, story.spoken())
        || (Telling.valued(story.spoken()) && relative && order.has(BACK_TO))
        || !placed(order, story, behind)
        || (everybody && (!told.isEmpty() || story.has(Meaning.Label.class)))) {
      return words;
    }
    if (named.isEmpty() && !everybody && !told.isEmpty()) {
      return told.size() == 1 && order.has(PRONOUN) && Telling.isAbout(story.spoken())
          ? withTenant(order, story)
          : words;
    }
    if (!named.containsAll(told) && order.has(PRONOUN)) {
      return words;
    }
    boolean others = !told.isEmpty() && !told.containsAll(named);
    boolean more = behind && !named.containsAll(told);
    return others || more ? words : order.without(INSTEAD);
  }

  /** Who does harm isn't let in again for it, and who pays isn't blocked. */
  private static boolean contrary(Phrase order, Phrase story) {
    return order.has(LETS_IN) ? story.has(HARM) : (order.has(SHUTS_OUT) && story.has(PAYS));
  }

  private static boolean placed(Phrase order, Phrase story, boolean behind) {
    var there = names(order, Meaning.Service.class);
    var told = names(story, Meaning.Service.class);
    boolean lacks =
        (story.has(Meaning.Route.class) && !order.has(Meaning.Route.class))
            || !names(order, Meaning.Run.class).containsAll(names(story, Meaning.Run.class));
    if (lacks || told.isEmpty() || order.has(ANYWHERE)) {
      return !lacks;
    }
    return !there.isEmpty()
        && (!behind || (there.containsAll(told) && (there.size() == 1 || told.containsAll(there))));
  }

  /** The one change that did harm, behind the order that says "roll it back". */
  private static Phrase withRun(Phrase order, Phrase story) {
    boolean it = order.has(ROLLS_IT_BACK) && !order.has(Meaning.Run.class);
    var runs = names(story, Meaning.Run.class);
    if (!it || runs.size() != 1 || !story.spoken().has(DID_HARM) || story.has(ANOTHER)) {
      return order;
    }
    var run = story.all(Meaning.Run.class).getFirst();
    return order.rewrite(ROLLS_IT_BACK, hit -> Optional.of(run));
  }

  /** The one tenant of the story, ahead of the order that says "them". */
  private static Phrase withTenant(Phrase order, Phrase story) {
    var items = new ArrayList<Item>();
    items.add(story.all(Meaning.Tenant.class).getFirst());
    items.addAll(order.items());
    return new Phrase(items);
  }

  private static Set<Meaning> names(Phrase phrase, Class<? extends Meaning> kind) {
    var names = new HashSet<Meaning>();
    phrase.all(kind).forEach(i -> names.add(i.meaning()));
    return names;
  }
}
