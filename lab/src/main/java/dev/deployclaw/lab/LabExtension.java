package dev.deployclaw.lab;

import dev.deployclaw.container.cli.Extension;
import dev.deployclaw.container.cli.Surroundings;
import dev.deployclaw.lab.campaign.CampaignCommand;
import dev.deployclaw.lab.guard.GuardCommand;
import java.util.List;
import picocli.CommandLine;

/**
 * Adds {@code lab}, {@code demo}, {@code campaign} and {@code verify-guard} to the command line
 * where this module is on the class path.
 */
public final class LabExtension implements Extension {
  @Override
  public List<Object> commands(Surroundings around) {
    // Wrapped here, since picocli transforms the models of what it wraps only so.
    var campaign = new CommandLine(new CampaignCommand(around));
    var guard = new GuardCommand(around);
    return List.of(new LabCommand(around), new DemoCommand(around), campaign, guard);
  }
}
