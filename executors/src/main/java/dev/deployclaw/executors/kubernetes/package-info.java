/** The Kubernetes API, asked whether it answers. */
@NullMarked
package dev.deployclaw.executors.kubernetes;

import org.jspecify.annotations.NullMarked;
