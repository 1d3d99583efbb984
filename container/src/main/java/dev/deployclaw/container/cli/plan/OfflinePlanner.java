package dev.deployclaw.container.cli.plan;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.NameInventoryFile;
import dev.deployclaw.core.language.conversation.ConversationReading;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.document.BoundedYamlReader;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.UnreadableDocumentException;
import dev.deployclaw.policy.document.YamlDialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** Understands requests by the names of an inventory file: no back end, and so no diff. */
final class OfflinePlanner {
  private final GrammarInterpreter planner = new GrammarInterpreter();
  private final NameInventory inventory;

  private OfflinePlanner(NameInventory inventory) {
    this.inventory = inventory;
  }

  static OfflinePlanner by(Path file) throws SetupException {
    return new OfflinePlanner(inventory(file));
  }

  static NameInventory inventory(Path file) throws SetupException {
    var reading = NameInventoryFile.read(parsed(file));
    if (!reading.problems().isEmpty()) {
      throw new SetupException(file + ": " + String.join("\n" + file + ": ", reading.problems()));
    }
    return reading.inventory();
  }

  PlanPreviewReport plan(TaskRequest request) {
    var reading = ConversationReading.of(request, inventory, planner);
    var understanding = reading.understanding();
    return switch (understanding.interpretation()) {
      case Interpretation.Planned(var intent) ->
          PlanPreviewReport.understood(intent, understanding.demands(request));
      case Interpretation.NeedsClarification unclear ->
          new PlanPreviewReport.NeedsClarification(unclear.questions(), reading.next());
      case Interpretation.Inquiry(var question) -> new PlanPreviewReport.Inquiry(question);
      case Interpretation.Refused(String reason) ->
          new PlanPreviewReport.Refused(ExitCode.REFUSED, reason);
    };
  }

  private static @Nullable Object parsed(Path file) throws SetupException {
    try {
      var document = BoundedYamlReader.read(Files.readString(file), YamlDialect.FOREIGN);
      if (document.isEmpty()) {
        throw new SetupException(file + " is empty; write tenants: and services:");
      }
      return plain(document.get());
    } catch (IOException e) {
      throw new SetupException(
          file + " can't be read: " + FileFault.words(e) + "; give an inventory");
    } catch (UnreadableDocumentException e) {
      throw new SetupException(file + " is not YAML: line " + e.line() + ": " + e.what());
    } catch (IllegalArgumentException e) {
      throw new SetupException(file + " is not YAML: " + e.getMessage());
    }
  }

  /** Maps, lists and texts; an argument with a key twice is illegal. */
  private static @Nullable Object plain(DocumentNode node) {
    return switch (node) {
      case DocumentNode.Scalar scalar -> scalar.isNothing() ? null : scalar.text();
      case DocumentNode.Items list -> list.items().stream().map(OfflinePlanner::plain).toList();
      case DocumentNode.Mapping mapping -> {
        var out = new LinkedHashMap<String, @Nullable Object>();
        for (var entry : mapping.entries()) {
          if (out.containsKey(entry.key())) {
            throw new IllegalArgumentException(
                "line " + entry.line() + ": found duplicate key " + entry.key());
          }
          out.put(entry.key(), plain(entry.value()));
        }
        yield out;
      }
    };
  }
}
