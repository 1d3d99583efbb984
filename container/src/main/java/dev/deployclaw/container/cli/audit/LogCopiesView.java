package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.LogCopyVerifier.Copy;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.wiring.AgentRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the bucket's copies of logs stand, by execution. */
public record LogCopiesView(Map<String, Copy> copies) implements LogVerificationView {

  /**
   * Asks the bucket for each.
   *
   * @param signIns whether for the logs of sign-ins, too
   * @throws IOException when it can't be asked
   */
  static LogCopiesView of(AgentConfig config, List<String> executions, boolean signIns)
      throws IOException, InterruptedException {
    var found = new LinkedHashMap<String, Copy>();
    try (var bucket = AgentRuntime.bucket(config)) {
      var copies =
          LogCopyVerifier.of(config.stateDir(), bucket, HeadSigner.open(config.stateDir()));
      for (String execution : executions) {
        found.put(execution, copies.check(execution));
      }
      var below = SignInJournal.folder(config.stateDir());
      if (signIns && Files.isDirectory(below)) {
        var theirs = LogCopyVerifier.of(below, bucket, copies.signer());
        for (String log : JournalFolder.in(below).known()) {
          found.put(log, theirs.check(log));
        }
      }
    }
    return new LogCopiesView(found);
  }

  /** Nothing is wrong with what is there; a log may wait for its copy. */
  @Override
  public boolean holds() {
    return copies.values().stream().noneMatch(Copy.Wrong.class::isInstance);
  }

  @Override
  public Map<String, Object> map() {
    var listed = new ArrayList<Map<String, Object>>();
    copies.forEach((execution, copy) -> listed.add(map(execution, copy)));
    var out = new LinkedHashMap<String, Object>();
    out.put("holds", holds());
    out.put("copies", listed);
    return out;
  }

  /** Lines for people: what waits or is wrong by name, what is whole by its count. */
  @Override
  public List<String> lines() {
    var out = new ArrayList<String>();
    long whole = 0;
    for (var each : copies.entrySet()) {
      switch (each.getValue()) {
        case Copy.Whole _ -> whole++;
        case Copy.Waits() -> out.add(each.getKey() + ": not copied yet");
        case Copy.Wrong(var findings) -> findings.forEach(f -> out.add(each.getKey() + ": " + f));
      }
    }
    out.add("%d of %d logs are in the bucket, whole".formatted(whole, copies.size()));
    return out;
  }

  private static Map<String, Object> map(String execution, Copy copy) {
    var out = new LinkedHashMap<String, Object>();
    out.put("execution", execution);
    switch (copy) {
      case Copy.Whole(long records, int segments) -> {
        out.put("copy", "whole");
        out.put("records", records);
        out.put("segments", segments);
      }
      case Copy.Waits() -> out.put("copy", "waits");
      case Copy.Wrong(var findings) -> {
        out.put("copy", "wrong");
        out.put("findings", findings);
      }
    }
    return out;
  }
}
