package dev.deployclaw.container.cli;

import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.verify.Finding;
import dev.deployclaw.audit.verify.Verifier;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.runtime.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit verify | key}. */
@Command(
    name = "audit",
    description = "Check execution logs, and show the key that signs them. Needs no back end.",
    footer = {
      "",
      "Examples:",
      "  deployclaw log last --json > log.json",
      "  deployclaw audit verify log.json --key \"$(deployclaw audit key)\""
    })
final class AuditCommand {
  private final Surroundings around;

  AuditCommand(Surroundings around) {
    this.around = around;
  }

  @Command(description = "Whether logs are as they were signed; exit 9 where one isn't.")
  int verify(
      @Mixin Shared shared,
      @Parameters(
              paramLabel = "FILE",
              arity = "1..*",
              description = "Documents as `log --json` prints them.")
          List<Path> files,
      @Option(
              names = "--key",
              paramLabel = "KEY",
              description = "The key that is trusted, as `audit key` prints it.")
          @Nullable String key)
      throws Unusable {
    var found = new LinkedHashMap<String, List<Finding>>();
    for (var file : files) {
      var trusted = Optional.ofNullable(key).map(String::strip);
      found.put(file.toString(), Verifier.document(bytes(file), trusted));
    }
    boolean holds = found.values().stream().allMatch(List::isEmpty);
    if (shared.json()) {
      around.out().println(Json.text(document(found, holds)));
    } else {
      found.forEach((file, findings) -> print(file, findings, key != null));
    }
    return (holds ? ExitCode.OK : ExitCode.AUDIT_FAILED).code();
  }

  @Command(description = "The public key that signs this agent's logs (X.509, Base64).")
  int key(@Mixin Shared shared) throws InvalidConfig {
    String key = HeadSigner.open(Local.of(around, shared).stateDir()).publicKey();
    around.out().println(shared.json() ? Json.text(Map.of("key", key)) : key);
    return ExitCode.OK.code();
  }

  private byte[] bytes(Path file) throws Unusable {
    try {
      return Files.readAllBytes(around.working().resolve(file));
    } catch (IOException e) {
      throw new Unusable(file + " can't be read: " + e + "; give a file of `log ID --json`");
    }
  }

  private void print(String file, List<Finding> findings, boolean trusted) {
    var out = around.out();
    if (findings.isEmpty()) {
      String how =
          trusted ? "signed with the trusted key" : "agrees with itself; --key says who signed it";
      out.println(file + ": unchanged, " + how);
    }
    for (var f : findings) {
      String where = f.seq() == 0 ? "" : " record " + f.seq();
      out.printf("%s:%s %s: %s%n", file, where, word(f), f.what());
    }
  }

  private static Map<String, Object> document(Map<String, List<Finding>> found, boolean holds) {
    var out = new LinkedHashMap<String, Object>();
    out.put("holds", holds);
    out.put(
        "files",
        found.entrySet().stream()
            .map(e ->
                Map.of(
                    "file", e.getKey(),
                    "findings", e.getValue().stream().map(AuditCommand::finding).toList()))
            .toList());
    return out;
  }

  private static Map<String, Object> finding(Finding f) {
    var out = new LinkedHashMap<String, Object>();
    out.put("code", word(f));
    out.put("seq", f.seq());
    out.put("what", f.what());
    return out;
  }

  private static String word(Finding f) {
    return f.code().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
