package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.planner.Phrase.Hit;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.EnforcementMode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds how a limit acts rather than how much it admits: its mode, and its fallback. Pure. */
final class Signals {
  private static final Pattern UNSHADOW =
      rule(
          "(?:instead of|rather than) shadow(?:ing)?(?: (?:it|them))?|(?:no(?: more|"
              + " longer)?|without|disable|turn off|switch off|remove)(?: in)?(?: the)? shadow(?:"
              + " mode)?|(?:(?:out of|leave|leaves|exit|end|stop|from) )+(?:the )?shadow(?:"
              + " mode)?(?: (?:back )?(?:to|into) (?:enforc(?:e|ing|ement)|live)(?: mode)?)?");
  private static final Pattern SHADOW =
      rule(
          "(?:(?:in|into|to|as|on|from enforc(?:e|ing)(?: mode)? to) )*shadow(?:ing|ed)?(?: mode|"
              + " only)?|(?:only|just|merely)"
              + " (?:observe|observing|count|log|watch|monitor|measure)|(?:observe|monitor|log|report|count)"
              + " only|(?:stop|don't|do not|no longer|not) enforc(?:e|es|ing)");
  private static final Pattern ENFORCE =
      rule(
          "(?:(?:in|into|to|back) )*enforc(?:e|ing|ement|ed) mode|(?:start|begin|resume) enforcing"
              + "|(?:(?:to|into) )?enforc(?:e|ing|ement)(?= (?:[.,;?!]|please|now|again|$))"
              + "|enforce(?! .*(?:polic|<rate>|<count>|<num>|<burst>|committed))"
              + "(?= (?:the )?(?:<tenant>|<service>|<label>|it|them|that|this))");

  private static final String DOWN =
      "(?:can't|cannot|can|isn't|is|are|goes|becomes|be|being|fails|failing|failed|dies|times|doesn't|does|should"
          + "|has|gets|to|not|available|reachable|unreachable|unavailable|down|offline|out|of|reach"
          + "|reached|gone|broken|answer|answering|respond|responding|lost|away|ever|has)";
  private static final Pattern OUTAGE =
      rule(
          "(?:when|if|while|whenever|in case|once|should|as soon as)(?: ever)?(?: (?:the|our))?"
              + " (?:redis|backend|back end|store)(?: (?:cluster|backend|store))?(?: "
              + DOWN
              + "){1,6}|(?:on|upon|during|in case of)(?: an?)? (?:redis|backend|back end|store)(?:"
              + " (?:cluster|backend))? (?:failures?|outages?|errors?|loss)");
  private static final Pattern FALLBACK_OPEN =
      rule(
          "(?:to )?fail(?:s|ing)? open|failopen|(?:onbackendfailure|on backend failure)(?:"
              + " (?:to|=|:))? allow");
  private static final Pattern FALLBACK_CLOSED =
      rule(
          "(?:to )?fail(?:s|ing)? closed|failclosed|(?:onbackendfailure|on backend failure)(?:"
              + " (?:to|=|:))? deny");
  private static final Pattern ALLOW =
      rule("allow(?:ed|ing)?|admit(?:ted)?|accept(?:ed)?|permit(?:ted)?|through|pass|open");
  private static final Pattern DENY =
      rule("den(?:y|ied|ying)|refuse[ds]?|reject(?:ed)?|block(?:ed)?|drop(?:ped)?|closed|close");

  private Signals() {}

  static Phrase read(Phrase phrase, Doubts doubts) {
    var failing =
        phrase
            .rewrite(FALLBACK_OPEN, h -> fallback(h, BackendFailureMode.ALLOW))
            .rewrite(FALLBACK_CLOSED, h -> fallback(h, BackendFailureMode.DENY))
            .rewrite(OUTAGE, h -> Optional.of(h.joined(new Meaning.Outage(), "outage")));
    return verb(failing, doubts)
        .rewrite(UNSHADOW, h -> mode(h, EnforcementMode.ENFORCE))
        .rewrite(SHADOW, h -> mode(h, EnforcementMode.SHADOW))
        .rewrite(ENFORCE, h -> mode(h, EnforcementMode.ENFORCE));
  }

  /** "When redis is down, deny …": the verb is anywhere beside the condition. */
  private static Phrase verb(Phrase phrase, Doubts doubts) {
    if (!phrase.has(Meaning.Outage.class)) {
      return phrase;
    }
    var outage = rule("<outage>");
    if (phrase.has(Meaning.Fallback.class)) {
      return phrase.without(outage);
    }
    var allow = phrase.find(ALLOW);
    var deny = phrase.find(DENY);
    if (allow.isPresent() == deny.isPresent()) {
      doubts.ask("When Redis can't be reached, shall requests be allowed or denied?");
      return phrase.without(outage);
    }
    var hit = allow.or(() -> deny).orElseThrow();
    var then = allow.isPresent() ? BackendFailureMode.ALLOW : BackendFailureMode.DENY;
    return phrase
        .replace(hit, List.of(hit.joined(new Meaning.Fallback(then), "fallback")))
        .without(outage);
  }

  private static Optional<Item> fallback(Hit hit, BackendFailureMode then) {
    return Optional.of(hit.joined(new Meaning.Fallback(then), "fallback"));
  }

  private static Optional<Item> mode(Hit hit, EnforcementMode mode) {
    return Optional.of(hit.joined(new Meaning.Enforcing(mode), "mode"));
  }
}
