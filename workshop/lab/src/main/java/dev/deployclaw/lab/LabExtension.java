package dev.deployclaw.lab;

import dev.deployclaw.container.cli.CommandExtension;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.lab.campaign.CampaignCommand;
import dev.deployclaw.lab.guard.VerifyGuardCommand;
import java.util.List;

/**
 * Adds {@code lab}, {@code demo}, {@code campaign} and {@code verify-guard} to the command line
 * where this module is on the class path.
 */
public final class LabExtension implements CommandExtension {
  @Override
  public List<Object> commands(CommandEnvironment around) {
    return List.of(
        new LabCommand(around),
        new DemoCommand(around),
        new CampaignCommand(around),
        new VerifyGuardCommand(around));
  }
}
