package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.protocol.KubernetesReader;
import java.nio.file.Path;

/** {@code java -cp … dev.deployclaw.lab.judge.Main PLACE}: exit 0 when all is as it must be. */
public final class Main {
  private static final int WRONG = 1;
  private static final int USAGE = 2;

  private Main() {}

  public static void main(String[] words) {
    if (words.length != 1) {
      System.err.println(
          "usage: judge PLACE    a file of properties; a campaign writes estate.properties");
      System.exit(USAGE);
    }
    var file = Path.of(words[0]);
    var judge = new EstateJudge(EstateLocation.read(file), KubernetesReader.read(file));
    var wrong = judge.wrong();
    wrong.forEach(System.out::println);
    System.out.println(
        wrong.isEmpty() ? "all is as it must be: " + judge.seen() : wrong.size() + " violations");
    System.exit(wrong.isEmpty() ? 0 : WRONG);
  }
}
