package dev.deployclaw.container.plugin;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.confinement.ConfinedCommand;
import dev.deployclaw.container.confinement.ConfinementPolicy;
import dev.deployclaw.container.confinement.ConfinementPolicyBuilder;
import dev.deployclaw.container.confinement.ProcessUser;
import dev.deployclaw.container.host.FileAccess;
import dev.deployclaw.container.host.HostCommand;
import dev.deployclaw.container.host.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How an admitted plugin is started: its files are hashed again each time, and what runs is
 * confined to the rights of its entry.
 *
 * @param folder of this process alone, in which the plugin has its socket and files of a moment
 * @param copies for what was hashed; only the agent writes there
 */
record PluginLaunch(PluginConfig plugin, Path folder, Path copies) implements HostCommand {
  @Override
  public Path socket() {
    return PluginPrograms.socket(folder);
  }

  @Override
  public ConfinedCommand prepare() throws IOException, SetupException {
    var program = AdmittedProgram.admit(plugin, copies);
    Files.deleteIfExists(socket());
    int self = HostFiles.ownUser();
    int user = self == 0 ? plugin.rights().user() : self;
    HostFiles.own(folder, user);
    return ConfinedCommand.aroundProgram(policy(program, self, user), program.words());
  }

  @Override
  public OptionalInt separateUser() throws IOException {
    return HostFiles.separateUser(plugin.rights().user());
  }

  @Override
  public Map<String, String> surroundings() {
    return PluginPrograms.surroundings(folder);
  }

  private ConfinementPolicy policy(AdmittedProgram program, int self, int user) {
    var rights = plugin.rights();
    var runs = Path.of(program.words().getFirst());
    var readable = new ArrayList<>(rights.read());
    readable.add(runs);
    readable.add(program.folder());
    var writable = new ArrayList<>(rights.write());
    writable.add(folder);
    var executable = new ArrayList<>(rights.execute());
    executable.add(runs);
    var policy =
        ConfinementPolicy.forProgram()
            .reads(existing(readable))
            .writes(existing(writable))
            .executes(existing(executable))
            .connects(rights.connect().stream().mapToInt(Integer::intValue).toArray());
    if (user != self) {
      policy.user(new ProcessUser(user, user));
      reaching(policy, new FileAccess(user), List.of(readable, writable));
    }
    return policy.build();
  }

  /** What the entry names is reached, also below folders of another owner. */
  private static void reaching(
      ConfinementPolicyBuilder policy, FileAccess access, List<List<Path>> paths) {
    if (!existing(paths.getLast()).stream().allMatch(access::writes)) {
      policy.keeps("dac_override");
    } else if (!existing(paths.getFirst()).stream().allMatch(access::reads)) {
      policy.keeps("dac_read_search");
    }
  }

  private static List<Path> existing(List<Path> paths) {
    return paths.stream().filter(Files::exists).distinct().toList();
  }
}
