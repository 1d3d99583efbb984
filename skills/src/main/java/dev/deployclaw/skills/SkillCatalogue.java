package dev.deployclaw.skills;

import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillDiagnostic.Severity;
import dev.deployclaw.skills.sheet.SkillFile;
import dev.deployclaw.skills.sheet.SkillFolder;
import dev.deployclaw.skills.sheet.SkillReader;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The skills that were found, by name. Earlier scopes win over later ones; within a scope the first
 * by path wins. One bad skill never stops the others.
 *
 * @param diagnostics of all scopes, shadowing included
 */
public record SkillCatalogue(SortedMap<String, Entry> skills, List<SkillDiagnostic> diagnostics) {
  private static final int DEEPEST = 4;
  private static final int MOST_FOLDERS = 2000;
  private static final Set<String> SKIPPED = Set.of("node_modules", "target", "src");

  public SkillCatalogue {
    skills = Collections.unmodifiableSortedMap(new TreeMap<>(skills));
    diagnostics = List.copyOf(diagnostics);
  }

  /**
   * A skill and the scope that it was found in.
   *
   * @param precedence of the scope, 0 for the first
   */
  public record Entry(SkillFile skill, String scope, int precedence) {}

  /** Looks through the scopes in order of precedence. A scope that isn't there is empty. */
  public static SkillCatalogue discover(List<SkillScope> scopes) {
    return discover(scopes, _ -> Optional.empty());
  }

  /**
   * The same, without those that are objected to: they shadow nobody, and the objection is told.
   */
  public static SkillCatalogue discover(
      List<SkillScope> scopes, Function<Entry, Optional<SkillDiagnostic>> objection) {
    var skills = new TreeMap<String, Entry>();
    var diagnostics = new ArrayList<SkillDiagnostic>();
    for (int i = 0; i < scopes.size(); i++) {
      var scope = scopes.get(i);
      int rank = i;
      for (Path folder : folders(scope, diagnostics)) {
        var reading = SkillReader.read(folder);
        diagnostics.addAll(reading.diagnostics());
        var entry = reading.skill().map(s -> new Entry(s, scope.name(), rank));
        var refused = entry.flatMap(objection);
        refused.ifPresent(diagnostics::add);
        entry.filter(_ -> refused.isEmpty()).ifPresent(e -> add(e, skills, diagnostics));
      }
    }
    return new SkillCatalogue(skills, diagnostics);
  }

  public Optional<SkillFile> skill(String name) {
    return Optional.ofNullable(skills.get(name)).map(Entry::skill);
  }

  /**
   * The skill that serves requests of an operation ({@code set-limit}): of several the one of the
   * earliest scope, then the first by name.
   */
  public Optional<SkillFile> serving(String operation) {
    return skills.values().stream()
        .filter(e -> e.skill().serves(operation))
        .min(Comparator.comparingInt(Entry::precedence))
        .map(Entry::skill);
  }

  private static void add(Entry entry, TreeMap<String, Entry> skills, List<SkillDiagnostic> found) {
    var there = skills.putIfAbsent(entry.skill().name(), entry);
    if (there != null) {
      found.add(
          new SkillDiagnostic(
              Severity.WARNING,
              entry.skill().file(),
              0,
              "%s of scope %s is shadowed by %s of scope %s"
                  .formatted(
                      entry.skill().name(), entry.scope(), there.skill().file(), there.scope()),
              "rename or remove one of them"));
    }
  }

  /** The folders that hold a sheet, sorted by path. */
  private static List<Path> folders(SkillScope scope, List<SkillDiagnostic> diagnostics) {
    var root = scope.folder().toAbsolutePath().normalize();
    var found = new ArrayList<Path>();
    if (!Files.isDirectory(root)) {
      return found;
    }
    var visitor = new Sheets(root, found);
    try {
      Files.walkFileTree(root, EnumSet.noneOf(FileVisitOption.class), DEEPEST, visitor);
    } catch (IOException e) {
      diagnostics.add(warning(root, "can't be read: " + e.getMessage()));
    }
    if (visitor.left <= 0) {
      diagnostics.add(warning(root, "holds more than 2000 folders; the rest wasn't looked at"));
    }
    found.sort(Comparator.comparing(Path::toString));
    return found;
  }

  private static SkillDiagnostic warning(Path root, String message) {
    return new SkillDiagnostic(Severity.WARNING, root, 0, message, "give a folder of skills");
  }

  /** Collects folders with a sheet, and links, which the reader then refuses by name. */
  private static final class Sheets extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Path> found;
    private int left = MOST_FOLDERS;

    Sheets(Path root, List<Path> found) {
      this.root = root;
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (folder.equals(root)) {
        return FileVisitResult.CONTINUE;
      }
      var last = folder.getFileName();
      String name = last == null ? "" : last.toString();
      if (name.startsWith(".") || SKIPPED.contains(name)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      if (--left <= 0) {
        return FileVisitResult.TERMINATE;
      }
      if (SkillFolder.sheet(folder).isPresent()) {
        found.add(folder);
        return FileVisitResult.SKIP_SUBTREE;
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isSymbolicLink() && Files.isDirectory(file)) {
        found.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException problem) {
      return FileVisitResult.CONTINUE;
    }
  }
}
