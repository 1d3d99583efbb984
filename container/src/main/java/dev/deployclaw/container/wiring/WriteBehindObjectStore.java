package dev.deployclaw.container.wiring;

import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An object store whose objects may come late: what could not be created is kept in the state
 * directory, synced, under its hash, and created by a later start or round of whichever process
 * works in that directory. A file goes only once its bytes were read back from the store. Any
 * thread, and several processes: objects are only ever created, and equal names are equal bytes.
 */
final class WriteBehindObjectStore implements ObjectStore {
  private static final Logger LOG = LoggerFactory.getLogger(WriteBehindObjectStore.class);

  /** Objects are named by their hash, so that a damaged file is known. */
  private static final Pattern NAME = Pattern.compile("checkpoints/([0-9a-f]{64})\\.json");

  private static final int MOST_AT_ONCE = 100;
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private final ObjectStore objects;
  private final Path folder;
  private final Thread first;

  private WriteBehindObjectStore(ObjectStore objects, Path folder) {
    this.objects = objects;
    this.folder = folder;
    this.first = Thread.ofVirtual().name("late-objects").unstarted(this::atStart);
  }

  /** Begins at once, behind the caller's back, to create what earlier processes kept. */
  static WriteBehindObjectStore around(ObjectStore objects, Path stateDir) {
    var late = new WriteBehindObjectStore(objects, stateDir.resolve("pending"));
    late.first.start();
    return late;
  }

  @Override
  public Put create(String name, byte[] bytes) throws InterruptedException {
    return objects.create(name, bytes);
  }

  @Override
  public Get read(String name) throws InterruptedException {
    return objects.read(name);
  }

  @Override
  public String locate(String name) {
    return objects.locate(name);
  }

  @Override
  public boolean keep(String name, byte[] bytes) {
    var hash = NAME.matcher(name);
    if (!hash.matches() || !CanonicalJson.sha256(bytes).equals(hash.group(1))) {
      throw new IllegalArgumentException(name + " isn't named by its hash");
    }
    try {
      var file = folder.resolve(hash.group(1));
      if (!Files.exists(file)) {
        AtomicFile.write(file, bytes);
      }
      return true;
    } catch (UncheckedIOException e) {
      LOG.atError().addKeyValue("object", name).setCause(e).log("A late object can't be kept");
      return false;
    }
  }

  /** Stops at the first that the store can't take now; what was read back is forgotten here. */
  @Override
  public int settle() throws InterruptedException {
    var kept = kept();
    int settled = 0;
    for (Path file : kept) {
      var outcome = settle(file);
      if (outcome == Settled.NOT_NOW) {
        break;
      }
      settled += outcome == Settled.DONE ? 1 : 0;
    }
    return kept.size() - settled;
  }

  @Override
  public void close() {
    first.interrupt();
    try {
      if (!first.join(LONGEST_STOP)) {
        LOG.warn("Late objects: the writer didn't stop in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    objects.close();
  }

  private enum Settled {
    DONE,
    NOT_NOW,
    DAMAGED
  }

  private void atStart() {
    try {
      int _ = settle();
    } catch (InterruptedException e) {
      LOG.debug("Late objects: stop requested");
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("Late objects: they wait for the next start");
    }
  }

  private Settled settle(Path file) throws InterruptedException {
    String hash = file.getFileName().toString();
    String name = "checkpoints/" + hash + ".json";
    var read = read(file);
    if (read.isEmpty()) {
      return Settled.DONE;
    }
    byte[] bytes = read.get();
    if (!CanonicalJson.sha256(bytes).equals(hash)) {
      LOG.atError().addKeyValue("file", file).log("A late object was changed: look at the file");
      return Settled.DAMAGED;
    }
    if (objects.create(name, bytes) instanceof Put.Failed(var fault)) {
      LOG.atDebug().addKeyValue("reason", fault.reason()).log("A late object still waits");
      return Settled.NOT_NOW;
    }
    return switch (objects.read(name)) {
      case Get.Found(byte[] there) when CanonicalJson.sha256(there).equals(hash) ->
          done(file, name);
      case Get.Found _ -> {
        LOG.atError()
            .addKeyValue("object", objects.locate(name))
            .log("Its content doesn't match its name");
        yield Settled.DAMAGED;
      }
      case Get.Absent _, Get.Failed _ -> Settled.NOT_NOW;
    };
  }

  private Settled done(Path file, String name) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("A late object's file stays");
    }
    LOG.atInfo().addKeyValue("object", objects.locate(name)).log("A late object is stored");
    return Settled.DONE;
  }

  private List<Path> kept() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    var out = new ArrayList<Path>();
    try (var files = Files.newDirectoryStream(folder, "[0-9a-f]*")) {
      for (Path file : files) {
        if (out.size() < MOST_AT_ONCE) {
          out.add(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't list " + folder, e);
    }
    return out;
  }

  /** Empty where another process was faster. */
  private static Optional<byte[]> read(Path file) {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + file, e);
    }
  }
}
