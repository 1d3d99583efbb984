package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import java.util.regex.Pattern;

/**
 * Whether a request wants something done, and now. A question, a thought, a wish for some day and
 * what is taken back in the same breath are no orders, however clear the values in them. Pure.
 */
final class Mood {
  private static final String BEFORE =
      "(?<=^ )(?:(?:and|but|so|or|then|now|well|hey|hi|hello|please|also|ok|okay|sorry|team|folks"
          + "|all|there|morning|afternoon|good|just|hm|hmm|[,:]) )*";

  /** How people ask for something politely: the only questions that are orders. */
  private static final Pattern POLITE =
      rule(
          BEFORE
              + "(?:(?:can|could|would|will) (?:you|u|someone|somebody)(?! (?:think|say|recommend"
              + "|suggest|advise|want|expect|prefer|see|tell|explain|rather))"
              + "|(?:can|could|may) (?:we|i)(?: (?:please|just|also))? (?:get|have|put|set|ask|change"
              + "|raise|lower|give|limit|cap|increase|reduce|block|remove|move|bring|make|request)"
              + "|(?:would|do) you mind|would it be possible to|is it possible to|any chance (?:you"
              + "|of)|mind|please).*");

  /** A line that asks for nothing: "…. Ok?". */
  private static final Pattern COURTESY =
      Pattern.compile(
          " (?:(?:ok|okay|alright|please|thanks|thank|you|pretty|deal|yes|yeah|can|could|would|will"
              + "|if|possible|,) )*");

  /** A verb before its subject, also where nobody typed the question mark. */
  private static final Pattern INVERTED =
      rule(
          BEFORE
              + "(?:(?:should|shall|ought|might|would|wouldn't|shouldn't|couldn't|can't|won't) (?:we|i|it"
              + "|they|he|she|that|this|there|<tenant>|<label>|<num>|<rate>|<count>|<service>|the|our"
              + "|all|everyone|everybody)|(?:can|could|may|must|does|did) (?:it|they|he|she|that|this"
              + "|<tenant>|<label>|<num>|<rate>|<count>|<service>|the|our|all|everyone|everybody)"
              + "|(?:is|are|was|were) (?:it|they|that|this|there|<num>|<rate>|<count>)|do (?:we|you|i)"
              + "|how about|what about|why (?:not|don't|do)|who|whose|which|why)");

  /** What is only thought of, or wondered about. */
  private static final Pattern HEDGED =
      rule(
          "maybe|perhaps|possibly|probably|presumably|potentially|supposedly|conceivably|might|whether"
              + "|(?:i|we)(?: (?:just|only|really|still))? (?:guess|suppose|wonder|imagine|doubt|think|believe|reckon|am"
              + " wondering|are wondering|was wondering|were wondering|am thinking|are thinking|was"
              + " thinking|were thinking|thought|am considering|are considering|may|could|should|ought"
              + "|plan|intend|hope|wanted|were going|was going|will|shall|would)|(?:i|we)'(?:ll|d)"
              + "|(?:consider|thinking|considering|wondering|contemplating|discussing|debating)(?: (?:about|of"
              + "|if))?|let's (?:consider|discuss|think|see|talk|say)|suppose|imagine|say we|in theory"
              + "|(?:it|that|this)(?: (?:may|could|would|should|will))? (?:be|make|makes) (?:a )?(?:good"
              + "|better|best|nice|wise|sense|smart|safer|ok|okay|fine|worth)(?: idea)?"
              + "|(?:would|should|could|will|may)(?: (?:surely|easily|already|also|really))? (?:be )?"
              + "(?:enough|sufficient|suffice|plenty|better|too much|too little|too low|too high|ideal)"
              + "|(?:not|un)(?: (?:yet|really|quite|so|very|entirely|fully))? (?:sure|certain|decided"
              + "|convinced)|(?:good|bad) idea|your (?:opinion|thoughts?|view|advice)|what do you"
              + " think|any thoughts?|thoughts");

  /** What is to be some day. */
  private static final Pattern SOME_DAY =
      rule(
          "some (?:point|stage|moment)|(?:at )?some(?: other)? (?:day|time)|one (?:day|of these days)|another"
              + " (?:day|time)|in (?:the )?(?:near |distant )?future|down the (?:road|line)|in the long"
              + " run|in due course|in time|when (?:ready|convenient)|not (?:yet|now|today)"
              + "|(?:this|next|in the|over the|on the|by|every|during the|before the|after the|until"
              + " the|at the|for the|tomorrow|coming) (?:coming )?(?:afternoon|evening|morning"
              + "|weekend)");

  /** What is taken back, where nothing is put in its place. */
  private static final Pattern WITHDRAWN =
      rule(
          "(?:forget|cancel|scratch|strike|disregard|ignore|scrap|drop|skip|undo|retract)(?: about)?"
              + " (?:it|that|this|the following|what follows|all that|what i said|everything|me|my(?: last| first| earlier)?"
              + " (?:request|message|mail|note|words?))(?="
              + " (?:[.,;:!?]|please|thanks|again|sorry|for now|$))|never mind|nevermind|on (?:second"
              + " thoughts?|reflection)|(?:changed?|change) (?:my|our|their|his|her) minds?|just kidding|kidding"
              + "|joking|(?:only )?a joke|hold off|hold on|hang on|hold that|don't bother|no need"
              + "|(?:no longer|not)(?: really)? (?:needed|necessary|required|wanted)|(?:leave|let) it(?:"
              + " (?:alone|be|as it is|as is))?(?= (?:[.,;:!?]|for now|please|$))|(?:it|that|this|the following|which|request|ticket) (?:(?:was|were|is|got|has been|has)"
              + " (?:rejected|denied|refused|declined|cancelled|canceled|withdrawn|a mistake|wrong|nonsense)"
              + "|failed|broke|bounced)|(?:nobody|no one|none)(?: \\S+)? (?:agreed|agrees|signed|asked|approved|wants"
              + "|wanted)|(?:status|decision|approval|state) (?:: |is )(?:pending|rejected|draft|open|declined|denied"
              + "|refused|no|closed|cancelled|missing|unknown)|as you were|take (?:it"
              + "|that) back|no wait|wait(?: ,)? no|actually(?: ,)? no|(?<=[.,;:!?] )(?:wait|stop|abort"
              + "|cancel|no|nope|nah|don't|do not)(?= (?:[.,;:!?]|$))");

  /** What was so, or what somebody says: beside a value it reports, and orders nothing. */
  private static final Pattern REPORTED =
      rule(
          "was|were|had|used to|(?:is|are) (?:at|capped at|set to)(?= (?:<rate>|<num>|<count>))|(?:current|old"
              + "|previous|present|existing|former) (?:limit|rate|cap|quota|value)s?(?= (?::|=|is))|(?:has|have|had) been|got|gotten|asked|wanted|requested|complained"
              + "|received|promised|claimed|reported|heard|said|told|believes?|claims?|says|(?:they|he"
              + "|she|people|some|it) (?:say|think|claim|believe)|(?:somebody|someone|anybody|nobody"
              + "|they|he|she|i|we|it) (?:already )?(?:set|put|gave)|(?:they|he|she|it) (?:has|have)"
              + "|(?:(?:already|still|currently) (?:has|have|is|are|gets?)|(?:has|have|is|are|gets?)"
              + " (?:already|still|currently))(?= .*(?:<rate>|<count>|<num>))");

  /** What somebody else would like. */
  private static final Pattern REQUESTED =
      rule(
          "(?:they|he|she|<tenant>|customers?|and|who) wants?|(?:set|put|give|raise|allow|limit|grant) us"
              + "(?= (?:to|at|<num>|<rate>|a|more))");

  private static final Pattern GRANTED =
      rule(
          "make it (?:so|happen)|please|pls|do (?:it|that)|so (?:set|give|raise|lower|limit|cap|make)");

  /** A value that is denied, or made to depend on what nobody can look at. */
  private static final Pattern DENIED =
      rule(
          "(?:should|must|would|could|is|are|was|does|did|wo|has|have|had)n't|won't|cannot|can't"
              + "|refus(?:e|es|ed|ing) to|avoid|avoiding|prevent|against|no(?= (?:<rate>|<num>|<count>))"
              + "|stop \\S+ing|provided|providing|assuming|on condition|(?:as|so) long as|subject to|in"
              + " case|depending|depends");

  /** What is put forward, or only tried out in words. */
  private static final Pattern PROPOSED =
      rule(
          "made up|fictional|(?:only |just )?(?:an? )?(?:test|draft|proposal|example|suggestion|idea|option|question"
              + "|joke)(?= (?:[,.;:!?]|only|$))|(?:i|we|i'd|we'd|they) (?:would )?(?:propose|suggest"
              + "|recommend|advise)|suggest(?:ed|ion|ing)?|propos(?:e|ed|al|ing)|recommend(?:ed|ation"
              + "|ing)?|explain|describe|remind|prepare|get ready|(?<=^ )(?:please )?(?:plan|schedule)"
              + "|(?:i|we) (?:think|believe|reckon|feel)");

  /** What is corrected, and {@link Corrections} could not tell how. */
  private static final Pattern CORRECTED =
      rule(
          "(?:it|that|this) (?:was|is|should be|must be) <tenant>|(?:i|we) (?:mean|meant)|oops|correction|my (?:mistake|bad)|or rather");

  /** A tenant that is, does or has something. */
  private static final Pattern ASIDE =
      rule(
          "(?:<tenant>|<label>(?: \\S+)?|everybody|everyone|(?:all|the) (?:tenants?|customers?|clients?))(?: (?:also|too|still|again|just|already))? (?:is|are|was|were|did|does|do|has|have|had|pays?"
              + "|paid|complain(?:s|ed)?|ask(?:s|ed)|wants?|wanted|needs?|call(?:s|ed))"
              + "|(?:customer|tenant|client|account|reporter|requester|from|subject) : <tenant>");

  /** What was not done, where something is done for it. */
  private static final Pattern UNDONE =
      rule(
          "(?:has|have|had|did)(?:n't| not)|(?:almost|nearly) (?:paid|done|ready)|(?:says?|said|claim(?:s|ed)?"
              + "|promis(?:es|ed)) (?:that )?(?:it|they|he|she) (?:has|have|had|will)|claims? to");

  /** One limit that several are to have in common. */
  private static final Pattern IN_COMMON =
      rule(
          "together|jointly|collectively|(?:between|among|amongst) (?:them|themselves|the \\S+|all of"
              + " them)|as (?:a group|one)|combined|in (?:sum|total|aggregate)|summed|aggregated?"
              + "|altogether|shared?|sharing|pooled|pool");

  private static final Pattern MORE_THAN = rule("more than <num>");
  private static final Pattern NO_MORE =
      rule(
          "no|not|never|nothing|nobody|don't|can't|cannot|mustn't|shouldn't|won't|without|den(?:y|ied)|block"
              + "|refuse|reject|prevent|if|when|above|limit|cap|max|maximum|stop|drop|throttle");

  private static final Pattern EVERYBODY =
      rule(
          "(?:all|each|every)(?: (?:of )?(?:the|our|my))? (?:tenants?|customers?|clients?|accounts?)"
              + "|everyone|everybody|<label>");

  private static final Pattern FOR_EVER =
      rule(
          "permanent(?:ly)?|for good|for ?ever|forever|for all time|indefinitely|until further notice"
              + "|from now on|henceforth|hereafter|always|for the long run|keep (?:it|that|this)(?= (?:[.,;:!?]|that way|there|so|like|$))");
  private static final Pattern LIVE =
      rule(
          "(?:make|put|take|push|bring|get|set|send|roll)(?: (?:it|this|that|them|everything))?(?:"
              + " out)? live|(?:go|goes|going|be|is|are) live|for real|(?:apply|execute|commit|enforce|activate"
              + "|deploy|do) (?:it|this|that|them)(?: (?:all|too|then|as well))?(?= (?:right|now"
              + "|immediately|straight|at once|today|anyway|for|please|[.,;:!?]|$))|right away"
              + "|immediately|straight away|at once|(?:carry|carrying) (?:it|this|that|them) out"
              + "|with immediate effect|into (?:force|production|effect)");
  private static final Pattern NOT_LIVE =
      rule(
          "(?:not|don't|do not|dont|never|without|nothing|no|before|until|if|when|were|would|cannot"
              + "|can't)(?: (?!but)"
              + Phrase.WORD
              + "){0,4} (?:live|for real|out|apply|applying|execute|commit|enforce|activate|deploy|do"
              + "|right away|immediately|force|production|effect)(?: (?:it|this|that|them|away|yet"
              + "|now))*");

  private Mood() {}

  /**
   * Asks where a request isn't meant to be carried out as it stands.
   *
   * @param words all of it
   * @param found what remains of it without how it is to be carried out
   */
  static void read(Phrase words, Conditions.Found found, Doubts doubts) {
    if (found.schedule().ends() && words.has(FOR_EVER)) {
      doubts.ask("Shall it last for that time, or for good?");
    }
    if (found.guards().dryRun()) {
      live(words.without(NOT_LIVE), doubts);
      return;
    }
    var rest = found.rest();
    for (Piece sentence : Piece.of(rest, Story::stops)) {
      if (sentence.words().items().stream().limit(1).anyMatch(i -> i.is(">"))) {
        doubts.ask("Is that somebody else's mail, or shall it be done? Leave out what is quoted.");
      }
      if (asks(sentence)) {
        doubts.ask("Is that a question, or shall it be done? Say what is to be set.");
      }
    }
    ask(rest, HEDGED, "Shall it be done? \"%s\" leaves that open.", doubts);
    ask(rest, SOME_DAY, "When exactly? \"%s\" is no instant; leave it out for now.", doubts);
    if (Clauses.sets(rest)) {
      if (words.has(MORE_THAN) && !words.has(NO_MORE)) {
        ask(words, MORE_THAN, "How much exactly? \"%s\" is no limit.", doubts);
      }
      values(rest, doubts);
      inCommon(rest, doubts);
    }
    ask(
        rest.without(Operations.UNBLOCKED),
        UNDONE,
        "\"%s\" speaks against it: shall it be done?",
        doubts);
    aside(rest, doubts);
    ask(rest, CORRECTED, "What is it that \"%s\" corrects?", doubts);
    ask(rest, WITHDRAWN, "\"%s\" takes something back: what shall be done?", doubts);
  }

  private static void values(Phrase rest, Doubts doubts) {
    for (Phrase part : Spared.parts(rest)) {
      if (Clauses.sets(part)) {
        ask(part, REPORTED, "\"%s\" tells how it is: what shall be set?", doubts);
      }
    }
    if (!rest.has(GRANTED)) {
      ask(rest, REQUESTED, "\"%s\" tells a wish: what shall be set?", doubts);
    }
    ask(rest, DENIED, "I can't tell what \"%s\" changes here. Say it another way?", doubts);
    ask(rest, PROPOSED, "Shall it be done? \"%s\" leaves that open.", doubts);
  }

  /** A limit counts each tenant by itself; together only those of a group are counted. */
  private static void inCommon(Phrase rest, Doubts doubts) {
    long tenants = rest.all(Meaning.Tenant.class).stream().map(Item::meaning).distinct().count();
    if (tenants > 1 || rest.has(EVERYBODY)) {
      ask(rest, IN_COMMON, "Each by itself? \"%s\" sounds like one limit for all of them.", doubts);
    }
  }

  /** "Acme to 20 rps. Globex is fine." What is told of somebody else is no part of a list. */
  private static void aside(Phrase rest, Doubts doubts) {
    var sentences = Piece.words(rest, Story::stops);
    for (Phrase sentence : sentences) {
      var others = sentences.stream().filter(s -> s != sentence).toList();
      boolean named =
          others.stream().anyMatch(s -> s.has(Meaning.Tenant.class) || s.has(EVERYBODY));
      boolean theirs =
          sentence.all(Meaning.Tenant.class).stream()
              .anyMatch(t ->
                  others.stream()
                      .noneMatch(s ->
                          s.all(Meaning.Tenant.class).stream()
                              .anyMatch(o -> o.meaning().equals(t.meaning()))));
      boolean all = sentence.has(EVERYBODY) || sentence.has(Meaning.Route.class);
      if (named && (theirs || all) && !Clauses.sets(sentence)) {
        ask(sentence, ASIDE, "\"%s\" tells how it is: what shall be done?", doubts);
      }
    }
  }

  private static void live(Phrase words, Doubts doubts) {
    if (words.has(LIVE)) {
      doubts.ask("Shall it be tried only, or done? A dry run changes nothing.");
    }
  }

  private static void ask(Phrase phrase, Pattern rule, String question, Doubts doubts) {
    phrase
        .find(rule)
        .ifPresent(h ->
            doubts.ask(
                question.formatted(
                    String.join(" ", h.items().stream().map(i -> i.meaning().shape()).toList()))));
  }

  private static boolean asks(Piece sentence) {
    var words = sentence.words();
    return sentence.endsWith("?")
        ? !words.has(POLITE) && !COURTESY.matcher(words.line()).matches()
        : words.has(INVERTED);
  }
}
