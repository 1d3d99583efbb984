package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every promise has a fast test: what is marked {@link Slow} names one that exists and is fast, and
 * what {@code scripts/test-times} lists exists.
 */
class TierRulesTest {
  private static final Set<String> TESTS =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "ArchTest");

  /**
   * A class of tests in a string: its name, whole or without the package of the test that runs it.
   */
  private static final Pattern NAMED =
      Pattern.compile("(?<type>(?:[a-z]\\w+\\.)+[A-Z]\\w*Test)(?:#\\w+)?");

  private static Map<String, Tested> classes;

  /**
   * A class that has tests.
   *
   * @param marks what is marked slow: the empty text for the class, else names of methods
   * @param methods all that are tests
   */
  private record Tested(
      String module, String parent, Map<String, AnnotationTree> marks, Set<String> methods) {
    boolean isSlow() {
      return marks.containsKey("");
    }
  }

  @BeforeAll
  static void reads() throws IOException {
    classes = new TreeMap<>();
    for (var source : JavaSourceFile.all("src/test")) {
      String folder = String.valueOf(source.tree().getPackageName());
      for (var type : source.tree().getTypeDecls()) {
        if (type instanceof ClassTree tree) {
          classes.put(folder + "." + tree.getSimpleName(), tested(source.module(), tree));
        }
      }
    }

    assertThat(classes).hasSizeGreaterThan(300);
  }

  @Test
  void everySlowTestNamesAFastOneThatGuardsItsPromise() {
    List<String> wrong = new ArrayList<>();
    var lines = new TreeMap<String, List<String>>();

    classes.forEach((name, tested) ->
        tested
            .marks()
            .forEach((method, mark) -> {
              String what = method.isEmpty() ? name : name + "#" + method;
              String guard = text(mark, "guard");
              problem(guard).ifPresent(p -> wrong.add(what + ": guard " + p));
              if (text(mark, "because").isBlank()) {
                wrong.add(what + ": says not why it takes long");
              }
              lines
                  .computeIfAbsent(tested.module(), _ -> new ArrayList<>())
                  .add("  " + what + "\n    meanwhile " + guard);
            }));

    lines.forEach((module, all) -> {
      System.out.println("slow in " + module + ":");
      all.forEach(System.out::println);
    });
    assertThat(wrong).isEmpty();
    assertThat(lines).isNotEmpty();
  }

  /** Else the fast tier waits for a result of it, which never comes. */
  @Test
  void aClassOfSlowTestsAloneIsMarkedItself() {
    var marked =
        classes.entrySet().stream()
            .filter(e -> !e.getValue().isSlow() && !e.getValue().marks().isEmpty())
            .map(e -> e.getKey())
            .toList();

    assertThat(marked).isNotEmpty().noneMatch(name -> fastMethods(name).isEmpty());
  }

  @Test
  void theListOfTimesNamesClassesThatExistAndAllSlowOnes() throws IOException {
    var listed =
        Files.readAllLines(JavaSourceFile.TOP.resolve("scripts/test-times")).stream()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split(" ", -1)[1])
            .collect(Collectors.toSet());
    var slow =
        classes.entrySet().stream()
            .filter(e -> !e.getValue().marks().isEmpty())
            .map(e -> e.getKey())
            .toList();

    assertThat(classes.keySet()).as("./test --times writes the list").containsAll(listed);
    assertThat(listed).as("./test CLASS, then ./test --times writes the list").containsAll(slow);
  }

  /** Else what is run by name is missed when the slow tier comes to it, and not before. */
  @Test
  void testsThatAreNamedInStringsExist() throws IOException {
    var missing = new TreeSet<String>();
    var seen = new TreeSet<String>();
    for (var source : JavaSourceFile.all("src/test")) {
      String folder = source.tree().getPackageName() + ".";
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitLiteral(LiteralTree literal, Void none) {
          var named = NAMED.matcher(String.valueOf(literal.getValue()));
          if (named.matches()) {
            seen.add(named.group());
            String type = named.group("type");
            boolean known = classes.containsKey(type) || classes.containsKey(folder + type);
            missing.addAll(known ? List.of() : List.of(type + ", in " + folder));
          }
          return super.visitLiteral(literal, null);
        }
      }.scan(source.tree(), null);
    }

    assertThat(seen).hasSizeGreaterThan(100);
    assertThat(missing).isEmpty();
  }

  /** What is wrong with a guard. */
  private static Optional<String> problem(String guard) {
    String[] parts = guard.split("#", 2);
    var tested = classes.get(parts[0]);
    if (tested == null) {
      return Optional.of("'" + guard + "' doesn't exist");
    }
    var fast = fastMethods(parts[0]);
    if (parts.length == 2) {
      return fast.contains(parts[1])
          ? Optional.empty()
          : Optional.of("'" + guard + "' is slow itself, or no test");
    }
    return fast.isEmpty() ? Optional.of("'" + guard + "' has no fast test") : Optional.empty();
  }

  /** Those of a class and of what it extends. */
  private static Set<String> fastMethods(String name) {
    var tested = classes.get(name);
    if (tested == null || tested.isSlow()) {
      return Set.of();
    }
    var fast = tested.methods().stream().filter(m -> !tested.marks().containsKey(m));
    String parent = name.substring(0, name.lastIndexOf('.') + 1) + tested.parent();
    return fastAnd(fast.collect(Collectors.toSet()), parent.equals(name) ? "" : parent);
  }

  private static Set<String> fastAnd(Set<String> own, String parent) {
    var all = new TreeSet<>(own);
    all.addAll(fastMethods(parent));
    return all;
  }

  private static Tested tested(String module, ClassTree tree) {
    var marks = new HashMap<String, AnnotationTree>();
    mark(tree.getModifiers()).ifPresent(mark -> marks.put("", mark));
    var methods =
        new TreeScanner<Set<String>, Set<String>>() {
          @Override
          public Set<String> visitMethod(MethodTree method, Set<String> found) {
            String name = method.getName().toString();
            var annotations = method.getModifiers().getAnnotations();
            if (annotations.stream().anyMatch(a -> TESTS.contains(last(a)))) {
              found.add(name);
            }
            mark(method.getModifiers()).ifPresent(mark -> marks.put(name, mark));
            return found;
          }
        };
    var found = new TreeSet<String>();
    methods.scan(tree.getMembers(), found);
    var parent = tree.getExtendsClause();
    return new Tested(module, parent == null ? "" : parent.toString(), Map.copyOf(marks), found);
  }

  private static Optional<AnnotationTree> mark(ModifiersTree modifiers) {
    return modifiers.getAnnotations().stream()
        .<AnnotationTree>map(a -> a)
        .filter(a -> last(a).equals(Slow.class.getSimpleName()))
        .findFirst();
  }

  private static String last(AnnotationTree annotation) {
    String type = annotation.getAnnotationType().toString();
    return type.substring(type.lastIndexOf('.') + 1);
  }

  /** The text of one of an annotation's arguments, its parts joined. */
  private static String text(AnnotationTree mark, String argument) {
    var text = new StringBuilder();
    for (var given : mark.getArguments()) {
      if (given instanceof AssignmentTree a && a.getVariable().toString().equals(argument)) {
        new TreeScanner<Void, Void>() {
          @Override
          public Void visitLiteral(LiteralTree literal, Void nothing) {
            text.append(literal.getValue());
            return null;
          }
        }.scan(a.getExpression(), null);
      }
    }
    return text.toString();
  }
}
