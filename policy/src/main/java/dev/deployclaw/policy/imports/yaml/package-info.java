/** YAML that other systems wrote, with anchors and merge keys, read within bounds. */
@NullMarked
package dev.deployclaw.policy.imports.yaml;

import org.jspecify.annotations.NullMarked;
