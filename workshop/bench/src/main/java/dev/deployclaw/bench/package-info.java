/** The benchmarks by name, and that of whole runs. */
@NullMarked
package dev.deployclaw.bench;

import org.jspecify.annotations.NullMarked;
