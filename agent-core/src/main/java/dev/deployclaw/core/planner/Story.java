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
  private static final String LEAD =
      "(?:(?:so|and|then|but|now|therefore|hence|thus|accordingly|please|pls|plz|kindly|just|hi|hello"
          + "|hey|team|all|folks|ok|okay|thanks|also|,) )*";
  private static final String ASK =
      "(?:(?:(?:can|could|would|will) (?:you|u|someone|somebody|we|i)|would you mind|do you mind|go ahead"
          + " and|(?:we|i) (?:need|have)(?: you)? to) )?";
  private static final String CLEAR_VERB =
      "(?:limit|cap|give|raise|increase|lower|reduce|decrease|bump|boost|block|unblock|ban|unban|suspend"
          + "|unsuspend|reinstate|remove|lift|delete|take|bring|make|halve|double|triple|scale|throttle"
          + "|restrict|allow|grant|apply|roll|undo|revert|rollback|restore|copy|use|switch|change(?! <run>)|adjust"
          + "|move|resolve|repair|fix|validate|snapshot|back|enforce|turn|tighten|loosen|relax|slow|drop"
          + "|keep|leave|enable|disable|reset|increasing|limiting|setting|raising|lowering)";

  /** Some of these are their own past: "we met, set the limit, and went". */
  private static final String VERB =
      "(?:" + CLEAR_VERB + "|set|put|cut|let|get|tell|show|list|check)";

  private static final Pattern OPENS = Pattern.compile(" " + LEAD + ASK + LEAD + VERB + " .*");
  private static final Pattern OPENS_CLEARLY =
      Pattern.compile(
          " " + LEAD + ASK + LEAD + CLEAR_VERB + " .*| " + LEAD + "(?:please|pls|plz) .*");
  private static final Pattern PLEASE = rule("please|pls|plz");
  private static final Set<String> THEREFORE = Set.of("so", "therefore", "hence", "thus");

  /** Who wrote or said what follows: it is his, until somebody takes it on. */
  private static final Pattern SPEECH =
      rule(
          "wr(?:ote|ites|iting|itten)|says?|said|saying|ask(?:s|ed|ing)?|t(?:old|ells?|elling)|suggest(?:s|ed)?"
              + "|propos(?:es|ed)|recommend(?:s|ed)?|request(?:s|ed)?|want(?:s|ed)?|demand(?:s|ed)?"
              + "|insist(?:s|ed)?|claim(?:s|ed)?|repl(?:y|ies|ied)|answer(?:s|ed)?|th(?:inks?|ought)"
              + "|order(?:s|ed)|post(?:s|ed)|mail(?:s|ed)|messag(?:es|ed)|stat(?:es|ed)|reads|begs?|begged"
              + "|urg(?:es|ed)|instruct(?:s|ed)");

  /** What stands ahead of a colon, and isn't what somebody says. */
  private static final Pattern LABEL =
      Pattern.compile(
          " (?:(?:ticket|incident|case|issue|context|background|fyi|todo|action|ask|request|quick one|alert"
              + "|problem|summary|update|reason|(?:decision|resolution|outcome|conclusion|next step)(?: (?:from|of|by)"
              + " (?:the )?\\S+)?|#|<num>|,|[a-z]+-?\\d+) )+");

  /** A line of a mail's or a ticket's head. */
  private static final Pattern HEAD =
      Pattern.compile(
          " (?:from|to|cc|subject|re|fwd|date|sent|reporter|requester|assignee|priority|prio|severity|ticket"
              + "|incident|case|id|summary|title|environment|env|component|channel|alert|customer|tenant) (?:: |#|<num>).*"
              + "| (?:ticket |incident |case |issue )?[a-z]{2,}-?\\d+ .*");

  /** A line by a monitoring system, or by somebody who is answered. */
  private static final Pattern ALERT =
      Pattern.compile(
          "\\s*(?:\\[(?:FIRING|RESOLVED|ALERT\\w*|WARN\\w*|CRIT\\w*|ERROR|PROBLEM|INCIDENT|PAGE\\w*|INFO)\\b"
              + "[^\\]\\n]*\\]|(?:ALERT(?:ING)?|FIRING|CRITICAL|PROBLEM)\\b|>).*");

  static final Pattern EVERYBODY =
      rule(
          "<label>|everyone|everybody|(?:all|each|every|any) (?:\\S+ ){0,2}(?:tenants?|customers?|clients?)|all");
  private static final Pattern PRONOUN = rule("them|they|it|its|their|him|her");

  /** Of what the story tells, which is gone. */
  private static final Pattern INSTEAD = rule("instead|rather");

  private static final Pattern BACK_TO = rule("it|that|this|those|same|(?:as|so) much");

  private static final Pattern ROLLS_IT_BACK =
      rule(
          "(?<=roll )(?:it|that|this|that one)(?= back)|(?<=(?:undo|revert|back) )(?:it|that|this|that one)");
  private static final Pattern DID_HARM =
      rule(
          "<run> (?:(?:has|have|just|really|completely) )*(?:broke|broken|made (?:things|it|everything|matters)"
              + " worse|caused|went (?:badly|wrong|sideways)|failed|slowed|killed|hurt|brought down|took down)");
  private static final Pattern ANOTHER =
      rule("another|next|previous|before|after|other|one|fine|ok|okay");

  private static final Pattern LETS_IN =
      rule("unblock|unban|unsuspend|reinstate|(?:remove|lift|end|undo) the (?:block|ban)");
  private static final Pattern SHUTS_OUT = rule("block|ban|suspend");
  private static final Pattern HARM =
      rule(
          "fail(?:s|ed)?|bounced|leak(?:s|ed)?|hammer(?:s|ed)?|abus(?:es|ed)|attack(?:s|ed)?|flood(?:s|ed)?"
              + "|spam(?:s|med)?|scrap(?:es|ed)|crawl(?:s|ed|ing)?|stole|crash(?:es|ed)?|broke");
  private static final Pattern PAYS = rule("paid|pays|settled|renewed");

  private static final Pattern UNDO = rule("roll|rollback|undo|revert|back");

  /** Operations that take a tenant as a whole, or none. */
  private static final Pattern ANYWHERE =
      rule(
          "block|unblock|ban|unban|suspend|unsuspend|reinstate|roll|rollback|undo|revert|snapshot");

  private final String text;
  private final Phrase words;
  private final Quotes quotes;

  /** Where a run of pieces stands. */
  private enum Place {
    ORDER,
    ALERT,
    AHEAD,
    ASKED,
    BEHIND,
    BEHIND_UNDO
  }

  /** A run of pieces that is kept or dropped as one. */
  private record Block(List<Piece> pieces, Place place) {
    boolean order() {
      return place == Place.ORDER;
    }

    boolean behind() {
      return place == Place.BEHIND || place == Place.BEHIND_UNDO;
    }

    List<Phrase> words() {
      return pieces.stream().flatMap(p -> Piece.words(p.words(), Story::links).stream()).toList();
    }

    String line() {
      return new Phrase(pieces.stream().flatMap(p -> p.led().items().stream()).toList()).line();
    }
  }

  private Story(String text, Phrase words) {
    this.text = text;
    this.words = words;
    this.quotes = Quotes.of(text);
  }

  /** What ends a sentence. */
  static boolean stops(Item item) {
    return item.is(".") || item.is("!") || item.is("?") || item.is(";");
  }

  private static boolean links(Item item) {
    return item.is("and") || item.is("but") || item.is("while");
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
    var dropped = blocks.stream().filter(Story::told).toList();
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
    int from = opening(pieces);
    boolean asks = sentence.endsWith("?");
    if (from < 0) {
      return List.of(new Block(pieces, asks ? Place.ASKED : place), new Block(List.of(), place));
    }
    int to = asks ? pieces.size() : from + 1;
    var behind = after(pieces.get(from));
    while (to < pieces.size() && !told(new Block(pieces.subList(to, pieces.size()), behind))) {
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

  /**
   * The first piece that begins as an order; less than 0 where none does, or somebody is quoted.
   */
  private static int opening(List<Piece> pieces) {
    for (int i = 0; i < pieces.size(); i++) {
      var piece = pieces.get(i);
      String line = piece.words().line();
      boolean sure = i == 0 || piece.before().filter(b -> !b.is(",") && !b.is(":")).isPresent();
      boolean label = i > 0 && LABEL.matcher(pieces.get(i - 1).words().line()).matches();
      boolean asked = (sure || label) && Telling.valued(piece.words()) && piece.words().has(PLEASE);
      if (!(asked || (sure ? OPENS : OPENS_CLEARLY).matcher(line).matches())) {
        continue;
      }
      boolean framed = i > 0 && !sure && pieces.get(i - 1).words().has(SPEECH);
      return (piece.follows(":") && !label) || framed ? -1 : i;
    }
    return -1;
  }

  private boolean alert(Piece sentence) {
    int from = sentence.words().items().getFirst().from();
    int start = text.lastIndexOf('\n', from) + 1;
    int end = text.indexOf('\n', from);
    boolean first = text.substring(start, from).isBlank();
    return first && ALERT.matcher(text.substring(start, end < 0 ? text.length() : end)).matches();
  }

  private static boolean told(Block block) {
    var words = block.words();
    if (block.order() || block.place() == Place.ASKED || words.isEmpty()) {
      return false;
    }
    if (!block.behind() && words.stream().allMatch(p -> LABEL.matcher(p.line()).matches())) {
      return true;
    }
    boolean bent = words.stream().anyMatch(Telling::bent);
    boolean alert = block.place() == Place.ALERT;
    boolean head =
        !block.behind()
            && HEAD.matcher(block.line()).matches()
            && words.stream().noneMatch(Telling::valued);
    var verbs = alert || head ? OPENS : OPENS_CLEARLY;
    boolean opens = words.stream().anyMatch(p -> verbs.matcher(p.line()).matches());
    return !bent
        && !opens
        && (alert
            || head
            || (block.behind()
                ? Telling.behind(words, block.place() == Place.BEHIND_UNDO)
                : Telling.ahead(words)));
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
