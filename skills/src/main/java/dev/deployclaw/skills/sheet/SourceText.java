package dev.deployclaw.skills.sheet;

import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The lines of a text file, decoded strictly; what real editors do to files is reported.
 *
 * @param sha256 of the very bytes that were read
 */
public record SourceText(List<String> lines, String sha256) {
  static final int MOST_BYTES = 1 << 20;
  private static final String BOM = "\uFEFF";

  public SourceText {
    lines = List.copyOf(lines);
  }

  /** Reads a file; empty when a finding says why it can't be used. */
  public static Optional<SourceText> read(Path file, DiagnosticCollector findings) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        findings.error(0, "the file is larger than 1 MiB", "move material into files beside it");
        return Optional.empty();
      }
      return decode(Files.readAllBytes(file), findings);
    } catch (IOException e) {
      findings.error(0, "the file can't be read: " + e.getMessage(), "make it readable");
      return Optional.empty();
    }
  }

  static Optional<SourceText> decode(byte[] bytes, DiagnosticCollector findings) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      findings.error(brokenLine(bytes), "the text isn't UTF-8", "save the file as UTF-8");
      return Optional.empty();
    }
    int nul = text.indexOf('\0');
    if (nul >= 0) {
      findings.error(lineAt(text, nul), "the text holds a NUL byte", "remove the NUL byte");
      return Optional.empty();
    }
    return Optional.of(new SourceText(lines(text, findings), CanonicalJson.sha256(bytes)));
  }

  private static List<String> lines(String decoded, DiagnosticCollector findings) {
    String text = decoded;
    if (text.startsWith(BOM)) {
      findings.violation(1, "the file starts with a byte order mark", "save it without a BOM");
      text = text.substring(1);
    }
    if (text.indexOf('\r') >= 0) {
      findings.warning(1, "lines end with carriage returns", "save it with Unix line ends");
      text = text.replace("\r\n", "\n").replace('\r', '\n');
    }
    var lines = new ArrayList<>(Arrays.asList(text.split("\n", -1)));
    if (lines.getLast().isEmpty()) {
      lines.removeLast();
    }
    return lines;
  }

  /** The line of the first byte that no UTF-8 decoder accepts. */
  private static int brokenLine(byte[] bytes) {
    var in = ByteBuffer.wrap(bytes);
    var out = CharBuffer.allocate(bytes.length + 1);
    StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    return lineAt(out.flip().toString(), out.limit());
  }

  private static int lineAt(String text, int end) {
    return 1 + (int) text.substring(0, end).chars().filter(c -> c == '\n').count();
  }
}
