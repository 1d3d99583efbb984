package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.task.TaskOperation;
import java.util.List;
import java.util.regex.Pattern;

/** What a snapshot is taken for, or ahead of: "…, I'm about to go on holiday". Pure. */
final class Occasion {
  private static final Pattern AT_ONCE = rule("now|right away|immediately|at once|straight away");
  private static final Pattern NOT_YET = rule("not|don't|but|only|if|when|unless|until|wait|first");
  private static final String ON = "(?: (?![.,;:!?])\\S+)";
  private static final Pattern AHEAD_OF =
      rule(
          "(?:, )?(?:just |right )?(?:before|ahead of) (?:(?:any|some|no)(?:body|one|thing)|we|i|they|he|she"
              + "|the|our|my|their|his|her|tonight|tomorrow|today)"
              + ON
              + "{0,12}(?: [,:])?");
  private static final Pattern SOME_TIME =
      rule("[a-z]+day|tomorrow|tonight|<unit>|<vague>|<moment>|<num>|next|later");
  private static final Pattern PURPOSE =
      rule(
          "(?:, )?(?:(?:as|since|because|just|in case) )*(?:i'm|we're|i am|we are|i|we|i'd|we'd) (?:about"
              + " to|going to|want to|wanna|would like to|like to|need to|may|might|have to)"
              + ON
              + "{1,14}");

  /** "Now …, the release is on Thursday." */
  private static final Pattern OCCASION =
      rule("(?:, )?(?:the|our|my|their)" + ON + "{1,4} (?:is|are|starts?|begins?)" + ON + "{1,14}");

  private static final Pattern BUT =
      rule("not|don't|but|only|if|when|unless|until|before|after|tomorrow|tonight|wait|hold|first");

  private Occasion() {}

  /** A snapshot changes no limit: what for, and before what, carries nothing. */
  static Phrase without(Phrase words) {
    var rest = words;
    boolean atOnce = words.has(AT_ONCE) && !words.has(NOT_YET);
    var ahead = words.find(AHEAD_OF);
    if (ahead.isPresent() && (atOnce || !new Phrase(ahead.get().items()).spoken().has(SOME_TIME))) {
      rest = words.without(ahead.get());
    }
    if (atOnce) {
      rest = rest.without(OCCASION);
    }
    for (var hit = rest.find(PURPOSE); hit.isPresent(); hit = rest.find(PURPOSE)) {
      var purpose = new Phrase(hit.get().items());
      if ((purpose.has(BUT) && !atOnce) || !Operations.named(purpose, false).isEmpty()) {
        return words;
      }
      rest = rest.without(hit.get());
    }
    return Operations.named(rest, false).equals(List.of(TaskOperation.SNAPSHOT)) ? rest : words;
  }
}
