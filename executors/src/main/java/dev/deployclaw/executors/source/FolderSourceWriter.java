package dev.deployclaw.executors.source;

import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes documents back to their files, each in one step. A file that was changed since it was read
 * is left alone, and so is one that is a link: a mounted ConfigMap is written by its owner.
 */
record FolderSourceWriter(List<FolderSource> folders) {
  /** A report for each that is in one of the folders; the others are somebody else's. */
  List<MemberReport> write(List<Edit> edits) {
    var reports = new ArrayList<MemberReport>();
    for (var edit : edits) {
      for (var source : folders) {
        var file = file(source, edit);
        if (file != null && !(source.writeBack() instanceof WriteBackMode.None)) {
          reports.add(write(edit, source, file));
          break;
        }
      }
    }
    return reports.isEmpty()
        ? List.of(MemberReport.skipped("folders", "none of these policies comes from a file"))
        : reports;
  }

  private static MemberReport write(Edit edit, FolderSource source, Path file) {
    try {
      byte[] there = Files.readAllBytes(file);
      byte[] wanted = edit.text().getBytes(StandardCharsets.UTF_8);
      if (CanonicalJson.sha256(there).equals(CanonicalJson.sha256(wanted))) {
        return MemberReport.yes(edit.member(), "", Map.of());
      }
      if (!CanonicalJson.sha256(there).equals(edit.digest())) {
        return MemberReport.no(edit.member(), "it was changed just now: check it again");
      }
      return switch (source.writeBack()) {
        case WriteBackMode.None _ -> throw new IllegalStateException("isn't written back to");
        case WriteBackMode.Patch folder -> folder.write(edit, edit.text());
        case WriteBackMode.Source _ -> replace(edit, file, wanted);
      };
    } catch (IOException e) {
      return WriteBackMode.refused(edit, "can't be written: " + e, edit.text());
    }
  }

  private static MemberReport replace(Edit edit, Path file, byte[] wanted) throws IOException {
    if (Files.isSymbolicLink(file)) {
      return WriteBackMode.refused(
          edit, "the file is a link: change its target instead", edit.text());
    }
    WriteBackMode.replace(file, wanted);
    String digest = CanonicalJson.sha256(Files.readAllBytes(file));
    return digest.equals(CanonicalJson.sha256(wanted))
        ? MemberReport.yes(edit.member(), digest, Map.of())
        : MemberReport.unknown(edit.member(), "it was written, but reads back differently");
  }

  private static @Nullable Path file(FolderSource source, Edit edit) {
    String folder = FolderSourceExecutor.member(source, "");
    if (!edit.member().startsWith(folder)) {
      return null;
    }
    String name = edit.member().substring(folder.length());
    var file = source.folder().resolve(name);
    return FolderSourceExecutor.DOCUMENT.matcher(name).matches()
            && !name.contains("/")
            && Files.exists(file)
        ? file
        : null;
  }
}
