package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds every module's sources to what {@code docs/design/style.md} and {@code
 * docs/ARCHITECTURE.md} say of them. It stands in the module that is built first, so that a breach
 * is seen in seconds.
 */
class HouseRulesTest {
  private static final int LONGEST_FILE = 400;
  private static final int LONGEST_METHOD = 70;

  /** Of this number on, parameters want a record. Canonical constructors of records are free. */
  private static final int MOST_PARAMETERS = 4;

  private static final Pattern BANNED = Pattern.compile(".*(Manager|Helper|Utils?|Info|Data|Impl)");

  /** What the modules' main code may depend on, of ours. */
  private static final Map<String, Set<String>> MAY_SEE =
      Map.ofEntries(
          Map.entry("workshop/testkit", Set.of()),
          Map.entry("policy", Set.of()),
          Map.entry("agent-core", Set.of("policy")),
          Map.entry("skills", Set.of("agent-core", "policy")),
          Map.entry("executors/protocol", Set.of()),
          Map.entry("executors", Set.of("agent-core", "policy", "executor-protocol")),
          Map.entry("audit", Set.of("agent-core", "policy")),
          Map.entry("ratelimit", Set.of("policy")),
          Map.entry("container", Set.of("agent-core", "policy", "skills", "executors", "audit")),
          Map.entry("workshop/lab", Set.of("container", "ratelimit", "testkit")),
          Map.entry("workshop/bench", Set.of("lab")));

  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<dependency>\\s*<groupId>dev\\.deployclaw</groupId>\\s*<artifactId>([a-z-]+)"
              + "</artifactId>(.*?)</dependency>",
          Pattern.DOTALL);

  private static List<JavaSourceFile> sources;

  @BeforeAll
  static void parses() throws IOException {
    sources = JavaSourceFile.all("src");

    assertThat(sources).hasSizeGreaterThan(500);
  }

  @Test
  void noFileIsTooLong() {
    var tooLong =
        sources.stream()
            .filter(s -> s.tree().getLineMap().getLineNumber(length(s)) > LONGEST_FILE)
            .map(JavaSourceFile::name);

    assertThat(tooLong).isEmpty();
  }

  @Test
  void noMethodIsTooLong() {
    List<String> tooLong = new ArrayList<>();

    eachMethod((source, method) -> {
      if (source.lines(method) > LONGEST_METHOD) {
        tooLong.add(source.name() + " " + method.getName() + " " + source.lines(method));
      }
    });

    assertThat(tooLong).isEmpty();
  }

  @Test
  void noMethodOfTheProductTakesTooManyParameters() {
    List<String> tooMany = new ArrayList<>();

    eachMethod((source, method) -> {
      boolean free = method.getReturnType() == null || source.name().contains("/src/test/");
      if (!free && method.getParameters().size() > MOST_PARAMETERS) {
        tooMany.add(source.name() + " " + method.getName());
      }
    });

    assertThat(tooMany).isEmpty();
  }

  @Test
  void noTypeHasANameThatSaysNothing() {
    List<String> banned = new ArrayList<>();

    eachType((source, type) -> {
      if (BANNED.matcher(type.getSimpleName()).matches()) {
        banned.add(source.name() + " " + type.getSimpleName());
      }
    });

    assertThat(banned).isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    var packages = new TreeSet<String>();
    var marked = new TreeSet<String>();
    for (var source : sources) {
      String folder = source.name().substring(0, source.name().lastIndexOf('/'));
      packages.add(folder);
      boolean says =
          source.tree().getPackageAnnotations().stream()
              .anyMatch(a -> a.getAnnotationType().toString().equals("NullMarked"));
      if (says) {
        marked.add(folder);
      }
    }

    packages.removeIf(folder -> !folder.contains("/src/main/"));
    packages.removeAll(marked);

    assertThat(packages).isEmpty();
  }

  @Test
  void modulesSeeOnlyWhatTheArchitectureAllows() throws IOException {
    var seen = new TreeMap<String, Set<String>>();
    for (String module : JavaSourceFile.modules()) {
      var pom = Files.readString(JavaSourceFile.TOP.resolve(module).resolve("pom.xml"));
      var matcher = DEPENDENCY.matcher(pom);
      var ours = seen.computeIfAbsent(module, _ -> new TreeSet<>());
      while (matcher.find()) {
        if (!matcher.group(2).contains("<scope>test</scope>")) {
          ours.add(matcher.group(1));
        }
      }
    }

    assertThat(seen.keySet()).isEqualTo(MAY_SEE.keySet());
    seen.forEach((module, ours) -> assertThat(MAY_SEE.get(module)).as(module).containsAll(ours));
  }

  private static int length(JavaSourceFile source) {
    return (int) source.trees().getSourcePositions().getEndPosition(source.tree(), source.tree());
  }

  /** What is done with a part of a file. */
  private interface Look<T extends Tree> {
    void at(JavaSourceFile source, T part);
  }

  private static void eachMethod(Look<MethodTree> look) {
    for (var source : sources) {
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
          look.at(source, method);
          return super.visitMethod(method, null);
        }
      }.scan(source.tree(), null);
    }
  }

  private static void eachType(Look<ClassTree> look) {
    for (var source : sources) {
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitClass(ClassTree type, Void nothing) {
          look.at(source, type);
          return super.visitClass(type, null);
        }
      }.scan(source.tree(), null);
    }
  }
}
