@NullMarked
package dev.deployclaw.container.vertx;

import org.jspecify.annotations.NullMarked;
