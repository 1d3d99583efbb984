@NullMarked
package dev.deployclaw.core.grant;

import org.jspecify.annotations.NullMarked;
