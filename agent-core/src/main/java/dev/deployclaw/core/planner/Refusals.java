package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Requests that are refused whatever else they say, by the words as typed. Pure. */
final class Refusals {
  /** Characters of a request. */
  static final int LONGEST = 2000;

  private static final String W = "[\\p{L}\\p{N}'<>-]+";

  private static final Pattern INVISIBLE =
      Pattern.compile("[\\p{Cf}\\p{Co}\\p{Cn}[\\p{Cc}&&[^\\t\\r\\n]]]");
  private static final Pattern SHELL = Pattern.compile("\\$\\(|`|&&|\\|\\||<script|\\.\\./");

  private static final String PROTECTED =
      "(?:checkpoints?|checkpointing|audits?|auditing|audited|logs?|logging|logged|approvals?"
          + "|approve|approved|approver|gates?|validations?|validating|verification|rollbacks?"
          + "|roll back|safety|safeguards?|guardrails?|confirmation|asking|review|trail|traces?"
          + "|recording|snapshots?|backups?|sandbox|votes?|voting|kill switch|probes?|record|checks|guards)";
  private static final String SKIP =
      "(?:without|skip|skips|skipping|bypass|bypassing|circumvent|disable|disabling|omit|omitting"
          + "|avoid|avoiding|override|overriding|suppress|ignore|ignoring|forgo|forget|drop|mute|no|turn"
          + " off|turning off|switch off|leave out|(?:don't|do not|dont|never|needn't|no need"
          + " to|doesn't|not) (?:make|do|create|write|take"
          + "|keep|run|wait|ask|need|require|log|record|bother))";

  private static final String PROMISED =
      "(?:not to|don't|do not|dont|never)(?: ever)? (?:skip|bypass|disable|omit|forget)(?: "
          + W
          + "){0,3} "
          + PROTECTED;

  /** Promises to keep a safeguard, which read like attempts to skip it. */
  private static final Pattern KEPT =
      rule(
          PROMISED
              + "|(?:not|don't|do not|dont|never|nothing|no changes?)(?: (?!hesitate|mind|be|wait)"
              + W
              + "){0,4} (?:without|until|before|unless)(?: "
              + W
              + "){0,3} "
              + PROTECTED);

  private static final Pattern KEEPS = rule("(?:(?:and|but|please|,) )*" + PROMISED);

  /** A rule, and what is said when it matches. */
  private record Refusal(Pattern rule, String reason) {}

  /** What is never asked for, in whatever part of a request it stands. */
  private static final List<Refusal> ATTEMPTS =
      List.of(
          new Refusal(
              rule(
                  SKIP
                      + "(?: (?!after|until|when|once|but|with|if|then)"
                      + W
                      + "){0,3} "
                      + PROTECTED
                      + "|(?:don't|do not|dont|never|without|not)(?: (?:even|just|please|ever))?"
                      + " (?:log|logging|record|recording|audit|auditing)"
                      + "|(?:stop|pause)(?: the)? (?:audit|auditing|logging|logs?|recording)"
                      + "|(?:keep|leave|hold)(?: "
                      + W
                      + "){1,3} (?:out of|off|away from)(?: "
                      + W
                      + "){0,2} (?:audit|logs?|trail|records?|history)"
                      + "|without (?:writing|recording|entering|noting|putting|leaving|making)(?: "
                      + W
                      + "){0,4} (?:audit|logs?|trail)"
                      + "|"
                      + PROTECTED
                      + "(?: [\\p{L}\\p{N}'<>,.;:-]+){0,12} (?:without|skip|bypass|disable|ignore|drop|omit|mute) (?:it|them|that)"
                      + "|"
                      + PROTECTED
                      + "(?: [\\p{L}\\p{N}'<>,.;:-]+){0,12} (?:turn|switch|leave|shut) (?:it|them|that) (?:off|out|down)"
                      + "|"
                      + PROTECTED
                      + " (?:was|were|is|are|has been|have been|gets?|got) (?:already )?(?:skipped|waived|bypassed|dropped|omitted)"
                      + "|backdat(?:e|ed|ing)|(?:add|make|put|remove|take|name|appoint)(?: "
                      + W
                      + "){0,6} approvers?|approve(?: "
                      + W
                      + "){0,3} (?:on my behalf|for me|in my name)"),
              "the checkpoint, the audit log, the approval and the validation can't be skipped"),
          new Refusal(
              rule(
                  PROTECTED
                      + "(?: (?:checks?|nets?|steps?|rules?))? (?:is |are |be )?(?:off|disabled|unnecessary|optional|isn't|aren't|not)"
                      + "(?: (?:needed|necessary|required|wanted))?"),
              "the checkpoint, the audit log, the approval and the validation can't be skipped"),
          new Refusal(
              rule(
                  "(?:pretend|claim|assume|mark|fake|consider|declare|act as if|as if)(?: "
                      + W
                      + "){0,4} "
                      + PROTECTED),
              "the checkpoint, the audit log, the approval and the validation can't be skipped"),
          new Refusal(
              rule(
                  "(?:delete|erase|remove|wipe|purge|clear|rewrite|edit|falsify|tamper|forge|alter"
                      + "|hide|truncate|destroy|drop|overwrite)(?: "
                      + W
                      + "){0,6}"
                      + " (?:audit|logs?|checkpoints?|history|trail|evidence|records?|traces?)"),
              "logs and checkpoints aren't removed or altered"),
          new Refusal(
              rule(
                  "(?:record|log|enter|note|write|book|attribute|file)(?: "
                      + W
                      + "){0,7} (?:as if|as though|under (?:another|a different|someone)|in the name"
                      + " of|backdated?)"),
              "the log says who asked for what, and when"),
          new Refusal(
              rule(
                  "(?:your|yourself|itself|the agent(?: 's)?|its own|my own)(?: own)?(?: "
                      + W
                      + "){0,2} (?:polic(?:y|ies)|rules?|permissions?|instructions?|configuration"
                      + "|config|prompts?|privileges?|allow-?list|restrictions?|code|role|rights)"),
              "the agent can't change its own policy"),
          new Refusal(
              rule(
                  "(?:ignore|disregard|forget|override|overrule|bypass)(?: "
                      + W
                      + "){0,4}"
                      + " (?:instructions?|rules?|polic(?:y|ies)|prompts?|guidelines|restrictions"
                      + "|constraints|limits)"),
              "the agent can't be told to ignore its policy"),
          new Refusal(
              rule(
                  "you (?:are|'re) now|you're now|act as|pretend(?:ing)? (?:to be|you)|system"
                      + " :|unfreeze|developer mode|admin mode|god mode|jailbreak|system"
                      + " prompt|root access|as root"),
              "the agent's role doesn't change with a request"),
          new Refusal(
              rule(
                  "(?:grant|give)(?: "
                      + W
                      + "){0,2} (?:access(?! again|"
                      + " back)|admin|root|permissions?|privileges?|rights)|escalate|self["
                      + " -]approve|approve (?:"
                      + W
                      + " ){0,2}(?:yourself|itself|own)"),
              "permissions and approvals aren't given by a request"),
          new Refusal(
              rule("(?<=^ )(?:please |now |just )?(?:approve|freeze|thaw|reject)(?: " + W + ")*"),
              "a person approves, rejects or freezes with the command of that name"),
          new Refusal(
              rule(
                  "secretly|covertly|silently|quietly|off the record|(?:don't|do not|without)"
                      + " tell(?:ing)?|without (?:anyone|anybody)(?: "
                      + W
                      + ")*|nobody (?:must|should|may) know"),
              "every change is recorded and can be seen"));

  /** What the agent has nothing to do with, where an order speaks of it. */
  private static final List<Refusal> MATTERS =
      List.of(
          new Refusal(
              rule(
                  "(?:delete|erase|remove|wipe|purge|clear|drop)(?: "
                      + W
                      + "){0,5} (?:keys?|(?:from|in|on) (?:redis|etcd|s3|nats|the"
                      + " (?:cluster|database|bucket)))"),
              "the agent changes rate limits only; it never deletes data or stops a system"),
          new Refusal(
              rule(
                  "(?:deploy|release|ship|roll out|install)(?: "
                      + W
                      + "){0,3} (?:version|build|release)"),
              "the agent changes rate limits only, not the platform that runs them"),
          new Refusal(
              rule(
                  "(?:write|code|build|generate|create)(?: (?:me|us|an?|the|some|my|our|small|little"
                      + "|quick|python|shell|bash|perl|java|go))* (?:script|program|bot)"),
              "that is out of scope: the agent changes rate limits"),
          new Refusal(
              rule(
                  "(?:flush|flushall|flushdb|wipe|erase|nuke|purge|truncate|destroy|obliterate|kill|shutdown|shut"
                      + " down|terminate|corrupt|crash|clear|delete|remove|reset|drop|empty)(?:"
                      + " (?!limits?|from|for|on|of)"
                      + W
                      + "){0,2} (?:redis|etcd|s3|nats|buckets?"
                      + "(?! limits?)|databases?|db|clusters?|keys?|counters?|data|everything|state"
                      + "|stores?|gateways?|nodes?|nginx|containers?|pods?|namespaces?|servers?"
                      + "|tables?|caches?|system|production|prod|platform)"),
              "the agent changes rate limits only; it never deletes data or stops a system"),
          new Refusal(
              rule(
                  "(?:flush|flushall|flushdb|rm|sudo|docker (?:exec|run|cp|kill|rm|stop)|passwd|cat /\\S*|curl|wget|ssh|kubectl|redis-cli|etcdctl|bash)"),
              "commands aren't run from a request"),
          new Refusal(
              rule(
                  "(?:run|execute|exec|invoke|launch|eval)(?: "
                      + W
                      + "){0,3} (?:commands?|shell|script"
                      + "|code|sql|docker|binary|program)|(?:open|start|spawn|get|give)(?: "
                      + W
                      + "){0,3} (?:shell|terminal|console|command line)"),
              "commands aren't run from a request"),
          new Refusal(
              rule(
                  "(?:restart|reboot|redeploy|scale|upgrade|install|uninstall|provision|create|add"
                      + "|delete|patch|drain|resize)(?: (?!limits?|snapshot|backup|checkpoint|copy)"
                      + W
                      + "){0,3} (?:pods?|deployments?"
                      + "|replicas?|containers?|clusters?|nodes?|servers?|databases?|machines?"
                      + "|images?|charts?|nginx|redis|namespaces?|volumes?)"
                      + "|(?:more|fewer|extra|additional) (?:pods?|replicas?|nodes?|servers?|instances?"
                      + "|containers?|machines?|cpus?|cores|memory)"),
              "the agent changes rate limits only, not the platform that runs them"),
          new Refusal(
              rule(
                  "(?:dns|firewalls?|certificates?|tls|ssl|vpn|subnets?|(?<!per )ip address(?:es)?"
                      + "|load balancers?|cron ?jobs?|feature flags?|price lists?|subscriptions?)"),
              "the agent changes rate limits only, not the platform that runs them"),
          new Refusal(
              rule(
                  "(?:create|register|onboard|add|invite|rename|delete)(?: an?| the)?(?: new)?"
                      + " (?:tenants?|customers?|users?|accounts?)(?! 's| limits?)"),
              "the agent changes rate limits only; tenants are defined by their policy documents"),
          new Refusal(
              rule(
                  "passwords?|secrets?|credentials?|api keys?|(?:api|access|auth|bearer) tokens?|exfiltrate|private keys?|access keys?|signing"
                      + " keys?|environment variables?|env vars?"),
              "secrets are never shown or changed"),
          new Refusal(
              rule(
                  "poems?|jokes?|songs?|haikus?|essays?|weather|recipes?|translate|lyrics|limericks?"
                      + "|e?mail|tweet|(?<!on |on the |for )invoices?|story|stories"),
              "that is out of scope: the agent changes rate limits"));

  /** Why, in which nothing is asked for: "because of the credential stuffing". */
  private static final Pattern BECAUSE =
      rule(
          "(?:because(?: of)?|due to|owing to)(?: (?!(?:and|but|then|so|also|or|please|you|your|me|us|need|needs|want"
              + "|wants|like|let|show|send|give|tell|print|get) )"
              + W
              + "){1,12}(?= (?:[.;,!]|$))");

  private Refusals() {}

  /** Without promises that a safeguard is kept: it is, whatever is asked. */
  static Phrase promised(Phrase words) {
    return words.without(KEEPS);
  }

  /**
   * Why a request is refused; empty when nothing speaks against reading it.
   *
   * @param raw all of it, as typed
   * @param order what it asks for, without what it tells
   */
  static Optional<String> of(String text, Phrase raw, Phrase order) {
    if (INVISIBLE.matcher(text).find()) {
      return Optional.of("the request holds invisible characters");
    }
    if (SHELL.matcher(text).find()) {
      return Optional.of("commands aren't run from a request");
    }
    return first(ATTEMPTS, raw).or(() -> first(MATTERS, order.without(BECAUSE)));
  }

  private static Optional<String> first(List<Refusal> refusals, Phrase words) {
    var kept = words.without(KEPT);
    return refusals.stream().filter(r -> kept.has(r.rule())).map(Refusal::reason).findFirst();
  }
}
