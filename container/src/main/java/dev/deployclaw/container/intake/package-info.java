@NullMarked
package dev.deployclaw.container.intake;

import org.jspecify.annotations.NullMarked;
