package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What somebody does or has just done, as the reason for an order that stands ahead of it: "they
 * just opened a new shop", "we're running a data migration", "while we look into it". Both the verb
 * and what it is done to are of closed lists, since people take back with open ones. Pure.
 */
final class Doings {
  private static final String INTRO = "(?:(?:and|so|since|as|because|,) )*";

  /** Nobody says so of a limit, of a request, or of its number. */
  private static final String OTHER =
      "(?!(?:request|ticket|order|limit|cap|quota|rate|plan|polic|change|contract|service|tenant|number|value"
          + "|setting|approv|manager|boss|lawyer|legal)[a-z]*(?: |$))[a-z-]+";

  private static final String ADVERBS = "(?:(?:just|now|currently|recently|also|still|already) )*";
  private static final String DONE =
      "(?:onboarded|added|hired|acquired|bought|opened|launched|started|began|begun|connected|integrated"
          + "|imported|uploaded|released|rolled out|kicked off|brought in|taken on|took on)";
  private static final String DOING =
      "(?:running|doing|performing|starting|importing|exporting|uploading|downloading|syncing|migrating"
          + "|backfilling|replaying|reindexing|rebuilding|onboarding|adding|connecting|launching"
          + "|opening|holding|hosting|processing|rolling out|carrying out|busy with|in the middle of)";
  private static final String THING =
      "(?:shops?|stores?|warehouses?|branch(?:es)?|offices?|sites?|brands?|partners?|merchants?"
          + "|suppliers?|users?|regions?|countr(?:y|ies)|products?|catalogu?es?|catalogs?|integrations?"
          + "|apps?|devices?|campaigns?|sales?|promotions?|migrations?|imports?|exports?|backfills?"
          + "|replays?|jobs?|crawls?|uploads?|downloads?|load tests?|benchmarks?|webinars?)";
  private static final String KIND =
      "(?:(?!(?:no|not|of|to|for|on|in|at|by|from|with|about|against|over|without|than|that|which|who) )"
          + OTHER
          + " )";
  private static final String SOME =
      "(?:an?|another|some|more|several|many|their|our|the|new|big|large|huge|bulk|data) ";
  private static final String TAIL =
      "(?:(?:right now|now|just now|at the moment|today|yesterday|this morning|again|as well"
          + "|last (?:night|week|month)|(?:in|for|of|from|into|to|with) (?:(?:a|an|the|their|our|new|old) )*"
          + "(?!now|good|long|ever|once|theory|question|doubt|"
          + "mind|test|time|case|advance)[a-z-]+) )";

  private static final Pattern TOLD =
      Pattern.compile(
          " "
              + INTRO
              + "(?:(?:they|we|they've|we've|their "
              + OTHER
              + ") (?:(?:have|has) )?"
              + ADVERBS
              + DONE
              + "|(?:they're|we're|they are|we are|their "
              + OTHER
              + " (?:is|are)) "
              + ADVERBS
              + DOING
              + ") "
              + SOME
              + KIND
              + "{0,3}"
              + THING
              + " "
              + TAIL
              + "{0,2}");

  private static final Pattern PRESENT =
      rule("right now|just now|now|today|this morning|last (?:night|week|month)|yesterday");
  private static final Pattern LATER =
      rule(
          "<moment>|<vague>|<unit>|<num>|<per>|[a-z]+day|[a-z]+ days?|noon|midnight|(?:next|this) \\S+|soon|then|january"
              + "|february|march|april|june|july|august|september|october|november|december|spring|summer|autumn"
              + "|winter|christmas|easter");

  /** Who looks into something, or mends it, for as long as the order says. */
  private static final Pattern MEANWHILE =
      rule(
          "(?<=<unit> )(?:, )?while (?:(?:we|they|i|he|she) (?:are |am |is )?|(?:we're|they're|i'm) |(?:our"
              + "|their) "
              + OTHER
              + " (?:is |are )?)"
              + "(?:(?:still|now|all) )*(?:investigat(?:e|es|ing)|look(?:s|ing)? (?:into|at)|analy[sz](?:e|es|ing)"
              + "|examin(?:e|es|ing)|debug(?:s|ging)?|diagnos(?:e|es|ing)|trac(?:e|es|ing)|clean(?:s|ing)? up"
              + "|fix(?:es|ing)?|repair(?:s|ing)?|recover(?:s|ing)?|migrat(?:e|es|ing))"
              + "(?: (?!(?:and|but|then|so|or|also|plus|please|you|not|no) )[a-z'-]+){0,8}(?= (?:(?:[.;!,]|thanks|thank you|please) )*$)");

  private static final Pattern LASTS = rule("for (?:\\S+ ){1,4}<unit>(?= (?:, )?while )");

  private Doings() {}

  /** Whether a piece tells what somebody does. */
  static boolean told(Phrase piece) {
    return TOLD.matcher(piece.line()).matches() && !piece.without(PRESENT).has(LATER);
  }

  /** Without what is done in the meantime, where the order says how long that is. */
  static Phrase without(Phrase words) {
    Optional<Phrase.Hit> hit = words.spoken().find(MEANWHILE);
    boolean plain =
        hit.map(h -> new Phrase(h.items()))
            .filter(h -> !Telling.bent(h) && !h.has(LATER))
            .isPresent();
    return plain && words.has(LASTS) ? words.replace(hit.get(), List.of()) : words;
  }
}
