package dev.deployclaw.executors.gateway;

import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Somebody who holds a gateway and all that it may write to. What is put into its file is a module
 * of NGINX that leaves a mark where it is loaded; everybody could load it, and leave the mark.
 */
final class TakenGateway {
  private final Path gateway;
  private final Path mark;
  private final Path module;

  TakenGateway(Path root, FileGateway gateway) {
    this.gateway = gateway.folder();
    try {
      open(root, "rwxr-xr-x");
      Path tools = Files.createDirectories(root.resolve("taken"));
      open(tools, "rwxrwxrwx");
      this.mark = tools.resolve("mark");
      this.module = compiled(tools, source(mark));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether somebody loaded the module. */
  boolean wasLoaded() {
    return Files.exists(mark);
  }

  /** The text, which loads the module first. */
  String loading(String text) {
    return "load_module \"%s\";\n".formatted(module) + text;
  }

  /** Puts a text under a name in the gateway's folder, in one step. */
  void swap(String name, String text) {
    try {
      Path next = Files.writeString(gateway.resolve("next"), text);
      Files.move(next, gateway.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String source(Path mark) {
    return """
    #include <fcntl.h>
    __attribute__((constructor)) static void taken(void) {
      (void)open("%s", O_CREAT | O_WRONLY, 0666);
    }
    """
        .formatted(mark);
  }

  private static Path compiled(Path folder, String source) throws IOException {
    Path file = Files.writeString(folder.resolve("taken.c"), source);
    Path out = folder.resolve("taken.so");
    var _ = SystemTool.must("gcc", "-shared", "-fPIC", "-o", out.toString(), file.toString());
    return out;
  }

  private static void open(Path folder, String permissions) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
  }
}
