/** The Docker daemon: how it is reached, what its errors mean, and what runs on it. */
@NullMarked
package dev.deployclaw.executors.docker;

import org.jspecify.annotations.NullMarked;
