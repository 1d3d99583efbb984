package dev.deployclaw.container.config.secret;

import dev.deployclaw.audit.redaction.SecretRedactor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * The secrets that this process was told by its configuration, to be hidden in whatever it says.
 * One set for the process: the application log and a stack trace know no configuration, and a
 * secret that was read once stays one. Any thread.
 */
public final class SecretRegistry {
  /** Characters of a line, a value or a part of an address that is taken for a secret. */
  private static final int SHORTEST_PART = 16;

  private static final Pattern USER =
      Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://)(?:([^/@:]*):)?([^/@]+)@");
  private static final Pattern QUERY = Pattern.compile("[?&][^=&#]+=([^&#]+)");
  private static final Pattern KUBECONFIG =
      Pattern.compile("(?m)^\\s*(?:- )?(?:token|password|client-key-data):\\s*[\"']?([^\\s\"']+)");

  private static final AtomicReference<Known> PROCESS =
      new AtomicReference<>(new Known(Set.of(), SecretRedactor.of(List.of())));

  private SecretRegistry() {}

  private record Known(Set<String> values, SecretRedactor redaction) {
    Known with(String value) {
      if (values.contains(value)) {
        return this;
      }
      var more = new TreeSet<>(values);
      more.add(value);
      return new Known(Set.copyOf(more), SecretRedactor.of(more));
    }
  }

  /** From now on this value is hidden. */
  public static void learn(String value) {
    if (!value.isBlank()) {
      PROCESS.updateAndGet(known -> known.with(value));
    }
  }

  /** All that was learnt so far. */
  public static Set<String> known() {
    return PROCESS.get().values();
  }

  /** What may be printed or sent of a text; JSON stays JSON. */
  public static String hidden(String text) {
    return PROCESS.get().redaction().printed(text);
  }

  /** A text without what this process holds, but with what only looks like a secret. */
  public static String maskedByValue(String text) {
    return PROCESS.get().redaction().byValue(text);
  }

  /** What may be kept of a text, as far as this process holds its secrets. */
  public static String redacted(String text) {
    return PROCESS.get().redaction().text(text);
  }

  /** A user's password and the values of a query let one in. Returns the address without them. */
  public static String learnAddress(String url) {
    if (!isAddress(url)) {
      return learnUnreadable(url);
    }
    var user = USER.matcher(url);
    boolean named = user.find();
    if (named) {
      learn(user.group(3));
    }
    QUERY.matcher(url).results().map(m -> m.group(1)).forEach(SecretRegistry::learn);
    String shown = named ? user.replaceFirst(user.group(2) == null ? "$1***@" : "$1$2:***@") : url;
    return QUERY
        .matcher(shown)
        .replaceAll(m -> m.group().substring(0, m.group().indexOf('=')) + "=***");
  }

  /** The text before the last {@code @} may be a password that has to be encoded. */
  private static String learnUnreadable(String url) {
    int host = url.lastIndexOf('@') + 1;
    if (host == 0) {
      return url;
    }
    learn(url.substring(0, host - 1));
    return "***@" + url.substring(host);
  }

  private static boolean isAddress(String url) {
    try {
      return URI.create(url).getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** An address that is itself what lets one in, as those of chat rooms are. */
  public static void learnPath(String url) {
    learn(url);
    Arrays.stream(url.replaceFirst("^[^/]*//[^/]*", "").split("[/?&=#]"))
        .filter(part -> part.length() >= SHORTEST_PART)
        .forEach(SecretRegistry::learn);
  }

  /** A file of credentials: each of its lines that is one word. */
  public static void learnLines(Path file) {
    content(file)
        .lines()
        .map(String::strip)
        .filter(line -> line.length() >= SHORTEST_PART && line.matches("[^\\s-][^\\s]*"))
        .forEach(SecretRegistry::learn);
  }

  /** The tokens, passwords and keys in a kubeconfig. */
  public static void learnKubeconfig(Path file) {
    KUBECONFIG.matcher(content(file)).results().map(m -> m.group(1)).forEach(SecretRegistry::learn);
  }

  /** Nothing where it can't be read: the user of the file reports it. */
  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
