package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import java.util.regex.Pattern;

/** Names of people whom a request greets, thanks, or is signed by; no known name is one. Pure. */
final class Addressed {
  private static final String NAME = "<unknown>(?: <unknown>)?";
  private static final Pattern GREETED =
      rule(
          "(?<=^ )(?:hi|hello|hey|dear|hiya|morning|good (?:morning|afternoon|evening)) (?:, )?"
              + NAME
              + "(?= (?:[,;:!.]))");
  private static final Pattern SIGNED =
      rule(
          "(?:thanks|thank you|thx|cheers|regards|best|ta|kind regards|best regards|many thanks|yours)(?:"
              + " (?:a lot|so much|in advance))?(?: [,;.!])* (?:/ )?"
              + NAME
              + "(?: [.!])*(?= $)");
  private static final Pattern MENTIONED =
      rule("@ <unknown>(?! (?:[,:] )?(?:and|or|&|/|plus|<tenant>|<unknown>))(?: [,:])?");

  private Addressed() {}

  static Phrase without(Phrase words) {
    return words.without(GREETED).without(SIGNED).without(MENTIONED);
  }
}
