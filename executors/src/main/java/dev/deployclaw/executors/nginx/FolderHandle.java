package dev.deployclaw.executors.nginx;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A folder that is held open by its descriptor (openat(2), Linux), for folders in which others may
 * rename: a step goes to the folder that was opened, whatever bears its name by then. Below the
 * first one no symbolic link is followed, and a pipe or device in place of a file is refused
 * without waiting for it, as is a file that another folder may hold, too.
 */
public final class FolderHandle implements AutoCloseable {
  /** The most that a file of a gateway may hold. */
  static final int MOST_BYTES = 8 * 1024 * 1024;

  private static final int NO_SUCH_FILE = 2;
  private static final int NO_ACCESS = 13;
  private static final int NO_FOLDER = 20;
  private static final int NO_DEVICE = 6;
  private static final int LINK = 40;

  /** O_RDONLY | O_NONBLOCK | O_CLOEXEC. */
  private static final int READ = 0x0800 | 0x80000;

  /** These two differ between processors (fcntl.h of Linux). */
  private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));

  private static final int FOLDER_ONLY = ARM ? 0x4000 : 0x10000;
  private static final int NO_LINK = ARM ? 0x8000 : 0x20000;

  private static final int HERE = -100;
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPENAT =
      function(
          "openat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(3),
          Linker.Option.captureCallState("errno"));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final int descriptor;
  private final Path name;

  private FolderHandle(int descriptor, Path name) {
    this.descriptor = descriptor;
    this.name = name;
  }

  /** The content of a file in a folder that the configuration names; empty where there is none. */
  public static Optional<byte[]> fileAt(Path file) throws IOException {
    try (var folder = open(file.toAbsolutePath().resolveSibling(""))) {
      return folder.read(String.valueOf(file.getFileName()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Follows links: the configuration names it. */
  static FolderHandle open(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath();
    return new FolderHandle(openat(HERE, absolute.toString(), FOLDER_ONLY, absolute), absolute);
  }

  /**
   * @throws NoSuchFileException where there is none
   */
  FolderHandle below(String child) throws IOException {
    Path of = name.resolve(child);
    return new FolderHandle(openat(descriptor, child, FOLDER_ONLY | NO_LINK, of), of);
  }

  /** The folder of that name; it is made where there is none. */
  FolderHandle made(String child) throws IOException {
    try {
      Files.createDirectory(path(child));
    } catch (FileAlreadyExistsException e) {
      // found is as good as made
    }
    return below(child);
  }

  /** A name in this very folder; what bears it may be a link. */
  Path path(String child) {
    return path().resolve(child);
  }

  /** This very folder. */
  Path path() {
    return opened(descriptor);
  }

  /** A file's content; empty where there is none. */
  Optional<byte[]> read(String child) throws IOException {
    Path of = name.resolve(child);
    int file;
    try {
      file = openat(descriptor, child, NO_LINK, of);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      if (!Files.isRegularFile(opened(file))) {
        throw new FileSystemException(of.toString(), null, "isn't a regular file: put one there");
      }
      if (names(file) > 1) {
        String why = "has another name elsewhere (a hard link): put a copy there";
        throw new FileSystemException(of.toString(), null, why);
      }
      try (var in = Files.newInputStream(opened(file))) {
        return Optional.of(bounded(in, of));
      }
    } finally {
      close(file);
    }
  }

  @Override
  public void close() {
    close(descriptor);
  }

  /** None any more, where it was just replaced. */
  private static int names(int file) throws IOException {
    return Files.getAttribute(opened(file), "unix:nlink") instanceof Integer n ? n : 0;
  }

  private static byte[] bounded(InputStream in, Path of) throws IOException {
    byte[] read = in.readNBytes(MOST_BYTES + 1);
    if (read.length > MOST_BYTES) {
      String why = "is larger than a gateway's file may be (" + MOST_BYTES + " bytes)";
      throw new FileSystemException(of.toString(), null, why);
    }
    return read;
  }

  private static Path opened(int descriptor) {
    return Path.of("/proc/self/fd", Integer.toString(descriptor));
  }

  private static int openat(int at, String path, int flags, Path of) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(STATE);
      int opened = (int) OPENAT.invokeExact(state, at, arena.allocateFrom(path), READ | flags);
      if (opened < 0) {
        throw failure((int) ERRNO.get(state, 0L), of);
      }
      return opened;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("openat", e);
    }
  }

  private static void close(int descriptor) {
    try {
      int _ = (int) CLOSE.invokeExact(descriptor);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("close", e);
    }
  }

  private static IOException failure(int errno, Path of) {
    String path = of.toString();
    return switch (errno) {
      case NO_SUCH_FILE -> new NoSuchFileException(path);
      case NO_ACCESS -> new AccessDeniedException(path);
      case LINK -> new FileSystemException(path, null, "is a link: put the file itself there");
      case NO_FOLDER -> new FileSystemException(path, null, "isn't a folder, or is a link to one");
      case NO_DEVICE -> new FileSystemException(path, null, "isn't a regular file: put one there");
      default -> new FileSystemException(path, null, "can't be opened (errno " + errno + ")");
    };
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
  }
}
