package dev.deployclaw.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code <stateDir>/executions}: a file of records and a cursor of shipping for each execution, for
 * their owner alone.
 */
final class JournalFolder {
  private static final String RECORDS = ".jsonl";
  private static final String CURSOR = ".cursor";
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");
  private static final Pattern DIGITS = Pattern.compile("\\d{1,18}");

  private final Path folder;

  private JournalFolder(Path folder) {
    this.folder = folder;
  }

  static JournalFolder in(Path stateDir) {
    try {
      Path folder = stateDir.resolve("executions");
      var mine = PosixFilePermissions.fromString("rwx------");
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(mine));
      return new JournalFolder(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("no journal folder in " + stateDir, e);
    }
  }

  Path records(String execution) {
    return folder.resolve(requireId(execution) + RECORDS);
  }

  Path cursor(String execution) {
    return folder.resolve(requireId(execution) + CURSOR);
  }

  /** By id, where runs of digits count as numbers: the ids of a day are in the order of time. */
  List<String> executions() {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(RECORDS))
          .map(name -> name.substring(0, name.length() - RECORDS.length()))
          .filter(name -> ID.matcher(name).matches())
          .sorted(Comparator.comparing(JournalFolder::sortable).thenComparing(name -> name))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("can't list " + folder, e);
    }
  }

  /** Bytes in the file of records; 0 where there is none. */
  long length(String execution) {
    try {
      return Files.size(records(execution));
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the journal of " + execution, e);
    }
  }

  /** Makes the file if it isn't there, and its name durable. */
  void create(String execution) throws IOException {
    Path file = records(execution);
    if (Files.exists(file)) {
      return;
    }
    var mine = PosixFilePermissions.fromString("rw-------");
    Files.createFile(file, PosixFilePermissions.asFileAttribute(mine));
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static String sortable(String id) {
    return DIGITS.matcher(id).replaceAll(n -> "%018d".formatted(Long.parseLong(n.group())));
  }

  /** An id becomes a file name and a part of a subject, so nothing else may. */
  private static String requireId(String execution) {
    if (!ID.matcher(execution).matches()) {
      throw new IllegalArgumentException("not an execution id: " + execution);
    }
    return execution;
  }
}
