package dev.deployclaw.lab;

import dev.deployclaw.container.cli.Extension;
import dev.deployclaw.container.cli.Surroundings;
import dev.deployclaw.lab.campaign.CampaignCommand;
import dev.deployclaw.lab.guard.GuardCommand;
import java.util.List;

/**
 * Adds {@code lab}, {@code demo}, {@code campaign} and {@code verify-guard} to the command line
 * where this module is on the class path.
 */
public final class LabExtension implements Extension {
  @Override
  public List<Object> commands(Surroundings around) {
    return List.of(
        new LabCommand(around),
        new DemoCommand(around),
        new CampaignCommand(around),
        new GuardCommand(around));
  }
}
