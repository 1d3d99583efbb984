package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.task.TaskOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Which operation a phrase asks for, by its verbs. Pure. */
final class Operations {
  private static final String G = "(?: (?![.;!?])\\S+){0,8}?";
  private static final String LIMITS =
      "(?:limits?|caps?|quotas?|throttl(?:e|es|ing)|rate limits?|rate"
          + " limiting|restrictions?|limiting)";
  private static final String POLICIES =
      "(?:polic(?:y|ies)|rules?|configurations?|configs?|settings?|documents?|sources?)";

  /** An operation and the words that ask for it. */
  private record Named(TaskOperation operation, Pattern rule) {}

  /** "Not blocked any more", however it is said. */
  static final Pattern UNBLOCKED =
      rule(
          "(?:don't|do not|never|not|isn't|aren't|shouldn't|no longer|stop|quit)(?:"
              + " (?!<unknown)\\S+){0,2}?"
              + " (?:block(?:ed|ing)?|ban(?:ned|ning)?|suspend(?:ed|ing)?)(?: \\S+){0,4}? (?:any"
              + " ?more|any longer)");

  /** The first that matches is meant. */
  private static final List<Named> NAMED =
      List.of(
          new Named(
              TaskOperation.REPAIR_DRIFT,
              rule(
                  "(?:repair|fix|correct|heal|remove|undo|revert|reverse|resolve|eliminate|clean"
                      + " up|get rid of)"
                      + G
                      + " (?:drift|drifted|drifts)|(?:drift|drifted|out of sync)(?: \\S+){1,6}?"
                      + " (?:repair|fix|correct|heal|restore)|(?:put|bring|set|get|restore|return|reset|revert|go|reapply|reassert|re"
                      + " assert|re apply|republish|enforce)"
                      + G
                      + " (?:committed|in line|in sync)"
                      + "|reconcile|resync|resynchroni[sz]e|re sync|drift repair|repair")),
          new Named(
              TaskOperation.CHECK_DRIFT,
              rule(
                  "drift|drifts|drifted|drifting|compare|(?:in|out of)"
                      + " sync|diverg(?:e|es|ed)|deviat(?:e|es|ed)"
                      + "|(?:match|matches|agree|agrees|differ|differs|different|equal|equals)"
                      + G
                      + " (?:committed|enforced)"
                      + "|still enforced|enforces?"
                      + G
                      + " committed|behind our backs?")),
          new Named(
              TaskOperation.RESOLVE_CONFLICTS,
              rule(
                  "(?:unify|resolve|fix|align|harmoni[sz]e|settle|sort out|clean"
                      + " up|standardi[sz]e|normali[sz]e|merge|consolidate|set|make|change|bring)"
                      + G
                      + " (?:conflicts?|conflicting|contradict(?:ing|ory)|inconsistent)"
                      + "|(?:unify|align|harmoni[sz]e|standardi[sz]e|normali[sz]e|consolidate)"
                      + G
                      + " (?:windows?|<window>)|conflict resolution|(?:conflicts?|conflicting)(?=.*"
                      + " (?:<duration>|<window>) )")),
          new Named(
              TaskOperation.UNBLOCK,
              rule(
                  UNBLOCKED.pattern()
                      + "|unblock(?:s|ed)?|unban|unsuspend|un"
                      + " block|reinstate|readmit|(?:let|allow|admit)"
                      + G
                      + " (?:back in|back|again|in"
                      + " again)|(?:lift|end|remove|cancel|undo|clear|drop)(?: \\S+){0,3}?"
                      + " (?:block|ban|suspension|blocking)|(?:stop|no longer|quit)(?: \\S+)?"
                      + " (?:block(?:ed|ing)?|bann(?:ed|ing)|suspend(?:ed|ing))|(?:restore|give)(?:"
                      + " \\S+){0,3} access|re ?enable <group>|access again")),
          new Named(
              TaskOperation.ROLLBACK,
              rule(
                  "rollback|roll(?: \\S+){0,3}? back|(?:change|set|turn|switch|put)"
                      + " (?:it|that|this|them|everything) back|take(?: (?!<)\\S+){0,3}?"
                      + " back|undo|revert|back out|go back to|(?:return|restore)"
                      + G
                      + " <run>|(?:restore|return to|bring back)(?: \\S+){0,2}?"
                      + " (?:previous|last|former|prior|old) (?:\\S+ ){0,2}?"
                      + "(?:state|version|policies|limits|epoch|configuration)")),
          new Named(
              TaskOperation.SNAPSHOT,
              rule(
                  "snapshots?|backups?|back up|back(?: \\S+){1,4}"
                      + " up|(?:save|store|capture|record|preserve|archive)"
                      + G
                      + " (?:state|limits?|polic(?:y|ies))"
                      + "|(?:create|make|take)(?: \\S+){0,2} (?:checkpoint|copy)")),
          new Named(
              TaskOperation.COPY_POLICY,
              rule(
                  "(?:same|identical|equal)(?: \\S+){0,4}?"
                      + " (?:as|to|like|that|of|than)|(?:to|like|as) (?:that|those|the one|the"
                      + " ones) of"
                      + " <group>|(?:copy|clone|mirror|duplicate|replicate|transfer)|(?:apply|use|give|take|reuse|assign)(?:"
                      + " the)? <group> (?:'s )?"
                      + POLICIES
                      + "(?: (?:to|for|on|onto|with))? <group>"
                      + "|(?:apply|use|give|take|reuse|assign)(?: \\S+){0,3} "
                      + POLICIES
                      + " (?:of|from) <group> (?:to|for|on) <group>|(?:just |exactly )?like"
                      + " <group>|(?:give )?<group>(?:"
                      + " (?:should|must|will|shall|gets?|have|has|use|uses|inherits?|needs?))*(?:"
                      + " the)? (?:limits|"
                      + POLICIES
                      + ") (?:of|from) <group>|(?:give )?<group>(?:"
                      + " (?:should|must|gets?|has|have|use|uses|needs?|shall|will))* <group> 's"
                      + " (?:limits|"
                      + POLICIES
                      + ")"
                      + "|<group> 's (?:limits|"
                      + POLICIES
                      + ")(?: (?!<)\\S+){0,4} (?:to|for|onto) <group>")),
          new Named(
              TaskOperation.BLOCK,
              rule(
                  "block(?:s|ed|ing)?|ban|suspend|(?:lock|shut|keep)(?: \\S+){0,2}? out|cut(?:"
                      + " \\S+){0,2}? off|blacklist|denylist|(?:disable|deactivate|pause|kick"
                      + " out|throw out) <group>(?! 's)|stop <group>(?="
                      + " (?:from|[.,;!?]|now|completely|entirely|altogether|$))|(?:deny|reject|refuse|stop|drop)(?:"
                      + " \\S+){0,3}? (?:requests?|traffic|access|calls?)|(?:deny|reject|refuse)"
                      + " <group>|no(?: more)? (?:requests?|traffic|access|calls?) (?:from|for)"
                      + " <group>")),
          new Named(
              TaskOperation.REMOVE_LIMIT,
              rule(
                  "(?:remove|removing|drop|delete|lift|clear|scrap|abolish|cancel|discard|get rid"
                      + " of|take off|take away|do away with|erase|disable|turn off|switch off)"
                      + G
                      + " "
                      + LIMITS
                      + "|(?:no|without)(?: more)? "
                      + LIMITS
                      + "|(?:no longer (?:has|have)|(?:no longer|doesn't|don't|does not|do not)(?:"
                      + " really)? (?:needs?|wants?|requires?))"
                      + G
                      + " "
                      + LIMITS
                      + "|unlimit(?:ed)?|(?:stop|quit|no longer|don't|do not)(?: \\S+)?"
                      + " (?:limit|limiting|throttling|throttle)|(?:take|lift)(?: \\S+){1,6}?"
                      + " (?:limit|limits|cap)(?: (?:on|for|of) \\S+)? (?:off|away)")),
          new Named(
              TaskOperation.APPLY_POLICIES,
              rule(
                  "(?:apply|applies|applying|orchestrate|orchestrating|rollout|roll(?: \\S+){0,3}?"
                      + " out|deploy|publish|enforce|push(?: out)?|activate|sync|synchroni[sz]e"
                      + "|update|refresh|install|implement|ship|release|propagate|distribute|load|bring)"
                      + G
                      + " (?:"
                      + POLICIES
                      + "|"
                      + LIMITS
                      + ")|orchestrat(?:e|ion)(?: \\S+){0,4}?"
                      + " <group>|(?:apply|orchestrate|deploy|publish|roll out) everything")),
          new Named(
              TaskOperation.VALIDATE,
              rule(
                  "(?:validate|verify|lint|check|review|test|inspect|examine|audit)"
                      + G
                      + " (?:"
                      + POLICIES
                      + "|"
                      + LIMITS
                      + "|conflicts?|conflicting|coheren(?:t|ce)|windows?|valid|validity|consistency|correctness|errors?|mistakes)"
                      + "|(?:is|are|do|does|has|have)"
                      + G
                      + " (?:valid|invalid|correct|ok|okay|coherent|consistent|sound|fine|conflict|conflicts|conflicting|errors?|problems?|wrong|broken|sane)|(?:find|list|show|any|report|look"
                      + " for|search for|detect|see)"
                      + G
                      + " (?:conflicts?|conflicting|errors?|problems?|mistakes)|validat(?:e|ion)(?:"
                      + " \\S+)?|(?:check|verify) <group>(?: 's)?|conflicting windows|anything"
                      + " wrong")),
          new Named(
              TaskOperation.SCAN,
              rule(
                  "(?:list|show|display|print|scan|get|fetch|see|tell|view|dump|report|give|read|inspect|enumerate|look"
                      + " at|look up|find|what|which|how|describe|overview|summari[sz]e)"
                      + G
                      + " (?:"
                      + POLICIES
                      + "|"
                      + LIMITS
                      + "|limited|allowed|state|allowance|overview|rate|rates)|scan(?:"
                      + " \\S+){0,3}|how (?:much|many)(?: \\S+){0,6}|what (?:may|can|is|does)(?:"
                      + " \\S+)? <group>(?: \\S+){0,4}|(?:show|list|display)(?: \\S+){0,3}"
                      + " <(?:group|targets)>|(?:show|list|display|scan)(?: me)? everything")));

  /** Operations that imply the other one, so that naming both is one request. */
  private static final Set<TaskOperation> LOOKING =
      Set.of(TaskOperation.SCAN, TaskOperation.VALIDATE, TaskOperation.CHECK_DRIFT);

  private static final Pattern LOOKS =
      rule(
          "(?<=^ )(?:(?:please|can you|could you|would you|hey|hi|hello|now|,|and|then)"
              + " )*(?:list|show|display|print|what|which|how|is|are|has|do(?= (?:the(?!"
              + " same)|all|our|any|they|we|<))|does|did|was|were|why|who|whose|when|where|tell|view|scan)");

  private Operations() {}

  /**
   * What a phrase asks for by name: none, one, or several that contradict.
   *
   * @param looking only operations that change nothing, for questions
   */
  static List<TaskOperation> named(Phrase phrase, boolean looking) {
    var found = new ArrayList<TaskOperation>();
    var rest = phrase;
    for (Named named : NAMED) {
      var hit = rest.find(named.rule());
      if (hit.isPresent() && (!looking || looking(named.operation()))) {
        found.add(named.operation());
        rest = rest.without(hit.get());
      }
    }
    return found;
  }

  /** Whether the phrase starts as a question or a wish to see something. */
  static boolean looks(Phrase phrase) {
    return phrase.has(LOOKS);
  }

  static boolean looking(TaskOperation operation) {
    return LOOKING.contains(operation);
  }
}
