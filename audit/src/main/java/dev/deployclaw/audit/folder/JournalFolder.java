package dev.deployclaw.audit.folder;

import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.core.log.SupersededRecords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code <stateDir>/executions}: a file of records and a cursor of shipping for each execution, and
 * files of what was moved out of one; for their owner alone.
 */
public final class JournalFolder {
  private static final String RECORDS = ".jsonl";

  /** Ends the name of the file that says that a log is in the bucket. */
  public static final String STORED = ".stored";

  /** Ends the name of the file with the signature of a log's end. */
  public static final String HEAD = ".head";

  private static final FileAttribute<Set<PosixFilePermission>> MINE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Pattern MOVED =
      Pattern.compile("([a-z0-9][a-z0-9-]{0,127})\\.(\\d{1,9})\\.superseded");
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");
  private static final int LONGEST = 18;

  /** More than the file system's clock may stay: within it a second change would not show. */
  private static final Duration TICK = Duration.ofSeconds(1);

  private final Path folder;
  private volatile @Nullable Listing listed;

  /** The names of logs when the folder had last changed. */
  private record Listing(FileTime changed, List<String> executions, List<String> known) {}

  private JournalFolder(Path folder) {
    this.folder = folder;
  }

  public static JournalFolder in(Path stateDir) {
    try {
      Path folder = stateDir.resolve("executions");
      var mine = PosixFilePermissions.fromString("rwx------");
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(mine));
      return new JournalFolder(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("no journal folder in " + stateDir, e);
    }
  }

  public Path records(String execution) {
    return folder.resolve(requireId(execution) + RECORDS);
  }

  public Path cursor(String execution) {
    return folder.resolve(requireId(execution) + ".cursor");
  }

  /** The file by which processes see what others write. */
  public Path claims() {
    return folder.resolve(".writing");
  }

  /** So that all of it is shipped again. */
  public void forgetCursor(String execution) {
    try {
      Files.deleteIfExists(cursor(execution));
    } catch (IOException e) {
      throw new UncheckedIOException("can't delete the cursor of " + execution, e);
    }
  }

  /** By id, where runs of digits count as numbers: the ids of a day are in the order of time. */
  public List<String> executions() {
    return listing().executions();
  }

  /** The same, with those of which there is but the mark of a copy. */
  public List<String> known() {
    return listing().known();
  }

  /** As it was read, if nothing was created, renamed or removed since: marks stay for ever. */
  private Listing listing() {
    try {
      var changed = (FileTime) Files.getAttribute(folder, "unix:ctime");
      var last = listed;
      if (last != null && last.changed().equals(changed)) {
        return last;
      }
      var fresh = list(changed);
      if (changed.toInstant().isBefore(Instant.now().minus(TICK))) {
        listed = fresh;
      }
      return fresh;
    } catch (IOException e) {
      throw new UncheckedIOException("can't list " + folder, e);
    }
  }

  private Listing list(FileTime changed) {
    var names = names();
    var known =
        names.stream()
            .filter(name -> name.endsWith(RECORDS) || name.endsWith(STORED))
            .map(name -> name.substring(0, name.lastIndexOf('.')))
            .filter(name -> ID.matcher(name).matches())
            .distinct()
            .map(name -> Map.entry(sortable(name), name))
            .sorted(Map.Entry.<String, String>comparingByKey().thenComparing(Map.Entry::getValue))
            .map(Map.Entry::getValue)
            .toList();
    var here = known.stream().filter(name -> names.contains(name + RECORDS)).toList();
    return new Listing(changed, here, known);
  }

  /** Of all files that there are. */
  private Set<String> names() {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException("can't list " + folder, e);
    }
  }

  /** All whole records of one; none where there is no file. */
  public List<byte[]> all(String execution) {
    try {
      return RecordLines.read(records(execution), RecordLines.Span.ALL).withoutTornLast().lines();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the journal of " + execution, e);
    }
  }

  /** Removes the file of records, then its cursor. */
  void drop(String execution) throws IOException {
    Files.deleteIfExists(records(execution));
    Files.deleteIfExists(cursor(execution));
    keepNames();
  }

  /** Puts a file of records back that was dropped. */
  public void bringBack(String execution, List<byte[]> records) {
    keep(requireId(execution) + RECORDS, RecordLines.join(records));
  }

  /** What was moved out of files of records, by execution and number. */
  public List<SupersededRecords> superseded() {
    return names().stream()
        .map(MOVED::matcher)
        .filter(Matcher::matches)
        .map(m -> new SupersededRecords(m.group(1), Long.parseLong(m.group(2)), m.group()))
        .sorted(
            Comparator.comparing((SupersededRecords s) -> sortable(s.execution()))
                .thenComparingLong(SupersededRecords::from))
        .toList();
  }

  /** All records that were moved out of one log. */
  public List<byte[]> superseded(String execution) {
    return superseded().stream()
        .filter(moved -> moved.execution().equals(execution))
        .flatMap(moved -> read(moved).stream())
        .toList();
  }

  /** The records of one of them. */
  public List<byte[]> read(SupersededRecords moved) {
    try {
      return RecordLines.read(folder.resolve(moved.file()), RecordLines.Span.ALL).lines();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + moved.file(), e);
    }
  }

  /** Returns when the records are on disk, in a file of their own that is there as a whole. */
  void moveOut(String execution, long from, List<byte[]> records) throws IOException {
    String name = requireId(execution) + "." + from + ".superseded";
    Path fresh = folder.resolve("." + name);
    Files.deleteIfExists(fresh); // a crash may have left it
    write(Files.createFile(fresh, MINE), RecordLines.join(records));
    Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    keepNames();
  }

  public Path path() {
    return folder;
  }

  /** What the stream was when it last had all. */
  public Path mark() {
    return folder.resolve(".stream");
  }

  /** Held by the process that compares the stream. */
  public Path repairing() {
    return folder.resolve(".repairing");
  }

  /** Bytes that may still be written to the disk. */
  public long free() {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the free space in " + folder, e);
    }
  }

  /** Names of files that end so, sorted. */
  public List<String> named(String ending) {
    return names().stream()
        .filter(name -> name.endsWith(ending) && !name.startsWith("."))
        .sorted()
        .toList();
  }

  public byte[] content(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  /** Returns when the file is on disk as a whole, in place of one that had the name. */
  public void keep(String name, byte[] bytes) {
    try {
      Path fresh = Files.createTempFile(folder, ".fresh", "", MINE);
      try {
        write(fresh, bytes);
        Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh); // where the disk is full: there would be more and more
      }
      keepNames();
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + name, e);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (var out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      var content = ByteBuffer.wrap(bytes);
      while (content.hasRemaining()) {
        int _ = out.write(content);
      }
      out.force(true);
    }
  }

  public void rename(String from, String to) {
    try {
      Files.move(folder.resolve(from), folder.resolve(to), StandardCopyOption.ATOMIC_MOVE);
      keepNames();
    } catch (IOException e) {
      throw new UncheckedIOException("can't rename " + from, e);
    }
  }

  public void forget(String name) {
    try {
      Files.deleteIfExists(folder.resolve(name));
      keepNames();
    } catch (IOException e) {
      throw new UncheckedIOException("can't delete " + name, e);
    }
  }

  /** Bytes in the file of records; 0 where there is none. */
  public long length(String execution) {
    try {
      return Files.size(records(execution));
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the journal of " + execution, e);
    }
  }

  /** Which files of a log are there, and when the kernel last saw each changed. */
  public String version(String execution) {
    return Stream.of(RECORDS, STORED, HEAD)
        .map(ending -> version(folder.resolve(requireId(execution) + ending)))
        .collect(Collectors.joining(" "));
  }

  private static String version(Path file) {
    try {
      return Files.readAttributes(file, "unix:ino,size,ctime").toString();
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException("can't look at " + file, e);
    }
  }

  /** Makes the file if it isn't there, and its name durable. */
  void create(String execution) throws IOException {
    Path file = records(execution);
    if (Files.exists(file)) {
      return;
    }
    Files.createFile(file, MINE);
    keepNames();
  }

  private void keepNames() throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Each run of digits is as long as the longest. Without a pattern: ten thousand are listed. */
  private static String sortable(String id) {
    var out = new StringBuilder();
    int at = 0;
    while (at < id.length()) {
      int end = at;
      while (end < id.length() && end - at < LONGEST && Character.isDigit(id.charAt(end))) {
        end++;
      }
      out.repeat('0', end > at ? LONGEST - (end - at) : 0).append(id, at, Math.max(end, at + 1));
      at = Math.max(end, at + 1);
    }
    return out.toString();
  }

  /** An id becomes a file name and a part of a subject, so nothing else may. */
  private static String requireId(String execution) {
    if (!ID.matcher(execution).matches()) {
      throw new IllegalArgumentException("not an execution id: " + execution);
    }
    return execution;
  }
}
