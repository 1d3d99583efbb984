/** The benchmarks by name, and those of whole runs and of grants. */
@NullMarked
package dev.deployclaw.bench;

import org.jspecify.annotations.NullMarked;
