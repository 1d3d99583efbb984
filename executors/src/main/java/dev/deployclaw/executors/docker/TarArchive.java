package dev.deployclaw.executors.docker;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * The few files that travel through the daemon's archive calls. The daemon unpacks in order, and
 * replaces the present state under a name.
 */
final class TarArchive {
  private static final int MOST_BYTES = 8 * 1024 * 1024;
  private static final int MOST_ENTRIES = 10_000;
  private static final int READABLE = 0644;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream out =
      new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());

  /** One thing in it. */
  sealed interface Entry {
    record File(byte[] bytes) implements Entry {}

    record Link(String to) implements Entry {}

    record Other() implements Entry {}
  }

  /**
   * @throws IOException where a file is larger than a gateway's may be
   */
  static Optional<Entry> first(InputStream in) throws IOException {
    var tar = new TarArchiveInputStream(in, StandardCharsets.UTF_8.name());
    var entry = tar.getNextEntry();
    if (entry == null) {
      return Optional.empty();
    }
    if (entry.isSymbolicLink()) {
      return Optional.of(new Entry.Link(entry.getLinkName()));
    }
    if (!entry.isFile()) {
      return Optional.of(new Entry.Other());
    }
    if (entry.getSize() > MOST_BYTES) {
      throw new IOException(entry.getName() + " has " + entry.getSize() + " bytes");
    }
    return Optional.of(new Entry.File(tar.readAllBytes()));
  }

  /**
   * The folders in it, by their path and without a slash at the end.
   *
   * @throws IOException where there is more in it than a gateway's folder holds
   */
  static List<String> folders(InputStream in) throws IOException {
    var tar = new TarArchiveInputStream(in, StandardCharsets.UTF_8.name());
    var found = new ArrayList<String>();
    for (int i = 0; i < MOST_ENTRIES; i++) {
      var entry = tar.getNextEntry();
      if (entry == null) {
        return found;
      }
      if (entry.isDirectory()) {
        found.add(entry.getName().replaceFirst("/+$", ""));
      }
    }
    throw new IOException("more than " + MOST_ENTRIES + " files in the folder of a gateway");
  }

  TarArchive file(String name, byte[] content) {
    var entry = new TarArchiveEntry(name);
    entry.setMode(READABLE);
    entry.setSize(content.length);
    add(entry, content);
    return this;
  }

  TarArchive link(String name, String to) {
    var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
    entry.setLinkName(to);
    add(entry, new byte[0]);
    return this;
  }

  InputStream stream() {
    try {
      out.finish();
      return new ByteArrayInputStream(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(TarArchiveEntry entry, byte[] content) {
    try {
      out.putArchiveEntry(entry);
      out.write(content);
      out.closeArchiveEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
