package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The NGINX processes of a container, as {@code ps} on the daemon's machine lists them.
 *
 * @param master what it was started with; empty where no NGINX runs
 * @param first whether the master is the container's first process, or the child of an init that
 *     hands signals on
 */
record ContainerProcessList(Optional<String> master, boolean first, List<Worker> workers) {
  /** Lines of any length: otherwise ps cuts them to the COLUMNS of the daemon's environment. */
  static final String PS_ARGUMENTS = "-ewwo pid,ppid,lstart,args";

  private static final int BEHIND_PARENT = 2;
  private static final String NGINX = "nginx: ";
  private static final String MASTER = "nginx: master process ";
  private static final String WORKER = "nginx: worker process";
  private static final Set<String> INITS = Set.of("docker-init", "tini", "dumb-init", "catatonit");

  /** A worker process; its start tells it from a later process of that number. */
  record Worker(String pid, String start, boolean leaving) {
    String mark() {
      return pid + "@" + start;
    }
  }

  /**
   * @param words start and command line, with single spaces
   */
  private record Line(String pid, String parent, String words) {
    boolean is(String title) {
      return words.contains(title);
    }

    /** NGINX writes its title over its command line; the text before it is the start. */
    Worker worker() {
      String start = words.substring(0, words.indexOf(NGINX)).strip().replace(' ', '-');
      return new Worker(pid, start, is(WORKER + " is shutting down"));
    }

    boolean isInit() {
      return Arrays.stream(words.split(" ", -1))
          .map(w -> w.substring(w.lastIndexOf('/') + 1))
          .anyMatch(INITS::contains);
    }
  }

  static ContainerProcessList of(DockerClient client, String container) {
    return among(client.topContainerCmd(container).withPsArgs(PS_ARGUMENTS).exec().getProcesses());
  }

  /**
   * @param processes each with its id, its parent's, and the rest in words
   */
  static ContainerProcessList among(String[][] processes) {
    var lines = new ArrayList<Line>();
    for (String[] cells : processes) {
      var rest = List.of(cells).subList(BEHIND_PARENT, cells.length);
      lines.add(new Line(cells[0], cells[1], String.join(" ", rest)));
    }
    var master = lines.stream().filter(l -> l.is(MASTER)).findFirst();
    return new ContainerProcessList(
        master.map(m -> m.words().substring(m.words().indexOf(MASTER) + MASTER.length())),
        master.filter(m -> isReached(m, lines)).isPresent(),
        lines.stream().filter(l -> l.is(WORKER)).map(Line::worker).toList());
  }

  /** Their marks in one line, to be compared with later ones. */
  String marks() {
    return workers.stream().map(Worker::mark).collect(Collectors.joining(" "));
  }

  /** Whether a worker came since. */
  boolean renewed(String marksBefore) {
    var before = split(marksBefore);
    return workers.stream().anyMatch(w -> !before.contains(w.mark()));
  }

  /** Workers of an older file: those on their way out, and those that were there before. */
  List<Worker> stale(String marksBefore) {
    var before = split(marksBefore);
    return workers.stream().filter(w -> w.leaving() || before.contains(w.mark())).toList();
  }

  private static Set<String> split(String marks) {
    return Set.copyOf(Arrays.asList(marks.strip().split(" ", -1)));
  }

  private static boolean isReached(Line master, List<Line> lines) {
    return lines.stream()
        .filter(l -> l.pid().equals(master.parent()))
        .findFirst()
        .map(Line::isInit)
        .orElse(true);
  }
}
