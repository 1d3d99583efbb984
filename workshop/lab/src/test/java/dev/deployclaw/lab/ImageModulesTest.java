package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The JREs of the images hold the modules that the images' classes name, and no other. */
class ImageModulesTest {
  /**
   * Named by classes that are never reached: beans' annotations, which Jackson does without,
   * windows of JNA, and verticles in source form.
   */
  private static final Set<String> DONE_WITHOUT = Set.of("java.desktop", "java.compiler");

  private static final Pattern LIST =
      Pattern.compile("AS (\\w+)-jre\\nRUN jlink [^\\n]*--add-modules \\\\\\n(\\S+)");

  private static final Map<String, String> MODULE_OF_PACKAGE =
      ModuleFinder.ofSystem().findAll().stream()
          .map(ModuleReference::descriptor)
          .flatMap(m -> m.packages().stream().map(p -> Map.entry(p.replace('.', '/'), m.name())))
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

  @BeforeEach
  void needsTheJars() {
    var missing = StagedJars.missing();
    missing.ifPresent(reason -> System.out.println("ImageModulesTest is skipped: " + reason));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  @Test
  void theJreOfAgentAndHostHoldsWhatTheirJarsName() throws IOException {
    assertThat(linked("agent")).isEqualTo(named(StagedJars.AGENT));
  }

  @Test
  void theRateLimitServicesJreHoldsWhatItsJarsName() throws IOException {
    assertThat(linked("ratelimit")).isEqualTo(named(StagedJars.RATELIMIT));
  }

  private static Set<String> linked(String image) throws IOException {
    var lists = LIST.matcher(Files.readString(Path.of("../../container/Dockerfile")));
    return lists
        .results()
        .filter(found -> found.group(1).equals(image))
        .map(found -> new TreeSet<>(List.of(found.group(2).split(",", -1))))
        .findFirst()
        .orElseThrow();
  }

  /** But java.base, which every JRE holds. */
  private static Set<String> named(StagedJars staged) throws IOException {
    var by = new TreeMap<String, String>();
    for (Path jar : staged.jars()) {
      addNamed(jar, by);
    }
    by.keySet().removeAll(DONE_WITHOUT);
    by.remove("java.base");
    return by.keySet();
  }

  /** Adds each module that a class of the jar names, with the class. */
  private static void addNamed(Path jar, Map<String, String> by) throws IOException {
    try (var open = new JarFile(jar.toFile())) {
      for (var entry : Collections.list(open.entries())) {
        String name = entry.getName();
        if (name.endsWith(".class") && !name.endsWith("module-info.class")) {
          var parsed = ClassFile.of().parse(open.getInputStream(entry).readAllBytes());
          for (var constant : parsed.constantPool()) {
            if (constant instanceof ClassEntry type) {
              module(type).ifPresent(m -> by.putIfAbsent(m, name));
            }
          }
        }
      }
    }
  }

  private static Optional<String> module(ClassEntry type) {
    String name = type.asInternalName().replaceFirst("^\\[+L?", "");
    int end = name.lastIndexOf('/');
    return end < 0
        ? Optional.empty()
        : Optional.ofNullable(MODULE_OF_PACKAGE.get(name.substring(0, end)));
  }
}
