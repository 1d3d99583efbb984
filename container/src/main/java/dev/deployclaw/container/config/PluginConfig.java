package dev.deployclaw.container.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A plugin jar that the operator admits.
 *
 * @param sha256 of its bytes
 * @param operations by full name, each with the word for what it does: {@code observe}, {@code
 *     stage}, {@code activate}, {@code destroy}
 */
public record PluginConfig(Path jar, String sha256, SortedMap<String, String> operations) {
  public PluginConfig {
    operations = Collections.unmodifiableSortedMap(new TreeMap<>(operations));
  }
}
