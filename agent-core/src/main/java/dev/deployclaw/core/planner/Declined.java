package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import java.util.regex.Pattern;

/**
 * What somebody doesn't want beside what they do: "don't block acme, just limit it to 20 rps". Only
 * beside a value: the operation that is declined carries nothing then, its tenant may be the one
 * that "it" stands for. Pure.
 */
final class Declined {
  private static final String HOW =
      "(?: (?:completely|entirely|fully|altogether|outright|totally|off|out|yet|right away|for now"
          + "|over (?:this|that|it)|for (?:this|that)|because of (?:this|that)))*";
  private static final String AT_ALL =
      "(?:(?:to|be|yet|completely|entirely|fully|outright|just|actually|have|them|it) )*";
  private static final String BLOCK =
      "(?:block(?:ing|ed)?|ban(?:ning|ned)?|suspend(?:ing|ed)?|cut(?:ting)?|lock(?:ing|ed)?|shut(?:ting)?)";

  private static final Pattern BLOCKING =
      rule(
          "(?:(?:please|pls|there 's|there is|we|i|you) )*(?:don't|do not|dont|never|not|no need|no reason"
              + "|needn't|without|rather than|instead of|(?:don't|do not|dont) (?:want|need|have))"
              + " "
              + AT_ALL
              + BLOCK
              + HOW
              + "(?: (?:<tenant>|them|it|him|her))?"
              + HOW
              + "(?= (?:[.,;:!]|but|just|only|and|$))"
              + "|(?:i|we|i'd|we'd|i would|we would) (?:rather|prefer to) not (?:block|ban|suspend|cut off"
              + "|lock out|shut out|cut <tenant> off|lock <tenant> out|shut <tenant> out)(?: (?:<tenant>|them|it))?"
              + HOW
              + "(?= (?:[.,;:!]|but|just|only|and|$))|(?:to )?(?:block(?:ing)?|ban(?:ning)?|suspend(?:ing)?)"
              + " (?:<tenant>|them|it) (?:would be|is|'d be) (?:an? )?(?:over ?kill|<unknown>|too (?:much|hard|harsh))"
              + "(?= (?:[.,;:!]|but|just|only|and|$))"
              + "|<tenant> (?:shouldn't|should not|mustn't|must not|needn't|need not|doesn't have to) be"
              + " (?:blocked|banned|suspended|cut off|locked out|shut out)"
              + HOW
              + "(?= (?:[.,;:!]|but|just|only|and|$))");
  private static final Pattern INSTEAD = rule("instead|rather");

  private Declined() {}

  /** The phrase without what is declined. */
  static Phrase without(Phrase measured) {
    var rest = measured.without(BLOCKING);
    if (rest.items().size() == measured.items().size() || !Clauses.sets(rest)) {
      return measured;
    }
    boolean named = rest.has(Meaning.Tenant.class) || rest.has(Story.EVERYBODY);
    var kept = named ? rest : tenantsOnly(measured);
    return kept.without(INSTEAD);
  }

  private static Phrase tenantsOnly(Phrase measured) {
    var phrase = measured;
    for (var hit = phrase.find(BLOCKING); hit.isPresent(); hit = phrase.find(BLOCKING)) {
      phrase = phrase.replace(hit.get(), hit.get().all(Meaning.Tenant.class));
    }
    return phrase;
  }
}
