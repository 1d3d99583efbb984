/** Scalars of YAML as the libraries of other systems take them. */
@NullMarked
package dev.deployclaw.policy.imports.yaml;

import org.jspecify.annotations.NullMarked;
