/** The libraries that the product is made of, and their known vulnerabilities. */
@NullMarked
package dev.deployclaw.lab.supply;

import org.jspecify.annotations.NullMarked;
