package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each link between documents leads to a file that exists, and to a heading in it. */
class DocumentLinksTest {
  private static final int FEWEST_LINKS = 200;
  private static final Set<String> NOT_OURS = Set.of(".git", ".deployclaw", "target");
  private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```|`[^`\n]*`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.*)$");
  private static final Pattern LINK_TEXT = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");

  private final Map<Path, Set<String>> anchors = new HashMap<>();

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    var broken = new ArrayList<String>();
    int links = 0;
    for (Path document : documents()) {
      for (String link : links(document)) {
        links++;
        if (!leadsSomewhere(document, link)) {
          broken.add(JavaSourceFile.TOP.relativize(document) + ": " + link);
        }
      }
    }

    assertThat(broken).isEmpty();
    assertThat(links).isGreaterThan(FEWEST_LINKS);
  }

  private static List<Path> documents() throws IOException {
    var out = new ArrayList<Path>();
    Files.walkFileTree(
        JavaSourceFile.TOP,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean ours = !NOT_OURS.contains(String.valueOf(folder.getFileName()));
            return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".md")) {
              out.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return out;
  }

  private static List<String> links(Path document) throws IOException {
    String prose = CODE.matcher(Files.readString(document)).replaceAll("");
    return LINK.matcher(prose)
        .results()
        .map(found -> found.group(1))
        .filter(link -> !ELSEWHERE.matcher(link).matches())
        .toList();
  }

  private boolean leadsSomewhere(Path document, String link) throws IOException {
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
    return Files.exists(target) && (hash < 0 || anchors(target).contains(link.substring(hash + 1)));
  }

  /**
   * The anchors of a page's headings, as GitHub makes them; a heading that recurs gets a number.
   */
  private Set<String> anchors(Path page) throws IOException {
    var known = anchors.get(page);
    if (known != null) {
      return known;
    }
    var out = new TreeSet<String>();
    var seen = new HashMap<String, Integer>();
    String prose = FENCE.matcher(Files.readString(page)).replaceAll("");
    HEADING
        .matcher(prose)
        .results()
        .map(DocumentLinksTest::anchor)
        .forEach(anchor -> {
          int before = seen.merge(anchor, 1, Integer::sum) - 1;
          out.add(before == 0 ? anchor : anchor + "-" + before);
        });
    anchors.put(page, out);
    return out;
  }

  private static String anchor(MatchResult heading) {
    String text = LINK_TEXT.matcher(heading.group(1)).replaceAll("$1").strip();
    return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_\\- ]", "").replace(' ', '-');
  }
}
