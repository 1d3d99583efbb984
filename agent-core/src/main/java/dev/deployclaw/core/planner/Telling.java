package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether words only tell of something: what was, what goes on, why. It takes a verb to tell, and
 * none of the words by which a request is bent: a condition, an exception, a time to come, a doubt.
 * The words are those that were typed, known or not, each piece between marks by itself. Pure.
 */
final class Telling {
  private static final Set<String> PAST = Lexicon.list("past.txt");

  /** They look like a verb of the past, and stand in orders: "acme limited to 20 rps". */
  private static final Set<String> PARTICIPLES = Lexicon.list("participles.txt");

  /** Verbs of traffic, failure, growth and payment: nothing is taken back with them. */
  private static final Set<String> EVENTS = Lexicon.list("events.txt");

  private static final BigDecimal FIRST_ERROR = BigDecimal.valueOf(400);
  private static final BigDecimal LAST_ERROR = BigDecimal.valueOf(599);

  private static final Set<String> MEASURING =
      Set.of(
          "was",
          "were",
          "had",
          "went",
          "got",
          "gave",
          "came",
          "ran",
          "rose",
          "fell",
          "grew",
          "saw",
          "brought",
          "did",
          "sent",
          "took",
          "reached",
          "measured",
          "asked",
          "complained",
          "told",
          "wanted",
          "requested",
          "demanded");
  private static final Set<String> LIMITS =
      Set.of("limit", "limits", "cap", "quota", "rate", "plan", "tier", "contract", "policy");

  private static final Pattern REGULAR = Pattern.compile("[a-z-]{2,}ed");
  private static final Pattern PERFECT = Pattern.compile("[a-z]+en|done|come|become|run");
  private static final Set<String> HAVE =
      Set.of("has", "have", "had", "having", "hasn't", "haven't", "'ve", "they've", "we've");
  private static final Set<String> WHO =
      Set.of("we", "they", "i", "he", "she", "who", "which", "it", "nobody", "somebody", "been");

  /** Numbers that count nothing: of a ticket, of an answer's status, of an hour. */
  private static final Pattern NO_VALUE =
      rule(
          "# <num>|(?:ticket|incident|case|issue|prio|priority|sev|severity|nr|status|error|http|code)(?: [.#:])?"
              + " <num>|<num> (?:am|pm|o'clock|errors?|times)|[$€£] <num>(?: (?:an?|per|/) \\S+)?"
              + "|<num> (?:dollars?|euros?|usd|eur|gbp|[$€£])");

  private static final Set<String> COUNTED =
      Set.of(
          "per",
          "/",
          "a",
          "an",
          "each",
          "every",
          "%",
          "percent",
          "times",
          "x",
          "k",
          "thousand",
          "requests",
          "request",
          "req",
          "reqs",
          "calls",
          "concurrent",
          "parallel",
          "to",
          "and",
          "or");

  private static final Pattern BENT =
      rule(
          String.join("|", Lexicon.list("directing.txt"))
              + "|before|nothing|conditions?|subject to|(?:for|by|from|as of|since next) (?:the |this )?"
              + "(?:[a-z]+day|weekend|night|week|month)|for (?:\\S+ ){0,3}(?:<unit>|months?|years?|quarters?)|for good|for now|from now on|as (?:is|before|follows|well)|not (?:yet|for|on|in|to)"
              + "|no longer (?:valid|needed|necessary)|in theory|made up|'ll|[a-z]+'ll"
              + "|(?:want|wants|need|needs|like|likes) (?:\\S+ ){0,3}to|(?<!in )may|can"
              + "|could(?! (?:not|no longer|hardly|barely))|per(?! <unit>)|(?<!load )test"
              + "|(?:tickets?|requests?|changes?|proposals?|orders?|ideas?|plans?|it|this|that) (?:was|were|is|got|has been"
              + "|have been) (?:\\S+ )?(?:rejected|refused|declined|denied|closed|withdrawn|reverted|turned down)"
              + "|sign(?:ed|s)? off|(?:nobody|no one|none)(?: \\S+)? (?:agreed|agrees|signed|asked|asks|wants|wanted)"
              + "|left out|out of scope|not (?:included|affected|meant|part)"
              + "|almost|nearly|(?:has|have)(?: not|n't)(?: \\S+)? (?:paid|settled|transferred|signed|agreed)"
              + "|(?:this|the|at|over the) (?:weekend|evening|afternoon)"
              + "|(?<=^ )(?:when|once|whenever|as soon as|where|whoever|in case)|once(?! more| again)");

  private static final Pattern UNBENT =
      rule(
          "too (?:many|much|small|low|little|high|big|large|tight|strict|few|slow|late|often)|each"
              + " other|every (?:time|now)|once (?:more|again)|(?:want|wants|need|like|have) to (?:help|support|be"
              + " (?:nice|generous|safe|prepared|ready|fair))");

  private static final String INTRO =
      "(?:(?:and|but|so|or|since|because|as|while|then|now|also|well|context|background|reason|why|fyi"
          + "|fact|story|history|:) )*";
  private static final String INTRO_ONLY = " " + INTRO;
  private static final Pattern REASON =
      Pattern.compile(" (?:(?:and|but) )*(?:reason|why|background|context|because|since|fyi) .*");

  private static final Pattern REASON_ALONE =
      Pattern.compile(" (?:reason|why|background|context|fyi) ");

  /** What could speak of the request that was just made. */
  private static final Pattern OF_IT =
      Pattern.compile(
          " "
              + INTRO
              + "(?:i|we|you|it|this|that|these|those|here|there|what|which|who|no|nope|not)(?:'\\S+)? .*");

  private static final Pattern OF_A_RUN = Pattern.compile(" " + INTRO + "(?:it|that|this) .*");
  static final Pattern TAKES_BACK =
      rule(
          "went (?:well|fine|smoothly|ok|okay)|worked|(?:broke|called|turned|put|took|held) (?:it|this|that) (?:off|down|back)|no|nope|wrong|mistakes?|mistaken|typo|sorry|oops|actually|mind|minds|decided|request");

  /** A reason that isn't one any more, or never was. */
  private static final Pattern OVER =
      rule(
          "(?<!too )(?:not(?! enough)|never|hardly|barely|nothing|none|[a-z]+n't(?! (?:enough|sufficient|pay|paid))"
              + "|over(?= (?:[.;,!]|now|already|$))|finished|done|ended|ends|postponed|delayed|slipped|suspended"
              + "|stop(?:s|ped)|ceased|fixed|solved|resolved|completed?|gone|fewer|less)");

  private static final Pattern A_LIMIT =
      rule(
          "limits?|caps?|quotas?|rates?|polic(?:y|ies)|settings?|values?|numbers?|figures?|changes?");

  /** What is said of a limit rather than of what happens. */
  private static final Pattern OF_A_LIMIT =
      Pattern.compile(
          " "
              + INTRO
              + "(?:(?:it|this|that|these|those|here|what|which|how|there)(?:'\\S+)?|(?:\\S+ ){0,4}?(?:units?"
              + "|values?|numbers?|figures?|requests?|plans?|windows?|bursts?|algorithms?|modes?|limits?"
              + "|caps?|quotas?|rates?|polic(?:y|ies)|services?|tenants?|rest|others?|orders?|ones?|changes?|tickets?|settings?"
              + "|decisions?)(?:"
              + " on \\S+)?) (?:is|are|'s|has|have|isn't|aren't|should|gets) .*");

  private static final Pattern TOO_SMALL =
      rule(
          "(?:is|are|was|were|'s) (?:(?:far|much|way|still|again|now|not) )*(?:too (?:small|low|little"
              + "|tight|strict|high|big|large|generous|much)|enough)|(?:isn't|aren't|wasn't|weren't)"
              + " (?:enough|sufficient)");
  private static final Pattern LAST = rule("last (?:night|evening|week|month|\\S+day)|yesterday");

  /** What may be no story, but one more order. */
  private static final Pattern ALIKE =
      rule("same|similar(?:ly)?|likewise|identical(?:ly)?|ditto|too(?! [a-z])|as well");

  private static final Pattern THANKS =
      rule(
          "(?<=^ )(?:(?:first of all|again|many|hi|hello|hey|,) )*(?:thanks|thank you|thx|congrats) for");
  private static final Pattern SINCE =
      rule("since(?: (?:this|last|yesterday|early|late|about))* (?:<vague>|\\S+)");
  private static final String BILL =
      "(?:invoices?|bills?|payments?|<service>|transfers?|money|fees?)";
  private static final Pattern PAYER =
      Pattern.compile(
          " "
              + INTRO
              + "(?:(?:the|a|an|all) )?(?:\\S+ )?(?:"
              + BILL
              + " (?:of|from|by) <tenant>|<tenant> 's (?:\\S+ ){0,2}"
              + BILL
              + ") (?:was|were|has|have|is|came|arrived|got) .*");
  private static final Pattern BY_THE_WAY =
      rule(
          "(?:the )?(?:tenant|customer|client)(?= <tenant>)|just|now|again|still|finally|already|also|meanwhile");
  private static final Pattern IS =
      rule(
          "(?:they're|we're|he's|she's)(?= (?!<num>|to )\\S+)"
              + "|(?:is|are|isn't|aren't|am)(?= (?!<num>|<tenant>|<service>|<label>|to |at |on |in |fine|okay"
              + "|ok|good|limited)\\S+)|(?:is|are|\\S+'re|\\S+'s) (?:at lunch|on (?:fire|holiday|vacation|leave"
              + "|sick leave|call|the phone)|in (?:trouble|a meeting|pain))");
  private static final Pattern NOW =
      rule(
          "<moment>|<vague>|noon|midnight|[a-z]*morning|evening|night|january|february|march|april"
              + "|june|july|august|september|october|november|december|spring|summer|autumn|<unit>|<per>|today|tonight|(?:this|next|every) \\S+day|on \\S+day|weekend"
              + "|this (?:week|month|evening|afternoon)");

  private static final String STATUSES =
      "(?:a lot of |lots of |many |some |only |nothing but )*(?:<num>(?: <unit>)?|errors?|timeouts?|outages?)";
  private static final Pattern STATUS = rule("(?:gets?|sees?|receives?) " + STATUSES);
  private static final Pattern HAPPENS =
      rule(
          "(?:want|wants|need|needs) (?:some |more |a bit of )*(?:headroom|room|capacity)|(?:gets?|sees?"
              + "|receives?|runs? into) "
              + STATUSES
              + "|(?:caus|produc|generat|trigger|creat|return|throw)(?:s|es|ed|ing) (?!fewer |less |no |not )(?:(?!no"
              + " |fewer |less )[a-z]+ ){0,4}(?:errors?|timeouts?|outages?|failures?|problems?|trouble|incidents?"
              + "|alerts?|complaints?|issues?)|(?:is|are) (?:on fire|down|dead|dying|unusable|unreachable)");

  /** What points to the order that follows, and says whose words it is. */
  private static final Pattern POINTS =
      Pattern.compile(
          ".* (?:this|these)(?: (?!morning|afternoon|evening|night|week|month|year|quarter|time|summer|winter)\\S+)?"
              + "(?: (?:yesterday|today|earlier))? | (?:(?:and|but) )?(?:here|what) .*|.* what (?:i|we|you|he|she) .*");

  private Telling() {}

  /** Told ahead of an order: what was, or what goes on. */
  static boolean ahead(List<Phrase> pieces) {
    boolean past = pieces.stream().anyMatch(Telling::past);
    boolean now = pieces.stream().anyMatch(Telling::goingOn);
    return pieces.stream().noneMatch(p -> bent(p) || POINTS.matcher(p.line()).matches())
        && pieces.stream().allMatch(p -> !valued(p) || measured(p))
        && (past || (now && pieces.stream().noneMatch(Telling::unclear)));
  }

  /**
   * Told behind an order, of which it must not speak: why.
   *
   * @param undone whether the order takes back what was done, of which it may speak
   */
  static boolean behind(List<Phrase> all, boolean undone) {
    boolean why = REASON.matcher(all.getFirst().line()).matches();
    var pieces = all.stream().filter(p -> !REASON_ALONE.matcher(p.line()).matches()).toList();
    return !pieces.isEmpty()
        && pieces.stream().noneMatch(p -> bent(p) || p.has(TAKES_BACK) || p.has(ALIKE))
        && pieces.stream()
            .noneMatch(p -> p.has(OVER) || (!undone && p.without(TOO_SMALL).has(A_LIMIT)))
        && pieces.stream().allMatch(p -> !valued(p) || measured(p))
        && pieces.stream()
            .allMatch(p ->
                Doings.told(p)
                    || ((!OF_IT.matcher(p.line()).matches()
                            || (undone && OF_A_RUN.matcher(p.line()).matches()))
                        && (event(p) || (why && past(p)))));
  }

  /** Whether its one tenant is what does, has or is something: whom "they" are. */
  static boolean isAbout(Phrase story) {
    var items = story.without(BY_THE_WAY).items();
    int i = 0;
    while (i < items.size() && !(items.get(i).meaning() instanceof Meaning.Tenant)) {
      i++;
    }
    boolean first = new Phrase(items.subList(0, i)).line().matches(INTRO_ONLY);
    String verb = text(items, i + 1);
    boolean does = HAVE.contains(verb) || Set.of("is", "was", "keeps").contains(verb);
    return (first && EVENTS.contains(does ? text(items, i + 2) : verb))
        || PAYER.matcher(story.line()).matches();
  }

  static boolean bent(Phrase words) {
    return words.without(UNBENT).has(BENT);
  }

  /** Whether it says how much. */
  static boolean valued(Phrase words) {
    var items = words.without(NO_VALUE).items();
    for (int i = 0; i < items.size(); i++) {
      boolean word = Numbers.isWord(text(items, i)) && !text(items, i).equals("one");
      boolean number = items.get(i).meaning() instanceof Meaning.Num && !status(items, i);
      if (word || number || items.get(i).meaning() instanceof Meaning.Per) {
        return true;
      }
    }
    return false;
  }

  /** "429", "503s": the status of an answer. */
  private static boolean status(List<Item> items, int i) {
    boolean last = i + 1 == items.size();
    boolean counts =
        !last
            && (COUNTED.contains(text(items, i + 1))
                || items.get(i + 1).meaning() instanceof Meaning.Per
                || (items.get(i + 1).meaning() instanceof Meaning.Unit
                    && items.get(i + 1).from() > items.get(i).to()));
    return !counts
        && items.get(i).meaning() instanceof Meaning.Num(BigDecimal n)
        && n.compareTo(FIRST_ERROR) >= 0
        && n.compareTo(LAST_ERROR) <= 0;
  }

  private static boolean past(Phrase words) {
    for (int i = 1; i < words.items().size(); i++) {
      if (past(words.items(), i)) {
        return true;
      }
    }
    return Set.of("got", "saw", "noticed", "found").contains(text(words.items(), 0));
  }

  private static boolean past(List<Item> items, int i) {
    String word = text(items, i);
    String before = text(items, i - 1);
    boolean regular = REGULAR.matcher(word).matches();
    if (HAVE.contains(before) || HAVE.contains(text(items, i - 2))) {
      return PAST.contains(word) || regular || PERFECT.matcher(word).matches();
    }
    return PARTICIPLES.contains(word)
        ? WHO.contains(before)
        : PAST.contains(word) || (regular && !named(items, i));
  }

  /** Whether a value in it is one that was: "went from 40 to 110 rps", not "paid plan 40 rps". */
  private static boolean measured(Phrase words) {
    var items = words.items();
    for (int i = 1; i < items.size(); i++) {
      String word = text(items, i);
      boolean event = EVENTS.contains(word) && word.endsWith("ed") && !named(items, i);
      boolean told = MEASURING.contains(word) || (event && !LIMITS.contains(text(items, i + 1)));
      if (told || (past(items, i) && WHO.contains(text(items, i - 1)))) {
        return true;
      }
    }
    return false;
  }

  /** "acme pegged at 20 rps": a name and its participle may be an order. */
  private static boolean named(List<Item> items, int i) {
    var before = items.get(i - 1).meaning();
    boolean name =
        before instanceof Meaning.Tenant
            || before instanceof Meaning.Service
            || before instanceof Meaning.Label;
    return name && Set.of("to", "at", "by", "with", "on", "").contains(text(items, i + 1));
  }

  private static boolean goingOn(Phrase words) {
    return !unclear(words) && (words.has(IS) || words.has(THANKS) || event(words));
  }

  /** What would be said of the limit, or of when. */
  private static boolean unclear(Phrase words) {
    return valued(words)
        || words.has(ALIKE)
        || words.without(STATUS).without(SINCE).without(LAST).has(NOW)
        || (OF_A_LIMIT.matcher(words.line()).matches() && !words.has(TOO_SMALL));
  }

  private static boolean event(Phrase words) {
    boolean event = false;
    for (int i = 1; i < words.items().size(); i++) {
      event |= EVENTS.contains(text(words.items(), i));
    }
    return event || words.has(TOO_SMALL) || words.has(HAPPENS);
  }

  private static String text(List<Item> items, int i) {
    return i >= 0 && i < items.size() && items.get(i).meaning() instanceof Meaning.Word(String word)
        ? word
        : "";
  }
}
