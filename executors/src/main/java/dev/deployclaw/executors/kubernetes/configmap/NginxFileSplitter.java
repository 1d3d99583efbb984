package dev.deployclaw.executors.kubernetes.configmap;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rendered NGINX file cut into files that each fit into a ConfigMap: runs of whole {@code
 * upstream}, {@code map} and {@code location} blocks move into files that the first one includes
 * where they stood. NGINX reads an include relative to the folder of its main file.
 */
public final class NginxFileSplitter {
  private static final Pattern MOVABLE = Pattern.compile("\\s*(upstream|map|location) .*\\{");
  private static final Pattern INCLUDE =
      Pattern.compile("(?m)^[ \\t]*include (deployclaw-\\d{3}\\.conf);\\n");

  private final long most;
  private final List<String> parts = new ArrayList<>();
  private final StringBuilder main = new StringBuilder();
  private final StringBuilder part = new StringBuilder();
  private long partBytes;

  private NginxFileSplitter(long most) {
    this.most = most;
  }

  /**
   * Files by name; one where the text fits. Empty where the text can't be cut so small.
   *
   * @param most bytes of one file
   */
  public static Optional<SortedMap<String, String>> cut(String text, String file, long most) {
    var files = new TreeMap<String, String>();
    if (ConfigMapContents.bytes(text) <= most) {
      files.put(file, text);
      return Optional.of(files);
    }
    var shards = new NginxFileSplitter(most);
    shards.read(text.lines().map(line -> line + "\n").toList());
    files.put(file, shards.main.toString());
    for (int i = 0; i < shards.parts.size(); i++) {
      files.put(name(i), shards.parts.get(i));
    }
    boolean fits = files.values().stream().allMatch(f -> ConfigMapContents.bytes(f) <= most);
    return fits && joined(files, file).equals(Optional.of(text))
        ? Optional.of(files)
        : Optional.empty();
  }

  /** The text that was cut; for a file that includes nothing of ours the file itself. */
  public static Optional<String> joined(SortedMap<String, String> files, String file) {
    return Optional.ofNullable(files.get(file))
        .map(text ->
            INCLUDE
                .matcher(text)
                .replaceAll(
                    m -> Matcher.quoteReplacement(files.getOrDefault(m.group(1), m.group()))));
  }

  private void read(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      if (!MOVABLE.matcher(lines.get(i).stripTrailing()).matches()) {
        flush();
        main.append(lines.get(i));
        continue;
      }
      int end = end(lines, i);
      add(String.join("", lines.subList(i, end)));
      i = end - 1;
    }
    flush();
  }

  /** Behind the line that closes the block; our rendering balances braces within quoted texts. */
  private static int end(List<String> lines, int start) {
    int depth = 0;
    for (int i = start; i < lines.size(); i++) {
      depth += count(lines.get(i), '{') - count(lines.get(i), '}');
      if (depth == 0) {
        return i + 1;
      }
    }
    return lines.size();
  }

  private void add(String block) {
    long bytes = ConfigMapContents.bytes(block);
    if (partBytes + bytes > most) {
      flush();
    }
    part.append(block);
    partBytes += bytes;
  }

  private void flush() {
    if (!part.isEmpty()) {
      main.append("    include ").append(name(parts.size())).append(";\n");
      parts.add(part.toString());
      part.setLength(0);
      partBytes = 0;
    }
  }

  private static String name(int index) {
    return "deployclaw-%03d.conf".formatted(index + 1);
  }

  private static int count(String line, char c) {
    return (int) line.chars().filter(x -> x == c).count();
  }
}
