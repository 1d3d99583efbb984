package dev.deployclaw.container.skill;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.procedure.KernelPhaseOrder;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.ProcedureRegistry;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.skills.admission.PluginAdmission;
import dev.deployclaw.skills.admission.PluginExecutor;
import dev.deployclaw.skills.admission.PluginJar;
import dev.deployclaw.skills.admission.PluginJar.Opening;
import dev.deployclaw.skills.plugin.Effect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plugins that the operator admits, loaded. Closing lets go of their classes. */
public record LoadedPlugins(List<PluginExecutor> executors, List<AutoCloseable> classes)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedPlugins.class);
  private static final String COPIES = "plugins";

  public LoadedPlugins {
    executors = List.copyOf(executors);
    classes = List.copyOf(classes);
  }

  /**
   * Opens them all.
   *
   * @throws SetupException with every problem, where one can't be loaded just as it is admitted
   */
  public static LoadedPlugins open(List<PluginConfig> admitted, Path stateDir)
      throws SetupException {
    var executors = new ArrayList<PluginExecutor>();
    var classes = new ArrayList<AutoCloseable>();
    var problems = new ArrayList<String>();
    for (var entry : admitted) {
      switch (PluginJar.open(admission(entry), stateDir.resolve(COPIES))) {
        case Opening.Refused(var found) -> problems.addAll(found);
        case Opening.Opened opened -> {
          executors.addAll(opened.executors());
          classes.add(opened.classes());
        }
      }
    }
    problems.addAll(taken(executors));
    var plugins = new LoadedPlugins(executors, classes);
    if (problems.isEmpty()) {
      return plugins;
    }
    plugins.close();
    throw new SetupException(String.join("\n", problems));
  }

  /** No plugin speaks for an executor of the agent, or for another plugin. */
  private static List<String> taken(List<PluginExecutor> executors) {
    var names = new TreeSet<>(OperationAllowlist.KERNEL.executors());
    return executors.stream()
        .map(PluginExecutor::name)
        .filter(name -> !names.add(name))
        .map(name -> "there is an executor " + name + " already; rename the plugin")
        .toList();
  }

  /** Why steps of a skill can't be carried out; empty where all can. */
  public List<String> unperformed(Procedure procedure, ExecutorRegistry all) {
    return procedure.steps().stream()
        .flatMap(step -> unperformed(procedure, step, all).stream())
        .distinct()
        .toList();
  }

  private List<String> unperformed(
      Procedure procedure, Procedure.ProcedureStep step, ExecutorRegistry all) {
    return step.operations().stream()
        .flatMap(asked -> refusal(asked, all).stream())
        .map(why -> at(procedure, step) + why)
        .toList();
  }

  /** Every operation that a skill's steps name must be there, and be one that may be asked. */
  public void checkSteps(ProcedureRegistry procedures, ExecutorRegistry all) throws SetupException {
    Set<String> problems = new LinkedHashSet<>();
    for (var operation : TaskOperation.values()) {
      problems.addAll(unperformed(procedures.of(operation), all));
    }
    if (!problems.isEmpty()) {
      throw new SetupException(String.join("\n", problems));
    }
  }

  private static String at(Procedure procedure, Procedure.ProcedureStep step) {
    return "skill %s, step %s: ".formatted(procedure.skill(), step.id());
  }

  private Optional<String> refusal(String operation, ExecutorRegistry all) {
    boolean kernels = operation.startsWith("policies.") || KernelPhaseOrder.activates(operation);
    if (kernels || all.knows(operation)) {
      return Optional.empty();
    }
    int dot = operation.indexOf('.');
    String name = operation.substring(0, dot);
    return executors.stream()
        .filter(e -> e.name().equals(name))
        .findFirst()
        .map(e -> e.refusal(operation.substring(dot + 1)))
        .orElse(
            Optional.of(
                "no executor performs "
                    + operation
                    + "; correct its name, or admit the plugin that has it under plugins "
                    + "in the configuration"));
  }

  @Override
  public void close() {
    for (var one : classes) {
      try {
        one.close();
      } catch (Exception e) {
        LOG.atWarn().setCause(e).log("A plugin's classes can't be released");
      }
    }
  }

  private static PluginAdmission admission(PluginConfig c) {
    var operations = new TreeMap<String, Effect>();
    c.operations().forEach((name, word) -> operations.put(name, Effect.of(word).orElseThrow()));
    return new PluginAdmission(c.jar(), c.sha256(), operations);
  }
}
