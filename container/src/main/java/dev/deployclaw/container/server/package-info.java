@NullMarked
package dev.deployclaw.container.server;

import org.jspecify.annotations.NullMarked;
