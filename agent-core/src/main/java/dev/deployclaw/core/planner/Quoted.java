package dev.deployclaw.core.planner;

import java.util.List;
import java.util.regex.Pattern;

/**
 * An order in quotation marks that somebody takes on: "Lena wrote: "…". Please do what she asked."
 * What is quoted is somebody else's until then. Pure.
 */
final class Quoted {
  private static final Pattern TAKEN_ON =
      Pattern.compile(
          " (?:(?:so|and|then|please|pls|plz|kindly|just|now|can you|could you|would you) )*"
              + "(?:do|carry|execute|apply|action|process|follow|fulfil|handle|take care of|make)"
              + " (?:(?:exactly|just) )?(?:(?:what|as) (?:she|he|they|it) (?:\\S+ )?(?:asks?|asked|wrote|writes|says|said"
              + "|wants|wanted|requests|requested)(?: for)?|(?:that|it|this|so)(?: (?:out|happen))?)"
              + "(?: (?:please|pls|thanks|now|for (?:him|her|them|me)|in (?:his|her|their)"
              + " (?:place|stead|absence)|on (?:his|her|their) behalf))* ");

  /** "Do what Ines asked Karl to do: …", where it is all that stands beside the quotation. */
  private static final Pattern TAKEN_ON_BY_NAME =
      Pattern.compile(
          " (?:(?:please|pls|kindly|just|can you|could you) )*do (?:(?:exactly|just) )?what \\S+ (?:asked|asks"
              + "|wrote|said|says|wants|wanted|told)(?: (?!not)\\S+)?(?: to do)? ");

  /** The person that the quoted one speaks to. */
  private static final Pattern CALLED =
      Phrase.rule("(?<=^ )<unknown> ,(?= (?!<tenant>|<unknown>|and|or|&)\\S+)");

  private static final Pattern DENIES =
      Phrase.rule(
          "not|never|nobody|against|instead|after|before|when|once|wrong|mistakes?|mistaken|typo|sorry|actually"
              + "|decided|(?<=^ )(?:no|nope)|sa(?:id|ys) no");
  private static final Pattern MEANT_FOR = Phrase.rule("(?:was|were|is) (?:meant|intended) for");
  private static final List<Class<? extends Meaning>> MATTERS =
      List.of(
          Meaning.Tenant.class,
          Meaning.Service.class,
          Meaning.Label.class,
          Meaning.Route.class,
          Meaning.Run.class,
          Meaning.Moment.class,
          Meaning.Vague.class);

  private Quoted() {}

  /** What is quoted and taken on, where nothing outside the marks adds to it; else all of it. */
  static Phrase takenOn(String text, Phrase words) {
    var quotes = Quotes.of(text);
    if (quotes.spans().size() != 1) {
      return words;
    }
    var inside = new Phrase(words.items().stream().filter(quotes::hold).toList());
    var outside = Piece.words(words.spoken(), i -> quotes.hold(i) || Story.stops(i) || parts(i));
    boolean only =
        outside.size() == 1 && TAKEN_ON_BY_NAME.matcher(outside.getFirst().line()).matches();
    boolean taken = only || outside.stream().anyMatch(Quoted::takes);
    boolean nothing = only || outside.stream().allMatch(p -> takes(p) || idle(p));
    return taken && nothing && !inside.items().isEmpty() ? inside.without(CALLED) : words;
  }

  private static boolean parts(Item item) {
    return item.is(",") || item.is(":") || item.is("so");
  }

  private static boolean takes(Phrase piece) {
    return TAKEN_ON.matcher(piece.line()).matches();
  }

  /** It adds nothing: no name, no value, no condition. */
  private static boolean idle(Phrase told) {
    var piece = told.without(MEANT_FOR);
    return piece.items().size() > 1
        && MATTERS.stream().noneMatch(piece::has)
        && !Telling.valued(piece)
        && !Telling.bent(piece)
        && !piece.has(DENIES);
  }
}
