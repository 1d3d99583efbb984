package dev.deployclaw.audit.verify;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The verifier as a program of its own: {@code java -jar audit-verify.jar [--key KEY] FILE…}.
 * Prints a line of JSON for each finding. Exit 0: nothing was changed. 9: something was. 2: wrong
 * usage, or a file that can't be read.
 */
public final class Main {
  private static final int WRONG_USAGE = 2;
  private static final int NOT_AS_SIGNED = 9;
  private static final String USAGE =
      """
      usage: java -jar audit-verify.jar [--key KEY] FILE...
        FILE  what `deployclaw log ID --json` printed
        KEY   the key that is trusted, as `deployclaw audit key` prints it
      Prints {"file","code","seq","what"} for each finding. Exit 0: unchanged, 9: not, 2: wrong usage.
      """;

  private Main() {}

  public static void main(String[] args) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(List.of(args), out, err));
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    var files = new ArrayList<>(args);
    Optional<String> key = Optional.empty();
    int at = files.indexOf("--key");
    if (at >= 0 && at + 1 < files.size()) {
      key = Optional.of(files.remove(at + 1).strip());
      files.remove(at);
    }
    if (files.isEmpty() || files.stream().anyMatch(f -> f.startsWith("-"))) {
      err.print(USAGE);
      return WRONG_USAGE;
    }
    int worst = 0;
    for (String file : files) {
      worst = Math.max(worst, verify(file, key, out));
    }
    return worst;
  }

  private static int verify(String file, Optional<String> key, PrintStream out) {
    try {
      var findings = Verifier.document(Files.readAllBytes(Path.of(file)), key);
      findings.forEach(f -> out.println(line(file, f)));
      return findings.isEmpty() ? 0 : NOT_AS_SIGNED;
    } catch (IOException e) {
      out.println(
          JsonText.canonical(Map.of("file", file, "code", "unreadable", "what", e.toString())));
      return WRONG_USAGE;
    }
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
