/** One strict reader of YAML mappings that collects every problem with its key, line and remedy. */
@NullMarked
package dev.deployclaw.container.config.yaml;

import org.jspecify.annotations.NullMarked;
