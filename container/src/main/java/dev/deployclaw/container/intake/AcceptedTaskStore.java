package dev.deployclaw.container.intake;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A synced file for each task that was accepted and hasn't ended, so that the next start can say
 * what became of it. Its name is the execution's id. Any thread.
 */
public record AcceptedTaskStore(Path folder) {
  private static final Logger LOG = LoggerFactory.getLogger(AcceptedTaskStore.class);
  private static final String ENDING = ".json";
  private static final String CLAIM = "claim";
  private static final String REPLACES = "replaces";
  private static final String ANSWERS = "answers";

  public static AcceptedTaskStore in(Path stateDir) {
    try {
      return new AcceptedTaskStore(Files.createDirectories(stateDir.resolve("accepted")));
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for accepted tasks in " + stateDir, e);
    }
  }

  /** Returns when it is on disk. */
  public void keep(String execution, TaskRequest request) {
    keep(execution, request, Optional.empty());
  }

  /**
   * The same.
   *
   * @param claim of a task that other agents may take over
   */
  void keep(String execution, TaskRequest request, Optional<TaskClaim> claim) {
    var fields = new TreeMap<String, Object>();
    fields.put("request", request.text());
    fields.put("requester", request.requester());
    fields.put("received", request.received().toString());
    if (request.conversation().sought()) {
      fields.put(ANSWERS, request.conversation().execution());
    }
    claim.ifPresent(c -> fields.put(CLAIM, c.hash()));
    claim.flatMap(TaskClaim::begun).ifPresent(id -> fields.put(REPLACES, id));
    AtomicFile.write(file(execution), CanonicalJson.bytes(fields));
  }

  /** As it was kept; empty too where the execution isn't kept. */
  Optional<TaskClaim> claim(String execution) {
    if (!holds(execution)) {
      return Optional.empty();
    }
    try {
      var fields = StrictJson.parseObject(Files.readAllBytes(file(execution)));
      var begun = Optional.ofNullable(fields.get(REPLACES)).map(String::valueOf);
      return Optional.ofNullable(fields.get(CLAIM))
          .map(hash -> new TaskClaim(String.valueOf(hash), begun));
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + file(execution), e);
    } catch (StrictJson.Malformed e) {
      throw new IllegalStateException(file(execution) + " isn't an accepted task", e);
    }
  }

  /** The execution that is kept under a claim. */
  Optional<String> claimed(String hash) {
    return left().stream()
        .flatMap(request -> request.execution().stream())
        .filter(id -> claim(id).filter(c -> c.hash().equals(hash)).isPresent())
        .findFirst();
  }

  boolean holds(String execution) {
    return Files.exists(file(execution));
  }

  void drop(String execution) {
    try {
      Files.deleteIfExists(file(execution));
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("execution", execution).setCause(e).log("A task's file stays");
    }
  }

  /** What an earlier process accepted and didn't end. */
  List<TaskRequest> left() {
    var out = new ArrayList<TaskRequest>();
    try (var files = Files.newDirectoryStream(folder, "*" + ENDING)) {
      for (var file : files) {
        read(file).ifPresent(out::add);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't list " + folder, e);
    }
    return out;
  }

  private static Optional<TaskRequest> read(Path file) {
    String name = file.getFileName().toString();
    String execution = name.substring(0, name.length() - ENDING.length());
    try {
      var fields = StrictJson.parseObject(Files.readAllBytes(file));
      return Optional.of(
          new TaskRequest(
                  String.valueOf(fields.get("request")),
                  String.valueOf(fields.get("requester")),
                  Instant.parse(String.valueOf(fields.get("received"))),
                  false,
                  Optional.of(execution))
              .after(
                  Conversation.answering(
                      Optional.ofNullable(fields.get(ANSWERS)).map(String::valueOf).orElse(""))));
    } catch (IOException | StrictJson.Malformed | RuntimeException e) {
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("Not an accepted task; it is ignored");
      return Optional.empty();
    }
  }

  private Path file(String execution) {
    return folder.resolve(execution + ENDING);
  }
}
