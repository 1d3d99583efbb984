package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The callers that are known by a bearer token. The file holds no token, only each one's SHA-256:
 *
 * <pre>{@code
 * tokens:
 *   - {name: olivia, sha256: 9f86d081…, roles: [operator], expires: 2027-03-31}
 * }</pre>
 *
 * One name may have several tokens, so that a new one is used before the old one ends.
 *
 * <p>Tokens are random and long, so that a plain hash can't be turned back.
 */
public final class BearerTokenFile {
  private static final String EXPIRES = "expires";
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  private BearerTokenFile() {}

  /**
   * A caller.
   *
   * @param sha256 of the token, in lower-case hex
   * @param expires from then on it is refused; empty for never
   */
  public record Token(String name, String sha256, Set<ApiRole> roles, Optional<Instant> expires) {
    public Token {
      roles = Set.copyOf(roles);
    }

    @Override
    public String toString() {
      return "Token[" + name + ", ***, " + roles + "]";
    }
  }

  public static List<Token> read(Path file) throws InvalidConfigException {
    String text = ConfigReader.text(file, "check the path and its permissions");
    var reading = new ConfigSection.ReadContext(Map.of(), new ArrayList<>());
    var fields = new ConfigSection("", ConfigReader.compose(file, text), reading);
    var tokens = tokens(fields);
    if (!reading.problems().isEmpty()) {
      throw new InvalidConfigException(file.toString(), reading.problems());
    }
    return tokens;
  }

  private static List<Token> tokens(ConfigSection root) {
    var out = new ArrayList<Token>();
    var hashes = new HashSet<String>();
    for (var f : root.sections("tokens")) {
      String hash = f.required("sha256").toLowerCase(Locale.ROOT);
      if (!hash.isEmpty() && !SHA_256.matcher(hash).matches()) {
        f.wrong(
            "sha256",
            "is not a SHA-256 in hex",
            "write what printf %s \"$TOKEN\" | sha256sum prints");
      }
      if (!hash.isEmpty() && !hashes.add(hash)) {
        f.wrong("sha256", "is given a second time here", "remove one of the two");
      }
      out.add(new Token(ServerConfigReader.name(f), hash, ServerConfigReader.roles(f), expires(f)));
      f.done();
    }
    if (out.isEmpty()) {
      root.problem("tokens", root.line(), "needs at least one entry", "add one");
    }
    root.done();
    return out;
  }

  /** A day ends at midnight in UTC, and belongs to the token. */
  private static Optional<Instant> expires(ConfigSection f) {
    var given = f.optional(EXPIRES);
    try {
      return given.map(text ->
          text.contains("T")
              ? Instant.parse(text)
              : LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
    } catch (DateTimeParseException e) {
      f.wrong(
          EXPIRES,
          "\"%s\" is neither a day nor a time".formatted(given.orElse("")),
          "write 2027-03-31 or 2027-03-31T12:00:00Z");
      return Optional.empty();
    }
  }
}
