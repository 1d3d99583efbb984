/** The Docker daemon, asked what runs on it. */
@NullMarked
package dev.deployclaw.executors.docker;

import org.jspecify.annotations.NullMarked;
