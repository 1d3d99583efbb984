package dev.deployclaw.container.cli.plan;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.planner.Interpretation;
import dev.deployclaw.core.planner.Inventory;
import dev.deployclaw.core.planner.InventoryFile;
import dev.deployclaw.core.planner.RulePlanner;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Understands requests by the names of an inventory file: no back end, and so no diff. */
final class OfflinePlanner {
  private final RulePlanner planner = new RulePlanner();
  private final Inventory inventory;

  private OfflinePlanner(Inventory inventory) {
    this.inventory = inventory;
  }

  static OfflinePlanner by(Path file) throws SetupException {
    var reading = InventoryFile.read(parsed(file));
    if (!reading.problems().isEmpty()) {
      throw new SetupException(file + ": " + String.join("\n" + file + ": ", reading.problems()));
    }
    return new OfflinePlanner(reading.inventory());
  }

  PlanPreviewReport plan(TaskRequest request) {
    var understanding = planner.understand(request, inventory);
    return switch (understanding.interpretation()) {
      case Interpretation.Planned(var intent) ->
          PlanPreviewReport.understood(intent, understanding.demands(request));
      case Interpretation.NeedsClarification(var questions) ->
          new PlanPreviewReport.NeedsClarification(questions);
      case Interpretation.Refused(String reason) ->
          new PlanPreviewReport.Refused(ExitCode.REFUSED, reason);
    };
  }

  private static Object parsed(Path file) throws SetupException {
    try {
      var document =
          new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
      if (document == null) {
        throw new SetupException(file + " is empty; write tenants: and services:");
      }
      return document;
    } catch (IOException e) {
      throw new SetupException(file + " can't be read: " + e + "; give an inventory");
    } catch (YamlEngineException e) {
      throw new SetupException(file + " is not YAML: " + e.getMessage());
    }
  }
}
