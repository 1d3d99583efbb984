package dev.deployclaw.executors.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * As whom a gateway's NGINX reads a file for the agent: a user that owns nothing, if the agent may
 * become one. Otherwise it is the agent's own user, without the agent's capabilities. What starts
 * it is setpriv(1) of util-linux.
 *
 * @param number of user and group; empty where the agent may not change its user
 * @param setpriv empty where it isn't installed
 */
record UnprivilegedUser(Optional<Integer> number, Optional<Path> setpriv) {
  /** Neither of a package nor of systemd's, and below what a container's namespace may map. */
  private static final int NUMBER = 60_917;

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern CAPABILITIES = Pattern.compile("(?m)^CapEff:\\s*([0-9a-f]{1,16})$");
  private static final List<Path> PROGRAMS =
      List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

  /** CAP_SETGID, CAP_SETUID and CAP_SETPCAP of capabilities(7). */
  private static final long CHANGES_USERS = 1L << 6 | 1L << 7 | 1L << 8;

  /** CAP_NET_BIND_SERVICE: the parser opens the ports that a file names. */
  private static final long OPENS_PORTS = 1L << 10;

  private static final String PORTS = "-all,+net_bind_service";
  private static final String NOTHING = "-all";

  static UnprivilegedUser ofThisProcess() throws IOException {
    boolean changes = (capabilities() & CHANGES_USERS) == CHANGES_USERS;
    return new UnprivilegedUser(
        changes ? Optional.of(NUMBER) : Optional.empty(),
        PROGRAMS.stream().filter(Files::isExecutable).findFirst());
  }

  /** Why it would have the agent's rights; empty where it hasn't. */
  Optional<String> missing() {
    return number.isPresent() && setpriv.isEmpty()
        ? Optional.of(
            "NGINX would read the file as root, since there is no setpriv: install util-linux, or"
                + " run the agent as a user of its own")
        : Optional.empty();
  }

  /** Lets it write into a folder. */
  void own(Path folder) throws IOException {
    if (number.isPresent()) {
      Files.setAttribute(folder, "unix:uid", number.get());
      Files.setAttribute(folder, "unix:gid", number.get());
    }
  }

  List<String> start(List<String> program) throws IOException {
    var words = new ArrayList<String>();
    if (setpriv.isPresent()) {
      words.addAll(List.of(setpriv.get().toString(), "--no-new-privs"));
      number.ifPresent(
          n -> words.addAll(List.of("--reuid=" + n, "--regid=" + n, "--clear-groups")));
      String kept = (capabilities() & OPENS_PORTS) == 0 ? NOTHING : PORTS;
      words.addAll(List.of("--inh-caps=" + kept, "--ambient-caps=" + kept));
      if (number.isPresent()) {
        words.add("--bounding-set=" + kept);
      }
    }
    words.addAll(program);
    return words;
  }

  private static long capabilities() throws IOException {
    var found = CAPABILITIES.matcher(Files.readString(STATUS));
    return found.find() ? Long.parseUnsignedLong(found.group(1), 16) : 0;
  }
}
