package dev.deployclaw.executors.nginx;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** A gateway's folder as it is read, wherever it lies: epochs, and the link to the live one. */
public interface LinkedFolder {
  /** Where the link leads to an epoch, whose number is the group. */
  Pattern TARGET = Pattern.compile("epochs/(0|[1-9]\\d{0,17})");

  /** What {@code live} points to, as it is written; empty where there is no such link. */
  Optional<String> target() throws IOException;

  /** What NGINX reads when it reads its file again. */
  Optional<byte[]> liveFile() throws IOException;

  /** The epochs of which something is kept, and where. */
  Map<String, Object> kept() throws IOException;

  /** The epoch that {@code live} points to; empty where it points elsewhere, or nowhere. */
  default OptionalLong liveEpoch() throws IOException {
    var match = TARGET.matcher(target().orElse(""));
    return match.matches() ? OptionalLong.of(Long.parseLong(match.group(1))) : OptionalLong.empty();
  }
}
