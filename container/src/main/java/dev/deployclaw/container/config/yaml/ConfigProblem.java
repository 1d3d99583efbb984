package dev.deployclaw.container.config.yaml;

/**
 * One thing that is wrong with the configuration.
 *
 * @param path the key, for example {@code gateways[3].url}
 * @param line in the file, from 1; 0 where the value came from the environment or is missing
 */
public record ConfigProblem(String path, int line, String what, String remedy) {
  public String describe(String file) {
    String place = line > 0 ? file + ":" + line : file;
    String key = path.isEmpty() ? "" : path + ": ";
    return place + ": " + key + what + (remedy.isEmpty() ? "" : "; " + remedy);
  }
}
