package dev.deployclaw.audit.verify;

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
 * FILE]… FILE…}. Prints a line of JSON for each finding. Exit 0: nothing was changed. 9: something
 * was. 2: wrong usage, or a file that can't be read.
 */
public final class Main {
  private static final int WRONG_USAGE = 2;
  private static final int NOT_AS_SIGNED = 9;
  private static final String USAGE =
      """
      usage: java -jar audit-verify.jar [--key KEY]... [--chain CHAIN]... FILE...
        FILE   what `deployclaw log ID --json` printed, or a folder of them; its chain.json is a CHAIN
        CHAIN  what `deployclaw audit chain` printed: then each execution that it names must be there
        KEY    a key that is trusted, as `deployclaw audit key` prints it
      Prints {"file","code","seq","what"} for each finding. Exit 0: unchanged, 9: not, 2: wrong usage.
      """;

  /** What the command line says. */
  private record Asked(Set<String> keys, List<Path> chains, List<Path> files, boolean right) {}

  private Main() {}

  public static void main(String[] args) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(List.of(args), out, err));
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    var asked = asked(args);
    if (!asked.right()) {
      err.print(USAGE);
      return WRONG_USAGE;
    }
    var check = new Check(new Trust(asked.keys()));
    try {
      check.files(Path.of(""), asked.chains(), asked.files());
    } catch (Check.Unread e) {
      out.println(
          JsonText.canonical(
              Map.of(
                  "file", e.file(), "code", "unreadable", "what", String.valueOf(e.getMessage()))));
      return WRONG_USAGE;
    }
    var findings = check.findings();
    findings.forEach((file, found) -> found.forEach(f -> out.println(line(file, f))));
    return findings.values().stream().allMatch(List::isEmpty) ? 0 : NOT_AS_SIGNED;
  }

  private static Asked asked(List<String> args) {
    var keys = new HashSet<String>();
    var chains = new ArrayList<Path>();
    var files = new ArrayList<Path>();
    boolean right = true;
    for (Iterator<String> rest = args.iterator(); rest.hasNext(); ) {
      String arg = rest.next();
      if (arg.startsWith("-") && !rest.hasNext()) {
        right = false;
      } else if (arg.equals("--key")) {
        keys.add(rest.next().strip());
      } else if (arg.equals("--chain")) {
        chains.add(Path.of(rest.next()));
      } else if (arg.startsWith("-")) {
        right = false;
      } else {
        files.add(Path.of(arg));
      }
    }
    return new Asked(keys, chains, files, right && !(files.isEmpty() && chains.isEmpty()));
  }

  private static String line(String file, Finding finding) {
    var out = new LinkedHashMap<String, Object>();
    out.put("file", file);
    out.put("code", finding.word());
    out.put("seq", finding.seq());
    out.put("what", finding.what());
    return JsonText.canonical(out);
  }
}
