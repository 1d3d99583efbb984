@NullMarked
package dev.deployclaw.core;

import org.jspecify.annotations.NullMarked;
