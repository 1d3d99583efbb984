package dev.deployclaw.skills;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.skills.procedure.ProcedureReader;
import dev.deployclaw.skills.sheet.DiagnosticCollector;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillFile;
import dev.deployclaw.skills.sheet.SkillFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The pins of a skills folder: for each skill the hash of all its files, the capabilities that it
 * declared, and which of those it was granted. A skill that differs from its pin is refused until
 * somebody pins it again; what it is granted never is refused for itself, since the operator's own
 * configuration says it.
 */
public record SkillLock(SortedMap<String, Pin> pins) {
  /** The file's name, beside the skills' folders. */
  public static final String FILE = "skills.lock";

  public static final SkillLock EMPTY = new SkillLock(new TreeMap<>());
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final String HASH = "[0-9a-f]{64}";
  private static final int MOST_BYTES = 4 << 20;

  public SkillLock {
    pins = Collections.unmodifiableSortedMap(new TreeMap<>(pins));
  }

  /**
   * What was pinned of one skill.
   *
   * @param capabilities as it declared them
   * @param granted what it was granted where it was pinned; empty in a file that an earlier version
   *     wrote, which didn't say
   */
  public record Pin(String sha256, List<String> capabilities, Optional<List<String>> granted) {
    public Pin {
      capabilities = List.copyOf(capabilities);
      granted = granted.map(List::copyOf);
    }

    /** How what a skill declares now differs from what it declared then. */
    public Shift declared(SkillFile skill) {
      return Shift.between(capabilities, skill.allowedTools().declared());
    }

    /** How what it is granted now differs; empty where the pin doesn't say what it was granted. */
    public Optional<Shift> granted(List<String> now) {
      return granted.map(then -> Shift.between(then, now));
    }
  }

  /** Capabilities that came and went. */
  public record Shift(List<String> gained, List<String> lost) {
    public Shift {
      gained = List.copyOf(gained);
      lost = List.copyOf(lost);
    }

    static Shift between(List<String> then, List<String> now) {
      return new Shift(without(now, then), without(then, now));
    }

    public boolean none() {
      return gained.isEmpty() && lost.isEmpty();
    }

    /** {@code gained [a.b], lost []}. */
    public String text() {
      return "gained " + gained + ", lost " + lost;
    }

    private static List<String> without(List<String> all, List<String> known) {
      return all.stream().filter(c -> !known.contains(c)).sorted().toList();
    }
  }

  /** How a skill stands to its pin. */
  public sealed interface Verdict {
    /** It is what was pinned, and so is what was read of it. */
    record Pinned(Pin pin) implements Verdict {}

    /** The folder is what was pinned, and what was read of it isn't: it was pinned since. */
    record PinnedSince(Pin pin) implements Verdict {}

    record Unpinned() implements Verdict {}

    /**
     * Its folder isn't what was pinned.
     *
     * @param found the hash of the folder now
     */
    record Changed(Pin pin, String found) implements Verdict {}

    /** Its folder can't be hashed. */
    record Unreadable(String reason) implements Verdict {}
  }

  /** A lock file as it was read; with problems, {@code lock} is empty and nothing is pinned. */
  public record Reading(SkillLock lock, List<SkillDiagnostic> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Pins skills as they lie on disk now, with what each is granted.
   *
   * @throws IOException when a folder can't be hashed, or changed since its skill was read
   */
  public static SkillLock pin(Collection<SkillFile> skills, OperatorPolicy operator)
      throws IOException {
    var pins = new TreeMap<String, Pin>();
    for (SkillFile skill : skills) {
      var hashed = SkillFolder.hash(skill.folder());
      if (!isRead(skill, hashed)) {
        throw new IOException(skill.file() + " changed while it was read");
      }
      var tools = skill.allowedTools().declared().stream().sorted().toList();
      var granted = ProcedureReader.allowance(skill, operator).granted().stream().sorted().toList();
      pins.put(skill.name(), new Pin(hashed.sha256(), tools, Optional.of(granted)));
    }
    return new SkillLock(pins);
  }

  /** Hashes the skill's folder again: call it at each activation. At most 32 MiB are read. */
  public Verdict check(SkillFile skill) {
    var pin = pins.get(skill.name());
    if (pin == null) {
      return new Verdict.Unpinned();
    }
    try {
      var found = SkillFolder.hash(skill.folder());
      if (!found.sha256().equals(pin.sha256())) {
        return new Verdict.Changed(pin, found.sha256());
      }
      return isRead(skill, found) ? new Verdict.Pinned(pin) : new Verdict.PinnedSince(pin);
    } catch (IOException e) {
      return new Verdict.Unreadable(String.valueOf(e.getMessage()));
    }
  }

  /** Whether the sheet that was read is the one that was hashed. */
  private static boolean isRead(SkillFile skill, SkillFolder.Hashed hashed) {
    String sheet = skill.folder().relativize(skill.file()).toString();
    return skill.sha256().equals(hashed.files().get(sheet));
  }

  public static Reading read(Path file) {
    var findings = new DiagnosticCollector(file);
    var pins = new TreeMap<String, Pin>();
    try {
      var root = JSON.readTree(bytes(file));
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
    pins.forEach((name, pin) -> {
      var fields = new TreeMap<String, Object>();
      fields.put("sha256", pin.sha256());
      fields.put("capabilities", pin.capabilities());
      pin.granted().ifPresent(granted -> fields.put("granted", granted));
      lines.add("    %s: %s".formatted(CanonicalJson.text(name), CanonicalJson.text(fields)));
    });
    return "{\n  \"version\": 1,\n  \"skills\": {\n" + String.join(",\n", lines) + "\n  }\n}\n";
  }

  private static byte[] bytes(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new IOException("it is larger than 4 MiB");
      }
      return bytes;
    }
  }

  private static void pin(
      Map.Entry<String, JsonNode> entry,
      SortedMap<String, Pin> pins,
      DiagnosticCollector findings) {
    String hash = entry.getValue().path("sha256").asText("");
    if (!hash.matches(HASH)) {
      findings.error(1, "the pin of " + entry.getKey() + " has no hash", "run skills lock");
      return;
    }
    var granted = entry.getValue().path("granted");
    pins.put(
        entry.getKey(),
        new Pin(
            hash,
            texts(entry.getValue().path("capabilities")),
            granted.isArray() ? Optional.of(texts(granted)) : Optional.empty()));
  }

  private static List<String> texts(JsonNode list) {
    var texts = new ArrayList<String>();
    list.forEach(c -> texts.add(c.asText()));
    return texts;
  }
}
