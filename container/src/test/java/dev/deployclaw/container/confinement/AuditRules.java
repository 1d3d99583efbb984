package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The audit's rules as we ship them, for as long as this is open: auditctl(8) loads them. */
public final class AuditRules implements AutoCloseable {
  public static final String NEEDS = "auditctl of Debian's package auditd";

  private static final Path SHIPPED = Path.of("audit", "20-deployclaw.rules");
  private static final Path AUDITCTL = Path.of("/usr/sbin/auditctl");

  /** What a JVM that ended before its time left to be deleted. */
  private static final Path LEFT = Path.of("/tmp", "deployclaw-kernel-audit.rules");

  private static final String KEY = "deployclaw-";

  private final Path folder;
  private final List<String> rules;

  /** For the users that they name. */
  public AuditRules(Path folder) throws IOException {
    this(folder, Files.readAllLines(SHIPPED));
  }

  /** For one other user. */
  AuditRules(Path folder, ProcessUser user) throws IOException {
    this(
        folder,
        Files.readAllLines(SHIPPED).stream()
            .map(line -> line.replaceAll("(uid[<>]=)\\d+", "$1" + user.uid()))
            .toList());
  }

  private AuditRules(Path folder, List<String> lines) throws IOException {
    this.folder = folder;
    rules =
        lines.stream()
            .filter(line -> line.startsWith("-a"))
            .filter(line -> Processor.here().orElseThrow() == Processor.X86_64 || !isOld(line))
            .toList();
    if (Files.exists(LEFT)) {
      load(Files.readAllLines(LEFT));
      Files.delete(LEFT);
    }
    if (auditctl("-l").contains(KEY)) {
      throw new IllegalStateException("an operator has loaded such rules here");
    }
    Files.write(LEFT, deleting());
    try {
      load(rules);
    } catch (IllegalStateException e) {
      close();
      throw e;
    }
  }

  /** Also those alone that were loaded before one failed. */
  private List<String> deleting() {
    return Stream.concat(
            Stream.of("-i"), rules.stream().map(line -> line.replaceFirst("^-a", "-d")))
        .toList();
  }

  /** ARM64 has no such calls. */
  private static boolean isOld(String line) {
    return Stream.of("-S open,", "-S chmod,", "-S link ").anyMatch(line::contains);
  }

  /** Whether they can be loaded here. */
  public static boolean possible() {
    return KernelAudit.possible() && Files.isExecutable(AUDITCTL);
  }

  private void load(List<String> lines) throws IOException {
    var file = Files.createTempFile(folder, "audit", ".rules");
    Files.write(file, lines);
    auditctl("-R", file.toString());
  }

  private static String auditctl(String... words) throws IOException {
    var command = new ArrayList<>(List.of(words));
    command.addFirst(AUDITCTL.toString());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IllegalStateException("auditctl: " + said);
    }
    return said;
  }

  @Override
  public void close() throws IOException {
    load(deleting());
    String left = auditctl("-l");
    if (left.contains(KEY)) {
      throw new IllegalStateException("left of the audit's rules: " + left);
    }
    Files.delete(LEFT);
  }
}
