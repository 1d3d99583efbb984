package dev.deployclaw.skills.admission;

import dev.deployclaw.skills.plugin.Effect;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The operator's word on a plugin jar. What it doesn't name isn't admitted.
 *
 * @param sha256 of the jar's bytes, 64 small hexadecimal digits
 * @param operations by full name ({@code statuspage.incidents}), with what each does
 */
public record PluginAdmission(Path jar, String sha256, SortedMap<String, Effect> operations) {
  public PluginAdmission {
    operations = Collections.unmodifiableSortedMap(new TreeMap<>(operations));
  }
}
