/** Times, CPU and memory of measured work, and where and how they are reported. */
@NullMarked
package dev.deployclaw.bench.measure;

import org.jspecify.annotations.NullMarked;
