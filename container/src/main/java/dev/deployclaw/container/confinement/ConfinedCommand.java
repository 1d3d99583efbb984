package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command that starts a confined JVM, as a chain of programs that each become the next one, so
 * that the process id stays the same: {@code unshare} and {@code mount} make the writable folders
 * noexec, {@code setpriv} sets user, capabilities and no-new-privileges, {@link
 * ConfinementLauncher} lays the Landlock rules and the system call filter.
 *
 * @param argv program and arguments
 * @param missing what this machine or this start can't do, one sentence each; empty where every
 *     layer is set. What counts in the end is {@link IsolationProbe}
 */
public record ConfinedCommand(List<String> argv, List<String> missing) {
  private static final List<String> FOLDERS = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

  public ConfinedCommand {
    argv = List.copyOf(argv);
    missing = List.copyOf(missing);
  }

  /**
   * Tries what the installed tools can do.
   *
   * @param javaCommand the JVM and its arguments, the JVM as an absolute path. It wants {@code
   *     -Djava.io.tmpdir} in a writable folder, and can load native libraries from none
   */
  public static ConfinedCommand around(ConfinementPolicy policy, List<String> javaCommand) {
    return new CommandBuilder(policy, StartRights.here(), StartTools.found(), ownClasses())
        .around(javaCommand);
  }

  /**
   * The same, for a program of any kind; the launcher runs on this JVM's java.
   *
   * @param command the program as an absolute path, and its arguments
   */
  public static ConfinedCommand aroundProgram(ConfinementPolicy policy, List<String> command) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var builder = new CommandBuilder(policy, StartRights.here(), StartTools.found(), ownClasses());
    return builder.aroundProgram(java, command);
  }

  /**
   * Makes this process that command: nothing of this program is left, and the process id stays.
   * Returns only where that fails.
   *
   * @throws IOException with the reason
   */
  public void become() throws IOException {
    var processor =
        Processor.here()
            .orElseThrow(
                () -> new IOException("unknown processor " + System.getProperty("os.arch")));
    var kernel = new NativeCall(processor, Arena.global());
    var words = new ArrayList<>(argv);
    words.set(0, program(argv.getFirst()));
    throw new IOException(words.getFirst() + " cannot be started: " + kernel.execute(words));
  }

  /** Where the shell would find it. */
  private static String program(String name) throws IOException {
    for (String folder : FOLDERS) {
      var file = Path.of(folder).resolve(name);
      if (Files.isExecutable(file)) {
        return file.toString();
      }
    }
    throw new IOException(name + " isn't installed in " + String.join(", ", FOLDERS));
  }

  /**
   * The jar or folder of this program's own classes. Asked of a class file: a class that the JDK
   * has from its own cache doesn't know any more where it came from.
   */
  private static String ownClasses() {
    String name = ConfinementLauncher.class.getName().replace('.', '/') + ".class";
    var file = ConfinementLauncher.class.getClassLoader().getResource(name);
    if (file == null) {
      throw new IllegalStateException("the class path has no " + name);
    }
    String place = file.toString();
    String root = place.substring(0, place.length() - name.length());
    return Path.of(URI.create(root.replaceFirst("^jar:", "").replaceFirst("!/$", ""))).toString();
  }
}
