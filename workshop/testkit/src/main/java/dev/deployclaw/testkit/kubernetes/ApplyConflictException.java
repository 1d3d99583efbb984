package dev.deployclaw.testkit.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Others own fields that would get another value. */
public final class ApplyConflictException extends Exception {
  private final transient List<Cause> causes;

  /** One field that another owns. */
  public record Cause(String message, String field) {}

  private ApplyConflictException(String message, List<Cause> causes) {
    super(message);
    this.causes = causes;
  }

  static ApplyConflictException of(Map<FieldOwner, FieldSet> owners) {
    var causes = new ArrayList<Cause>();
    var fields = new TreeMap<String, List<String>>();
    owners.forEach((writer, set) ->
        set.paths()
            .forEach(path -> {
              String field = FieldSchema.words(path);
              causes.add(new Cause("conflict with " + writer.words(), field));
              fields.computeIfAbsent(writer.words(), _ -> new ArrayList<>()).add(field);
            }));
    return new ApplyConflictException(message(causes, fields), List.copyOf(causes));
  }

  private static String message(List<Cause> causes, Map<String, List<String>> fields) {
    if (causes.size() == 1) {
      var only = causes.getFirst();
      return "Apply failed with 1 conflict: " + only.message() + ": " + only.field();
    }
    var lines = new ArrayList<String>();
    fields.forEach((writer, names) -> {
      lines.add("conflicts with " + writer + ":");
      names.forEach(n -> lines.add("- " + n));
    });
    return "Apply failed with %d conflicts: %s".formatted(causes.size(), String.join("\n", lines));
  }

  public List<Cause> causes() {
    return causes;
  }
}
