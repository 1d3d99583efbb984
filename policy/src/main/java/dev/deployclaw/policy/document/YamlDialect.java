package dev.deployclaw.policy.document;

/**
 * Which YAML a kind of document may hold, and how much of it.
 *
 * @param extras whether anchors, aliases and merge keys count and tags are passed over; else they
 *     are refused
 */
public record YamlDialect(
    int characters, int depth, int nodes, boolean extras, YamlRemedies remedies) {
  /** Our own documents: policies, which have no use for anchors, aliases and tags. */
  public static final YamlDialect POLICY =
      new YamlDialect(
          256 * 1024,
          12,
          20_000,
          false,
          new YamlRemedies(
              "; split it into one document for each tenant",
              "a policy doesn't nest that deep",
              "split the document",
              "write one document for each tenant and source"));

  /** What others wrote, in files of many limits. */
  public static final YamlDialect FOREIGN =
      new YamlDialect(
          4 << 20,
          64,
          500_000,
          true,
          new YamlRemedies(
              "",
              "limits don't nest that deep",
              "split the file",
              "put each document into a file of its own"));

  /** What to do about a document that is too long, too deep, too large, or more than one. */
  public record YamlRemedies(String length, String depth, String count, String single) {}
}
