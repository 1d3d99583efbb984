package dev.deployclaw.container.confinement;

import java.util.List;
import java.util.stream.Collectors;

/** What {@link IsolationProbe} found, in a fixed order of layers. */
public record IsolationReport(List<IsolationLayer> layers) {
  public IsolationReport {
    layers = List.copyOf(layers);
  }

  /** Whether every layer holds. */
  public boolean complete() {
    return missing().isEmpty();
  }

  /** The layers that don't hold. */
  public List<IsolationLayer> missing() {
    return layers.stream().filter(layer -> !layer.enforced()).toList();
  }

  /** One line for a log: the missing layers by name and detail, or that nothing is missing. */
  public String summary() {
    if (complete()) {
      return "all %d layers hold".formatted(layers.size());
    }
    return missing().stream()
        .map(layer -> layer.name() + ": " + layer.detail())
        .collect(Collectors.joining("; ", "missing: ", ""));
  }
}
