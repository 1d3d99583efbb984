package dev.deployclaw.executors.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lets a gateway's NGINX read a file that the agent rendered just now ({@code nginx -t}).
 *
 * <p>It reads a copy in a folder that only the agent reaches: in the gateway's own folder the
 * gateway could put another file there in between, and a file can load a module, which runs as the
 * reader. What NGINX writes while it reads goes to that folder too, since a link in place of a log
 * would lead elsewhere; the copy says so by {@link #HERE}.
 *
 * @param scratch where the agent keeps copies; nobody else may reach it
 */
record NginxConfigChecker(Path scratch, Duration check) {
  /** The parser's own working folder, as a path that can stand in a file. */
  static final Path HERE = Path.of("/proc/self/cwd");

  private static final String FILE = "nginx.conf";

  /** What would read or run more than the file itself; we render none of it. */
  private static final Pattern FOREIGN =
      Pattern.compile(
          "(?:^|[\\s;{}])(load_module|include|ssl_engine|(?:perl|js|njs|lua|init_by_lua)\\w*)\\s");

  /** NGINX before 1.19.5 knows no option for its log before it has read the file. */
  private static final String OLD = "nginx: invalid option: \"e\"";

  /** The log that such a one was built with. */
  private static final String OWN_LOG = "nginx: [alert] could not open error log file";

  /** What came of it. */
  sealed interface Verdict {
    record Accepted() implements Verdict {}

    record Refused(String output) implements Verdict {}

    /** It made a system call that no parser needs, and the kernel ended it. */
    record Ended() implements Verdict {}

    /** It was never asked. */
    record Unasked(String reason) implements Verdict {}
  }

  /**
   * @param text rendered with {@link #HERE} as the folder of all that NGINX writes
   */
  Verdict parse(Path binary, byte[] text) throws IOException, InterruptedException {
    var user = UnprivilegedUser.ofThisProcess();
    if (user.missing().isPresent()) {
      return new Verdict.Unasked(user.missing().get());
    }
    var foreign = FOREIGN.matcher(new String(text, StandardCharsets.UTF_8));
    if (foreign.find()) {
      return new Verdict.Refused("a rendered file holds no " + foreign.group(1));
    }
    Files.createDirectories(scratch);
    Path folder = Files.createTempDirectory(scratch, "check-");
    try {
      Files.write(folder.resolve(FILE), text);
      Files.setPosixFilePermissions(
          folder.resolve(FILE), PosixFilePermissions.fromString("r--r--r--"));
      user.own(folder);
      return run(user, binary, folder);
    } finally {
      delete(folder);
    }
  }

  private Verdict run(UnprivilegedUser user, Path binary, Path folder)
      throws IOException, InterruptedException {
    String file = HERE.resolve(FILE).toString();
    var old = List.of(binary.toString(), "-t", "-q", "-p", HERE + "/", "-c", file);
    var program = Stream.concat(old.stream(), Stream.of("-e", HERE.resolve("own.log").toString()));
    var ended = ProcessRunner.run(user.start(program.toList()), folder, check);
    if (ended.output().startsWith(OLD)) {
      ended = ProcessRunner.run(user.start(old), folder, check);
    }
    if (ended.succeeded()) {
      return new Verdict.Accepted();
    }
    if (ended.madeForbiddenCall()) {
      return new Verdict.Ended();
    }
    String output = said(ended.output());
    return output.startsWith("setpriv: ")
        ? new Verdict.Unasked("NGINX can't be started as another user: " + output)
        : new Verdict.Refused(output);
  }

  private static String said(String output) {
    return output
        .lines()
        .filter(line -> !line.startsWith(OWN_LOG))
        .map(line -> line.replace(HERE + "/", ""))
        .collect(Collectors.joining("\n"));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
