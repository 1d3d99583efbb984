/** Containers of the lab's own Docker daemon. */
@NullMarked
package dev.deployclaw.lab.docker;

import org.jspecify.annotations.NullMarked;
