package dev.deployclaw.executors.sources;

import dev.deployclaw.core.spi.Call.WriteBack.Edit;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.WriteBack;
import dev.deployclaw.policy.json.Canonical;
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
final class FolderEdits {
  private final List<SourceFolder> folders;

  FolderEdits(List<SourceFolder> folders) {
    this.folders = folders;
  }

  /** A report for each that is in one of the folders; the others are somebody else's. */
  List<Report> write(List<Edit> edits) {
    var reports = new ArrayList<Report>();
    for (var edit : edits) {
      for (var source : folders) {
        var file = file(source, edit);
        if (file != null && !(source.writeBack() instanceof WriteBack.None)) {
          reports.add(write(edit, source, file));
          break;
        }
      }
    }
    return reports.isEmpty()
        ? List.of(Report.skipped("folders", "none of these is a file's"))
        : reports;
  }

  private static Report write(Edit edit, SourceFolder source, Path file) {
    try {
      byte[] there = Files.readAllBytes(file);
      byte[] wanted = edit.text().getBytes(StandardCharsets.UTF_8);
      if (Canonical.sha256(there).equals(Canonical.sha256(wanted))) {
        return Report.yes(edit.member(), "", Map.of());
      }
      if (!Canonical.sha256(there).equals(edit.digest())) {
        return Report.no(edit.member(), "it was changed just now: look again");
      }
      return switch (source.writeBack()) {
        case WriteBack.None _ -> throw new IllegalStateException("isn't written back to");
        case WriteBack.Patch folder -> folder.write(edit, edit.text());
        case WriteBack.Source _ -> replace(edit, file, wanted);
      };
    } catch (IOException e) {
      return WriteBack.refused(edit, "can't be written: " + e, edit.text());
    }
  }

  private static Report replace(Edit edit, Path file, byte[] wanted) throws IOException {
    if (Files.isSymbolicLink(file)) {
      return WriteBack.refused(edit, "the file is a link: change what it leads to", edit.text());
    }
    WriteBack.replace(file, wanted);
    String digest = Canonical.sha256(Files.readAllBytes(file));
    return digest.equals(Canonical.sha256(wanted))
        ? Report.yes(edit.member(), digest, Map.of())
        : Report.unknown(edit.member(), "it was written, and reads back otherwise");
  }

  private static @Nullable Path file(SourceFolder source, Edit edit) {
    String folder = SourcesExecutor.member(source, "");
    if (!edit.member().startsWith(folder)) {
      return null;
    }
    String name = edit.member().substring(folder.length());
    var file = source.folder().resolve(name);
    return SourcesExecutor.DOCUMENT.matcher(name).matches()
            && !name.contains("/")
            && Files.exists(file)
        ? file
        : null;
  }
}
