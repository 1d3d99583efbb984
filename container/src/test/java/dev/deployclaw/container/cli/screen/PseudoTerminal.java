package dev.deployclaw.container.cli.screen;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.commons.lang3.function.Failable;
import org.jline.terminal.Size;
import org.jline.utils.ScreenTerminal;

/**
 * A program on a real pseudo-terminal, which util-linux's {@code script} makes, and what a person
 * sees there. The terminal's modes are noted before the program and after it.
 */
public final class PseudoTerminal implements AutoCloseable {
  private static final Path SCRIPT = Path.of("/usr/bin/script");
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Path folder;
  private final Process process;
  private final ScreenTerminal seen;
  private final StringWriter written = new StringWriter();
  private final Thread reader;

  private PseudoTerminal(Path folder, Process process, int columns, int rows) {
    this.folder = folder;
    this.process = process;
    this.seen = new ScreenTerminal(columns, rows);
    this.reader = Thread.ofPlatform().daemon().start(this::read);
  }

  /**
   * @param folder for its notes, without blanks in its name
   * @param environment that differs from this process's
   */
  public static PseudoTerminal start(
      Path folder, int columns, int rows, Map<String, String> environment, List<String> command) {
    assumeTrue(Files.isExecutable(SCRIPT), SCRIPT + " isn't installed");
    String words =
        command.stream()
            .map(w -> "'" + w.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    // A program that was begun in the background would ignore an interrupt for ever.
    String shell =
        "stty cols %d rows %d; tty > tty; stty -g > before; sh -c 'echo $$ > pid; exec env --default-signal \"$@\"' sh %s; echo $? > exit; stty -g > after"
            .formatted(columns, rows, words);
    var builder =
        new ProcessBuilder(SCRIPT.toString(), "-q", "-f", "-c", shell, "/dev/null")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(k -> k.startsWith("DEPLOYCLAW") || k.equals("NO_COLOR"));
    builder.environment().put("TERM", "xterm-256color");
    builder.environment().put("SHELL", "/bin/sh");
    builder.environment().putAll(environment);
    return Failable.get(() -> new PseudoTerminal(folder, builder.start(), columns, rows));
  }

  private void read() {
    try (var in = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
      var buffer = new char[4096];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        String text = new String(buffer, 0, n);
        written.append(text);
        seen.write(text);
      }
    } catch (IOException e) {
      written.append("<" + e + ">");
    }
  }

  /** The lines of the screen, without the spaces at their ends. */
  public List<String> screen() {
    return seen.toString().lines().map(String::stripTrailing).toList();
  }

  /** All that was written, sequences included. */
  public String written() {
    return written.toString();
  }

  public void awaitScreen(String what, Predicate<String> wanted) {
    try {
      BoundedWait.until(what, SOON, () -> wanted.test(String.join("\n", screen())));
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(what + ":\n" + String.join("\n", screen()) + "\n" + written(), e);
    }
  }

  public void type(String keys) {
    try {
      process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void resize(int columns, int rows) throws IOException, InterruptedException {
    seen.setSize(Size.of(columns, rows));
    run("stty", "-F", note("tty"), "cols", "" + columns, "rows", "" + rows);
  }

  public void signal(String name) throws IOException, InterruptedException {
    run("kill", "-" + name, note("pid"));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).inheritIO().start();
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
  }

  String note(String name) {
    return Failable.get(() -> Files.readString(folder.resolve(name)).strip());
  }

  /** Waits for the end, and gives the program's exit code. */
  public int exit() throws InterruptedException {
    BoundedWait.until("the program ends", SOON, () -> !process.isAlive());
    reader.join(SOON);
    return Integer.parseInt(note("exit"));
  }

  /** Whether the terminal's modes are what they were. */
  public boolean isRestored() {
    return note("before").equals(note("after"));
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
