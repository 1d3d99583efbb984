@NullMarked
package dev.deployclaw.container.query;

import org.jspecify.annotations.NullMarked;
