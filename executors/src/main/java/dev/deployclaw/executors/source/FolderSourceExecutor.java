package dev.deployclaw.executors.source;

import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.SourceAnswer;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads policy documents: the look {@code read} reports each file with its text, or NO where it is
 * no text. What can't be read is reported unknown, a folder or a file, never left out: an empty
 * source would remove tenants. Documents are written back where their folder says so.
 */
public record FolderSourceExecutor(List<FolderSource> folders) implements BackendExecutor {
  private static final String READ = "read";
  static final Pattern DOCUMENT = Pattern.compile("[^.].*\\.(ya?ml|json)");
  private static final int MOST_FILES = 20_000;
  private static final int MOST_BYTES = 1024 * 1024;

  public FolderSourceExecutor {
    folders = List.copyOf(folders);
  }

  @Override
  public String name() {
    return "sources";
  }

  @Override
  public Set<String> verbs() {
    return Set.of(READ, "write-back");
  }

  @Override
  public CallOutcome execute(Invocation invocation) {
    if (invocation.call() instanceof ExecutorCall.WriteBack(List<Edit> edits)) {
      return CallOutcome.done(new FolderSourceWriter(folders).write(edits));
    }
    if (!invocation.call().verb().equals(READ)
        || !(invocation.call() instanceof ExecutorCall.Look)) {
      return CallOutcome.unknownVerb("policy sources have", invocation);
    }
    var answer = new SourceAnswer();
    for (var source : folders) {
      var room = answer.room();
      answer.add(read(source, room), source.tenants(), room);
    }
    return answer.outcome();
  }

  private static List<MemberReport> read(FolderSource source, SourceAnswer.Room room) {
    var reports = new ArrayList<MemberReport>();
    try {
      var files = documents(source.folder());
      if (files.size() > MOST_FILES) {
        return List.of(unknown(source, "", "holds more than " + MOST_FILES + " documents"));
      }
      for (var file : files) {
        var report = document(source, file);
        if (!room.takes(report)) {
          return List.of(unknown(source, "", SourceAnswer.TOO_LARGE));
        }
        reports.add(report);
      }
      return reports;
    } catch (IOException e) {
      return List.of(unknown(source, "", reason(e)));
    }
  }

  private static List<Path> documents(Path folder) throws IOException {
    var found = new ArrayList<Path>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (DOCUMENT.matcher(name(file)).matches()) {
          found.add(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort(null);
    return found;
  }

  private static MemberReport document(FolderSource source, Path file) {
    try (var in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        return noText(source, name(file), "is larger than " + MOST_BYTES + " bytes");
      }
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      var facts = facts(source, name(file));
      facts.put("text", text);
      facts.put(SourceReports.EDITOR, "an unknown user at " + Files.getLastModifiedTime(file));
      return MemberReport.yes(member(source, name(file)), CanonicalJson.sha256(bytes), facts);
    } catch (CharacterCodingException e) {
      return noText(source, name(file), "is not UTF-8");
    } catch (IOException e) {
      return unknown(source, name(file), reason(e));
    }
  }

  private static MemberReport noText(FolderSource source, String file, String reason) {
    return MemberReport.no(member(source, file), reason, facts(source, file));
  }

  private static MemberReport unknown(FolderSource source, String file, String reason) {
    return new MemberReport(
        member(source, file), MemberReport.Answer.UNKNOWN, "", reason, facts(source, file));
  }

  static String member(FolderSource source, String file) {
    return "source/" + source.namespace() + "/" + file;
  }

  private static Map<String, Object> facts(FolderSource source, String file) {
    var facts = new TreeMap<String, Object>();
    facts.put("namespace", source.namespace());
    facts.put("folder", source.folder().toString());
    facts.put("file", file);
    if (!(source.writeBack() instanceof WriteBackMode.None)) {
      facts.put(SourceReports.WRITE_BACK, WriteBackMode.word(source.writeBack(), "file"));
    }
    return facts;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String reason(IOException e) {
    return "can't be read: " + e.getClass().getSimpleName() + " " + e.getMessage();
  }

  /**
   * Writes documents back to their files, each in one step. A file that was changed since it was
   * read is left alone, and so is one that is a link: a mounted ConfigMap is written by its owner.
   */
  private record FolderSourceWriter(List<FolderSource> folders) {
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
}
