package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The verifier as a program of its own: {@code java -jar audit-verify.jar [--key KEY]… [--chain
 * FILE]… [--without-chain] FILE…}. Prints a line of JSON for each finding, or one that says how
 * much was checked. Exit 0: nothing was changed. 9: something was. 2: wrong usage, a file that
 * can't be read, or a folder without a log.
 */
public final class VerifierMain {
  private static final int WRONG_USAGE = 2;
  private static final int NOT_AS_SIGNED = 9;
  private static final String USAGE =
      """
      usage: java -jar audit-verify.jar [--key KEY]... [--chain CHAIN]... [--without-chain] FILE...
        FILE   what `deployclaw log ID --json` printed, or a folder of them; its chain.json is a CHAIN
        CHAIN  what `deployclaw audit chain` printed: then each execution that it names must be there
        KEY    a key that is trusted, as `deployclaw audit key` prints it
        --without-chain  a folder may come without its chain: then logs can be missing unseen
      Prints {"file","code","seq","what"} for each finding, else {"links","logs"}: how much was checked.
      Exit 0: unchanged, 9: not, 2: wrong usage.
      """;

  /** What the command line says. */
  private static final class Words {
    private final Set<String> keys = new HashSet<>();
    private final List<Path> chains = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private boolean withoutChain;
    private boolean wrong;

    BundleVerifier.Asked asked() {
      return new BundleVerifier.Asked(Path.of(""), chains, files, withoutChain);
    }

    boolean right() {
      return !wrong && !(files.isEmpty() && chains.isEmpty());
    }
  }

  private VerifierMain() {}

  public static void main(String[] args) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(List.of(args), out, err));
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    var words = words(args);
    if (!words.right()) {
      err.print(USAGE);
      return WRONG_USAGE;
    }
    var check = new BundleVerifier(new TrustedKeys(words.keys));
    try {
      check.files(words.asked());
    } catch (BundleVerifier.Unread e) {
      out.println(
          JsonFormatter.canonical(
              Map.of(
                  "file", e.file(), "code", "unreadable", "what", String.valueOf(e.getMessage()))));
      return WRONG_USAGE;
    }
    var findings = check.findings();
    findings.forEach((file, found) -> found.forEach(f -> out.println(line(file, f))));
    if (!findings.values().stream().allMatch(List::isEmpty)) {
      return NOT_AS_SIGNED;
    }
    out.println(JsonFormatter.canonical(Map.of("logs", check.logs(), "links", check.links())));
    return 0;
  }

  private static Words words(List<String> args) {
    var words = new Words();
    for (Iterator<String> rest = args.iterator(); rest.hasNext(); ) {
      String arg = rest.next();
      if (arg.equals("--without-chain")) {
        words.withoutChain = true;
      } else if (arg.equals("--key") && rest.hasNext()) {
        words.keys.add(rest.next().strip());
      } else if (arg.equals("--chain") && rest.hasNext()) {
        words.chains.add(Path.of(rest.next()));
      } else if (arg.startsWith("-")) {
        words.wrong = true;
      } else {
        words.files.add(Path.of(arg));
      }
    }
    return words;
  }

  private static String line(String file, VerificationFinding finding) {
    var out = new LinkedHashMap<String, Object>();
    out.put("file", file);
    out.put("code", finding.word());
    out.put("seq", finding.seq());
    out.put("what", finding.what());
    return JsonFormatter.canonical(out);
  }
}
