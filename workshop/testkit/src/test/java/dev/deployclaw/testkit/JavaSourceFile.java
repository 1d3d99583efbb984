package dev.deployclaw.testkit;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** One parsed file of this project. */
record JavaSourceFile(Path file, CompilationUnitTree tree, Trees trees) {
  /** The folder that has all modules. */
  static final Path TOP = Path.of("../..").toAbsolutePath().normalize();

  private static final Pattern MODULE = Pattern.compile("<module>([a-z/-]+)</module>");

  String name() {
    return TOP.relativize(file).toString();
  }

  String module() {
    String name = name();
    return name.substring(0, name.indexOf("/src/"));
  }

  long lines(Tree part) {
    var positions = trees.getSourcePositions();
    var lines = tree.getLineMap();
    long end = positions.getEndPosition(tree, part);
    return end < 0
        ? 0
        : lines.getLineNumber(end)
            - lines.getLineNumber(positions.getStartPosition(tree, part))
            + 1;
  }

  static List<String> modules() throws IOException {
    var matcher = MODULE.matcher(Files.readString(TOP.resolve("pom.xml")));
    return matcher.results().map(found -> found.group(1)).toList();
  }

  /**
   * All files of all modules.
   *
   * @param under a folder of each module, for example {@code src/test}
   */
  static List<JavaSourceFile> all(String under) throws IOException {
    var files = new ArrayList<Path>();
    for (String module : modules()) {
      files.addAll(javaFiles(TOP.resolve(module).resolve(under)));
    }
    return parse(files);
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static List<JavaSourceFile> parse(List<Path> files) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
      var task =
          (JavacTask)
              compiler.getTask(
                  null, manager, null, List.of(), null, manager.getJavaFileObjectsFromPaths(files));
      var trees = Trees.instance(task);
      List<JavaSourceFile> out = new ArrayList<>();
      for (var tree : task.parse()) {
        out.add(new JavaSourceFile(Path.of(tree.getSourceFile().toUri()), tree, trees));
      }
      return out;
    }
  }
}
