package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.planner.Interpretation.NeedsClarification;
import dev.deployclaw.core.planner.Interpretation.Planned;
import dev.deployclaw.core.planner.Interpretation.Refused;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Understands requests by written rules: tokens, quantities, conditions, groups, operation,
 * clauses. Every word must be explained by a rule or be known to carry nothing; whatever is left is
 * a question. Stateless, needs no network, any number of threads.
 */
public final class RulePlanner implements Planner {
  /** Bounds the time, and the depth of the stack, that a rule takes. */
  private static final int MOST_WORDS = 300;

  private static final Pattern BECAUSE =
      rule(
          "(?:because|due to|owing to|in order to|so that(?! [^;.]*<num>)|thanks to|given that|as"
              + " (?:they|it|he|she|we))(?: (?![.;,!?])\\S+){0,40}");

  /** What stands in a reason, and may be meant for the order. */
  private static final Pattern BUT_ONLY =
      rule(
          "if|unless|until|till|only (?:if|when|while|for|until|on)|except|provided|as long as|tomorrow"
              + "|tonight|for (?:\\S+ ){1,3}<unit>|maybe|instead");

  private static final Pattern AT_MOST =
      rule(
          "(?:(?:no|not|never|nothing) )?more than(?! <(?:tenant|label)>)|(?:no|not|never|nothing)"
              + " (?:greater|higher|faster) than|(?:to |should"
              + " |must |may |can |shall |will |does |do )*(?:not|never)(?: (?:be allowed"
              + " to|ever|be|able|go))* (?:exceed(?:ing)?|above|over|beyond)|without"
              + " exceeding|(?:don't|do not|never|can't|cannot|mustn't|must not|shouldn't|should"
              + " not|may not)(?: be)? (?:let|allow(?:ed)?|send|make|do|exceed|go above|go"
              + " over)(?=.* (?:<rate>|<count>|<parallel>) )");

  /** "Not 40 but 60 rps", "60 rps, not 40": the value that is denied carries nothing. */
  private static final Pattern CORRECTED =
      rule(
          "not (?:<rate>|<num>|<count>|<percent>|<parallel>|<duration>|<burst>) (?:,"
              + " )?(?:but|rather)|(?<=(?:<rate>|<count>|<percent>|<parallel>|<burst>) )(?:,"
              + " )?(?:and )?(?:not|instead of|rather than)"
              + " (?:<rate>|<num>|<count>|<percent>|<parallel>|<burst>)"
              + "|(?<=<rate> )(?:, )?(?:and )?(?:not|rather than|instead of) <per>(?: ,)?"
              + "|(?:instead of|rather than|as opposed to)(?: the)?(?: (?:current|old|present"
              + "|previous|former|usual))* (?:<rate>|<count>|<parallel>)(?! (?:on|for|to|at|in) )");

  private static final String OTHERS =
      "(?:the (?:rest|others)|everyone else|everybody else|all(?: the)? others|(?:all|every)(?:"
          + " the)? other tenants?)";

  /** "The rest stays", "leave the others as they are": what nobody wants changed. */
  private static final String STAYS =
      "(?:(?:,|;|and|but) )*(?:(?:leave|keep|leaving|keeping) "
          + OTHERS
          + "(?: (?:alone|untouched|unchanged|as (?:is|before)))?|"
          + OTHERS
          + " (?:(?:should|must|shall|can|will|to) )?(?:stays?|remains?|(?:is|are|as) (?:unchanged"
          + "|untouched|is|before))(?: (?:the same|unchanged|untouched|put|as (?:is|before)))?)"
          + "(?= (?:[.;,!]|$))";

  /** Phrases that carry nothing, though their words do elsewhere. */
  private static final Pattern NOISE =
      rule(
          "(?:i'd|we'd|i would|we would|would|i) (?:really )?(?:like|love)(?: you)?(?: to(?!"
              + " approve| review| confirm))?|(?:, )?(?:with no|without|no) (?:any"
              + " )?exceptions?|until further notice|for good|for now|from now on|as soon as"
              + " possible|"
              + STAYS
              + "|not (?:only|just)(?=.* but(?: also)? )"
              + "|(?:(?:this|it|that)(?: is| 's)? )?(?:not|no)(?: just)?(?: an?)? dry run(?:"
              + " (?:this time|any ?more|please))*|(?:no|without(?: an?)?|not? need(?:ed)? for an?) canary(?:"
              + " (?:is |are )?(?:needed|necessary|required|please))*"
              + "|if (?:possible|you can|you could|that 's ok|you please|you don't mind)");

  @Override
  public Understanding understand(TaskRequest request, Inventory inventory) {
    return Understanding.plain(interpret(request, inventory));
  }

  public Interpretation interpret(TaskRequest request, Inventory inventory) {
    var names = new KnownNames(inventory);
    if (request.text().length() > Refusals.LONGEST) {
      return new Refused("the request is longer than " + Refusals.LONGEST + " characters");
    }
    var tokens = Tokens.of(request.text(), names);
    if (tokens.size() > MOST_WORDS) {
      return new Refused(
          "the request has more than " + MOST_WORDS + " words; ask for less at once");
    }
    var words = Words.resolve(request.text(), names, tokens);
    var order = order(request.text(), words);
    var refusal = Refusals.of(request.text(), words.spoken(), order.spoken());
    if (refusal.isPresent()) {
      return new Refused(refusal.get());
    }
    var doubts = new Doubts();
    var grounds = new Grounds();
    var measured =
        Declined.without(
            Corrections.read(Quantities.read(Numbers.read(reasonless(Refusals.promised(order)))))
                .without(CORRECTED));
    var conditions = Conditions.read(measured.without(NOISE).without(AT_MOST), doubts, grounds);
    var grouped = Audience.read(Signals.read(conditions.rest(), doubts), names, doubts, grounds);
    var meant = Meant.read(grouped, conditions.guards().dryRun(), doubts, grounds);
    if (meant.filter(m -> !Operations.looking(m.operation())).isPresent()) {
      Mood.read(words, conditions, doubts);
    }
    return conclude(meant, conditions, doubts, grounds);
  }

  /** What is asked for, without whom it greets and what it tells. */
  private static Phrase order(String text, Phrase words) {
    return Story.without(text, Quoted.takenOn(text, Addressed.without(words)));
  }

  private static Interpretation conclude(
      Optional<Meant> meant, Conditions.Found conditions, Doubts doubts, Grounds grounds) {
    if (doubts.refusal().isPresent()) {
      return new Refused(doubts.refusal().get());
    }
    if (!doubts.questions().isEmpty()) {
      return new NeedsClarification(doubts.questions());
    }
    if (meant.isEmpty()) {
      return new Refused(
          "that is out of scope: the agent changes, checks and rolls back rate limits");
    }
    return new Planned(
        new Intent(
            meant.get().operation(),
            meant.get().target(),
            meant.get().changes(),
            conditions.guards(),
            conditions.schedule(),
            grounds.all()));
  }

  /**
   * Reasons carry nothing, unless the only tenant stands in them: then the names remain. One that
   * may bind the order stays whole.
   */
  private static Phrase reasonless(Phrase words) {
    var left = words.spoken();
    for (var hit = left.find(BECAUSE); hit.isPresent(); hit = left.find(BECAUSE)) {
      if (new Phrase(hit.get().items()).has(BUT_ONLY)) {
        return words;
      }
      left = left.without(hit.get());
    }
    var rest = words.without(BECAUSE);
    if (rest.has(Meaning.Tenant.class)) {
      return rest;
    }
    var names =
        words.find(BECAUSE).map(h -> words.replace(h, h.all(Meaning.Tenant.class))).orElse(words);
    return names.has(Meaning.Tenant.class) ? names : rest;
  }
}
