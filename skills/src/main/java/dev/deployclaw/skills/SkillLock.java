package dev.deployclaw.skills;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.deployclaw.policy.json.Canonical;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The pins of a skills folder: for each skill the hash of all its files and the capabilities that
 * it declared. A skill that differs from its pin is refused until somebody pins it again.
 */
public record SkillLock(SortedMap<String, Pin> pins) {
  /** The file's name, beside the skills' folders. */
  public static final String FILE = "skills.lock";

  public static final SkillLock EMPTY = new SkillLock(new TreeMap<>());
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final String HASH = "[0-9a-f]{64}";

  public SkillLock {
    pins = Collections.unmodifiableSortedMap(new TreeMap<>(pins));
  }

  /** What was pinned of one skill. */
  public record Pin(String sha256, List<String> capabilities) {
    public Pin {
      capabilities = List.copyOf(capabilities);
    }
  }

  /** How a skill stands to its pin. */
  public sealed interface Verdict {
    record Pinned() implements Verdict {}

    record Unpinned() implements Verdict {}

    /** It isn't what was pinned; with what it would gain and lose. */
    record Changed(List<String> gained, List<String> lost) implements Verdict {
      public Changed {
        gained = List.copyOf(gained);
        lost = List.copyOf(lost);
      }
    }

    /** Its folder can't be hashed. */
    record Unreadable(String reason) implements Verdict {}
  }

  /** A lock file as it was read; with problems, {@code lock} is empty and nothing is pinned. */
  public record Reading(SkillLock lock, List<Diagnostic> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /** Pins skills as they lie on disk now. */
  public static SkillLock pin(Collection<SkillFile> skills) throws IOException {
    var pins = new TreeMap<String, Pin>();
    for (SkillFile skill : skills) {
      var tools = skill.allowedTools().declared().stream().sorted().toList();
      pins.put(skill.name(), new Pin(SkillFolder.hash(skill.folder()), tools));
    }
    return new SkillLock(pins);
  }

  /** Hashes the skill's folder anew: call it at each activation. */
  public Verdict check(SkillFile skill) {
    var pin = pins.get(skill.name());
    if (pin == null) {
      return new Verdict.Unpinned();
    }
    try {
      if (SkillFolder.hash(skill.folder()).equals(pin.sha256())) {
        return new Verdict.Pinned();
      }
    } catch (IOException e) {
      return new Verdict.Unreadable(String.valueOf(e.getMessage()));
    }
    return new Verdict.Changed(
        without(skill.allowedTools().declared(), pin.capabilities()),
        without(pin.capabilities(), skill.allowedTools().declared()));
  }

  public static Reading read(Path file) {
    var findings = new Findings(file);
    var pins = new TreeMap<String, Pin>();
    try {
      var root = JSON.readTree(Files.readAllBytes(file));
      if (root.path("version").asInt(0) != 1 || !root.path("skills").isObject()) {
        findings.error(1, "this isn't a lock file of version 1", "run skills lock");
      }
      root.path("skills").properties().forEach(e -> pin(e, pins, findings));
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      findings.error(
          line, "the lock file isn't JSON: " + e.getOriginalMessage(), "run skills lock");
    } catch (IOException e) {
      findings.error(0, "the lock file can't be read: " + e.getMessage(), "run skills lock");
    }
    return new Reading(findings.loadable() ? new SkillLock(pins) : EMPTY, findings.all());
  }

  /** Replaces the file in one step. */
  public void write(Path file) throws IOException {
    var folder = file.toAbsolutePath().getParent();
    var fresh = Files.createTempFile(folder, FILE, ".new");
    Files.writeString(fresh, text());
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** One skill a line, so that a difference reads well. */
  String text() {
    var lines = new ArrayList<String>();
    pins.forEach((name, pin) ->
        lines.add(
            "    %s: %s"
                .formatted(
                    Canonical.text(name),
                    Canonical.text(
                        Map.of("sha256", pin.sha256, "capabilities", pin.capabilities)))));
    return "{\n  \"version\": 1,\n  \"skills\": {\n" + String.join(",\n", lines) + "\n  }\n}\n";
  }

  private static void pin(
      Map.Entry<String, JsonNode> entry, SortedMap<String, Pin> pins, Findings findings) {
    String hash = entry.getValue().path("sha256").asText("");
    var capabilities = new ArrayList<String>();
    entry.getValue().path("capabilities").forEach(c -> capabilities.add(c.asText()));
    if (!hash.matches(HASH)) {
      findings.error(1, "the pin of " + entry.getKey() + " has no hash", "run skills lock");
      return;
    }
    pins.put(entry.getKey(), new Pin(hash, capabilities));
  }

  private static List<String> without(List<String> all, List<String> known) {
    return all.stream().filter(c -> !known.contains(c)).sorted().toList();
  }
}
